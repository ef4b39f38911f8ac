"""When the cause falls: every count is as if it had never fired."""

from datetime import datetime

from django.db import transaction

from assignments.models import (
    AssignmentSource,
    AssignmentStatus,
    TrainingAssignment,
)
from assignments.services.assigning import assignment_event
from audit.services import record
from notifications.services import withdraw
from quizzes.services import retract_attempts
from risk_warnings.models import RiskWarning, WorkOrder


def take_back_for(*, warning: RiskWarning, reason: str, now: datetime) -> list[TrainingAssignment]:
    """Withdraw the learning of a fallen warning's order, unless another warning still holds it."""
    order = warning.order
    if order is None or RiskWarning.objects.standing().filter(order=order).exists():
        return []
    return take_back(order=order, reason=reason, now=now)


def take_back(*, order: WorkOrder, reason: str, now: datetime) -> list[TrainingAssignment]:
    """Withdraw what rests on the order; a duty that another source holds up stands.

    Attempts made for a withdrawn duty stay in the person's own record as voluntary. Evidence is
    never deleted; figures count duties that stand. The person is told by whoever cleared them.
    """
    withdrawn = []
    with transaction.atomic():
        sources = AssignmentSource.objects.filter(work_order=order, withdrawn_at=None)
        duties = list(
            TrainingAssignment.objects.select_for_update()
            .filter(pk__in=sources.values("assignment"))
            .order_by("pk")
        )
        sources.update(withdrawn_at=now)
        for duty in duties:
            if duty.sources.filter(withdrawn_at=None).exists():
                _stand_on(duty)
                continue
            duty.status = AssignmentStatus.WITHDRAWN
            duty.ended_reason = reason
            duty.save(update_fields=["status", "ended_reason"])
            retract_attempts(cause=duty.cause, now=now)
            withdraw(event=assignment_event(duty), now=now)
            withdrawn.append(duty)
        if duties:
            record(
                actor_id=None,
                action="assignments.order.taken_back",
                subject=order,
                now=now,
                data={"withdrawn": [duty.pk for duty in withdrawn]},
            )
    return withdrawn


def _stand_on(duty: TrainingAssignment) -> None:
    if duty.status == AssignmentStatus.PAUSED:
        duty.status = AssignmentStatus.OPEN
        duty.save(update_fields=["status"])


def pause_learning(*, order: WorkOrder) -> int:
    """Hold the clock of what rests on the order while an objection is open; return how many."""
    return TrainingAssignment.objects.filter(
        status=AssignmentStatus.OPEN, sources__work_order=order, sources__withdrawn_at=None
    ).update(status=AssignmentStatus.PAUSED)


def resume_learning(*, order: WorkOrder) -> int:
    """Let the clock run on after an objection was not upheld; return how many."""
    return TrainingAssignment.objects.filter(
        status=AssignmentStatus.PAUSED, sources__work_order=order, sources__withdrawn_at=None
    ).update(status=AssignmentStatus.OPEN)
