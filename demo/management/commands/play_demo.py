from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.services import DemoRefused, bring_up_to_date


class Command(BaseCommand):
    help = "把演示的数据接到昨天，导入并演出这几天；可以重复运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = bring_up_to_date(now=timezone.now(), progress=self.stdout.write)
        except DemoRefused as error:
            raise CommandError(str(error)) from error
        if run is None:
            raise CommandError("演示还没有装载，请先运行 manage.py load_demo。")
        self.stdout.write(f"演示已接上，演完了{run.played_until:%Y年%m月%d日}")
