"""Writing down who opened somebody's record; the person can always read that list."""

from dataclasses import dataclass
from datetime import datetime

from audit.models import AuditEntry
from cases.models import CasePage
from cases.services import note_use
from people.models import Employee, Role
from people.scope import Scope
from risk_warnings.models import RiskWarning, WorkOrder
from risk_warnings.services.acting import log

# The way in which a warning's page shows a case; confidential.
TIP_USE = "warning_tip"
READ_WARNING = "risk_warnings.warning.read"


@dataclass(frozen=True, slots=True)
class Reading:
    """One opening: who, in which capacity, when."""

    name: str
    capacity: str
    at: datetime


def capacity_in(scope: Scope, *, warning: RiskWarning) -> str:
    """Return in which capacity somebody opens a warning of somebody else."""
    for role in (Role.DISCIPLINE_HEAD, Role.DISCIPLINE_OFFICER):
        if scope.reaches(warning.unit, role):
            return str(role.label)
    if warning.unit_id in scope.headed_unit_ids():
        return "所长"
    return str(Role.BUSINESS_REVIEWER.label)


def note_reading(*, warning: RiskWarning, by: Employee, capacity: str, now: datetime) -> None:
    """Write to the log that somebody else than its receiver opened a warning."""
    if warning.receiver_id == by.pk:
        return
    log("warning.read", warning, by=by, now=now, capacity=capacity)


def note_case_shown(*, warning: RiskWarning, case: CasePage, now: datetime) -> None:
    """Note that the receiver was shown a case; forgotten when the warning is taken back."""
    note_use(
        case=case,
        kind=TIP_USE,
        subject=warning.cause,
        title=f"预警{warning.number}的页面",
        unit=warning.unit,
        now=now,
    )


def note_order_reading(*, order: WorkOrder, by: Employee, now: datetime) -> None:
    """Write to the log that somebody else than its receiver opened an order."""
    if by.pk in {order.receiver_id, order.stand_in_id}:
        return
    log("order.read", order, by=by, now=now)


def readings_of(warning: RiskWarning, *, limit: int = 20) -> list[Reading]:
    """Return who opened a warning, newest first; costs two queries."""
    entries = list(
        AuditEntry.objects.filter(
            subject_type=RiskWarning._meta.label_lower,
            subject_id=str(warning.pk),
            action=READ_WARNING,
        ).order_by("-pk")[:limit]
    )
    names = dict(
        Employee.objects.filter(user__in={e.actor_id for e in entries if e.actor_id}).values_list(
            "user", "name"
        )
    )
    return [
        Reading(
            name=names.get(entry.actor_id or 0, "已注销账号"),
            capacity=str(entry.data.get("capacity", "")),
            at=entry.at,
        )
        for entry in entries
    ]
