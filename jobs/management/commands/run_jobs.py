"""Run what is due without Celery, or make ready for the worker that is about to start."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jobs import services
from jobs.registry import UnknownKind


class Command(BaseCommand):
    help = "运行到期的后台任务（不需要 Celery），或为即将启动的工作进程做准备。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Offer the two switches for the moment before a machine's only worker starts."""
        parser.add_argument(
            "--take-over",
            action="store_true",
            help="只把已死的工作进程占着的任务放回队列；仅在没有工作进程运行时使用",
        )
        parser.add_argument(
            "--arm", action="append", default=[], metavar="种类", help="让一种定时任务马上到期"
        )

    def handle(self, *args: Any, take_over: bool, arm: list[str], **options: Any) -> None:
        """Run what is due, or only make ready.

        :raises CommandError: if a kind to arm is not known.
        """
        now = timezone.now()
        for kind in arm:
            try:
                job = services.arm(kind=kind, now=now)
            except UnknownKind as error:
                raise CommandError(f"没有“{kind}”这种定时任务，请检查拼写。") from error
            self.stdout.write(f"{job.title}：马上运行。")
        if take_over:
            self.stdout.write(f"放回{services.take_over(now=now)}个任务。")
        elif not arm:
            self.stdout.write(f"运行了{services.run_due(clock=timezone.now)}个任务。")
