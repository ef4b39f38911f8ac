"""What the worker runs. One task: run what is due; beat sends it every few seconds as well."""

from datetime import time
from typing import Any

from celery import shared_task
from django.utils import timezone

from jobs.files import remove_old
from jobs.models import Job
from jobs.registry import Progress, register
from jobs.services import run_due


@shared_task(name="jobs.run_due", ignore_result=True)
def run_due_task() -> int:
    """Run every job that is due."""
    return run_due(clock=timezone.now)


@register("jobs.remove_old_files", title="清理任务文件", daily_at=time(3, 20))
def remove_old_files_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Delete files of jobs that ended more than seven days ago."""
    return {"removed": remove_old(now=timezone.now())}
