from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from home.doctor import examine


class Command(BaseCommand):
    help = "检查这套安装：数据库、磁盘、中间件、后台任务、时钟、字体；有问题就说怎么办。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line a subject, and end with 1 where something is wrong."""
        findings = examine(now=timezone.now())
        for finding in findings:
            mark = self.style.SUCCESS("正常") if finding.is_well else self.style.ERROR("要办")
            self.stdout.write(f"{mark}  {finding.subject}：{finding.sentence}")
        wrong = sum(not finding.is_well for finding in findings)
        if wrong:
            self.stderr.write(f"{wrong}处要办。")
            raise SystemExit(1)
        self.stdout.write("都正常。")
