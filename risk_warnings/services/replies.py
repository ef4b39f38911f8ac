"""What the receiver says: the explanation, 不是我的业务, and what is answered to it."""

from datetime import datetime

from django.db import transaction

from notifications.models import NotificationCategory
from notifications.services import notify, settle, withdraw
from people.models import Employee, Role
from risk_warnings.limits import day_of, due_after, due_for, limits
from risk_warnings.models import (
    Explanation,
    OpinionRequest,
    OrderStatus,
    Reassignment,
    ReplyChoice,
    RiskWarning,
    Triage,
    WarningStatus,
)
from risk_warnings.services import notices
from risk_warnings.services.acting import (
    hold_order,
    hold_warning,
    log,
    move_warning,
    require_officer,
)
from risk_warnings.services.addressees import head_of, officer_for
from risk_warnings.services.errors import (
    NobodyToAsk,
    NothingToDecide,
    NotYours,
    ReplyNotPossible,
)
from risk_warnings.services.tips import announce_tip
from risk_warnings.transitions import TransitionRefused, standing_of

ANSWERABLE = frozenset({WarningStatus.PENDING, WarningStatus.NOTIFIED, WarningStatus.TICKETED})
MOVABLE_ORDERS = frozenset({OrderStatus.DRAFT, OrderStatus.ISSUED, OrderStatus.ACCEPTED})


def _require_receiver(warning: RiskWarning, *, by: Employee, now: datetime) -> None:
    if warning.receiver_id != by.pk or not warning.is_told(now=now):
        raise NotYours("这条预警没有请您说明，您不用提交，请回到“我的学习”。")
    if warning.status not in ANSWERABLE:
        raise ReplyNotPossible(f"{warning.number}已经办结或撤回，不用再说明，请回到“我的学习”。")


@transaction.atomic
def save_reply_draft(
    *, warning: RiskWarning, by: Employee, choice: str, text: str, now: datetime
) -> Explanation:
    """Keep what the receiver has written so far; only the author sees it.

    :raises NotYours: if the warning does not ask this person.
    :raises ReplyNotPossible: if nothing waits for an explanation any more.
    """
    held = hold_warning(warning)
    _require_receiver(held, by=by, now=now)
    draft = _draft(held, by=by, now=now)
    draft.choice = choice if choice in ReplyChoice else ""
    draft.text = text
    draft.saved_at = now
    draft.save(update_fields=["choice", "text", "saved_at"])
    return draft


def _draft(warning: RiskWarning, *, by: Employee, now: datetime) -> Explanation:
    draft, _ = Explanation.objects.get_or_create(
        warning=warning,
        author=by,
        order=None,
        submitted_at=None,
        defaults={"saved_at": now},
    )
    return draft


@transaction.atomic
def submit_reply(
    *, warning: RiskWarning, by: Employee, choice: str, text: str, now: datetime
) -> Explanation:
    """Hand in the explanation; it becomes the first feedback once an order is issued.

    :raises NotYours: if the warning does not ask this person.
    :raises ReplyNotPossible: if it says nothing, or nothing waits for it any more.
    """
    held = hold_warning(warning)
    _require_receiver(held, by=by, now=now)
    if choice not in ReplyChoice:
        raise ReplyNotPossible("请先选一种最接近的情况，再提交说明。")
    if not text.strip():
        raise ReplyNotPossible("说明不能是空的，请写一两句再提交。")
    reply = _draft(held, by=by, now=now)
    reply.choice = choice
    reply.text = text.strip()
    reply.saved_at = now
    reply.submitted_at = now
    if held.order is not None and held.order.issued_at is not None:
        reply.order = held.order
        reply.round = held.order.round
    reply.save()
    held.replied_at = now
    held.revision += 1
    held.save(update_fields=["replied_at", "revision"])
    notices.settle_tip(warning=held, now=now)
    _tell_officer(held, title="本人已提交说明", body=f"{held.number}，请看说明后处理。", now=now)
    log("warning.replied", held, by=by, now=now, explanation=reply.pk)
    return reply


def _officer_of(warning: RiskWarning, *, now: datetime) -> Employee | None:
    last = (
        Triage.objects.standing()
        .filter(warning=warning)
        .select_related("officer")
        .order_by("-pk")
        .first()
    )
    return last.officer if last is not None else officer_for(warning.unit, on=day_of(now))


def _tell_officer(warning: RiskWarning, *, title: str, body: str, now: datetime) -> None:
    officer = _officer_of(warning, now=now)
    if officer is None:
        return
    notify(
        recipient=officer,
        event=f"risk_warnings.replied:{warning.pk}:{now.isoformat()}",
        category=NotificationCategory.NOTICE,
        icon="message-square",
        title=title,
        body=body,
        url=notices.warning_url(warning),
        now=now,
    )


