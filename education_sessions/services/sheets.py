"""Keeping the photographed sheet of a session."""

import hashlib
import uuid
from datetime import datetime

from django.core.files.base import ContentFile, File
from django.db import transaction

from audit.services import record
from common.pictures import NotAPicture, TooManyPixels, shown_form
from education_sessions.exceptions import SessionRefusal
from education_sessions.models import EducationSession, PaperSheet
from people.models import Employee
from people.services import account_id

MOST_BYTES, MOST_SHEETS, MOST_PIXELS = 10 * 1024 * 1024, 6, 50_000_000


def keep_sheet(
    *, session: EducationSession, file: File[bytes], by: Employee, now: datetime
) -> PaperSheet:
    """Keep a photograph or scan of the signed sheet; the same file twice is kept once.

    :raises SessionRefusal: if the session has not opened, or the file is too large, one too many,
        damaged, or neither picture nor PDF.
    """
    name = "".join(letter for letter in (file.name or "签到表") if letter.isprintable())[-120:]
    if session.is_cancelled or now < session.opens_at:
        raise SessionRefusal("签到还没有开始，或者学习已经取消，不能附签到表。")
    if file.size > MOST_BYTES:
        raise SessionRefusal(f"{name}超过{MOST_BYTES // 1048576}MB，没有收下，请缩小后再传。")
    data = file.read()
    try:
        shown = shown_form(data, most_pixels=MOST_PIXELS)
    except NotAPicture as error:
        raise SessionRefusal(f"{name}不是照片或PDF，或者已经损坏，请重新拍一张再传。") from error
    except TooManyPixels as error:
        raise SessionRefusal(f"{name}的像素太多，没有收下，请缩小后再传。") from error
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        held = EducationSession.objects.select_for_update().get(pk=session.pk)
        known = held.sheets.filter(sha256=digest).first()
        if known is not None:
            return known
        if held.sheets.count() >= MOST_SHEETS:
            raise SessionRefusal(f"一次学习最多附{MOST_SHEETS}张签到表，这一张没有收下。")
        sheet = PaperSheet(
            session=held,
            name=name,
            content_type=shown.content_type,
            sha256=digest,
            uploaded_by=by,
            uploaded_at=now,
        )
        stem = uuid.uuid4().hex
        sheet.original.save(f"{stem}.{shown.suffix}", ContentFile(data), save=False)
        sheet.shown.save(f"{stem}.{shown.suffix}", ContentFile(shown.data), save=False)
        sheet.save(force_insert=True)
        record(
            actor_id=account_id(by),
            action="education_sessions.sheet_kept",
            subject=sheet,
            now=now,
            data={"sha256": digest},
        )
    return sheet


def note_reading(*, sheet: PaperSheet, by: Employee, now: datetime) -> None:
    """Write to the log that somebody opened a sheet that another had handed in."""
    if sheet.uploaded_by_id != by.pk:
        record(
            actor_id=account_id(by),
            action="education_sessions.sheet_read",
            subject=sheet,
            now=now,
        )
