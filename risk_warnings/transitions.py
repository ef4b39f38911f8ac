"""Which state may follow which, and who may bring it about. Nothing else in code decides that.

The two tables hold what the workflow says, row for row. Every service that changes a state asks
``refusal``; every page asks it for the buttons it shows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from people.models import Employee, Posting, Role
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION, Scope
from risk_warnings.models import (
    OPEN_ORDER_STATUSES,
    OPEN_WARNING_STATUSES,
    Level,
    OrderStatus,
    Rectification,
    RiskWarning,
    Verification,
    WarningStatus,
    WorkOrder,
)


class TransitionRefused(Exception):
    """A state may not follow, or not by this person; the message is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class OrderCase:
    """An order with everyone whose part in it decides who may act.

    ``asked`` are the receiver and whoever answers in his place, ``named`` whom the data name.
    """

    order: WorkOrder
    asked: frozenset[int]
    named: frozenset[int]
    verifiers: frozenset[int]
    rectifiers: frozenset[int]
    heads: frozenset[int]
    deputies: frozenset[int]

    @classmethod
    def of(cls, order: WorkOrder, *, on: date) -> Self:
        """Gather who is part of an order on a day; costs four queries."""
        return cls.among(
            order,
            named=RiskWarning.objects.filter(order=order).values_list("named_person", flat=True),
            verifiers=Verification.objects.filter(order=order).values_list("verifier", flat=True),
            rectifiers=Rectification.objects.filter(order=order).values_list(
                "responsible", flat=True
            ),
            on=on,
        )

    @classmethod
    def among(
        cls,
        order: WorkOrder,
        *,
        named: Iterable[int | None],
        verifiers: Iterable[int],
        rectifiers: Iterable[int],
        on: date,
    ) -> Self:
        """Gather the heads beside people who have been loaded already; costs one query."""
        postings = Posting.objects.in_force(on=on).filter(
            unit=order.unit_id, position__code__in=[HEAD_POSITION, DEPUTY_HEAD_POSITION]
        )
        by_code: dict[str, set[int]] = {HEAD_POSITION: set(), DEPUTY_HEAD_POSITION: set()}
        for code, employee_id in postings.values_list("position__code", "employee"):
            by_code[code].add(employee_id)
        return cls(
            order=order,
            asked=frozenset(pk for pk in (order.receiver_id, order.stand_in_id) if pk is not None),
            named=frozenset(pk for pk in named if pk is not None),
            verifiers=frozenset(verifiers),
            rectifiers=frozenset(rectifiers),
            heads=frozenset(by_code[HEAD_POSITION]),
            deputies=frozenset(by_code[DEPUTY_HEAD_POSITION]),
        )

    @property
    def concerned(self) -> frozenset[int]:
        """Receiver and subject."""
        return self.asked | self.named

    @property
    def free_heads(self) -> frozenset[int]:
        """The heads of the station who are neither receiver nor subject."""
        return self.heads - self.concerned

    @property
    def signers(self) -> frozenset[int]:
        """The station head; the deputy head where the head is receiver or subject, or missing."""
        return self.free_heads or (self.deputies - self.concerned)


@dataclass(frozen=True, slots=True)
class WarningCase:
    """A warning as the rules ask about it."""

    warning: RiskWarning


Case = OrderCase | WarningCase


@dataclass(frozen=True, slots=True)
class Party:
    """A named group of people; ``label`` stands in records and in refusals."""

    name: str
    label: str
    includes: Callable[[Case, Scope, int], bool]


def _unit_is_reached(case: Case, scope: Scope, role: Role) -> bool:
    unit = case.order.unit if isinstance(case, OrderCase) else case.warning.unit
    return scope.reaches(unit, role)


def _on_order(test: Callable[[OrderCase, Scope, int], bool]) -> Callable[[Case, Scope, int], bool]:
    return lambda case, scope, me: isinstance(case, OrderCase) and test(case, scope, me)


def _is_concerned(case: Case, scope: Scope, me: int) -> bool:
    if isinstance(case, OrderCase):
        return me in case.concerned
    return me in {case.warning.receiver_id, case.warning.named_person_id}


