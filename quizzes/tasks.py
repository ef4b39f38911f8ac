"""What runs by the clock: looking at how questions do, handing in exams whose time is over."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from jobs.models import Job
from jobs.registry import Progress, register
from quizzes.services import close_exams
from quizzes.services.analysis import raise_flags


@register("quizzes.analysis", title="分析题目的作答情况", daily_at=time(4, 0))
def analyse_questions_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Flag the questions that want a look, and clear what is over."""
    return raise_flags(now=timezone.now())


@register("quizzes.close_exams", title="收回到时间的考卷", every=timedelta(minutes=5))
def close_exams_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Hand in what was left open when its time ran out."""
    return {"closed": close_exams(now=timezone.now())}
