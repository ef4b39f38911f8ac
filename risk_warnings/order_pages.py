"""What an order's page shows: where it stands, its history, its limits, what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from common.formats import zh_date, zh_moment
from risk_warnings.limits import STEP_OF_STATUS, limit_of, workdays_late, workdays_left
from risk_warnings.models import (
    Explanation,
    Interview,
    Objection,
    OrderStatus,
    OrderStep,
    Rectification,
    Verification,
    WorkOrder,
)

STEPS = (
    ("下发", OrderStatus.ISSUED),
    ("签收", OrderStatus.ACCEPTED),
    ("核查", OrderStatus.VERIFYING),
    ("反馈", OrderStatus.SUBMITTED),
    ("审核", OrderStatus.REVIEWING),
    ("整改", OrderStatus.RECTIFYING),
    ("销号", OrderStatus.CLOSED),
)
# Which of the seven is under way in a state.
UNDER_WAY = {
    OrderStatus.DRAFT: 0,
    OrderStatus.ISSUED: 1,
    OrderStatus.ACCEPTED: 2,
    OrderStatus.VERIFYING: 2,
    OrderStatus.RETURNED: 2,
    OrderStatus.REOPENED: 2,
    OrderStatus.SUBMITTED: 4,
    OrderStatus.REVIEWING: 4,
    OrderStatus.RECTIFYING: 5,
    OrderStatus.RECTIFIED: 5,
    OrderStatus.CLOSED: 7,
    OrderStatus.CANCELLED: 7,
    OrderStatus.TRANSFERRED: 7,
}


def step_marks(order: WorkOrder, steps: list[OrderStep]) -> list[dict[str, str]]:
    """Return the line of steps with the day each was last reached."""
    reached = {OrderStatus(step.target): step.at for step in steps}
    status = OrderStatus(order.status)
    rectifies = OrderStatus.RECTIFYING in reached or order.conclusion_next == "rectifying"
    now_at = UNDER_WAY[status]
    marks = []
    for number, (label, target) in enumerate(STEPS):
        if target == OrderStatus.RECTIFYING and not rectifies:
            note = "不需要" if order.is_effective else "如需"
            marks.append({"label": label, "note": note, "state": "todo"})
            continue
        state = "done" if number < now_at else "now" if number == now_at else "todo"
        at = reached.get(target)
        if state == "done" and at is None:
            state = "todo"
        note = f"{timezone.localtime(at):%m-%d}" if at is not None and state == "done" else ""
        if status == OrderStatus.CLOSED and target == OrderStatus.CLOSED and at is not None:
            state, note = "done", f"{timezone.localtime(at):%m-%d}"
        marks.append({"label": label, "note": note, "state": state})
    return marks


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One step with its limit and what it took."""

    step: str
    limit: str
    actual: str
    is_late: bool


LIMITED = (
    ("签收", "accept", OrderStatus.ISSUED, (OrderStatus.ACCEPTED,)),
    ("核查反馈", "verify", OrderStatus.ACCEPTED, (OrderStatus.SUBMITTED,)),
    (
        "审核",
        "review",
        OrderStatus.SUBMITTED,
        (OrderStatus.CLOSED, OrderStatus.RECTIFYING, OrderStatus.RETURNED, OrderStatus.TRANSFERRED),
    ),
    ("整改", "rectify", OrderStatus.RECTIFYING, (OrderStatus.RECTIFIED,)),
)


def limit_rows(order: WorkOrder, steps: list[OrderStep], *, now: datetime) -> list[LimitRow]:
    """Return the limits of the steps, in working days, with what each took or has left."""
    rows = []
    for label, step, starts, ends in LIMITED:
        begun = [s.at for s in steps if s.target == starts]
        if step == "rectify" and not begun and order.conclusion_next != "rectifying":
            continue
        ended = [s.at for s in steps if s.target in ends and begun and s.at >= begun[-1]]
        rows.append(
            LimitRow(
                step=label,
                limit=f"{limit_of(step, order.level)}天",
                actual=_actual(order, step, begun, ended, now=now),
                is_late=not ended
                and bool(begun)
                and STEP_OF_STATUS.get(OrderStatus(order.status)) == step
                and order.is_late(now=now),
            )
        )
    return rows


