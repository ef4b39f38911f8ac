from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.loading import BadContent
from home.loading import load_content

WORDS = {"created": "新增", "updated": "更新", "unchanged": "未变", "kept": "保留编辑的修改"}


class Command(BaseCommand):
    help = "导入 content/ 里的演示版内容；可以重复运行，编辑改过的内容不动。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument(
            "--folder", type=Path, default=settings.CONTENT_DIR, help="内容所在的文件夹"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = load_content(
                folder=options["folder"], now=timezone.now(), dry_run=options["dry_run"]
            )
        except BadContent as error:
            for row in error.rows:
                self.stderr.write(str(row))
            raise CommandError(
                f"有{len(error.rows)}处不能导入，什么都没有改动。请按上面的说明改好后再运行。"
            ) from error
        for kept in source.kept:
            self.stdout.write(str(kept))
        for kind, count in source.counts.items():
            parts = [f"{word}{count[key]}" for key, word in WORDS.items() if count[key]]
            self.stdout.write(f"{kind}：{'，'.join(parts)}")
        if options["dry_run"]:
            self.stdout.write("这是试运行，没有写入。")
