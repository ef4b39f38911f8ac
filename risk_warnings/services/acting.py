"""What every service does when somebody acts: ask the table, write the step and the log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

import audit.services
from people.models import Employee, Role
from people.scope import Scope
from people.services import account_id
from risk_warnings.limits import STEP_OF_STATUS, day_of, due_for, limits
from risk_warnings.models import (
    OrderStatus,
    OrderStep,
    RiskWarning,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.services.errors import ChangedMeanwhile, OpinionTooShort
from risk_warnings.transitions import (
    CONCERNED,
    ORDER_TRANSITIONS,
    WARNING_TRANSITIONS,
    OrderCase,
    TransitionRefused,
    WarningCase,
    refusal,
    standing_of,
)


def log(
    action: str,
    subject: Any,
    *,
    by: Employee | None,
    now: datetime,
    **data: Any,
) -> None:
    """Write to the audit log under this app's name; ids and states only."""
    audit.services.record(
        actor_id=account_id(by),
        action=f"risk_warnings.{action}",
        subject=subject,
        now=now,
        data=data,
    )


def hold_warning(warning: RiskWarning, *, revision: int | None = None) -> RiskWarning:
    """Lock a warning and load it afresh.

    :raises ChangedMeanwhile: if its revision is not the one that the page showed.
    """
    held = (
        RiskWarning.objects.select_for_update(of=("self",))
        .select_related("unit", "risk_point", "receiver", "named_person", "order", "latest")
        .get(pk=warning.pk)
    )
    if revision is not None and held.revision != revision:
        raise ChangedMeanwhile(
            f"{held.number}在您打开之后有了变化，没有提交，请刷新页面看过再决定。"
        )
    return held


def hold_order(order: WorkOrder, *, revision: int | None = None) -> WorkOrder:
    """Lock an order and load it afresh.

    :raises ChangedMeanwhile: if its revision is not the one that the page showed.
    """
    held = (
        WorkOrder.objects.select_for_update(of=("self",))
        .select_related("unit", "risk_point", "receiver", "stand_in", "drafter")
        .get(pk=order.pk)
    )
    if revision is not None and held.revision != revision:
        raise ChangedMeanwhile(f"{held}在您打开之后有了变化，没有提交，请刷新页面看过再办。")
    return held


def require_opinion(opinion: str) -> str:
    """Return the opinion without blanks around it.

    :raises OpinionTooShort: if it is shorter than the parameters ask.
    """
    text = opinion.strip()
    least = limits().opinion_length
    if len(text) < least:
        raise OpinionTooShort(f"研判意见不少于{least}字，现有{len(text)}字，请写明依据后再提交。")
    return text


def require_officer(warning: RiskWarning, *, by: Employee, now: datetime) -> Scope:
    """Return the person's standing as discipline officer over a warning.

    :raises TransitionRefused: if the person is none, or is asked or named in it.
    """
    scope = standing_of(by, on=day_of(now))
    if not scope.reaches(warning.unit, Role.DISCIPLINE_OFFICER):
        raise TransitionRefused("这一步由本范围的纪检专责办理，您不能办理，请联系本单位纪检专责。")
    if CONCERNED.includes(WarningCase(warning), scope, by.pk):
        raise TransitionRefused("您是这条预警的接收人或数据指向的人，须回避，请换其他专责办理。")
    return scope


def require_supervisor(
    order: WorkOrder, *, by: Employee, roles: tuple[Role, ...], now: datetime
) -> OrderCase:
    """Return the case of an order that the person supervises in one of the roles.

    :raises TransitionRefused: if the person does not, or is asked or named in it.
    """
    scope = standing_of(by, on=day_of(now))
    labels = "或".join(role.label for role in roles)
    if not scope.reaches(order.unit, *roles):
        raise TransitionRefused(f"这一步由本范围的{labels}办理，您不能办理，请联系本单位纪检专责。")
    case = OrderCase.of(order, on=day_of(now))
    if CONCERNED.includes(case, scope, by.pk):
        raise TransitionRefused("您是这张工单的接收人或数据指向的人，须回避，请换其他人员办理。")
    return case


