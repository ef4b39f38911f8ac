"""What a training officer may know: course duties one by one, position learning as figures.

Every figure is the number of rows that ``duties_meant`` returns for the same question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from assignments.models import DutyKind, TrainingAssignment, TrainingAssignmentQuerySet
from assignments.services.figures import may_be_shown
from people.models import Employee, OrgUnit, Position, Posting, Role, UnitKind, User

STATES = {"": "应学", "done": "已学完", "open": "未学完", "overdue": "已超期"}
GROUPS = {"unit": "按单位", "position": "按岗位", "requirement": "按课程"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: as of which day, and narrowed to what. 0 and empty stand for everything.

    A unit stands for itself and what lies below it; with ``own`` for its own staff only.
    """

    on: date
    unit: int = 0
    own: bool = False
    position: int = 0
    requirement: str = ""
    state: str = ""

    @classmethod
    def from_json(cls, asked: Mapping[str, Any]) -> "Question":
        """Return the question that was written with ``as_json``."""
        return cls(**{**asked, "on": date.fromisoformat(asked["on"])})

    def as_json(self) -> dict[str, Any]:
        """Return the question as JSON can hold it."""
        return {**asdict(self), "on": self.on.isoformat()}

    def narrowed(self, **fields: object) -> "Question":
        """Return the same question, asked of less."""
        return replace(self, **fields)  # type: ignore[arg-type]  # the fields are this class's


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: duties, done, and overdue, and the question that lists them."""

    name: str
    due: int
    done: int
    overdue: int
    question: Question

    @property
    def open(self) -> int:
        """How many are not done."""
        return self.due - self.done


@dataclass(frozen=True, slots=True)
class PositionRow:
    """Position learning of a unit, over people; None where too few stand behind it."""

    name: str
    people: int | None
    done: int | None


def duties_meant(user: User, question: Question) -> TrainingAssignmentQuerySet:
    """Return the course duties that a question means, in the scope of the officer.

    A past day is worked out from rows: when a duty was given, done or ended, and where the person's
    main post was then. Known as of now only: the last day, with leave and extensions; and what was
    withdrawn counts for no day.
    """
    end = _end_of(question.on)
    found = _of_units(user, question, DutyKind.COURSE)
    if question.requirement:
        found = found.filter(requirement=question.requirement)
    done = Q(completed_at__lt=end)
    conditions = {
        "": Q(),
        "done": done,
        "open": ~done | Q(completed_at=None),
        "overdue": (~done | Q(completed_at=None)) & Q(due_on__lt=question.on),
    }
    return found.filter(conditions[question.state])


def listed(user: User, question: Question) -> Any:
    """Return the same duties with what a list shows of them, what is due first on top.

    Each has its ``unit_name``, which the type of a plain duty does not know.
    """
    return (
        duties_meant(user, question)
        .with_unit_names()
        .select_related("employee", "lesson", "enrollment__course", "risk_point")
        .order_by("due_on", "employee__emp_no", "pk")
    )


def late(user: User, question: Question) -> Any:
    """Return the overdue position learning with what a list shows of it."""
    return (
        position_overdue(user, question)
        .with_unit_names()
        .select_related("employee")
        .order_by("due_on", "employee__emp_no", "pk")
    )


def in_words(user: User, question: Question) -> str:
    """Return what a question is narrowed to, in words; three queries."""
    units = OrgUnit.objects.filter(user.scope.units(Role.TRAINING_OFFICER))
    unit = units.filter(pk=question.unit).first()
    position = Position.objects.filter(pk=question.position).first()
    below = "" if question.own or unit is None or unit.kind == UnitKind.STATION else "及下属单位"
    words = [
        f"{unit.name}{below}" if unit else "管辖的全部单位",
        position.name if position else "",
        requirements_meant(user, question).get(question.requirement, ""),
    ]
    return "，".join(filter(None, words))


def table_of(user: User, question: Question, *, by: str) -> list[Row]:
    """Return the figures by unit, position or course; two queries whatever the size."""
    field = {
        "unit": "employee__postings__unit",
        "position": "employee__postings__position",
        "requirement": "requirement",
    }[by]
    end = _end_of(question.on)
    done = Q(completed_at__lt=end)
    rows = (
        duties_meant(user, question.narrowed(state=""))
        .values_list(field)
        .annotate(
            due=Count("pk"),
            finished=Count("pk", filter=done),
            late=Count("pk", filter=(~done | Q(completed_at=None)) & Q(due_on__lt=question.on)),
        )
    )
    names = _names(by, [key for key, *_ in rows])
    own = {"own": True} if by == "unit" else {}
    found = [
        Row(names[key], due, finished, late, question.narrowed(**{by: key}, **own))
        for key, due, finished, late in rows
    ]
    return sorted(found, key=lambda row: row.name)


def total_of(rows: Sequence[Row], question: Question) -> Row:
    """Return the line below a table."""
    return Row(
        "合计",
        sum(row.due for row in rows),
        sum(row.done for row in rows),
        sum(row.overdue for row in rows),
        question,
    )


def position_learning(user: User, question: Question) -> list[PositionRow]:
    """Return how many people have and have done their position learning, by unit; two queries.

    Nothing where a post was asked for: beside the figures of the whole unit it would name the rest.
    """
    if question.position:
        return []
    end = _end_of(question.on)
    rows = (
        _of_units(user, question, DutyKind.POSITION)
        .values_list("employee__postings__unit")
        .annotate(
            people=Count("employee", distinct=True),
            unfinished=Count(
                "employee",
                distinct=True,
                filter=Q(completed_at=None) | Q(completed_at__gte=end),
            ),
        )
    )
    names = _names("unit", [key for key, *_ in rows])
    found = []
    for key, people, unfinished in rows:
        shown = may_be_shown(people=people, part=unfinished)
        found.append(
            PositionRow(
                names[key], people if shown else None, people - unfinished if shown else None
            )
        )
    return sorted(found, key=lambda row: row.name)


def position_overdue(user: User, question: Question) -> TrainingAssignmentQuerySet:
    """Return the overdue position learning: the only part of it that is known by name."""
    duties = _of_units(user, question, DutyKind.POSITION)
    return duties.overdue(on=question.on)


def requirements_meant(user: User, question: Question) -> dict[str, str]:
    """Return what is required of anybody in scope, by key, for the filter."""
    duties = duties_meant(user, question.narrowed(requirement="", state=""))
    return _titles(sorted(set(duties.values_list("requirement", flat=True))))


def _of_units(user: User, question: Question, kind: DutyKind) -> TrainingAssignmentQuerySet:
    mains = Posting.objects.in_force(on=question.on).filter(is_main=True)
    where = user.scope.units(Role.TRAINING_OFFICER, path="employee__postings__unit__path")
    narrowed = Q(employee__postings__in=mains) & where
    if question.unit:
        below = Q(employee__postings__unit__parent=question.unit) | Q(
            employee__postings__unit__parent__parent=question.unit
        )
        narrowed &= Q(employee__postings__unit=question.unit) | (Q() if question.own else below)
    if question.position:
        narrowed &= Q(employee__postings__position=question.position)
    return TrainingAssignment.objects.standing_at(_end_of(question.on)).filter(
        narrowed,
        kind=kind,
        employee__in=Employee.objects.employed(on=question.on),
    )


def _names(by: str, keys: Sequence[int | str]) -> dict[int | str, str]:
    if by == "unit":
        units = OrgUnit.objects.filter(pk__in=keys)
        return {
            unit.pk: unit.name if unit.kind == UnitKind.STATION else f"{unit.name}本部"
            for unit in units
        }
    if by == "position":
        return {position.pk: position.name for position in Position.objects.filter(pk__in=keys)}
    return dict(_titles([str(key) for key in keys]).items())


def _titles(requirements: Sequence[str]) -> dict[str, str]:
    rows = TrainingAssignment.objects.filter(requirement__in=requirements).values_list(
        "requirement", "lesson__title", "enrollment__course__title"
    )
    return {
        key: course or (f"廉政三分钟：{lesson}" if lesson else key)
        for key, lesson, course in rows.distinct()
    }


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def state_of(duty: TrainingAssignment, *, on: date) -> str:
    """Return how a duty stood on a day, as the table counts it."""
    if duty.completed_at is not None and duty.completed_at < _end_of(on):
        return "done"
    return "overdue" if duty.due_on < on else "open"
