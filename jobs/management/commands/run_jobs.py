"""Run what is due without Celery, or make sure that a worker may start."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from jobs.services import run_due, take_over


class Command(BaseCommand):
    help = "运行到期的后台任务（不需要 Celery）。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Offer the switch for the moment before a machine's only worker starts."""
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="只把已死的工作进程占着的任务放回队列；仅在没有工作进程运行时使用",
        )

    def handle(self, *args: Any, take_over: bool, **options: Any) -> None:
        """Run what is due, or give back what is held."""
        if take_over:
            self.stdout.write(f"放回{_give_back()}个任务。")
        else:
            self.stdout.write(f"运行了{run_due(clock=timezone.now)}个任务。")


def _give_back() -> int:
    return take_over(now=timezone.now())