OFFICER = Party(
    "discipline_officer",
    "纪检专责",
    lambda case, scope, me: _unit_is_reached(case, scope, Role.DISCIPLINE_OFFICER),
)
HEAD = Party(
    "discipline_head",
    "纪委办公室负责人",
    lambda case, scope, me: _unit_is_reached(case, scope, Role.DISCIPLINE_HEAD),
)
ISSUER = Party(
    "issuer",
    "纪检专责；高风险由纪委办公室负责人批准",
    _on_order(
        lambda case, scope, me: _unit_is_reached(
            case,
            scope,
            Role.DISCIPLINE_HEAD if case.order.level == Level.HIGH else Role.DISCIPLINE_OFFICER,
        )
    ),
)
RECEIVER = Party("receiver", "接收人", _on_order(lambda case, scope, me: _handles(case, me)))
NAMER = Party(
    "namer",
    "所长；所长是接收人或数据指向的人时为纪检专责",
    _on_order(lambda case, scope, me: _names_verifiers(case, scope, me)),
)
NAMER_OR_OFFICER = Party(
    "namer_or_officer",
    "纪检专责，或指定核查人的所长",
    _on_order(
        lambda case, scope, me: (
            _names_verifiers(case, scope, me)
            or _unit_is_reached(case, scope, Role.DISCIPLINE_OFFICER)
        )
    ),
)
SIGNER = Party(
    "signer",
    "所长；所长是接收人或数据指向的人时为副所长",
    _on_order(lambda case, scope, me: me in case.signers),
)
RECTIFIER = Party(
    "rectifier", "指定的整改人", _on_order(lambda case, scope, me: me in case.rectifiers)
)
THE_SYSTEM = Party("system", "系统", lambda case, scope, me: False)

DRAFTER = Party(
    "drafter",
    "起草人",
    _on_order(
        lambda case, scope, me: case.order.level == Level.HIGH and me == case.order.drafter_id
    ),
)
VERIFIER = Party("verifier", "核查人", _on_order(lambda case, scope, me: me in case.verifiers))
RULE_EDITOR = Party("rule_admin", "规则管理员", lambda case, scope, me: scope.has(Role.RULE_ADMIN))
CONCERNED = Party("concerned", "接收人和数据指向的人", _is_concerned)


def _handles(case: OrderCase, me: int) -> bool:
    order = case.order
    if order.stand_in_id is not None:
        return me == order.stand_in_id
    if order.receiver_id is not None:
        return me == order.receiver_id
    return me in case.heads


