"""Files that jobs make, kept out of the web server's reach and handed out by ``jobs:download``."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from jobs.models import Job

KEPT_FOR = timedelta(days=7)


def folder_of(job: Job) -> Path:
    """Return the job's own folder, made if need be; ``{"file": name}`` names a file in it."""
    folder = Path(settings.JOB_FILES_ROOT) / str(job.pk)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def file_of(job: Job) -> Path | None:
    """Return the file that the job made, or None where there is none or it is no longer kept."""
    name = job.result.get("file")
    if not name:
        return None
    path = Path(settings.JOB_FILES_ROOT) / str(job.pk) / Path(name).name
    return path if path.is_file() else None


def remove_old(*, now: datetime) -> int:
    """Delete the folders of jobs that ended too long ago and return how many there were."""
    root = Path(settings.JOB_FILES_ROOT)
    if not root.is_dir():
        return 0
    ids = [int(folder.name) for folder in root.iterdir() if folder.name.isdecimal()]
    old = Job.objects.filter(pk__in=ids, ended_at__lt=now - KEPT_FOR).values_list("pk", flat=True)
    for pk in old:
        shutil.rmtree(root / str(pk))
    return len(old)
