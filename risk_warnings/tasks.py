"""What the worker does for warnings: read a delivery, and what the clock brings about."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

import risk_engine
from jobs.models import Job
from jobs.registry import JobRefused, Progress, register
from people.models import Employee
from risk_warnings.services import OutdatedBatch, announce_again, import_batch, sweep


@register(
    "risk_warnings.import_batch",
    title="导入数据并运行预警规则",
    lease=timedelta(minutes=30),
)
def import_batch_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Import the folder that the job names."""
    by = Employee.objects.filter(user=job.owner_id).first() if job.owner_id else None
    try:
        batch = import_batch(
            extracts=Path(job.params["extracts"]),
            as_of=date.fromisoformat(job.params["as_of"]),
            by=by,
            now=timezone.now(),
            progress=progress,
        )
    except (OutdatedBatch, risk_engine.UsageError) as refusal:
        raise JobRefused(str(refusal)) from refusal
    return {
        "sentence": f"导入{batch.file_count}个文件、{batch.row_count}行，"
        f"隔离{batch.rejected_count}行。"
    }


@register("risk_warnings.sweep", title="预警的到期与告知", every=timedelta(seconds=10))
def sweep_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Send what is due, resolve what has expired, flag what is late."""
    return dict(sweep(now=timezone.now()))


@register("risk_warnings.announce_again", title="预警的补通报", every=timedelta(minutes=10))
def announce_again_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Announce the facts of the last days again, for receivers that were down."""
    return {"announced": announce_again(now=timezone.now())}
