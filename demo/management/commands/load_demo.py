import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.services import DemoRefused, load_demo
from demo.services.loading import DEFAULT_SEED
from demo.world import TooEarly
from people.registry import demo_accounts


class Command(BaseCommand):
    help = "装载演示公司：人员、24个月的数据，并演出最近60天；可以重复运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", type=date.fromisoformat, help="演示到哪一天，默认今天")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="随机种子")
        parser.add_argument("--accounts", action="store_true", help="装载后列出演示账号")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def report(what: str) -> None:
            self.stdout.write(f"[{time.monotonic() - started:5.1f} 秒] {what}")

        try:
            run = load_demo(
                now=timezone.now(),
                as_of=options["as_of"],
                seed=options["seed"],
                progress=report,
            )
        except (DemoRefused, TooEarly) as error:
            raise CommandError(str(error)) from error
        report(f"演示已就绪：{run}")
        if options["accounts"]:
            for account in demo_accounts():
                self.stdout.write(
                    f"{account.role}\t{account.name}\t{account.username}\t{account.password}"
                )
