"""Work orders from draft to closure; every passage asks the table and writes who, when and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from people.models import Employee, Posting, Role
from risk_warnings.limits import day_of, due_for, limits
from risk_warnings.models import (
    ADVERSE_CONCLUSIONS,
    CLEARING_CONCLUSIONS,
    Conclusion,
    Explanation,
    FindingVersion,
    Level,
    OrderStatus,
    Rectification,
    ReplyChoice,
    RiskWarning,
    Verification,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.services import notices
from risk_warnings.services.acting import (
    hold_order,
    hold_warning,
    log,
    move_order,
    move_warning,
    require_supervisor,
)
from risk_warnings.services.addressees import stand_in_for, standing_aside
from risk_warnings.services.errors import (
    ConclusionRefused,
    FeedbackIncomplete,
    NothingToDecide,
    NotYours,
    ReplyNotPossible,
    StillSealed,
    VerifierRefused,
)
from risk_warnings.services.numbers import order_number
from risk_warnings.services.taking_back import CLEARED, take_back_all
from risk_warnings.services.tips import announce_tip, plan_tip
from risk_warnings.signals import order_concluded
from risk_warnings.transitions import (
    ORDER_TRANSITIONS,
    OrderCase,
    TransitionRefused,
    refusal,
    standing_of,
)

NEEDED_VERIFIERS = 2


@dataclass(frozen=True, slots=True)
class RectificationPlan:
    """What must be put right and by whom, where a conclusion asks for it."""

    responsible: Employee
    measures: str


def _done_already(order: WorkOrder, key: UUID | None) -> bool:
    return key is not None and order.steps.filter(idempotency_key=key).exists()


@transaction.atomic
def issue_order(
    *,
    order: WorkOrder,
    by: Employee,
    demands: str,
    now: datetime,
    copied_to: Iterable[Employee] = (),
    revision: int | None = None,
    key: UUID | None = None,
) -> WorkOrder:
    """Issue a drafted order; a high one is put before a discipline head and stays a draft.

    :raises StillSealed: if one of its warnings is sealed.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order, revision=revision)
    if _done_already(held, key):
        return held
    if not demands.strip():
        raise ReplyNotPossible("请写明需要说明的事项，再下发工单。")
    require_supervisor(held, by=by, roles=(Role.DISCIPLINE_OFFICER,), now=now)
    _require_unsealed(held)
    held.demands = demands.strip()
    if held.level == Level.HIGH:
        if held.status != OrderStatus.DRAFT:
            raise TransitionRefused("这张工单已经下发，不能再报批，请刷新页面看最新情况。")
        held.drafter = by
        held.approval_asked_at = now
        held.revision += 1
        held.save()
        held.copied_to.set(copied_to)
        heads = notices.supervisors_of(held, Role.DISCIPLINE_HEAD, now=now)
        notices.ask("approve", order=held, people=[h for h in heads if h != by], now=now)
        log("order.approval_asked", held, by=by, now=now)
        return held
    held.copied_to.set(copied_to)
    _issue(held, by=by, now=now, key=key)
    return held