def _names_verifiers(case: OrderCase, scope: Scope, me: int) -> bool:
    if case.free_heads:
        return me in case.free_heads
    return _unit_is_reached(case, scope, Role.DISCIPLINE_OFFICER)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: from where, to where, what it is called, who may, who never, and whether why."""

    key: str
    sources: frozenset[str]
    target: str
    label: str
    who: Party
    never: tuple[Party, ...] = ()
    needs_reason: bool = False


def _row(
    key: str,
    sources: str | frozenset[str],
    target: str,
    label: str,
    who: Party,
    *never: Party,
    reason: bool = False,
) -> Transition:
    known = frozenset({sources}) if isinstance(sources, str) else sources
    return Transition(key, known, target, label, who, never, reason)


_W = WarningStatus
WARNING_TRANSITIONS = {
    row.key: row
    for row in (
        _row("notify", _W.PENDING, _W.NOTIFIED, "提示", OFFICER, CONCERNED, reason=True),
        _row(
            "ticket",
            frozenset({_W.PENDING, _W.NOTIFIED}),
            _W.TICKETED,
            "转工单",
            OFFICER,
            CONCERNED,
            reason=True,
        ),
        _row("merge", _W.PENDING, _W.MERGED, "合并", OFFICER, CONCERNED, reason=True),
        _row(
            "dismiss",
            frozenset({_W.PENDING, _W.NOTIFIED}),
            _W.DISMISSED,
            "排除",
            OFFICER,
            CONCERNED,
            reason=True,
        ),
        _row("resolve", _W.NOTIFIED, _W.RESOLVED, "认可说明，办结", OFFICER, CONCERNED),
        _row("expire", _W.NOTIFIED, _W.RESOLVED, "期满办结", THE_SYSTEM),
        _row("conclude", _W.TICKETED, _W.RESOLVED, "随工单结论办结", THE_SYSTEM),
        _row("clear", _W.TICKETED, _W.DISMISSED, "随工单结论排除", THE_SYSTEM),
        _row("release", _W.TICKETED, _W.PENDING, "工单撤销，重新研判", THE_SYSTEM),
        _row(
            "withdraw",
            frozenset(OPEN_WARNING_STATUSES | {_W.MERGED}),
            _W.WITHDRAWN,
            "数据更正撤回",
            THE_SYSTEM,
        ),
        # From the table of changed findings: a level that rises leads back to triage.
        _row(
            "raise",
            frozenset({_W.NOTIFIED, _W.DISMISSED}),
            _W.PENDING,
            "级别升高，重新研判",
            THE_SYSTEM,
        ),
    )
}

_O = OrderStatus
ORDER_TRANSITIONS = {
    row.key: row
    for row in (
        _row("issue", _O.DRAFT, _O.ISSUED, "下发", ISSUER, DRAFTER, CONCERNED),
        _row("accept", _O.ISSUED, _O.ACCEPTED, "签收", RECEIVER),
        _row("verify", _O.ACCEPTED, _O.VERIFYING, "核查", NAMER, CONCERNED),
        _row("submit", _O.VERIFYING, _O.SUBMITTED, "反馈", SIGNER, VERIFIER),
        _row("review", _O.SUBMITTED, _O.REVIEWING, "审核", OFFICER, VERIFIER, CONCERNED),
        _row(
            "return",
            _O.REVIEWING,
            _O.RETURNED,
            "退回补充",
            OFFICER,
            VERIFIER,
            CONCERNED,
            reason=True,
        ),
        _row("verify_again", _O.RETURNED, _O.VERIFYING, "补充核查", NAMER_OR_OFFICER, CONCERNED),
        _row(
            "close",
            _O.REVIEWING,
            _O.CLOSED,
            "销号",
            OFFICER,
            VERIFIER,
            RULE_EDITOR,
            CONCERNED,
            reason=True,
        ),
        _row(
            "rectify",
            _O.REVIEWING,
            _O.RECTIFYING,
            "整改",
            OFFICER,
            VERIFIER,
            RULE_EDITOR,
            CONCERNED,
            reason=True,
        ),
        _row("rectified", _O.RECTIFYING, _O.RECTIFIED, "整改待验", RECTIFIER),
        _row(
            "accept_rectification",
            _O.RECTIFIED,
            _O.CLOSED,
            "验收销号",
            OFFICER,
            RECTIFIER,
            CONCERNED,
        ),
        _row(
            "reject_rectification",
            _O.RECTIFIED,
            _O.RECTIFYING,
            "验收不通过",
            OFFICER,
            RECTIFIER,
            CONCERNED,
            reason=True,
        ),
        _row(
            "transfer",
            frozenset({_O.VERIFYING, _O.REVIEWING}),
            _O.TRANSFERRED,
            "移交",
            HEAD,
            CONCERNED,
        ),
        _row("settle", _O.TRANSFERRED, _O.CLOSED, "移交办结", HEAD, CONCERNED, reason=True),
        _row(
            "cancel",
            frozenset({_O.ISSUED, _O.ACCEPTED}),
            _O.CANCELLED,
            "撤销",
            HEAD,
            CONCERNED,
            reason=True,
        ),
        _row(
            "correct",
            frozenset(OPEN_ORDER_STATUSES),
            _O.CLOSED,
            "数据更正销号",
            OFFICER,
            CONCERNED,
        ),
        _row("reopen", _O.CLOSED, _O.REOPENED, "回头看复发", OFFICER, CONCERNED, reason=True),
        _row("verify_reopened", _O.REOPENED, _O.VERIFYING, "重新核查", OFFICER, CONCERNED),
    )
}


def refusal(row: Transition, case: Case, scope: Scope | None) -> str:
    """Return why this person may not bring the change about, as one sentence; empty if allowed.

    ``scope`` None is the system itself. Whether the state allows it is asked first.
    """
    subject, status, status_label = _state(case)
    if status not in row.sources:
        return f"{subject}现在是“{status_label}”，不能{row.label}，请刷新页面看最新情况。"
    if scope is None:
        return "" if row.who is THE_SYSTEM else f"{row.label}须由{row.who.label}办理。"
    if scope.employee is None:
        return "您的账号没有关联在职员工，不能办理，请联系系统管理员。"
    me = scope.employee.pk
    if not row.who.includes(case, scope, me):
        return f"{row.label}由{row.who.label}办理，您不能办理这一步，请联系本单位纪检专责。"
    for party in row.never:
        if party.includes(case, scope, me):
            return f"{row.label}不能由{party.label}办理，您须回避，请换其他人员办理。"
    return ""


def _state(case: Case) -> tuple[str, str, str]:
    if isinstance(case, OrderCase):
        order = case.order
        return "这张工单", order.status, OrderStatus(order.status).label
    warning = case.warning
    return "这条预警", warning.status, WarningStatus(warning.status).label


def order_acts(case: OrderCase, scope: Scope) -> frozenset[str]:
    """Return the keys of everything this person may do with an order now."""
    return frozenset(key for key, row in ORDER_TRANSITIONS.items() if not refusal(row, case, scope))


def warning_acts(warning: RiskWarning, scope: Scope) -> frozenset[str]:
    """Return the keys of everything this person may do with a warning now."""
    case = WarningCase(warning)
    return frozenset(
        key for key, row in WARNING_TRANSITIONS.items() if not refusal(row, case, scope)
    )


def standing_of(employee: Employee, *, on: date) -> Scope:
    """Return what an employee may do on a day; costs two queries."""
    return Scope.held_by(employee, on=on)