@transaction.atomic
def accept_reply(*, warning: RiskWarning, by: Employee, now: datetime) -> RiskWarning:
    """Accept what the receiver said: the warning is resolved.

    :raises ReplyNotPossible: if there is no explanation yet.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    held = hold_warning(warning)
    reply = (
        Explanation.objects.submitted()
        .filter(warning=held)
        .order_by("-submitted_at", "-pk")
        .first()
    )
    if reply is None:
        raise ReplyNotPossible(f"{held.number}还没有收到说明，不能认可，请等本人说明或另行研判。")
    move_warning("resolve", warning=held, by=by, now=now, closed_at=now, resolve_at=None)
    reply.accepted_at, reply.accepted_by = now, by
    reply.save(update_fields=["accepted_at", "accepted_by"])
    _tell_resolved(held, body="您的说明已经认可，这条提示办结，不用再做什么。", now=now)
    return held


def _tell_resolved(warning: RiskWarning, *, body: str, now: datetime) -> None:
    notices.settle_tip(warning=warning, now=now)
    if warning.receiver is None:
        return
    notify(
        recipient=warning.receiver,
        event=f"risk_warnings.resolved:{warning.pk}",
        category=NotificationCategory.NOTICE,
        icon="check",
        title="一条预警提示已办结",
        body=f"{warning.number}，{body}",
        url=notices.warning_url(warning),
        now=now,
    )


def resolve_expired(*, now: datetime) -> int:
    """Resolve low warnings whose tip is fifteen working days old; return how many."""
    due = RiskWarning.objects.filter(
        status=WarningStatus.NOTIFIED, level="low", resolve_at__lte=now, reassignments_open=0
    )
    count = 0
    for warning in due.order_by("pk"):
        with transaction.atomic():
            held = hold_warning(warning)
            if held.status != WarningStatus.NOTIFIED or held.reassignments_open:
                continue
            move_warning("expire", warning=held, by=None, now=now, closed_at=now, resolve_at=None)
            _tell_resolved(held, body="低风险提示期满，已自动办结。", now=now)
            count += 1
    return count


@transaction.atomic
def disown(*, warning: RiskWarning, by: Employee, reason: str, now: datetime) -> Reassignment:
    """Say 不是我的业务: the head of the station, before triage the officer, names who it is.

    Nothing counts as overdue meanwhile. Saying it twice is saying it once.

    :raises NotYours: if the warning does not ask this person.
    :raises ReplyNotPossible: if no reason is given, or the order is past naming somebody else.
    """
    held = hold_warning(warning)
    _require_receiver(held, by=by, now=now)
    waiting = Reassignment.objects.filter(warning=held, decided_at=None).first()
    if waiting is not None:
        return waiting
    if not reason.strip():
        raise ReplyNotPossible("请写一句为什么不是您的业务，再提交。")
    if held.order is not None and held.order.status not in MOVABLE_ORDERS:
        raise ReplyNotPossible(f"{held.order}已在核查，不能再换人，请在反馈里写明不是您的业务。")
    asked = Reassignment.objects.create(
        warning=held,
        asked_by=by,
        asked_at=now,
        reason=reason.strip()[:200],
        asked_of=_who_names(held, now=now),
        due_at=due_after(now, workdays=limits().reassign_workdays),
    )
    held.reassignments_open = 1
    held.revision += 1
    held.save(update_fields=["reassignments_open", "revision"])
    if held.order is not None and held.order.issued_at is not None:
        order = hold_order(held.order)
        order.due_at = None
        order.save(update_fields=["due_at"])
    if asked.asked_of is not None:
        notify(
            recipient=asked.asked_of,
            event=f"risk_warnings.reassign:{asked.pk}",
            category=NotificationCategory.TODO,
            icon="users",
            title="请确认一条预警由谁说明",
            body=f"{held.number}，两个工作日内确认；其间不算任何人逾期。",
            url=notices.warning_url(held),
            now=now,
        )
    log("warning.disowned", held, by=by, now=now, reassignment=asked.pk)
    return asked


def _who_names(warning: RiskWarning, *, now: datetime) -> Employee | None:
    concerned = {warning.receiver_id, warning.named_person_id}
    told = warning.head_told_at is not None and warning.head_told_at <= now
    if warning.status != WarningStatus.PENDING and told:
        head = head_of(warning.unit, on=day_of(now))
        if head is not None and head.pk not in concerned:
            return head
    officer = _officer_of(warning, now=now)
    return officer if officer is not None and officer.pk not in concerned else None


@transaction.atomic
def decide_reassignment(
    *,
    reassignment: Reassignment,
    by: Employee,
    named: Employee | None,
    note: str,
    now: datetime,
) -> RiskWarning:
    """Name who should explain; without a name the first person stays asked. Clocks start anew.

    :raises NothingToDecide: if it has been decided.
    :raises NobodyToAsk: if the person named is the same, or has left.
    :raises TransitionRefused: if the person was not asked and is no officer in scope.
    """
    asked = Reassignment.objects.select_for_update(of=("self",)).get(pk=reassignment.pk)
    if asked.decided_at is not None:
        raise NothingToDecide("由谁说明已经确认过，请刷新页面看结果。")
    held = hold_warning(asked.warning)
    scope = standing_of(by, on=day_of(now))
    is_officer = scope.reaches(held.unit, Role.DISCIPLINE_OFFICER)
    if by.pk in {held.receiver_id, held.named_person_id} or not (
        by.pk == asked.asked_of_id or is_officer
    ):
        raise TransitionRefused("由谁说明须由被请确认的人或本范围纪检专责确认，您不能办理。")
    if named is not None and (
        named.pk == held.receiver_id or (named.left_on is not None and named.left_on <= day_of(now))
    ):
        raise NobodyToAsk(f"{named}就是原来的接收人或已经离职，请另选一人，或确认由原接收人说明。")
    asked.decided_by, asked.decided_at, asked.named = by, now, named
    asked.note = note.strip()[:200]
    asked.save()
    settle(event=f"risk_warnings.reassign:{asked.pk}", now=now)
    held.reassignments_open = 0
    held.revision += 1
    held.reply_due_at = due_for("reply", held.level, now=now)
    if held.resolve_at is not None:
        held.resolve_at = due_after(now, workdays=limits().resolve_low_workdays)
    if named is not None:
        _pass_on(held, to=named, now=now)
    held.save()
    _restart_order(held, receiver=named, now=now)
    if named is not None:
        notices.tell_receiver(warning=held, now=now)
        announce_tip(warning=held, now=now)
    log(
        "warning.reassigned",
        held,
        by=by,
        now=now,
        reassignment=asked.pk,
        to=named.pk if named is not None else held.receiver_id,
    )
    return held


def _pass_on(warning: RiskWarning, *, to: Employee, now: datetime) -> None:
    previous = warning.receiver
    withdraw(event=notices.tip_event(warning), now=now)
    if previous is not None:
        notify(
            recipient=previous,
            event=f"risk_warnings.not_yours:{warning.pk}:{previous.pk}",
            category=NotificationCategory.NOTICE,
            icon="check",
            title="已确认不由您说明",
            body=f"{warning.number}已转请他人说明，您不用再做什么。",
            now=now,
        )
    warning.receiver = to
    warning.tip_at = now
    warning.tip_announced_at = None
    warning.replied_at = None


def _restart_order(warning: RiskWarning, *, receiver: Employee | None, now: datetime) -> None:
    if warning.order is None or warning.order.status not in MOVABLE_ORDERS:
        return
    order = hold_order(warning.order)
    if receiver is not None:
        for what in ("accept", "answer"):
            withdraw(event=notices.order_event(order, what), now=now)
        order.receiver = receiver
        order.stand_in = None
    if order.status == OrderStatus.ISSUED:
        order.due_at = due_for("accept", order.level, now=now)
        if receiver is not None:
            notices.ask("accept", order=order, people=[receiver], now=now)
    elif order.status == OrderStatus.ACCEPTED:
        order.due_at = due_for("verify", order.level, now=now)
        if receiver is not None:
            notices.ask("answer", order=order, people=[receiver], now=now)
    order.revision += 1
    order.save()


@transaction.atomic
def ask_opinion(
    *, warning: RiskWarning, reviewer: Employee, by: Employee, question: str, now: datetime
) -> OpinionRequest:
    """Share a warning with a business reviewer and ask for an opinion; asking twice asks once.

    :raises NobodyToAsk: if the person is no business reviewer, or is asked or named in it.
    :raises TransitionRefused: if the person who asks is no officer in scope.
    """
    held = hold_warning(warning)
    require_officer(held, by=by, now=now)
    scope = standing_of(reviewer, on=day_of(now))
    if not scope.has(Role.BUSINESS_REVIEWER) or reviewer.pk in {
        held.receiver_id,
        held.named_person_id,
    }:
        raise NobodyToAsk(f"{reviewer}不是业务部门专责或与本件有关，不能请其看，请另选一人。")
    request, created = OpinionRequest.objects.get_or_create(
        warning=held,
        reviewer=reviewer,
        defaults={"asked_by": by, "asked_at": now, "question": question.strip()},
    )
    if created:
        notify(
            recipient=reviewer,
            event=f"risk_warnings.opinion:{request.pk}",
            category=NotificationCategory.TODO,
            icon="scale",
            title="请从业务上看一条预警",
            body=f"{held.number}，只请您看业务口径，请勿转告。",
            url=notices.warning_url(held),
            now=now,
        )
        log("warning.shared", held, by=by, now=now, reviewer=reviewer.pk)
    return request


@transaction.atomic
def give_opinion(
    *, request: OpinionRequest, by: Employee, opinion: str, now: datetime
) -> OpinionRequest:
    """Answer as the business reviewer who was asked.

    :raises NotYours: if somebody else was asked.
    :raises ReplyNotPossible: if it says nothing.
    """
    held = OpinionRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if held.reviewer_id != by.pk:
        raise NotYours("这条预警没有请您提意见，您不用提交。")
    if not opinion.strip():
        raise ReplyNotPossible("业务意见不能是空的，请写一两句再提交。")
    held.opinion, held.answered_at = opinion.strip(), now
    held.save(update_fields=["opinion", "answered_at"])
    settle(event=f"risk_warnings.opinion:{held.pk}", now=now)
    log("warning.opinion_given", held.warning, by=by, now=now, request=held.pk)
    return held