@transaction.atomic
def approve_order(
    *, order: WorkOrder, by: Employee, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Approve and so issue a high order, as a discipline head who did not draft it.

    :raises NothingToDecide: if nobody asked for approval.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    if held.level != Level.HIGH or held.approval_asked_at is None:
        raise NothingToDecide("这张工单没有报批，不用批准，请由纪检专责下发。")
    _require_unsealed(held)
    _issue(held, by=by, now=now, key=key, approver=by)
    return held


@transaction.atomic
def decline_order(*, order: WorkOrder, by: Employee, reason: str, now: datetime) -> WorkOrder:
    """Send a drafted high order back to its drafter, with the reason.

    :raises NothingToDecide: if nobody asked for approval.
    :raises TransitionRefused: if the person is no discipline head in scope, or drafted it.
    """
    held = hold_order(order)
    if held.status != OrderStatus.DRAFT or held.approval_asked_at is None:
        raise NothingToDecide("这张工单没有待批准的报批，请刷新页面看最新情况。")
    require_supervisor(held, by=by, roles=(Role.DISCIPLINE_HEAD,), now=now)
    if not reason.strip():
        raise TransitionRefused("不批准要写明理由，请补上后再提交。")
    notices.done("approve", order=held, now=now)
    held.approval_asked_at = None
    held.revision += 1
    held.save(update_fields=["approval_asked_at", "revision"])
    notices.tell(
        f"declined:{held.revision}",
        order=held,
        people=[held.drafter],
        title="报批的工单被退回",
        body=f"{held.title}未获批准：{reason.strip()}"[:300],
        now=now,
    )
    log("order.approval_declined", held, by=by, now=now)
    return held


def _require_unsealed(order: WorkOrder) -> None:
    if any(warning.is_sealed for warning in RiskWarning.objects.filter(order=order)):
        raise StillSealed("工单里有预警还在封存，下发会惊动本所，请先解除封存再下发。")


def _issue(
    order: WorkOrder,
    *,
    by: Employee,
    now: datetime,
    key: UUID | None,
    approver: Employee | None = None,
) -> None:
    warnings = list(RiskWarning.objects.filter(order=order).order_by("pk"))
    stand_in = stand_in_for(order.receiver, unit=order.unit, on=day_of(now))
    case = OrderCase.of(order, on=day_of(now))
    move_order(
        "issue",
        order=order,
        by=by,
        now=now,
        idempotency_key=key,
        case=case,
        number=order_number(now=now),
        issued_at=now,
        approver=approver,
        stand_in=stand_in,
    )
    refresh_signer(order, now=now)
    notices.done("approve", order=order, now=now)
    for warning in warnings:
        held = hold_warning(warning)
        plan_tip(warning=held, now=now, at=now)
        held.save()
        if held.is_told(now=now) and held.tip_announced_at is None:
            announce_tip(warning=held, now=now)
        notices.settle_tip(warning=held, now=now)
    replies = Explanation.objects.submitted().filter(warning__order=order, order=None)
    replies.update(order=order, round=order.round)
    handler = order.handler
    if handler is not None:
        notices.ask("accept", order=order, people=[handler], now=now)
    notices.tell(
        "copied",
        order=order,
        people=order.copied_to.all(),
        title="抄送：一张预警工单已下发",
        body=f"{order}　{order.title}，期限见工单；抄送只告知标题和日期。"[:300],
        now=now,
    )


def refresh_signer(order: WorkOrder, *, now: datetime) -> None:
    """Note whether the deputy head signs, because the head is receiver or subject."""
    case = OrderCase.of(order, on=day_of(now))
    order.deputy_signs = not case.free_heads
    order.save(update_fields=["deputy_signs"])


@transaction.atomic
def accept_order(
    *, order: WorkOrder, by: Employee, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Sign for an order as its receiver, or as who stands in.

    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    move_order("accept", order=held, by=by, now=now, idempotency_key=key)
    notices.done("accept", order=held, now=now)
    case = OrderCase.of(held, on=day_of(now))
    namers = list(Employee.objects.filter(pk__in=case.free_heads).order_by("pk"))
    if not namers:
        namers = notices.supervisors_of(held, Role.DISCIPLINE_OFFICER, now=now)
    notices.ask("name", order=held, people=namers, now=now)
    _ask_for_answer(held, now=now)
    return held


def _ask_for_answer(order: WorkOrder, *, now: datetime) -> None:
    if order.handler is not None and not has_answer(order):
        notices.ask("answer", order=order, people=[order.handler], now=now)


def has_answer(order: WorkOrder) -> bool:
    """Return whether the receiver has answered in the present round."""
    return Explanation.objects.submitted().filter(order=order, round=order.round).exists()


def verifier_candidates(order: WorkOrder, *, on: date) -> list[Employee]:
    """Return who may be sent to look: the people of the station and of its county, by name.

    Left out are the receiver, the subject, who has to stand aside, and who would have to sign.
    """
    case = OrderCase.of(order, on=on)
    prefix = _county_path(order)
    postings = Posting.objects.in_force(on=on)
    if order.unit is not None:
        near = postings.filter(unit=order.unit)
        county = postings.filter(unit__path=prefix)
        ids = {*near.values_list("employee", flat=True), *county.values_list("employee", flat=True)}
    else:
        ids = set(postings.filter(unit__path=prefix).values_list("employee", flat=True))
    aside = standing_aside(
        about=case.concerned, on=on, counterparties=counterparties_of(case.order)
    )
    free = ids - case.concerned - case.signers - aside
    return list(Employee.objects.employed(on=on).filter(pk__in=free).order_by("emp_no"))


def counterparties_of(order: WorkOrder) -> set[str]:
    """Return the customers that the evidence of an order names; one query.

    Of purchases the data have the supplier's code and no name, so that none can be compared.
    """
    versions = FindingVersion.objects.filter(finding__warning__order=order)
    rows = versions.values_list("evidence", flat=True)
    names = (row["values"].get("cust_name") for evidence in rows for row in evidence)
    return {name for name in names if name}


def _county_path(order: WorkOrder) -> str:
    if order.unit is None:
        return ""
    return "".join(f"{part}/" for part in order.unit.path.split("/")[:2] if part)


@transaction.atomic
def name_verifiers(
    *,
    order: WorkOrder,
    first: Employee,
    second: Employee,
    by: Employee,
    now: datetime,
    key: UUID | None = None,
) -> WorkOrder:
    """Name the two people who look on the spot, for a first or a repeated verification.

    :raises VerifierRefused: if they are not two, or one of them has to stand aside or to sign.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    case = OrderCase.of(held, on=day_of(now))
    _require_fit_verifiers([first, second], case=case, now=now)
    row = {
        OrderStatus.RETURNED: "verify_again",
        OrderStatus.REOPENED: "verify_reopened",
    }.get(OrderStatus(held.status), "verify")
    held.round += row != "verify"
    move_order(row, order=held, by=by, now=now, idempotency_key=key, case=case)
    for person in (first, second):
        Verification.objects.create(
            order=held, round=held.round, verifier=person, named_by=by, named_at=now
        )
    notices.done("name", order=held, now=now)
    notices.ask("verify", order=held, people=[first, second], now=now)
    _ask_for_answer(held, now=now)
    return held


def _require_fit_verifiers(people: Sequence[Employee], *, case: OrderCase, now: datetime) -> None:
    on = day_of(now)
    aside = standing_aside(
        about=case.concerned, on=on, counterparties=counterparties_of(case.order)
    )
    if len({person.pk for person in people}) < NEEDED_VERIFIERS:
        raise VerifierRefused("核查须由两名不同的人员共同进行，请另选一人。")
    for person in people:
        if person.pk in case.concerned:
            raise VerifierRefused(f"{person}是本件的接收人或数据指向的人，不能核查，请另选一人。")
        if person.pk in case.signers:
            raise VerifierRefused(f"{person}要在反馈上签字，签字人不能同时核查，请另选一人。")
        if person.left_on is not None and person.left_on <= on:
            raise VerifierRefused(f"{person}已经离职，不能核查，请另选一人。")
        if person.pk in aside:
            raise VerifierRefused(f"{person}按规定应当回避本件，请另选一人。")


@transaction.atomic
def submit_verification(
    *,
    order: WorkOrder,
    by: Employee,
    visited_on: date,
    method: str,
    facts: str,
    now: datetime,
    evidence: str = "",
    amount: Decimal | None = None,
    checked: Sequence[str] = (),
) -> Verification:
    """Hand in what one of the two verifiers found on the spot; once, then it stands.

    :raises NotYours: if the person is not one of the two of this round.
    :raises FeedbackIncomplete: if no fact is written down, or the visit lies ahead.
    """
    held = hold_order(order)
    own = Verification.objects.of_round(held).filter(verifier=by).first()
    if own is None or held.status != OrderStatus.VERIFYING:
        raise NotYours("您不是这张工单本轮的核查人，或核查已经结束，不能提交，请刷新页面。")
    if own.submitted_at is not None:
        return own
    if not facts.strip() or not method.strip():
        raise FeedbackIncomplete("请写明核查方式和看到的事实，再提交核查。")
    if visited_on > day_of(now):
        raise FeedbackIncomplete("核查日期不能晚于今天，请改正后再提交。")
    own.visited_on = visited_on
    own.method = method.strip()[:120]
    own.facts = facts.strip()
    own.evidence = evidence.strip()
    own.amount = amount
    own.checked = list(checked)
    own.submitted_at = now
    own.save()
    notices.done("verify", order=held, now=now, by=by)
    log("order.verification_submitted", held, by=by, now=now, verification=own.pk)
    _ask_to_sign(held, now=now)
    return own


@transaction.atomic
def answer_order(
    *,
    order: WorkOrder,
    by: Employee,
    text: str,
    now: datetime,
    choice: str = ReplyChoice.OTHER,
    remedy: str = "",
    amount: Decimal | None = None,
) -> Explanation:
    """Answer as the receiver, or as who stands in; an earlier reply counts as the first answer.

    :raises NotYours: if the order asks somebody else.
    :raises ReplyNotPossible: if it says nothing, or the order is past answering.
    """
    held = hold_order(order)
    if held.handler != by and not _handles_vacant(held, by=by, now=now):
        raise NotYours("这张工单没有请您反馈，您不用提交。")
    if held.status not in {OrderStatus.ACCEPTED, OrderStatus.VERIFYING, OrderStatus.RETURNED}:
        raise ReplyNotPossible(f"{held}现在不能反馈：签收之后、签字之前才能反馈，请刷新页面。")
    if not text.strip():
        raise ReplyNotPossible("反馈不能是空的，请写明原因、金额影响和措施，再提交。")
    warning = RiskWarning.objects.filter(order=held).order_by("pk").first()
    if warning is None:
        raise NothingToDecide("这张工单没有在办的预警，不用反馈，请联系纪检专责。")
    answer, _ = Explanation.objects.get_or_create(
        warning=warning,
        order=held,
        author=by,
        submitted_at=None,
        defaults={"saved_at": now},
    )
    answer.round = held.round + (held.status == OrderStatus.RETURNED)
    answer.choice = ReplyChoice(choice)
    answer.text = text.strip()
    answer.remedy = remedy.strip()
    answer.amount = amount
    answer.saved_at = answer.submitted_at = now
    answer.save()
    notices.done("answer", order=held, now=now)
    log("order.answered", held, by=by, now=now, explanation=answer.pk)
    _ask_to_sign(held, now=now)
    return answer


def _handles_vacant(order: WorkOrder, *, by: Employee, now: datetime) -> bool:
    return order.handler is None and by.pk in OrderCase.of(order, on=day_of(now)).heads


def missing_for_signature(order: WorkOrder) -> str:
    """Return what still has to be handed in before the head can sign; empty if nothing."""
    submitted = Verification.objects.of_round(order).submitted().count()
    parts = []
    if submitted < NEEDED_VERIFIERS:
        parts.append(f"{NEEDED_VERIFIERS - submitted}名核查人的核查")
    if not has_answer(order):
        parts.append("接收人的反馈")
    return "和".join(parts)


def _ask_to_sign(order: WorkOrder, *, now: datetime) -> None:
    if order.status != OrderStatus.VERIFYING or missing_for_signature(order):
        return
    case = OrderCase.of(order, on=day_of(now))
    signers = Employee.objects.filter(pk__in=case.signers - case.verifiers).order_by("pk")
    notices.ask("sign", order=order, people=signers, now=now)


@transaction.atomic
def sign_feedback(
    *, order: WorkOrder, by: Employee, opinion: str, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Sign and hand in answer and verifications: the station head, or the deputy in his place.

    :raises FeedbackIncomplete: if a verification or the answer is missing.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    missing = missing_for_signature(held) if held.status == OrderStatus.VERIFYING else ""
    if missing:
        raise FeedbackIncomplete(f"还缺{missing}，不能签字，请催齐后再签。")
    move_order("submit", order=held, by=by, now=now, reason=opinion, idempotency_key=key)
    notices.done("sign", order=held, now=now)
    notices.ask("review", order=held, people=_reviewers(held, now=now), now=now)
    return held


def _reviewers(order: WorkOrder, *, now: datetime) -> list[Employee]:
    scope = standing_of(order.drafter, on=day_of(now))
    if scope.reaches(order.unit, Role.DISCIPLINE_OFFICER):
        return [order.drafter]
    return notices.supervisors_of(order, Role.DISCIPLINE_OFFICER, now=now)


@transaction.atomic
def start_review(
    *, order: WorkOrder, by: Employee, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Take a feedback up for review, as a discipline officer who did not verify.

    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    move_order("review", order=held, by=by, now=now, idempotency_key=key)
    notices.done("review", order=held, now=now)
    return held


@transaction.atomic
def return_order(
    *, order: WorkOrder, by: Employee, reason: str, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Send a feedback back for more, with the reason.

    :raises TransitionRefused: if the state or the person does not allow it, or no reason is given.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    _require_no_pending_conclusion(held)
    move_order("return", order=held, by=by, now=now, reason=reason, idempotency_key=key)
    case = OrderCase.of(held, on=day_of(now))
    namers = list(Employee.objects.filter(pk__in=case.free_heads).order_by("pk"))
    people = namers or notices.supervisors_of(held, Role.DISCIPLINE_OFFICER, now=now)
    told = [person for person in (held.handler, *people) if person is not None]
    notices.tell(
        "returned",
        order=held,
        people=told,
        title="工单退回补充",
        body=f"{held}退回：{reason.strip()}"[:300],
        now=now,
    )
    return held


def _require_no_pending_conclusion(order: WorkOrder) -> None:
    if order.awaits_approval and order.status == OrderStatus.REVIEWING:
        raise NothingToDecide("结论已报负责人批准，批准或退回之前不能再改，请联系负责人。")


def learner_proposed(order: WorkOrder, *, on: date) -> tuple[Employee | None, bool]:
    """Return who would learn, and whether the officer has to name somebody.

    The receiver, if he holds the risk point's position; else the person the data name.
    """
    receiver = order.receiver
    if receiver is not None and _holds(receiver, order, on=on):
        return receiver, False
    named = (
        RiskWarning.objects.filter(order=order, named_person__isnull=False)
        .select_related("named_person")
        .order_by("pk")
        .first()
    )
    return (named.named_person if named is not None else receiver), True


def _holds(person: Employee, order: WorkOrder, *, on: date) -> bool:
    return (
        Posting.objects.in_force(on=on)
        .filter(employee=person, position=order.risk_point.position_id)
        .exists()
    )


@transaction.atomic
def conclude_order(
    *,
    order: WorkOrder,
    by: Employee,
    conclusion: Conclusion,
    reason: str,
    now: datetime,
    learner: Employee | None = None,
    rectification: RectificationPlan | None = None,
    revision: int | None = None,
    key: UUID | None = None,
) -> WorkOrder:
    """Record the conclusion of a review; a high one takes effect with a head's approval.

    With a rectification the order goes on to 整改, else it is closed.

    :raises ConclusionRefused: if the conclusion does not fit, or a learner has to be named.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order, revision=revision)
    if _done_already(held, key):
        return held
    _require_no_pending_conclusion(held)
    _require_fit_conclusion(conclusion, reason=reason, rectification=rectification)
    proposed, must_name = learner_proposed(held, on=day_of(now))
    if conclusion in ADVERSE_CONCLUSIONS and must_name and learner is None:
        who = f"（建议：{proposed}）" if proposed is not None else ""
        raise ConclusionRefused(f"接收人不在风险点的岗位上，请指定学习人{who}，再提交结论。")
    held.conclusion = Conclusion(conclusion)
    held.conclusion_reason = reason.strip()
    held.conclusion_next = OrderStatus.RECTIFYING if rectification else OrderStatus.CLOSED
    held.concluded_by, held.concluded_at = by, now
    held.learner = learner if conclusion in ADVERSE_CONCLUSIONS else None
    row = "rectify" if rectification else "close"
    if held.level == Level.HIGH:
        _ask_for_approval(held, row=row, by=by, now=now)
        if rectification is not None:
            _plan(held, rectification, now=now)
        return held
    _take_effect(held, row=row, by=by, now=now, key=key, plan=rectification)
    return held


def _require_fit_conclusion(
    conclusion: Conclusion, *, reason: str, rectification: RectificationPlan | None
) -> None:
    if conclusion == Conclusion.SUSPECTED_VIOLATION:
        raise ConclusionRefused("疑似违规不在平台下结论，请由纪委办公室负责人移交。")
    if len(reason.strip()) < limits().opinion_length:
        raise ConclusionRefused(f"认定理由不少于{limits().opinion_length}字，请补充后再提交。")
    if rectification is not None and conclusion in CLEARING_CONCLUSIONS:
        raise ConclusionRefused("误报和数据问题不需要整改，请直接销号。")
    if rectification is not None and not rectification.measures.strip():
        raise ConclusionRefused("请写明整改要求，再提交结论。")


def _ask_for_approval(order: WorkOrder, *, row: str, by: Employee, now: datetime) -> None:
    """Keep a high conclusion as a proposal; who may not conclude may not propose either."""
    sentence = refusal(
        ORDER_TRANSITIONS[row],
        OrderCase.of(order, on=day_of(now)),
        standing_of(by, on=day_of(now)),
    )
    if sentence:
        raise TransitionRefused(sentence)
    order.revision += 1
    order.save()
    heads = notices.supervisors_of(order, Role.DISCIPLINE_HEAD, now=now)
    notices.ask("conclude", order=order, people=[h for h in heads if h != by], now=now)
    log("order.conclusion_proposed", order, by=by, now=now, conclusion=order.conclusion)


@transaction.atomic
def approve_conclusion(
    *, order: WorkOrder, by: Employee, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Let the conclusion of a high order take effect, as a head who did not propose it.

    :raises NothingToDecide: if no conclusion waits.
    :raises TransitionRefused: if the person is no discipline head in scope, or proposed it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    _waiting_conclusion(held, by=by, now=now)
    row = "rectify" if held.conclusion_next == OrderStatus.RECTIFYING else "close"
    proposer = held.concluded_by
    if proposer is None:
        raise NothingToDecide("这张工单没有待批准的结论，请刷新页面看最新情况。")
    held.conclusion_approver = by
    _take_effect(held, row=row, by=proposer, now=now, key=key, plan=None)
    notices.done("conclude", order=held, now=now)
    log("order.conclusion_approved", held, by=by, now=now, conclusion=held.conclusion)
    return held


@transaction.atomic
def decline_conclusion(*, order: WorkOrder, by: Employee, reason: str, now: datetime) -> WorkOrder:
    """Send a proposed conclusion back to the officer, with the reason.

    :raises NothingToDecide: if no conclusion waits.
    :raises TransitionRefused: if the person is no discipline head in scope, or gave no reason.
    """
    held = hold_order(order)
    _waiting_conclusion(held, by=by, now=now)
    if not reason.strip():
        raise TransitionRefused("不批准要写明理由，请补上后再提交。")
    proposer = held.concluded_by
    Rectification.objects.filter(order=held, done_at=None).delete()
    held.conclusion = held.conclusion_reason = held.conclusion_next = ""
    held.concluded_by = held.concluded_at = held.learner = None
    held.revision += 1
    held.save()
    notices.done("conclude", order=held, now=now)
    if proposer is not None:
        notices.tell(
            f"conclusion_declined:{held.revision}",
            order=held,
            people=[proposer],
            title="报批的结论被退回",
            body=f"{held}的结论未获批准：{reason.strip()}"[:300],
            now=now,
        )
    log("order.conclusion_declined", held, by=by, now=now)
    return held


def _waiting_conclusion(order: WorkOrder, *, by: Employee, now: datetime) -> None:
    if order.status != OrderStatus.REVIEWING or not order.awaits_approval:
        raise NothingToDecide("这张工单没有待批准的结论，请刷新页面看最新情况。")
    require_supervisor(order, by=by, roles=(Role.DISCIPLINE_HEAD,), now=now)
    if by == order.concluded_by:
        raise TransitionRefused("结论不能由认定人自己批准，请由另一名负责人批准。")


def _plan(order: WorkOrder, plan: RectificationPlan, *, now: datetime) -> Rectification:
    return Rectification.objects.create(
        order=order,
        responsible=plan.responsible,
        measures=plan.measures.strip(),
        created_at=now,
        due_at=due_for("rectify", order.level, now=now),
    )


def _take_effect(
    order: WorkOrder,
    *,
    row: str,
    by: Employee,
    now: datetime,
    key: UUID | None,
    plan: RectificationPlan | None,
) -> None:
    closes = row == "close"
    move_order(
        row,
        order=order,
        by=by,
        now=now,
        reason=f"认定：{Conclusion(order.conclusion).label}。{order.conclusion_reason}",
        idempotency_key=key,
        effective_at=now,
        closed_at=now if closes else None,
        review_on=_review_day(order, now=now) if closes else None,
    )
    if plan is not None:
        _plan(order, plan, now=now)
    notices.clear(order, now=now)
    for planned in Rectification.objects.filter(order=order, done_at=None):
        notices.ask("rectify", order=order, people=[planned.responsible], now=now)
    follow_conclusion(order=order, now=now)


def _review_day(order: WorkOrder, *, now: datetime) -> date:
    return day_of(now) + timedelta(days=limits().look_back_days[Level(order.level).value])


def follow_conclusion(*, order: WorkOrder, now: datetime) -> None:
    """Bring the warnings after a conclusion that has taken effect, and say so upward."""
    clears = order.conclusion in CLEARING_CONCLUSIONS
    direct = RiskWarning.objects.filter(order=order, status=WarningStatus.TICKETED)
    for warning in direct.order_by("pk"):
        held = hold_warning(warning)
        move_warning(
            "clear" if clears else "conclude", warning=held, by=None, now=now, closed_at=now
        )
    if clears:
        sentence = CLEARED.format(conclusion=Conclusion(order.conclusion).label)
        take_back_all(warnings=warnings_under(order), sentence=sentence, now=now)
    elif order.receiver is not None:
        notices.tell(
            "concluded",
            order=order,
            people=[order.receiver],
            title="您的工单已有结论",
            body=f"{order}的结论已生效，请看工单；不同意的，十个工作日内可以提出异议。",
            now=now,
        )
    announce_conclusion(order, now=now)


def warnings_under(order: WorkOrder) -> list[RiskWarning]:
    """Return the warnings of an order and what was merged into them."""
    own = list(RiskWarning.objects.filter(order=order).order_by("pk"))
    merged = RiskWarning.objects.filter(merged_into__in=own).order_by("pk")
    return [hold_warning(warning) for warning in (*own, *merged)]


def announce_conclusion(order: WorkOrder, *, now: datetime) -> None:
    """Tell the apps above of a conclusion that counts; telling twice is harmless."""
    if order.announced_at is None:
        order.announced_at = now
        order.save(update_fields=["announced_at"])
    learner = order.learner or order.receiver
    transaction.on_commit(
        lambda: order_concluded.send(sender=WorkOrder, order=order, learner=learner)
    )


@transaction.atomic
def report_rectified(
    *,
    order: WorkOrder,
    by: Employee,
    text: str,
    now: datetime,
    amount_recovered: Decimal | None = None,
    key: UUID | None = None,
) -> WorkOrder:
    """Report that what was demanded has been put right.

    :raises FeedbackIncomplete: if it says nothing.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    if not text.strip():
        raise FeedbackIncomplete("请写明整改情况，再提交。")
    move_order("rectified", order=held, by=by, now=now, reason=text, idempotency_key=key)
    planned = Rectification.objects.filter(order=held, responsible=by, done_at=None)
    planned.update(done_text=text.strip(), done_at=now, amount_recovered=amount_recovered)
    notices.done("rectify", order=held, now=now)
    notices.ask("inspect", order=held, people=_reviewers(held, now=now), now=now)
    return held


@transaction.atomic
def accept_rectification(
    *, order: WorkOrder, by: Employee, now: datetime, opinion: str = "", key: UUID | None = None
) -> WorkOrder:
    """Accept a rectification and close the order, as an officer who did not rectify.

    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    move_order(
        "accept_rectification",
        order=held,
        by=by,
        now=now,
        reason=opinion,
        idempotency_key=key,
        closed_at=now,
        review_on=_review_day(held, now=now),
    )
    Rectification.objects.filter(order=held, accepted_at=None, done_at__isnull=False).update(
        accepted_at=now, accepted_by=by
    )
    notices.clear(held, now=now)
    return held


@transaction.atomic
def reject_rectification(
    *, order: WorkOrder, by: Employee, reason: str, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Send a rectification back, with the reason.

    :raises TransitionRefused: if the state or the person does not allow it, or no reason is given.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    move_order(
        "reject_rectification", order=held, by=by, now=now, reason=reason, idempotency_key=key
    )
    undone = list(Rectification.objects.filter(order=held, accepted_at=None, done_at__isnull=False))
    for planned in undone:
        planned.done_at = None
        planned.save(update_fields=["done_at"])
    notices.tell(
        f"rejected:{held.revision}",
        order=held,
        people=[planned.responsible for planned in undone],
        title="整改验收未通过",
        body=f"{held}：{reason.strip()}"[:300],
        now=now,
    )
    return held


@transaction.atomic
def transfer_order(
    *, order: WorkOrder, by: Employee, to: str, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Hand an order over to the competent body; afterwards only to whom and when is visible.

    Nothing starts until that body answers.

    :raises ConclusionRefused: if it does not say to whom.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    if not to.strip():
        raise ConclusionRefused("请写明移交给哪个单位，再提交。")
    move_order(
        "transfer",
        order=held,
        by=by,
        now=now,
        idempotency_key=key,
        conclusion=Conclusion.SUSPECTED_VIOLATION,
        conclusion_reason="",
        conclusion_next="",
        concluded_by=by,
        concluded_at=now,
        transferred_to=to.strip()[:60],
        transferred_on=day_of(now),
    )
    notices.clear(held, now=now)
    return held


@transaction.atomic
def settle_transfer(
    *,
    order: WorkOrder,
    by: Employee,
    outcome: Conclusion,
    reason: str,
    now: datetime,
    learner: Employee | None = None,
    key: UUID | None = None,
) -> WorkOrder:
    """Enter what the competent body answered and close the order; from now on it counts.

    :raises ConclusionRefused: if the outcome is no conclusion.
    :raises TransitionRefused: if the state or the person does not allow it, or no reason is given.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    if outcome == Conclusion.SUSPECTED_VIOLATION:
        raise ConclusionRefused("请按有权机关的答复选择结论，疑似违规不是答复。")
    move_order(
        "settle",
        order=held,
        by=by,
        now=now,
        reason=reason,
        idempotency_key=key,
        conclusion=Conclusion(outcome),
        effective_at=now,
        closed_at=now,
        learner=learner,
    )
    follow_conclusion(order=held, now=now)
    return held


@transaction.atomic
def cancel_order(
    *, order: WorkOrder, by: Employee, reason: str, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Cancel an order that should not have been issued; its warnings go back to triage.

    :raises TransitionRefused: if the state or the person does not allow it, or no reason is given.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    move_order(
        "cancel", order=held, by=by, now=now, reason=reason, idempotency_key=key, closed_at=now
    )
    notices.clear(held, now=now)
    own = RiskWarning.objects.filter(order=held, status=WarningStatus.TICKETED).order_by("pk")
    for warning in own:
        row = hold_warning(warning)
        move_warning(
            "release",
            warning=row,
            by=None,
            now=now,
            order=None,
            triage_due_at=due_for("triage", row.level, now=now),
        )
    told = [person for person in (held.handler,) if person is not None]
    notices.tell(
        "cancelled",
        order=held,
        people=told,
        title="工单已撤销",
        body=f"{held}已撤销，您不用再办理。",
        now=now,
    )
    return held


@transaction.atomic
def close_corrected(
    *, order: WorkOrder, by: Employee, now: datetime, reason: str = "", key: UUID | None = None
) -> WorkOrder:
    """Close an order as a data issue after its findings were withdrawn.

    :raises NothingToDecide: if the data still show a finding.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    if held.data_corrected_at is None:
        raise NothingToDecide("数据里的发现还在，不能按数据更正销号，请走审核。")
    move_order(
        "correct",
        order=held,
        by=by,
        now=now,
        reason=reason or "数据更正后发现不再出现",
        idempotency_key=key,
        number=held.number or order_number(now=now),
        conclusion=Conclusion.DATA_ISSUE,
        conclusion_next="",
        concluded_by=held.concluded_by or by,
        concluded_at=now,
        effective_at=now,
        closed_at=now,
    )
    notices.clear(held, now=now)
    follow_conclusion(order=held, now=now)
    return held


@transaction.atomic
def reopen_order(
    *, order: WorkOrder, by: Employee, reason: str, now: datetime, key: UUID | None = None
) -> WorkOrder:
    """Open a closed order again because the same thing happened again.

    :raises TransitionRefused: if the state or the person does not allow it, or no reason is given.
    """
    held = hold_order(order)
    if _done_already(held, key):
        return held
    move_order(
        "reopen", order=held, by=by, now=now, reason=reason, idempotency_key=key, closed_at=None
    )
    return held


def held_warnings(order: WorkOrder) -> list[RiskWarning]:
    """Return the warnings of an order as a page shows them; costs one query."""
    return list(
        RiskWarning.objects.filter(order=order)
        .select_related("latest", "risk_point", "receiver", "named_person", "unit")
        .order_by("pk")
    )
