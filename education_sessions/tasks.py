"""What runs by the clock."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from education_sessions import services
from jobs.models import Job
from jobs.registry import Progress, register


@register("education_sessions.sweep", title="维护学习名单和补学", every=timedelta(minutes=5))
def sweep_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Bring lists up to date, close rolls, and repeat what a lost signal left undone."""
    now = timezone.now()
    return {
        "added": services.refresh_lists(now=now),
        "asked": services.close_rolls(now=now),
        "made_up": services.complete_all(now=now),
    }
