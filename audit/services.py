"""Writing to the log, and checking its chain."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction

from audit.models import AuditEntry

ROOT_DIGEST = "0" * 64
# Any constant does; it only has to be the same for everyone who writes to the chain.
_CHAIN_LOCK = 0x51E6


def record(
    *,
    actor_id: int | None,
    action: str,
    subject: models.Model | tuple[str, str | int],
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append one entry to the chain, inside the caller's transaction.

    ``subject`` is a saved row or a pair (type, id). ``data`` holds ids, states and counts that JSON
    can carry, never names or contents. Writers are queued: SQLite's transactions are IMMEDIATE, on
    PostgreSQL an advisory lock holds until the transaction ends.
    """
    subject_type, subject_id = (
        (subject._meta.label_lower, subject.pk) if isinstance(subject, models.Model) else subject
    )
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
        last = AuditEntry.objects.order_by("-pk").values_list("digest", flat=True).first()
        entry = AuditEntry(
            at=now,
            actor_id=actor_id,
            action=action,
            subject_type=subject_type,
            subject_id=str(subject_id),
            data=dict(data or {}),
            previous=last or ROOT_DIGEST,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
    return entry


def digest_of(entry: AuditEntry) -> str:
    """Return sha256(previous + canonical JSON of the entry's own fields), in hexadecimal."""
    body = json.dumps(
        {
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_id": entry.actor_id,
            "action": entry.action,
            "subject_type": entry.subject_type,
            "subject_id": entry.subject_id,
            "data": entry.data,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256((entry.previous + body).encode()).hexdigest()


def first_broken(entries: Iterable[AuditEntry]) -> AuditEntry | None:
    """Return the first entry, in the order of the chain, that does not fit; None if all fit."""
    previous = ROOT_DIGEST
    for entry in entries:
        if entry.previous != previous or entry.digest != digest_of(entry):
            return entry
        previous = entry.digest
    return None
