"""What runs by the clock: weekly and monthly learning, clocks of the absent, lost signals."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from assignments import services
from jobs.models import Job
from jobs.registry import Progress, register


@register("assignments.daily", title="布置岗位学习和廉政三分钟", daily_at=time(5, 0))
def assign_due_learning_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Assign what the day asks for; duties that exist already are not assigned again."""
    now = timezone.now()
    return {
        **services.recompute(now=now),
        "joiners": services.open_paths_of_joiners(now=now),
        **services.assign_due_learning(now=now),
    }


@register("assignments.sweep", title="补记完成的学习", every=timedelta(minutes=5))
def sweep_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Repeat what a lost signal left undone."""
    now = timezone.now()
    return {**services.sweep(now=now), **services.sweep_courses(now=now)}
