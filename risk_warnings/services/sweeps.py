"""What the clock brings about: undo times that end, low tips that expire, limits that pass.

Every part may run at any time and twice; it is also the backup for a signal that was lost.
"""

from datetime import datetime, timedelta

from django.db import transaction

from people.models import Employee, Role
from risk_warnings.limits import day_of, limits, workdays_late
from risk_warnings.models import (
    OPEN_ORDER_STATUSES,
    OrderStatus,
    RiskWarning,
    WorkOrder,
)
from risk_warnings.services import notices
from risk_warnings.services.acting import hold_order, log
from risk_warnings.services.addressees import head_of, stand_in_for
from risk_warnings.services.orders import announce_conclusion, refresh_signer
from risk_warnings.services.replies import resolve_expired
from risk_warnings.services.taking_back import announce_taken_back
from risk_warnings.services.tips import announce_tip
from risk_warnings.services.triage import release_due_triage

# A receiver above may have been down; facts of the last days are announced again.
ANNOUNCE_AGAIN_FOR = timedelta(days=2)

COUNTY, CITY = 2, 3


def sweep(*, now: datetime) -> dict[str, int]:
    """Do everything that is due, and return how much of each."""
    return {
        "released": release_due_triage(now=now),
        "resolved": resolve_expired(now=now),
        "stand_ins": refresh_stand_ins(now=now),
        "escalated": escalate_overdue(now=now),
    }


def refresh_stand_ins(*, now: datetime) -> int:
    """Note who stands in for receivers who are away now; return how many orders changed."""
    count = 0
    open_ones = WorkOrder.objects.filter(
        status__in=[OrderStatus.ISSUED, OrderStatus.ACCEPTED, OrderStatus.VERIFYING]
    ).select_related("receiver", "unit")
    for order in open_ones.order_by("pk"):
        stand_in = stand_in_for(order.receiver, unit=order.unit, on=day_of(now))
        if stand_in == order.stand_in:
            continue
        with transaction.atomic():
            held = hold_order(order)
            held.stand_in = stand_in
            held.revision += 1
            held.save(update_fields=["stand_in", "revision"])
            refresh_signer(held, now=now)
            if stand_in is not None:
                what = "accept" if held.status == OrderStatus.ISSUED else "answer"
                notices.ask(what, order=held, people=[stand_in], now=now)
            log(
                "order.stand_in",
                held,
                by=None,
                now=now,
                to=stand_in.pk if stand_in is not None else None,
            )
            count += 1
    return count


def escalate_overdue(*, now: datetime) -> int:
    """Flag late orders and tell, a day late, the person and the head; later county, then city."""
    steps = limits().escalate_after_workdays
    count = 0
    for order in WorkOrder.objects.overdue(now=now).select_related("unit").order_by("pk"):
        if order.due_at is None:
            continue
        late = workdays_late(order.due_at, now=now)
        level = sum(late >= after for after in steps)
        if order.is_overdue and level <= order.escalation:
            continue
        with transaction.atomic():
            held = hold_order(order)
            if held.status not in OPEN_ORDER_STATUSES or held.due_at != order.due_at:
                continue
            risen = level > held.escalation
            held.is_overdue, held.escalation = True, max(level, held.escalation)
            held.save(update_fields=["is_overdue", "escalation"])
            if risen:
                _tell_late(held, level=level, late=late, now=now)
                log("order.escalated", held, by=None, now=now, level=level, workdays_late=late)
                count += 1
    return count


def _tell_late(order: WorkOrder, *, level: int, late: int, now: datetime) -> None:
    people: list[Employee | None] = [order.handler, head_of(order.unit, on=day_of(now))]
    if level >= COUNTY:
        people += notices.supervisors_of(order, Role.DISCIPLINE_OFFICER, now=now)
    if level >= CITY:
        people += notices.supervisors_of(order, Role.DISCIPLINE_HEAD, now=now)
    station = order.issued_at is not None
    told = [p for p in dict.fromkeys(people) if p is not None and (station or level >= COUNTY)]
    notices.tell(
        f"late:{order.status}:{level}",
        order=order,
        people=told,
        title="工单超期",
        body=f"{order}“{order.get_status_display()}”已超期{late}个工作日，请尽快办理。",
        now=now,
    )


def announce_again(*, now: datetime) -> int:
    """Announce the facts of the last days once more; receivers are safe to run twice."""
    since = now - ANNOUNCE_AGAIN_FOR
    count = 0
    for warning in RiskWarning.objects.filter(tip_announced_at__gte=since, taken_back_at=None):
        announce_tip(warning=warning, now=now)
        count += 1
    for warning in RiskWarning.objects.filter(taken_back_announced_at__gte=since):
        announce_taken_back(warning)
        count += 1
    for order in WorkOrder.objects.filter(announced_at__gte=since, overturned_at=None):
        announce_conclusion(order, now=now)
        count += 1
    return count
