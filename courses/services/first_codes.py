"""First codes for a class: for those whom its list brought in, by who formed it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.services import record
from courses.exceptions import CourseRefusal
from courses.models import TrainingClass
from people.models import Employee, User
from people.services.first_codes import CodesRefused, IssuedCode, Waiting, issue_codes, waiting_of


def may_issue_codes(training_class: TrainingClass, by: User) -> bool:
    """Return whether it is this person who formed the class."""
    return (
        training_class.formed_at is not None
        and by.employee_id is not None
        and training_class.created_by_id == by.employee_id
    )


def members_waiting(training_class: TrainingClass, *, now: datetime) -> list[Waiting]:
    """Return the members who never logged in, and only those whom the list of the class brought in.

    Whoever was on the roster before, or holds a role, gets a code from the administrator: a list is
    no way into the account of somebody else. Who has no phone stays on the roll by paper.
    """
    people = Employee.objects.employed(on=timezone.localdate(now)).filter(
        class_membership__training_class=training_class,
        class_membership__is_joiner=True,
        class_membership__has_phone=True,
        role_grants=None,
    )
    return waiting_of(people, now=now)


def issue_class_codes(
    *, training_class: TrainingClass, chosen: Iterable[int], by: User, now: datetime
) -> list[IssuedCode]:
    """Issue first codes to chosen members of a class; they can be read this once.

    :raises CourseRefusal: if another formed the class, or nobody was chosen who waits.
    """
    if not may_issue_codes(training_class, by):
        raise CourseRefusal("首次登录码只由建班人发；建班人不在的，请联系系统管理员。")
    with transaction.atomic():
        try:
            issued = issue_codes(
                waiting=members_waiting(training_class, now=now), chosen=chosen, by=by, now=now
            )
        except CodesRefused as refusal:
            raise CourseRefusal(str(refusal)) from refusal
        record(
            actor_id=by.pk,
            action="courses.class.codes_issued",
            subject=training_class,
            now=now,
            data={"people": len(issued)},
        )
    return issued
