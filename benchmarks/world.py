"""A copy of the demonstration, so that measuring changes nothing that anybody uses."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from people.models import User

ROOT = Path(__file__).resolve().parent.parent


class NoWorld(Exception):
    """There is no demonstration to measure; the message says how to get one."""


@contextlib.contextmanager
def copied_world() -> Iterator[None]:
    """Set Django up on a copy of the demonstration for as long as the block lasts.

    :raises NoWorld: if the demonstration has not been loaded on this machine.
    """
    var = Path(os.environ.get("QINGFENG_VAR") or ROOT / "var")
    if not (var / "qingfeng.sqlite3").exists():
        raise NoWorld("还没有演示数据，不能测量；请先运行一次 make run。")
    with tempfile.TemporaryDirectory(prefix="qingfeng-bench-") as name:
        copy = Path(name)
        with (
            contextlib.closing(sqlite3.connect(var / "qingfeng.sqlite3")) as source,
            contextlib.closing(sqlite3.connect(copy / "qingfeng.sqlite3")) as target,
        ):
            source.backup(target)
        for folder in ("demo", "static", "media"):
            if (var / folder).is_dir():
                shutil.copytree(var / folder, copy / folder)
        os.environ |= {
            "QINGFENG_VAR": name,
            "QINGFENG_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
        }
        os.environ.pop("DATABASE_URL", None)
        import django

        django.setup()
        from django.conf import settings

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        settings.CELERY_TASK_ALWAYS_EAGER = True
        yield


def account(role: str = "", *, username: str = "") -> "User":
    """Return the demonstration's account of a role, or the one of a name.

    :raises NoWorld: if there is none.
    """
    from demo.accounts import PARTS
    from people.models import User

    names = [part.name for part in PARTS if part.role == role]
    found = (
        User.objects.filter(username=username)
        if username
        else User.objects.filter(employee__name__in=names)
    )
    user = found.order_by("pk").first()
    if user is None:
        raise NoWorld(f"演示里没有账号“{role or username}”；请先运行 make reset 和 make run。")
    return user