def move_warning(
    key: str, *, warning: RiskWarning, by: Employee | None, now: datetime, **fields: Any
) -> None:
    """Bring a warning to the state of a row of the table; the caller holds its lock.

    :raises TransitionRefused: if the table does not allow it.
    """
    row = WARNING_TRANSITIONS[key]
    scope = standing_of(by, on=day_of(now)) if by is not None else None
    sentence = refusal(row, WarningCase(warning), scope)
    if sentence:
        raise TransitionRefused(sentence)
    before = warning.status
    warning.status = WarningStatus(row.target)
    for name, value in fields.items():
        setattr(warning, name, value)
    warning.revision = F("revision") + 1
    warning.save(update_fields=["status", "revision", *fields])
    warning.refresh_from_db(fields=["revision"])
    log(
        f"warning.{key}",
        warning,
        by=by,
        now=now,
        **{"from": before, "to": warning.status},
    )


def move_order(
    key: str,
    *,
    order: WorkOrder,
    by: Employee,
    now: datetime,
    reason: str = "",
    idempotency_key: UUID | None = None,
    case: OrderCase | None = None,
    **fields: Any,
) -> OrderStep:
    """Bring an order to the state of a row of the table and write the step; the caller locks it.

    :raises TransitionRefused: if the table does not allow it, or a reason is missing.
    """
    row = ORDER_TRANSITIONS[key]
    case = case or OrderCase.of(order, on=day_of(now))
    sentence = refusal(row, case, standing_of(by, on=day_of(now)))
    if sentence:
        raise TransitionRefused(sentence)
    reason = reason.strip()
    if row.needs_reason and not reason:
        raise TransitionRefused(f"{row.label}要写明理由，请补上后再提交。")
    before, limit_at = OrderStatus(order.status), order.due_at
    order.status = OrderStatus(row.target)
    order.status_changed_at = now
    order.is_overdue = False
    order.escalation = 0
    order.due_at = _next_limit(order, before=before, now=now)
    for name, value in fields.items():
        setattr(order, name, value)
    order.revision = F("revision") + 1
    order.save()
    order.refresh_from_db(fields=["revision"])
    step = OrderStep.objects.create(
        order=order,
        source=before,
        target=order.status,
        label=row.label,
        by=by,
        capacity=capacity_of(case, by=by, key=key, now=now),
        at=now,
        reason=reason,
        limit_at=limit_at,
        idempotency_key=idempotency_key,
    )
    log(
        f"order.{key}",
        order,
        by=by,
        now=now,
        **{"from": before.value, "to": str(order.status), "step": step.pk},
    )
    return step


def _next_limit(order: WorkOrder, *, before: OrderStatus, now: datetime) -> datetime | None:
    status = OrderStatus(order.status)
    step = STEP_OF_STATUS.get(status)
    if step is None:
        return None
    # 核查 is limited from 签收 on, 审核 from 反馈 on: naming and taking up do not add time.
    goes_on = {
        (OrderStatus.ACCEPTED, OrderStatus.VERIFYING),
        (OrderStatus.SUBMITTED, OrderStatus.REVIEWING),
    }
    if (before, status) in goes_on and order.due_at is not None:
        return order.due_at
    return due_for(step, order.level, now=now)


def capacity_of(case: OrderCase, *, by: Employee, key: str, now: datetime) -> str:
    """Return in which capacity somebody acted: a post of the station, or a role."""
    supervising = {"issue", "review", "return", "close", "rectify", "accept_rectification"}
    supervising |= {"reject_rectification", "correct", "reopen", "verify_reopened"}
    if key in {"transfer", "settle", "cancel"} or (key == "issue" and case.order.level == "high"):
        return str(Role.DISCIPLINE_HEAD.label)
    if key in supervising:
        return str(Role.DISCIPLINE_OFFICER.label)
    posting = next(
        (p for p in by.current_postings(on=day_of(now)) if p.unit_id == case.order.unit_id), None
    )
    return posting.position.name if posting is not None else str(Role.DISCIPLINE_OFFICER.label)
