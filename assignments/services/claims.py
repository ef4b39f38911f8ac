"""What duties ask of people's week: from work orders first, each by its last day."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from django.db.models import Q
from django.urls import reverse

from assignments.models import AssignmentSource, AssignmentStatus, SourceKind, TrainingAssignment
from assignments.services.completing import VOLUNTARY_CAUSE
from courses.models import LessonView
from courses.services import CycleLoad, loads_of
from planning.registry import Claim, Part, Rank, Span, register_source
from quizzes.models import Attempt
from quizzes.services import SECONDS_A_QUESTION

# When the acts of each person on one lesson or point were done, in their order.
Acts = dict[tuple[int, int], list[datetime]]


@register_source
def duties_of(employees: Sequence[int], span: Span) -> Iterator[Claim]:
    """Yield what the open duties ask for, and what was done of duties this week."""
    duties = list(
        TrainingAssignment.objects.filter(
            Q(status=AssignmentStatus.OPEN)
            | Q(status=AssignmentStatus.DONE, completed_at__gte=span.begins_at),
            employee__in=employees,
        ).select_related("lesson", "risk_point", "enrollment__course")
    )
    if not duties:
        return
    from_orders = set(
        AssignmentSource.objects.filter(
            assignment__in=[duty.pk for duty in duties],
            kind=SourceKind.ORDER,
            withdrawn_at=None,
        ).values_list("assignment", flat=True)
    )
    cycles = {duty.enrollment_id: duty.enrollment for duty in duties if duty.enrollment is not None}
    loads = loads_of(cycles.values(), span=span)
    seen, answered = _acts_on(duties)
    for duty in duties:
        if duty.enrollment_id is not None:
            load = loads[duty.enrollment_id]
        else:
            load = _load(duty, seen=seen, answered=answered, span=span)
        is_over = duty.status == AssignmentStatus.DONE
        yield Claim(
            employee_id=duty.employee_id,
            key=duty.enrollment.cause if duty.enrollment is not None else duty.cause,
            title=duty.title,
            label=duty.get_kind_display(),
            url=address_of(duty),
            icon=_icon(duty),
            rank=Rank.ORDER if duty.pk in from_orders else Rank.DUTY,
            parts=() if is_over else load.parts,
            due_on=duty.due_on,
            lead_days=load.lead_days,
            done=load.done,
            is_over=is_over,
        )


def address_of(duty: TrainingAssignment) -> str:
    """Return where a duty is done: a course has a page of its own."""
    if duty.enrollment_id is not None:
        return reverse("courses:cycle", args=[duty.enrollment_id])
    return reverse("assignments:detail", args=[duty.pk])


def _icon(duty: TrainingAssignment) -> str:
    if duty.enrollment_id is not None:
        return "graduation-cap"
    return "play" if duty.lesson_id is not None else "clipboard-check"


def _acts_on(duties: Sequence[TrainingAssignment]) -> tuple[Acts, Acts]:
    """Return when lessons were learnt and questions answered since the first duty; two queries."""
    people = {duty.employee_id for duty in duties}
    since = min(duty.assigned_at for duty in duties)
    seen: Acts = defaultdict(list)
    views = LessonView.objects.filter(
        employee__in=people,
        lesson__in={duty.lesson_id for duty in duties if duty.lesson_id is not None},
        completed_at__gte=since,
    ).exclude(cause__startswith=VOLUNTARY_CAUSE)
    for employee, lesson, at in views.order_by("completed_at").values_list(
        "employee", "lesson", "completed_at"
    ):
        seen[employee, lesson].append(cast(datetime, at))
    answered: Acts = defaultdict(list)
    attempts = Attempt.objects.filter(
        employee__in=people,
        risk_point__in={duty.risk_point_id for duty in duties if duty.risk_point_id is not None},
        submitted_at__gte=since,
        retracted_at=None,
    ).exclude(cause__startswith=VOLUNTARY_CAUSE)
    for employee, point, at in attempts.order_by("submitted_at").values_list(
        "employee", "risk_point", "submitted_at"
    ):
        answered[employee, point].append(cast(datetime, at))
    return seen, answered


def _load(duty: TrainingAssignment, *, seen: Acts, answered: Acts, span: Span) -> CycleLoad:
    """Return what is left of a lesson with its questions: one sitting, whatever is left of it."""
    names, left, done = [], 0, 0
    asked: list[tuple[str, int, datetime | None]] = []
    if duty.lesson is not None:
        at = _first(seen.get((duty.employee_id, duty.lesson.pk), []), duty.assigned_at)
        asked.append(("微课", duty.lesson.duration_seconds, at))
    if duty.question_count and duty.risk_point_id is not None:
        at = _first(answered.get((duty.employee_id, duty.risk_point_id), []), duty.assigned_at)
        asked.append((f"{duty.question_count}道题", duty.question_count * SECONDS_A_QUESTION, at))
    for name, seconds, at in asked:
        if at is None:
            names.append(name)
            left += seconds
        elif at >= span.begins_at:
            done += seconds
    parts = (Part("和".join(names), left),) if names else ()
    return CycleLoad(parts, done)


def _first(moments: list[datetime], since: datetime) -> datetime | None:
    return next((moment for moment in moments if moment >= since), None)
