"""Taking files in: types are read from content, pictures are drawn anew, names are no paths."""

import hashlib
import uuid
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction

from common.files import plain_name
from common.pictures import NotAPicture, TooManyPixels, shown_form
from people.models import Employee
from risk_warnings.limits import limits
from risk_warnings.models import Attachment, Explanation, Interview, Verification
from risk_warnings.services.acting import log
from risk_warnings.services.errors import AttachmentRefused


@transaction.atomic
def attach(
    *,
    file: File[bytes],
    to: Explanation | Verification | Interview,
    by: Employee,
    now: datetime,
) -> Attachment:
    """Keep a file with a record: the original privately, and what others are shown beside it.

    :raises AttachmentRefused: if it is too large, too many, damaged, or neither picture nor PDF.
    """
    bounds = limits().attachments
    name = plain_name(file.name or "附件")
    if file.size > bounds.bytes:
        raise AttachmentRefused(f"{name}超过{bounds.bytes // 1048576}MB，没有收下，请缩小后再传。")
    owner = _owner(to)
    if Attachment.objects.filter(**owner).count() >= bounds.files:
        raise AttachmentRefused(f"最多{bounds.files}个附件，{name}没有收下，请删减后再传。")
    data = file.read()
    try:
        shown = shown_form(data, most_pixels=bounds.pixels)
    except NotAPicture as error:
        raise AttachmentRefused(
            f"{name}不是照片或PDF，或者已经损坏，没有收下，请换一个文件。"
        ) from error
    except TooManyPixels as error:
        raise AttachmentRefused(f"{name}的像素太多，没有收下，请缩小后再传。") from error
    stem = uuid.uuid4().hex
    attachment = Attachment(
        name=name,
        content_type=shown.content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_by=by,
        uploaded_at=now,
        **owner,
    )
    attachment.original.save(f"{stem}.{shown.suffix}", ContentFile(data), save=False)
    attachment.shown.save(f"{stem}.{shown.suffix}", ContentFile(shown.data), save=False)
    attachment.save(force_insert=True)
    log("attachment.added", attachment, by=by, now=now, sha256=attachment.sha256)
    return attachment


def _owner(record: Explanation | Verification | Interview) -> dict[str, Any]:
    return {type(record).__name__.lower(): record}
