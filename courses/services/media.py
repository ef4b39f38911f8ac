"""Files of lessons: who brought them in."""

from datetime import datetime

from audit.services import record
from courses.models import MediaFile
from people.models import User


def note_upload(*, file: MediaFile, by: User, now: datetime) -> None:
    """Write into the log that a file was taken in, with its digest."""
    record(
        actor_id=by.pk,
        action="courses.file.uploaded",
        subject=file,
        now=now,
        data={"kind": file.kind, "sha256": file.sha256},
    )
