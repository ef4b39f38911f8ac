"""The demonstration goes on by itself: each night, and whenever it is started."""

from datetime import time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from demo.services import bring_up_to_date
from jobs.models import Job
from jobs.registry import Progress, register


def deliver_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Bring the demonstration up to this morning."""
    done = 0

    def report(what: str) -> None:
        nonlocal done
        done += 1
        progress(done, done + 1, what)

    run = bring_up_to_date(now=timezone.now(), progress=report)
    return {"sentence": f"演示已接上，演完了{run.played_until}。" if run else "演示还没有装载。"}


if settings.DEMO:
    register(
        "demo.deliver",
        title="接上演示公司昨天为止的数据",
        lease=timedelta(minutes=15),
        daily_at=time(4, 30),
    )(deliver_task)
