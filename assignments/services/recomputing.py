"""What joining, transfer and leaving do to duties, worked out anew every day."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from assignments.models import AssignmentSource, SourceKind, TrainingAssignment
from assignments.services.courses import end_duties
from people.models import Employee, Posting

_OF_A_POST = (SourceKind.POSITION, SourceKind.SIMILAR)


def recompute(*, now: datetime) -> dict[str, int]:
    """End the duties of who has left, and of posts that are no longer held; twice is once.

    A duty of a post stands as long as another source holds it up. What the new post asks for comes
    with the weekly learning.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        return {"left": _end_of_left(today, now=now), "moved": _end_of_moved(today, now=now)}


def _end_of_left(today: date, *, now: datetime) -> int:
    left = Employee.objects.filter(left_on__lte=today)
    duties = TrainingAssignment.objects.unfinished().filter(employee__in=left)
    return len(end_duties(duties.order_by("pk"), reason="已离职", now=now))


def _end_of_moved(today: date, *, now: datetime) -> int:
    held = Posting.objects.in_force(on=today).filter(
        employee=OuterRef("assignment__employee"), position=OuterRef("position")
    )
    fallen = AssignmentSource.objects.filter(
        ~Exists(held),
        kind__in=_OF_A_POST,
        position__isnull=False,
        withdrawn_at=None,
        assignment__in=TrainingAssignment.objects.unfinished(),
    )
    duties = set(fallen.values_list("assignment", flat=True))
    AssignmentSource.objects.filter(pk__in=list(fallen.values_list("pk", flat=True))).update(
        withdrawn_at=now
    )
    standing = AssignmentSource.objects.filter(assignment=OuterRef("pk"), withdrawn_at=None)
    without = TrainingAssignment.objects.unfinished().filter(~Exists(standing), pk__in=duties)
    return len(end_duties(without.order_by("pk"), reason="已调离这个岗位", now=now))
