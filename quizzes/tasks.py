"""What runs by the clock or in the background: item analysis, exams that are over, regrading."""

from datetime import time, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from jobs.models import Job
from jobs.registry import Progress, register
from quizzes.models import Regrade
from quizzes.services import carry_out_regrade, close_exams
from quizzes.services.analysis import raise_flags
from quizzes.services.regrading import REGRADE_KIND


@register("quizzes.analysis", title="分析题目的作答情况", daily_at=time(4, 0))
def analyse_questions_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Flag the questions that want a look, and clear what is over."""
    return raise_flags(now=timezone.now())


@register("quizzes.close_exams", title="收回到时间的考卷", every=timedelta(minutes=5))
def close_exams_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Hand in what was left open when its time ran out."""
    return {"closed": close_exams(now=timezone.now())}


@register(REGRADE_KIND, title="改判答卷")
def regrade_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Judge earlier answers anew; going on where it stopped."""
    regrade = Regrade.objects.select_related("question", "version").get(pk=job.params["regrade"])
    changed = carry_out_regrade(
        regrade=regrade,
        now=timezone.now(),
        progress=lambda done, total: progress(done, total, f"已改判{done}人"),
    )
    return {
        "sentence": f"改了{changed}份作答",
        "url": reverse("quizzes_regrade", args=[regrade.question_id]),
    }
