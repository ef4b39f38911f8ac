"""Who is told what, in which words. No fact of a case stands in a message; the page has them."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse

from common.formats import zh_date
from notifications.models import NotificationCategory
from notifications.services import notify, settle, withdraw
from people.models import Employee, Role, RoleGrant
from risk_warnings.limits import day_of
from risk_warnings.models import OrderStatus, RiskWarning, WorkOrder

NEUTRAL = "这是一条提示，不是结论。"


def tip_event(warning: RiskWarning) -> str:
    """Return the name of the event that a receiver is asked to explain."""
    return f"risk_warnings.tip:{warning.pk}"


def head_event(warning: RiskWarning) -> str:
    """Return the name of the event that a head is told of a warning of the station."""
    return f"risk_warnings.head:{warning.pk}"


def order_event(order: WorkOrder, what: str) -> str:
    """Return the name of an event of an order's present round."""
    return f"risk_warnings.order.{what}:{order.pk}:{order.round}"


def warning_url(warning: RiskWarning) -> str:
    """Return the address of a warning's page."""
    return reverse("risk_warnings:warning", args=[warning.pk])


def order_url(order: WorkOrder) -> str:
    """Return the address of an order's page."""
    return reverse("risk_warnings:order", args=[order.pk])


def _until(moment: datetime | None, *, now: datetime) -> str:
    return f"期限{zh_date(moment, today=day_of(now))}前。" if moment is not None else ""


def tell_receiver(
    *, warning: RiskWarning, now: datetime, release_at: datetime | None = None
) -> None:
    """Ask the receiver to explain."""
    if warning.receiver is None:
        return
    notify(
        recipient=warning.receiver,
        event=tip_event(warning),
        category=NotificationCategory.TODO,
        icon="message-square",
        title="有一条预警提示，请您说明",
        body=f"{warning.number}，{_until(warning.reply_due_at, now=now)}{NEUTRAL}",
        url=warning_url(warning),
        now=now,
        release_at=release_at,
    )


def tell_head(
    *, warning: RiskWarning, head: Employee, now: datetime, release_at: datetime | None = None
) -> None:
    """Tell the head of the station that a warning of the station is being looked into."""
    notify(
        recipient=head,
        event=head_event(warning),
        category=NotificationCategory.NOTICE,
        icon="siren",
        title="本所有一条预警已研判",
        body=f"{warning.number}，{warning.get_level_display()}风险。{NEUTRAL}",
        url=warning_url(warning),
        now=now,
        release_at=release_at,
    )


def tell_taken_back(*, warning: RiskWarning, sentence: str, now: datetime) -> None:
    """Tell a receiver, in one sentence, that a warning is as if it had never been."""
    for event in (tip_event(warning), head_event(warning)):
        withdraw(event=event, now=now)
    if warning.receiver is None:
        return
    notify(
        recipient=warning.receiver,
        event=f"risk_warnings.taken_back:{warning.pk}",
        category=NotificationCategory.NOTICE,
        icon="rotate-ccw",
        title="一条预警提示已撤回",
        body=sentence,
        url=warning_url(warning),
        now=now,
    )


def settle_tip(*, warning: RiskWarning, now: datetime) -> None:
    """Mark the request to explain as dealt with."""
    settle(event=tip_event(warning), now=now)


def withdraw_tip(*, warning: RiskWarning, now: datetime) -> None:
    """Take back the request to explain; unreleased, it was never written."""
    withdraw(event=tip_event(warning), now=now)
    withdraw(event=head_event(warning), now=now)


def withdraw_unreleased(*, warning: RiskWarning, now: datetime) -> None:
    """Take back what nobody has been told of yet, after a decision was undone."""
    if not warning.is_told(now=now):
        withdraw(event=tip_event(warning), now=now)
    if warning.head_told_at is None or warning.head_told_at > now:
        withdraw(event=head_event(warning), now=now)


TODO_OF_STEP = {
    "accept": ("clipboard-check", "有一张预警工单，请您签收"),
    "name": ("users", "请为预警工单指定两名核查人"),
    "verify": ("search", "请您核查一张预警工单"),
    "answer": ("message-square", "请就预警工单反馈情况"),
    "sign": ("badge-check", "核查和反馈已齐，请您签字"),
    "review": ("scale", "有一张预警工单待审核"),
    "approve": ("badge-check", "有一张高风险工单请您批准"),
    "conclude": ("badge-check", "有一项高风险结论请您批准"),
    "rectify": ("route", "请您按要求整改"),
    "inspect": ("check", "整改已提交，请验收"),
    "object": ("scale", "有一项异议请您答复"),
    "correct": ("database", "数据已更正，请将工单按数据问题销号"),
}


def ask(
    what: str,
    *,
    order: WorkOrder,
    people: Iterable[Employee],
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Ask people for the next step of an order; asking again is asking once."""
    icon, title = TODO_OF_STEP[what]
    for person in people:
        notify(
            recipient=person,
            event=order_event(order, what),
            category=NotificationCategory.TODO,
            icon=icon,
            title=title,
            body=f"{order}，{_until(due_at or order.due_at, now=now)}",
            url=order_url(order),
            now=now,
        )


def done(what: str, *, order: WorkOrder, now: datetime, by: Employee | None = None) -> None:
    """Mark a request as dealt with, for one person or for everyone who was asked."""
    settle(event=order_event(order, what), now=now, recipient=by)


def tell(
    what: str, *, order: WorkOrder, people: Iterable[Employee], title: str, body: str, now: datetime
) -> None:
    """Tell people of something that asks nothing of them."""
    for person in people:
        notify(
            recipient=person,
            event=order_event(order, what),
            category=NotificationCategory.NOTICE,
            icon="clipboard-check",
            title=title,
            body=body,
            url=order_url(order) if order.status != OrderStatus.DRAFT else "",
            now=now,
        )


def clear(order: WorkOrder, *, now: datetime) -> None:
    """Settle everything that was asked under an order."""
    for what in TODO_OF_STEP:
        settle(event=order_event(order, what), now=now)


def supervisors_of(order: WorkOrder, *roles: Role, now: datetime) -> list[Employee]:
    """Return who holds one of the roles nearest to the order's unit: its county, else the city."""
    grants = list(
        RoleGrant.objects.in_force(on=day_of(now))
        .filter(role__in=roles, unit__isnull=False)
        .select_related("employee", "unit")
        .order_by("pk")
    )
    path = order.unit.path if order.unit is not None else ""
    reaching = [
        grant
        for grant in grants
        if grant.unit is not None
        and (path.startswith(grant.unit.path) if path else grant.unit.path.count("/") == 1)
    ]
    nearest = max((len(grant.unit.path) for grant in reaching if grant.unit is not None), default=0)
    return [
        grant.employee
        for grant in reaching
        if grant.unit is not None and len(grant.unit.path) == nearest
    ]
