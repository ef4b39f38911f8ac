"""What runs by the clock: weekly and monthly learning, clocks of the absent, lost signals."""

from datetime import time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from assignments import services
from assignments.models import Allotment
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


@register("assignments.allot", title="布置课程")
def allot_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Give a course to everybody whom an officer meant; going on where it stopped."""
    allotment = Allotment.objects.select_related("course", "unit", "position", "given_by").get(
        pk=job.params["allotment"]
    )
    people = services.carry_out(
        allotment=allotment,
        now=timezone.now(),
        progress=lambda done, total: progress(done, total, f"已布置{done}人"),
    )
    return {"sentence": f"已布置给{people}人", "url": reverse("assignments:allotments")}
