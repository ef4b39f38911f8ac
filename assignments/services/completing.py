"""From the act to the proof: one act completes every duty it covers."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from assignments.models import (
    AssignmentSource,
    AssignmentStatus,
    CompletionEvidence,
    SourceKind,
    TrainingAssignment,
)
from assignments.services.assigning import assignment_event, follow_conclusion
from assignments.services.taking_back import take_back_for
from audit.services import record
from courses.models import EnrollmentStatus, LessonView
from courses.services import open_lesson
from notifications.services import settle
from quizzes.models import Attempt
from quizzes.services import start_attempt
from risk_manual.models import RiskPointEdition
from risk_warnings.models import ADVERSE_CONCLUSIONS, RiskWarning, WorkOrder

# Attempts made on a warning's own page are voluntary: they complete no duty, so that a warning
# which turns out wrong leaves no trace in any figure.
VOLUNTARY_CAUSE = "risk_warnings."


def record_lesson(*, view: LessonView, now: datetime) -> list[CompletionEvidence]:
    """Complete every unfinished duty of the person that this lesson was the last part of."""
    if view.cause.startswith(VOLUNTARY_CAUSE):
        return []
    unfinished = TrainingAssignment.objects.filter(
        status=AssignmentStatus.OPEN, employee=view.employee_id, lesson=view.lesson_id
    )
    return complete(unfinished, now=now)


def record_attempt(*, attempt: Attempt, now: datetime) -> list[CompletionEvidence]:
    """Complete every unfinished duty of the person that these answers were the last part of."""
    if attempt.cause.startswith(VOLUNTARY_CAUSE) or attempt.submitted_at is None:
        return []
    unfinished = TrainingAssignment.objects.filter(
        status=AssignmentStatus.OPEN, employee=attempt.employee_id, risk_point=attempt.risk_point_id
    )
    return complete(unfinished, now=now)


def complete(
    unfinished: QuerySet[TrainingAssignment], *, now: datetime
) -> list[CompletionEvidence]:
    """Complete those of the duties of which nothing is left; return the proofs."""
    made = []
    with transaction.atomic():
        for assignment in unfinished.select_for_update().order_by("pk"):
            evidence = _evidence_for(assignment, now=now)
            if evidence is not None:
                made.append(evidence)
    return made


def _evidence_for(assignment: TrainingAssignment, *, now: datetime) -> CompletionEvidence | None:
    view = lesson_done(assignment)
    attempt = questions_done(assignment)
    if assignment.lesson_id is not None and view is None:
        return None
    if assignment.question_count and attempt is None:
        return None
    cycle = assignment.enrollment
    if cycle is not None and cycle.status != EnrollmentStatus.COMPLETED:
        return None
    order_source = (
        AssignmentSource.objects.filter(
            assignment=assignment, kind=SourceKind.ORDER, withdrawn_at=None
        )
        .order_by("pk")
        .first()
    )
    evidence = CompletionEvidence.objects.create(
        assignment=assignment,
        attempt=attempt,
        lesson_view=view,
        enrollment=cycle,
        work_order=order_source.work_order if order_source else None,
        risk_point_edition=(
            RiskPointEdition.objects.in_force(at=now).filter(point=assignment.risk_point_id).first()
            if assignment.risk_point_id
            else None
        ),
        recorded_at=now,
    )
    assignment.status = AssignmentStatus.DONE
    # What was handed in counts on its day, however late it is recorded.
    assignment.completed_at = cycle.settled_at if cycle is not None else now
    assignment.save(update_fields=["status", "completed_at"])
    settle(event=assignment_event(assignment), now=now)
    record(
        actor_id=None,
        action="assignments.assignment.completed",
        subject=assignment,
        now=now,
        data={"evidence": evidence.pk},
    )
    return evidence


def lesson_done(assignment: TrainingAssignment) -> LessonView | None:
    """Return the lesson the person completed for this duty, if any: since it was assigned."""
    if assignment.lesson_id is None:
        return None
    return (
        LessonView.objects.filter(
            employee=assignment.employee_id,
            lesson=assignment.lesson_id,
            completed_at__gte=assignment.assigned_at,
        )
        .exclude(cause__startswith=VOLUNTARY_CAUSE)
        .order_by("completed_at")
        .first()
    )


def questions_done(assignment: TrainingAssignment) -> Attempt | None:
    """Return the answers the person gave for this duty, if any: since it was assigned."""
    if not assignment.question_count:
        return None
    return (
        Attempt.objects.filter(
            employee=assignment.employee_id,
            risk_point=assignment.risk_point_id,
            submitted_at__gte=assignment.assigned_at,
            retracted_at=None,
        )
        .exclude(cause__startswith=VOLUNTARY_CAUSE)
        .order_by("submitted_at")
        .first()
    )


def next_step(*, assignment: TrainingAssignment, now: datetime) -> str:
    """Return the address of what the person does next for this duty: lesson, questions or proof."""
    here = reverse("assignments:detail", args=[assignment.pk])
    if assignment.enrollment_id is not None:
        return reverse("courses:cycle", args=[assignment.enrollment_id])
    if assignment.status != AssignmentStatus.OPEN:
        return here
    if assignment.lesson is not None and lesson_done(assignment) is None:
        view = open_lesson(
            employee=assignment.employee, lesson=assignment.lesson, cause=assignment.cause, now=now
        )
        return f"{reverse('courses:view', args=[view.pk])}?next={here}"
    if assignment.risk_point is not None and _lacks_questions(assignment):
        attempt = start_attempt(
            employee=assignment.employee,
            risk_point=assignment.risk_point,
            cause=assignment.cause,
            count=assignment.question_count,
            now=now,
        )
        return f"{reverse('quizzes:attempt', args=[attempt.pk])}?next={here}"
    return here


def _lacks_questions(assignment: TrainingAssignment) -> bool:
    return bool(assignment.question_count) and questions_done(assignment) is None


def sweep(*, now: datetime) -> dict[str, int]:
    """Do what lost signals left undone, and return how much of each kind."""
    assigned = 0
    orders = (
        WorkOrder.objects.filter(
            conclusion__in=ADVERSE_CONCLUSIONS,
            effective_at__lte=now,
            warnings__in=RiskWarning.objects.standing(),
        )
        .exclude(pk__in=AssignmentSource.objects.values("work_order"))
        .select_related("learner", "receiver", "risk_point")
        .distinct()
    )
    for order in orders:
        made = follow_conclusion(order=order, learner=order.learner or order.receiver, now=now)
        assigned += made is not None
    taken_back = 0
    fallen = RiskWarning.objects.filter(
        taken_back_at__lte=now,
        order__in=AssignmentSource.objects.filter(withdrawn_at=None).values("work_order"),
    )
    for warning in fallen.select_related("order"):
        taken_back += len(
            take_back_for(warning=warning, reason=warning.taken_back_because, now=now)
        )
    completed = complete(TrainingAssignment.objects.filter(status=AssignmentStatus.OPEN), now=now)
    return {"assigned": assigned, "completed": len(completed), "taken_back": taken_back}
