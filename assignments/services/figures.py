"""What a secretary may know: course duties by name, position learning as figures (5 or more)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from assignments.models import AssignmentStatus, DutyKind, TrainingAssignment
from people.models import Employee, PartyBranch

SMALLEST_GROUP = 5


@dataclass(frozen=True, slots=True)
class DutyFigures:
    """One requirement in one branch; ``people`` are those who have the duty."""

    requirement: str
    title: str
    people: int
    done: int
    unfinished: tuple[Employee, ...]


@dataclass(frozen=True, slots=True)
class BranchFigures:
    """A branch on a day. Position figures are None where fewer than five people stand behind."""

    branch: PartyBranch
    members: int
    courses: tuple[DutyFigures, ...]
    position_people: int | None
    position_done: int | None
    overdue: tuple[TrainingAssignment, ...]


def may_be_shown(*, people: int, part: int) -> bool:
    """Return whether a figure over people, and a part of it, name nobody by subtraction."""
    return people >= SMALLEST_GROUP and all(
        each == 0 or each >= SMALLEST_GROUP for each in (part, people - part)
    )


def branch_figures(*, branch: PartyBranch, on: date) -> BranchFigures:
    """Return what the branch's secretary sees; costs six queries whatever the size.

    Position learning is counted over people, not duties, and neither the done nor the rest is shown
    when it is smaller than five and not everyone or no one: subtraction would name them.
    """
    members = Employee.objects.of_branch(branch, on=on)
    duties = TrainingAssignment.objects.counted().filter(employee__in=members)
    courses = (
        duties.filter(kind=DutyKind.COURSE)
        .values("requirement")
        .annotate(
            name=Coalesce("lesson__title", "enrollment__course__title"),
            people=Count("pk"),
            finished=Count("pk", filter=Q(status=AssignmentStatus.DONE)),
        )
        .order_by("-requirement")
    )
    open_courses: dict[str, list[Employee]] = {}
    for duty in (
        duties.filter(kind=DutyKind.COURSE, status=AssignmentStatus.OPEN)
        .select_related("employee")
        .order_by("employee__emp_no")
    ):
        open_courses.setdefault(duty.requirement, []).append(duty.employee)
    position = duties.filter(kind=DutyKind.POSITION)
    people = position.values("employee").distinct().count()
    unfinished = position.filter(status=AssignmentStatus.OPEN).values("employee").distinct().count()
    shown = may_be_shown(people=people, part=unfinished)
    return BranchFigures(
        branch=branch,
        members=members.count(),
        courses=tuple(
            DutyFigures(
                requirement=row["requirement"],
                title=row["name"],
                people=row["people"],
                done=row["finished"],
                unfinished=tuple(open_courses.get(row["requirement"], ())),
            )
            for row in courses
        ),
        position_people=people if shown else None,
        position_done=people - unfinished if shown else None,
        overdue=tuple(position.overdue(on=on).select_related("employee").order_by("due_on", "pk")),
    )