def _actual(
    order: WorkOrder,
    step: str,
    begun: list[datetime],
    ended: list[datetime],
    *,
    now: datetime,
) -> str:
    if not begun:
        return "—"
    if ended:
        taken = workdays_left(ended[0], now=begun[-1])
        return "当日" if taken == 0 else f"{taken}天"
    if STEP_OF_STATUS.get(OrderStatus(order.status)) != step or order.due_at is None:
        return "—"
    if order.due_at < now:
        return f"超期{max(1, workdays_late(order.due_at, now=now))}天"
    left = workdays_left(order.due_at, now=now)
    return "今天到期" if left == 0 else f"还剩{left}天"


def history(
    order: WorkOrder,
    *,
    steps: list[OrderStep],
    explanations: list[Explanation],
    verifications: list[Verification],
    interviews: list[Interview],
    objections: list[Objection],
    today: date,
) -> list[dict[str, str]]:
    """Return what happened, newest first, as far as the reader may see it."""
    entries: list[tuple[datetime, str, str, str]] = [
        (step.at, step.label, f"{step.by}　{step.capacity}", step.reason) for step in steps
    ]
    entries += [
        (reply.submitted_at, "说明" if reply.round == 0 else "反馈", str(reply.author), "")
        for reply in explanations
        if reply.submitted_at is not None
    ]
    entries += [
        (check.submitted_at, "提交核查", str(check.verifier), f"第{check.round}轮")
        for check in verifications
        if check.submitted_at is not None
    ]
    entries += [
        (talk.held_at, "约谈", f"{talk.officer}、{talk.second_officer}", "受限记录")
        for talk in interviews
    ]
    for objection in objections:
        entries.append((objection.filed_at, "提出异议", str(objection.person), ""))
        if objection.decided_at is not None:
            entries.append(
                (
                    objection.decided_at,
                    "答复异议",
                    str(objection.decided_by),
                    "成立" if objection.is_upheld else "不成立",
                )
            )
    entries.sort(key=lambda entry: entry[0], reverse=True)
    rows = [
        {
            "title": title,
            "who": who,
            "detail": f"{zh_moment(at, today=today)}　{detail}".rstrip("　"),
            "state": "",
        }
        for at, title, who, detail in entries
    ]
    current = _current(order, today=today)
    return [*current, *rows]


def _current(order: WorkOrder, *, today: date) -> list[dict[str, str]]:
    if not order.is_open:
        return []
    waits = {
        OrderStatus.DRAFT: "批准" if order.awaits_approval else "下发",
        OrderStatus.ISSUED: "签收",
        OrderStatus.ACCEPTED: "指定核查人",
        OrderStatus.VERIFYING: "核查与反馈",
        OrderStatus.SUBMITTED: "审核",
        OrderStatus.REVIEWING: "批准结论" if order.awaits_approval else "认定结论",
        OrderStatus.RETURNED: "补充核查",
        OrderStatus.RECTIFYING: "整改",
        OrderStatus.RECTIFIED: "验收",
        OrderStatus.REOPENED: "重新核查",
        OrderStatus.TRANSFERRED: "有权机关答复",
    }[OrderStatus(order.status)]
    due = f"{zh_date(order.due_at, today=today)}前" if order.due_at is not None else ""
    return [{"title": f"等待{waits}", "who": "", "detail": due, "state": "now"}]


def facts_rows(order: WorkOrder, *, theme: str, count: int) -> list[tuple[str, str]]:
    """Return the keys and values of the head of the page."""
    rows = [
        ("主题", f"{order.theme} {theme}"),
        ("风险点", order.risk_point.code),
        ("单位", order.unit.name if order.unit is not None else "公司收件箱"),
        ("接收人", str(order.receiver) if order.receiver is not None else "岗位空缺"),
    ]
    if order.stand_in is not None:
        rows.append(("代为办理", str(order.stand_in)))
    if count > 1:
        rows.append(("合并预警", f"{count}条"))
    return rows


def rectification_rows(planned: list[Rectification]) -> list[Mapping[str, Any]]:
    """Return what had to be put right, and whether it was."""
    return [
        {
            "title": plan.measures,
            "note": f"{plan.responsible}　{plan.done_text}".rstrip("　"),
            "state": "done" if plan.accepted_at else "now",
            "url": "",
            "action": "",
        }
        for plan in planned
    ]
