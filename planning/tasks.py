"""What runs by the clock: the week's message, after the morning's duties were given."""

from datetime import time
from typing import Any

from django.utils import timezone

from jobs.models import Job
from jobs.registry import Progress, register
from planning import services


@register("planning.week", title="告知本周的学习", daily_at=time(7, 30))
def tell_weeks_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Tell who is at work for the first time this week; who was told is not told again."""
    return {"told": services.tell_weeks(now=timezone.now())}
