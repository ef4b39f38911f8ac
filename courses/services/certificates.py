"""Certificates: one a cycle, issued when it is completed, and taken back for a reason."""

import secrets
from datetime import date, datetime

from django.db import transaction

from audit.services import record
from courses.exceptions import CourseRefusal
from courses.models import Certificate, CourseKind, Enrollment
from people.models import Employee
from people.services import account_id

PATH_TITLE = "新员工廉洁三级教育"


def issue_certificate(*, enrollment: Enrollment, on: date) -> Certificate:
    """Issue the certificate of a completed cycle; issuing twice returns the first."""
    course = enrollment.course
    title = PATH_TITLE if course.kind == CourseKind.ONBOARDING else course.title
    certificate, _ = Certificate.objects.get_or_create(
        enrollment=enrollment,
        defaults={
            "number": f"LJ{on:%Y}-{enrollment.pk:06d}",
            "token": secrets.token_urlsafe(18),
            "name": enrollment.employee.name,
            "title": title,
            "issued_on": on,
            "valid_until": enrollment.valid_until,
        },
    )
    return certificate


def revoke_certificate(
    *, certificate: Certificate, by: Employee, reason: str, now: datetime
) -> Certificate:
    """Take a certificate back, for a reason.

    :raises CourseRefusal: if no reason is given, or it was revoked before.
    """
    if not reason.strip():
        raise CourseRefusal("还没有写撤销原因，请写明原因，再撤销。")
    with transaction.atomic():
        held = Certificate.objects.select_for_update().get(pk=certificate.pk)
        if held.revoked_at is not None:
            raise CourseRefusal("这张证书已经撤销过，不需要再撤。")
        held.revoked_at = now
        held.revoked_reason = reason.strip()
        held.save(update_fields=["revoked_at", "revoked_reason"])
        record(
            actor_id=account_id(by),
            action="courses.certificate.revoked",
            subject=held,
            now=now,
        )
    return held
