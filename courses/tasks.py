"""What runs by the clock: the next cycle of what is about to end, lost signals."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from courses.services import open_renewals, record_missed_exams
from jobs.models import Job
from jobs.registry import Progress, register


@register("courses.renewals", title="开放到期前的复训", daily_at=time(4, 30))
def open_renewals_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Open what ends within two months; what is open already is not opened again."""
    return {"opened": open_renewals(now=timezone.now())}


@register("courses.sweep", title="补记考试成绩", every=timedelta(minutes=5))
def sweep_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Repeat what a lost signal left undone."""
    return {"recorded": record_missed_exams()}
