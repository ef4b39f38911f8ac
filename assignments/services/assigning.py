"""Making duties: by position every week, by month for all, by conclusion for one."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone

from assignments.models import (
    UNFINISHED_STATUSES,
    AssignmentSource,
    AssignmentStatus,
    DutyKind,
    Extension,
    SourceKind,
    TrainingAssignment,
    TrainingTrigger,
)
from audit.services import record
from common.calendar import add_workdays, workdays_between
from courses.models import Enrollment, MicroLessonPage
from notifications.models import NotificationCategory
from notifications.services import notify
from people.models import Absence, Employee, Position, Posting
from quizzes.services.drawing import points_of
from risk_manual.models import RiskPointPage
from risk_warnings.models import ADVERSE_CONCLUSIONS, WorkOrder

logger = logging.getLogger(__name__)

# What the events begin with under which people are told of a duty that a work order brought.
ASSIGNED = "assignments.assigned:"
WEEKLY_QUESTIONS = 3
WEEKLY_DAYS = 10
SIMILAR_LOOK_BACK = timedelta(days=7)


class NoTrainingTrigger(Exception):
    """The trigger table has no row for this risk point, level and conclusion."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is to be learnt: a lesson, some questions on a risk point, both, or a course."""

    kind: DutyKind
    key: str
    risk_point: RiskPointPage | None = None
    lesson: MicroLessonPage | None = None
    question_count: int = 0
    enrollment: Enrollment | None = None

    @classmethod
    def on_point(
        cls, point: RiskPointPage, *, position: Position | None, count: int
    ) -> "Requirement":
        """Return lesson and questions of one risk point; the lesson made for the position first."""
        return cls(
            kind=DutyKind.POSITION,
            key=point.code,
            risk_point=point,
            lesson=lesson_for(point, position=position),
            question_count=count,
        )

    @classmethod
    def monthly(cls, lesson: MicroLessonPage) -> "Requirement":
        """Return the monthly micro-lesson 廉政三分钟."""
        return cls(kind=DutyKind.COURSE, key=f"lesson:{lesson.code}", lesson=lesson)

    @classmethod
    def on_course(cls, enrollment: Enrollment) -> "Requirement":
        """Return a cycle of a course."""
        return cls(
            kind=DutyKind.COURSE, key=f"course:{enrollment.course.code}", enrollment=enrollment
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Why the duty stands."""

    kind: SourceKind
    reason: str
    position: Position | None = None
    work_order: WorkOrder | None = None


def lesson_for(point: RiskPointPage, *, position: Position | None) -> MicroLessonPage | None:
    """Return the micro-lesson that teaches the point, one made for the position before others."""
    lesson: MicroLessonPage | None = (
        MicroLessonPage.objects.live()
        .about(point)
        .annotate(fits=Count("positions", filter=Q(positions=position), distinct=True))
        .order_by("-fits", "code")
        .first()
    )
    return lesson


def require(
    *, employee: Employee, requirement: Requirement, source: Source, due_on: date, now: datetime
) -> TrainingAssignment:
    """Give a person a duty; while the same one is unfinished, only its source is added.

    The earlier last day wins. The person reads the source's reason as “why do I have this?”.
    """
    with transaction.atomic():
        unfinished = (
            TrainingAssignment.objects.select_for_update()
            .unfinished()
            .filter(employee=employee, requirement=requirement.key)
            .first()
        )
        if unfinished is None:
            assignment = _write(employee, requirement, due_on=due_on, now=now)
        else:
            assignment = unfinished
            assignment.due_on = min(assignment.due_on, due_on)
            assignment.first_due_on = min(assignment.first_due_on, due_on)
            assignment.question_count = max(assignment.question_count, requirement.question_count)
            assignment.save(update_fields=["due_on", "first_due_on", "question_count"])
        _add_source(assignment, source, now=now)
    return assignment


def _write(
    employee: Employee, requirement: Requirement, *, due_on: date, now: datetime
) -> TrainingAssignment:
    earlier = TrainingAssignment.objects.filter(
        employee=employee, requirement=requirement.key
    ).aggregate(last=Max("cycle"))["last"]
    return TrainingAssignment.objects.create(
        employee=employee,
        kind=requirement.kind,
        requirement=requirement.key,
        cycle=(earlier or 0) + 1,
        risk_point=requirement.risk_point,
        lesson=requirement.lesson,
        question_count=requirement.question_count,
        enrollment=requirement.enrollment,
        assigned_at=now,
        first_due_on=due_on,
        due_on=due_on,
    )


def _add_source(assignment: TrainingAssignment, source: Source, *, now: datetime) -> None:
    AssignmentSource.objects.get_or_create(
        assignment=assignment,
        kind=source.kind,
        work_order=source.work_order,
        withdrawn_at=None,
        defaults={"reason": source.reason, "position": source.position, "started_at": now},
    )


def assign_remedial(*, order: WorkOrder, learner: Employee, now: datetime) -> TrainingAssignment:
    """Assign what the trigger table says for a conclusion; assigning twice returns the first.

    Days are working days after today. The learner is told by a message that names no warning.

    :raises NoTrainingTrigger: if the table has no row for it.
    """
    trigger = _trigger_for(order)
    existing = TrainingAssignment.objects.filter(
        employee=learner, sources__work_order=order, sources__kind=SourceKind.ORDER
    ).first()
    if existing is not None:
        return existing
    today = timezone.localdate(now)
    position = _position_for(learner, order.risk_point, on=today)
    with transaction.atomic():
        assignment = require(
            employee=learner,
            requirement=Requirement.on_point(
                order.risk_point, position=position, count=trigger.question_count
            ),
            source=Source(
                kind=SourceKind.ORDER,
                reason=f"工单{order.number}办结后的学习：{order.risk_point.title}",
                work_order=order,
            ),
            due_on=add_workdays(today, trigger.days),
            now=now,
        )
        notify(
            recipient=learner,
            event=assignment_event(assignment),
            category=NotificationCategory.LEARNING,
            title=f"有一项岗位学习：{order.risk_point.title}",
            body=f"一节微课和{assignment.question_count}道题，{assignment.due_on.month}月{assignment.due_on.day}日前学完",
            url=reverse("assignments:detail", args=[assignment.pk]),
            icon="clipboard-check",
            now=now,
            is_rationed=False,
        )
        record(
            actor_id=None,
            action="assignments.remedial.assigned",
            subject=assignment,
            now=now,
            data={"order": order.pk, "trigger": trigger.pk},
        )
    return assignment


def follow_conclusion(
    *, order: WorkOrder, learner: Employee | None, now: datetime
) -> TrainingAssignment | None:
    """Do what an order's conclusion asks for; a conclusion that clears the person asks nothing.

    Where the trigger table has no row for it, the log says so, and the sweep assigns the learning
    as soon as there is one: the conclusion itself has been recorded and stands.
    """
    if learner is None or order.conclusion not in ADVERSE_CONCLUSIONS:
        return None
    try:
        return assign_remedial(order=order, learner=learner, now=now)
    except NoTrainingTrigger as missing:
        logger.error("No training trigger for order %s: %s", order.pk, missing)  # noqa: TRY400
        return None


def assignment_event(assignment: TrainingAssignment) -> str:
    """Return the event under which the person was told of the duty."""
    return f"{ASSIGNED}{assignment.pk}"


def _trigger_for(order: WorkOrder) -> TrainingTrigger:
    trigger = (
        TrainingTrigger.objects.filter(
            Q(risk_point=order.risk_point) | Q(risk_point=None),
            level=order.level,
            conclusion=order.conclusion,
        )
        .annotate(own=Count("risk_point"))
        .order_by("-own")
        .first()
    )
    if trigger is None:
        raise NoTrainingTrigger(f"{order.risk_point.code} {order.level} {order.conclusion}")
    return trigger


def _position_for(employee: Employee, point: RiskPointPage, *, on: date) -> Position | None:
    positions = [posting.position for posting in employee.current_postings(on=on)]
    return next(
        (position for position in positions if position.pk == point.position_id),
        positions[0] if positions else None,
    )


def assign_due_learning(*, now: datetime) -> dict[str, int]:
    """Assign the month's lesson and the week's points, and put off the clocks of the absent."""
    return {
        "monthly": assign_monthly_lesson(now=now),
        "weekly": assign_weekly_learning(now=now),
        "put_off": refresh_due_dates(on=timezone.localdate(now)),
    }


def assign_monthly_lesson(*, now: datetime) -> int:
    """Give everyone this month's 廉政三分钟, due on its last day; return how many are new."""
    today = timezone.localdate(now)
    lesson = MicroLessonPage.objects.live().filter(month=f"{today:%Y-%m}").first()
    if lesson is None:
        return 0
    requirement = Requirement.monthly(lesson)
    month_end = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    have = TrainingAssignment.objects.filter(requirement=requirement.key).values("employee")
    people = Employee.objects.employed(on=today).exclude(pk__in=have).order_by("pk")
    source = Source(kind=SourceKind.MONTHLY, reason=f"{today.month}月《廉政三分钟》，全员学习")
    return _require_many(
        [(person, requirement, source) for person in people], due_on=month_end, now=now
    )


def assign_weekly_learning(*, now: datetime) -> int:
    """Give each person without an unfinished position duty the week's point; return how many.

    First what was concluded for the same position elsewhere in the last seven days (举一反三: the
    lesson only, without any fact of the case), then the point of the person's posts that was
    learnt longest ago. Nobody can tell from it whether anything fired at their station.
    """
    today = timezone.localdate(now)
    monday = timezone.make_aware(
        datetime.combine(today - timedelta(days=today.weekday()), time.min)
    )
    busy = TrainingAssignment.objects.filter(
        Q(status__in=UNFINISHED_STATUSES) | Q(assigned_at__gte=monday), kind=DutyKind.POSITION
    )
    postings = (
        Posting.objects.in_force(on=today)
        .filter(employee__in=Employee.objects.employed(on=today))
        .exclude(employee__in=busy.values("employee"))
        .select_related("employee", "position")
        .order_by("employee", "-is_main", "pk")
    )
    elsewhere = _concluded_elsewhere(now=now)
    last_learnt = _last_learnt()
    points: dict[int, list[RiskPointPage]] = {}
    requirements: dict[tuple[int, int], Requirement] = {}
    chosen: dict[int, tuple[Employee, Requirement, Source]] = {}
    for posting in postings:
        employee, position = posting.employee, posting.position
        if employee.pk in chosen:
            continue
        if position.pk not in points:
            points[position.pk] = list(points_of([position.pk]))
        candidates = points[position.pk]
        if not candidates:
            continue
        similar = [
            point
            for point in candidates
            if any(unit != posting.unit_id for unit in elsewhere.get(point.pk, ()))
        ]
        point = min(
            similar or candidates,
            key=lambda candidate: (
                last_learnt.get((employee.pk, candidate.pk), ""),
                candidate.code,
            ),
        )
        cached = (position.pk, point.pk)
        if cached not in requirements:
            requirements[cached] = Requirement.on_point(
                point, position=position, count=WEEKLY_QUESTIONS
            )
        source = Source(
            kind=SourceKind.SIMILAR if similar else SourceKind.POSITION,
            reason=f"您是{position.name}，这是岗位风险点，轮到复习了",
            position=position,
        )
        chosen[employee.pk] = (employee, requirements[cached], source)
    return _require_many(chosen.values(), due_on=add_workdays(today, WEEKLY_DAYS), now=now)


def _concluded_elsewhere(*, now: datetime) -> dict[int, set[int | None]]:
    orders = WorkOrder.objects.filter(
        conclusion__in=ADVERSE_CONCLUSIONS,
        effective_at__gt=now - SIMILAR_LOOK_BACK,
        effective_at__lte=now,
    ).values_list("risk_point", "unit")
    found: dict[int, set[int | None]] = {}
    for point, unit in orders:
        found.setdefault(point, set()).add(unit)
    return found


def _last_learnt() -> dict[tuple[int, int], str]:
    rows = (
        TrainingAssignment.objects.counted()
        .filter(kind=DutyKind.POSITION)
        .values_list("employee", "risk_point")
        .annotate(last=Max("assigned_at"))
    )
    return {(employee, point): last.isoformat() for employee, point, last in rows}


def _require_many(
    wanted: Iterable[tuple[Employee, Requirement, Source]], *, due_on: date, now: datetime
) -> int:
    """Write duties that are known to be new for their persons, in two statements."""
    rows = list(wanted)
    cycles = {
        (employee, requirement): last
        for employee, requirement, last in TrainingAssignment.objects.filter(
            requirement__in={requirement.key for _, requirement, _ in rows}
        )
        .values_list("employee", "requirement")
        .annotate(last=Max("cycle"))
    }
    with transaction.atomic():
        assignments = TrainingAssignment.objects.bulk_create(
            [
                TrainingAssignment(
                    employee=employee,
                    kind=requirement.kind,
                    requirement=requirement.key,
                    cycle=cycles.get((employee.pk, requirement.key), 0) + 1,
                    risk_point=requirement.risk_point,
                    lesson=requirement.lesson,
                    question_count=requirement.question_count,
                    assigned_at=now,
                    first_due_on=due_on,
                    due_on=due_on,
                )
                for employee, requirement, _ in rows
            ],
            batch_size=500,
        )
        AssignmentSource.objects.bulk_create(
            [
                AssignmentSource(
                    assignment=assignment,
                    kind=source.kind,
                    position=source.position,
                    reason=source.reason,
                    started_at=now,
                )
                for assignment, (_, _, source) in zip(assignments, rows, strict=True)
            ],
            batch_size=500,
        )
    return len(assignments)


def refresh_due_dates(*, on: date) -> int:
    """Put off open duties by the working days on which their person was away; return how many.

    Worked out anew from the first last day, or from that of the latest extension, each time, so
    running it twice changes nothing.
    """
    moved = 0
    absences: dict[int, list[Absence]] = {}
    latest = {
        extension.assignment_id: extension for extension in Extension.objects.order_by("given_at")
    }
    for absence in Absence.objects.filter(valid_from__lte=on):
        absences.setdefault(absence.employee_id, []).append(absence)
    open_ = TrainingAssignment.objects.filter(
        status=AssignmentStatus.OPEN, employee__in=list(absences)
    )
    for assignment in open_:
        extension = latest.get(assignment.pk)
        first = extension.due_on if extension else assignment.first_due_on
        start = timezone.localdate(extension.given_at if extension else assignment.assigned_at)
        away = sum(
            max(
                0,
                workdays_between(
                    max(start, absence.valid_from) - timedelta(days=1),
                    min(on, absence.valid_to or on),
                ),
            )
            for absence in absences[assignment.employee_id]
            if absence.valid_from <= assignment.due_on
            and (absence.valid_to is None or absence.valid_to >= start)
        )
        due_on = add_workdays(first, away) if away else first
        if due_on != assignment.due_on:
            assignment.due_on = due_on
            assignment.save(update_fields=["due_on"])
            moved += 1
    return moved
