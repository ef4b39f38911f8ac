"""A course given by hand to the people of a unit or of a post, and taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from assignments.models import (
    UNFINISHED_STATUSES,
    Allotment,
    AssignmentSource,
    DutyKind,
    SourceKind,
    TrainingAssignment,
)
from assignments.services.courses import end_duties
from audit.services import record
from courses.models import CoursePage, Enrollment
from courses.services import open_many
from people.models import Absence, Employee, OrgUnit, Position, Posting
from people.services import account_id

PEOPLE_AT_ONCE = 500


class AllotmentRefused(Exception):
    """A course cannot be given as asked for; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class AllotmentPlan:
    """What giving a course would do: to how many it is new, who has it or holds it, who is away."""

    people: int
    new: int
    busy: int
    holding: int
    away: int
    examples: list[Employee]


def plan_allotment(
    *,
    course: CoursePage,
    unit: OrgUnit,
    position: Position | None,
    named: str = "",
    due_on: date,
    on: date,
) -> AllotmentPlan:
    """Return what giving a course would do; nothing is written.

    :raises AllotmentRefused: if its last day cannot be meant, or nobody is meant.
    """
    if due_on <= on:
        raise AllotmentRefused("最迟完成日要在今天以后，请改正后再看。")
    people = people_meant(unit=unit, position=position, named=named, on=on)
    total = people.count()
    if not total:
        raise AllotmentRefused("这个单位现在没有人在这个岗位上，请换一个单位或岗位。")
    new = _new_to(course, people, on=on)
    cycles = Enrollment.objects.filter(course=course, employee__in=people)
    return AllotmentPlan(
        people=total,
        new=new.count(),
        busy=cycles.open().count(),
        holding=people.filter(_holds(course, on=on)).exclude(_is_on(course)).count(),
        away=new.filter(
            Exists(Absence.objects.in_force(on=on).filter(employee=OuterRef("pk")))
        ).count(),
        examples=list(new.order_by("emp_no")[:20]),
    )


def people_meant(
    *, unit: OrgUnit, position: Position | None, named: str = "", on: date
) -> "QuerySet[Employee]":
    """Return who works in the unit or below it on that day; in the post, or by number, if named."""
    postings = Posting.objects.in_force(on=on).filter(unit__path__startswith=unit.path)
    if position is not None:
        postings = postings.filter(position=position)
    people = Employee.objects.employed(on=on).filter(pk__in=postings.values("employee"))
    return people.filter(emp_no__in=named.split()) if named else people


def carry_out(*, allotment: Allotment, now: datetime, progress: Callable[[int, int], None]) -> int:
    """Give the course to everybody it is new to, and return how many; going on where it stopped.

    Who is on the course by their own will gets the duty as well: one act makes one record.
    """
    today = timezone.localdate(now)
    people = people_meant(
        unit=allotment.unit, position=allotment.position, named=allotment.named, on=today
    )
    given = TrainingAssignment.objects.filter(sources__allotment=allotment, employee=OuterRef("pk"))
    waiting = people.filter(~Exists(given)).exclude(_holds(allotment.course, on=today))
    keys = list(waiting.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), PEOPLE_AT_ONCE):
        _give(allotment, keys[start : start + PEOPLE_AT_ONCE], now=now)
        progress(min(start + PEOPLE_AT_ONCE, len(keys)), len(keys))
    with transaction.atomic():
        allotment.people = AssignmentSource.objects.filter(allotment=allotment).count()
        allotment.carried_out_at = now
        allotment.save(update_fields=["people", "carried_out_at"])
        record(
            actor_id=account_id(allotment.given_by),
            action="assignments.allotment.carried_out",
            subject=allotment,
            now=now,
            data={"people": allotment.people},
        )
    return allotment.people


@transaction.atomic
def _give(allotment: Allotment, employees: list[int], *, now: datetime) -> None:
    course = allotment.course
    open_many(employees=employees, course=course, starts_on=timezone.localdate(now), now=now)
    cycles = dict(
        Enrollment.objects.open()
        .filter(course=course, employee__in=employees)
        .values_list("employee", "pk")
    )
    key = f"course:{course.code}"
    duties = TrainingAssignment.objects.filter(employee__in=employees, requirement=key)
    standing = dict(duties.filter(status__in=UNFINISHED_STATUSES).values_list("employee", "pk"))
    # The earlier last day wins, as everywhere; what an officer put off for a person stays so.
    TrainingAssignment.objects.filter(
        pk__in=standing.values(), due_on__gt=allotment.due_on, extensions=None
    ).update(due_on=allotment.due_on, first_due_on=allotment.due_on)
    rounds: dict[int, int] = {}
    for employee, cycle in duties.values_list("employee", "cycle"):
        rounds[employee] = max(rounds.get(employee, 0), cycle)
    made = TrainingAssignment.objects.bulk_create(
        [
            TrainingAssignment(
                employee_id=employee,
                kind=DutyKind.COURSE,
                requirement=key,
                cycle=rounds.get(employee, 0) + 1,
                enrollment_id=cycles[employee],
                assigned_at=now,
                first_due_on=allotment.due_on,
                due_on=allotment.due_on,
            )
            for employee in employees
            if employee not in standing
        ],
        batch_size=PEOPLE_AT_ONCE,
    )
    duty_of = standing | {duty.employee_id: duty.pk for duty in made}
    AssignmentSource.objects.bulk_create(
        [
            AssignmentSource(
                assignment_id=duty_of[employee],
                kind=SourceKind.MANUAL,
                allotment=allotment,
                position=allotment.position,
                reason=allotment.reason,
                started_at=now,
            )
            for employee in employees
        ],
        batch_size=PEOPLE_AT_ONCE,
    )


def withdraw_allotment(*, allotment: Allotment, by: Employee, now: datetime) -> int:
    """Take a course back from who has not done it; return from how many. Twice is once.

    A duty that another source holds up stands; who has begun may go on of their own will.
    """
    with transaction.atomic():
        held = Allotment.objects.select_for_update().get(pk=allotment.pk)
        if held.withdrawn_at is not None:
            return 0
        held.withdrawn_at = now
        held.save(update_fields=["withdrawn_at"])
        sources = AssignmentSource.objects.filter(allotment=held, withdrawn_at=None)
        duties = list(sources.values_list("assignment", flat=True))
        sources.update(withdrawn_at=now)
        standing = AssignmentSource.objects.filter(assignment=OuterRef("pk"), withdrawn_at=None)
        fallen = TrainingAssignment.objects.unfinished().filter(~Exists(standing), pk__in=duties)
        ended = end_duties(list(fallen.order_by("pk")), reason="布置已收回", now=now)
        record(
            actor_id=account_id(by),
            action="assignments.allotment.withdrawn",
            subject=held,
            now=now,
            data={"ended": len(ended)},
        )
    return len(ended)


def _new_to(course: CoursePage, people: "QuerySet[Employee]", *, on: date) -> "QuerySet[Employee]":
    return people.exclude(_is_on(course)).exclude(_holds(course, on=on))


def _is_on(course: CoursePage) -> Exists:
    return Exists(Enrollment.objects.open().filter(course=course, employee=OuterRef("pk")))


def _holds(course: CoursePage, *, on: date) -> Exists:
    """Return the condition that a person completed the course and it still holds."""
    settled = Enrollment.objects.settled().filter(course=course, employee=OuterRef("pk"))
    return Exists(settled.holding(on=on))
