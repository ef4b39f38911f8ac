"""What runs by the clock, and the printing of many certificates."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from common.pdf import PdfUnavailable
from courses.models import Certificate
from courses.papers import bundle, write_parts
from courses.services import open_renewals, record_missed_exams
from jobs.files import folder_of
from jobs.models import Job
from jobs.registry import JobRefused, Progress, register


@register("courses.renewals", title="开放到期前的复训", daily_at=time(4, 30))
def open_renewals_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Open what ends within two months; what is open already is not opened again."""
    return {"opened": open_renewals(now=timezone.now())}


@register("courses.sweep", title="补记考试成绩", every=timedelta(minutes=5))
def sweep_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Repeat what a lost signal left undone."""
    return {"recorded": record_missed_exams()}


@register("courses.certificates", title="生成证书", stages=("排版", "打包"))
def print_certificates_task(job: Job, progress: Progress) -> dict[str, Any]:
    """Set the certificates that the officer chose, fifty to a file, and put them in one archive."""
    certificates = Certificate.objects.filter(pk__in=job.params["certificates"])
    folder, paths = folder_of(job), []
    progress.stage(1)
    try:
        for done, path in write_parts(certificates, site=job.params["site"], folder=folder):
            paths.append(path)
            progress(done, len(job.params["certificates"]), f"已排好{done}张")
    except PdfUnavailable as unavailable:
        raise JobRefused(str(unavailable)) from unavailable
    progress.stage(2, f"{len(job.params['certificates'])}张")
    bundle(paths, folder / "certificates.zip")
    return {"file": "certificates.zip", "sentence": f"{len(job.params['certificates'])}张证书"}
