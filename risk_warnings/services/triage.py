"""The decisions of triage, ten seconds to take them back, and what is sent after that."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.dateparse import parse_datetime

from people.models import Employee
from risk_warnings.limits import day_of, due_after, limits
from risk_warnings.models import (
    DismissalReason,
    Level,
    OrderStatus,
    RiskWarning,
    Triage,
    TriageAction,
    WhitelistEntry,
    WorkOrder,
)
from risk_warnings.services import notices
from risk_warnings.services.acting import (
    hold_order,
    hold_warning,
    log,
    move_warning,
    require_officer,
    require_opinion,
)
from risk_warnings.services.errors import (
    AlreadyTold,
    NobodyToAsk,
    NothingToDecide,
    StillSealed,
    TooLateToUndo,
    WrongTarget,
)
from risk_warnings.services.taking_back import DISMISSED, take_back
from risk_warnings.services.tips import plan_tip, release_tips_of

# What a decision may change, and an undo puts back.
UNDONE_FIELDS = (
    "status",
    "tip_at",
    "reply_due_at",
    "head_told_at",
    "resolve_at",
    "order_id",
    "merged_into_id",
    "closed_at",
)


def _decided_already(key: UUID | None) -> Triage | None:
    return Triage.objects.filter(idempotency_key=key).first() if key is not None else None


def _snapshot(warning: RiskWarning) -> dict[str, Any]:
    values = {name: getattr(warning, name) for name in UNDONE_FIELDS}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _record(
    warning: RiskWarning,
    *,
    action: TriageAction,
    by: Employee,
    opinion: str,
    before: dict[str, Any],
    now: datetime,
    key: UUID | None,
    **more: Any,
) -> Triage:
    return Triage.objects.create(
        warning=warning,
        officer=by,
        action=action,
        opinion=opinion,
        decided_at=now,
        release_at=now + limits().undo,
        before=before,
        idempotency_key=key,
        **more,
    )


@transaction.atomic
def dismiss_warning(
    *,
    warning: RiskWarning,
    by: Employee,
    reason: DismissalReason,
    opinion: str,
    now: datetime,
    whitelist_until: date | None = None,
    revision: int | None = None,
    key: UUID | None = None,
) -> Triage:
    """Dismiss a warning, with the reason; on wish clear its subject until a day.

    What had been told is taken back when the time to undo is over.

    :raises TransitionRefused: if the state or the person does not allow it.
    :raises OpinionTooShort: if the opinion says too little.
    """
    if (known := _decided_already(key)) is not None:
        return known
    held = hold_warning(warning, revision=revision)
    text = require_opinion(opinion)
    before = _snapshot(held)
    move_warning("dismiss", warning=held, by=by, now=now, closed_at=now)
    entry = None
    if whitelist_until is not None:
        entry = WhitelistEntry.objects.create(
            theme=held.theme,
            subject=held.subject,
            reason=f"{DismissalReason(reason).label}：{text}"[:200],
            approver=by,
            valid_from=held.occurred_on,
            valid_to=whitelist_until,
            created_at=now,
        )
        log("whitelist.added", entry, by=by, now=now, warning=held.pk)
    return _record(
        held,
        action=TriageAction.DISMISS,
        by=by,
        opinion=text,
        before=before,
        now=now,
        key=key,
        reason=DismissalReason(reason),
        whitelist_entry=entry,
    )


@transaction.atomic
def merge_warning(
    *,
    warning: RiskWarning,
    into: RiskWarning | WorkOrder,
    by: Employee,
    opinion: str,
    now: datetime,
    revision: int | None = None,
    key: UUID | None = None,
) -> Triage:
    """Merge a warning into an open warning or order, which it follows from then on.

    :raises WrongTarget: if the target is not open, is itself, or lies outside the person's scope.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    if (known := _decided_already(key)) is not None:
        return known
    held = hold_warning(warning, revision=revision)
    text = require_opinion(opinion)
    before = _snapshot(held)
    order, target = _target_of(held, into)
    if target is not None:
        require_officer(target, by=by, now=now)
    move_warning("merge", warning=held, by=by, now=now, order=order, merged_into=target)
    return _record(
        held,
        action=TriageAction.MERGE,
        by=by,
        opinion=text,
        before=before,
        now=now,
        key=key,
        order=order,
        merged_into=target,
    )


def _target_of(
    warning: RiskWarning, into: RiskWarning | WorkOrder
) -> tuple[WorkOrder | None, RiskWarning | None]:
    if isinstance(into, WorkOrder):
        order = hold_order(into)
        if not order.is_open or order.is_transferred:
            raise WrongTarget(f"{order}已经办结或移交，不能并入，请另选一张在办的工单。")
        return order, None
    if into.pk == warning.pk:
        raise WrongTarget("预警不能并入它自己，请另选一条在办的预警。")
    target = hold_warning(into)
    if not target.is_open:
        raise WrongTarget(f"{target.number}已经办结，不能并入，请另选一条在办的预警。")
    if target.order is not None:
        return hold_order(target.order), None
    if target.merged_into is not None:
        return None, hold_warning(target.merged_into)
    return None, target


@transaction.atomic
def notify_receiver(
    *,
    warning: RiskWarning,
    by: Employee,
    opinion: str,
    now: datetime,
    revision: int | None = None,
    key: UUID | None = None,
) -> Triage:
    """Send the tip to the receiver, and tell the head of the station, when the undo time is over.

    :raises NobodyToAsk: if no receiver is known.
    :raises StillSealed: if the warning is sealed.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    if (known := _decided_already(key)) is not None:
        return known
    held = hold_warning(warning, revision=revision)
    text = require_opinion(opinion)
    if held.is_sealed:
        raise StillSealed("这条预警还在封存，提示会惊动本人，请先解除封存，或者直接转工单。")
    if held.receiver is None:
        raise NobodyToAsk("这条预警还没有接收人，不能提示，请先指定接收人，或者转工单。")
    before = _snapshot(held)
    release_at = now + limits().undo
    plan_tip(warning=held, now=now, at=release_at)
    if held.level == Level.LOW:
        held.resolve_at = due_after(release_at, workdays=limits().resolve_low_workdays)
    move_warning(
        "notify",
        warning=held,
        by=by,
        now=now,
        **{
            name: getattr(held, name)
            for name in ("tip_at", "reply_due_at", "head_told_at", "resolve_at")
        },
    )
    return _record(
        held,
        action=TriageAction.NOTIFY,
        by=by,
        opinion=text,
        before=before,
        now=now,
        key=key,
    )


@transaction.atomic
def ticket_warning(
    *,
    warning: RiskWarning,
    by: Employee,
    opinion: str,
    now: datetime,
    order: WorkOrder | None = None,
    revision: int | None = None,
    key: UUID | None = None,
) -> Triage:
    """Make a draft order of a warning, or extend an open order by it.

    The receiver is told when the undo time is over, unless the warning is sealed. The order is in
    ``triage.order``.

    :raises WrongTarget: if the order is not open any more.
    :raises TransitionRefused: if the state or the person does not allow it.
    """
    if (known := _decided_already(key)) is not None:
        return known
    held = hold_warning(warning, revision=revision)
    text = require_opinion(opinion)
    before = _snapshot(held)
    require_officer(held, by=by, now=now)
    created = order is None
    if order is None:
        target = WorkOrder.objects.create(
            title=held.title,
            theme=held.theme,
            level=held.level,
            unit=held.unit,
            risk_point=held.risk_point,
            receiver=held.receiver,
            drafter=by,
            created_at=now,
            status_changed_at=now,
        )
    else:
        target = hold_order(order)
        if not target.is_open or target.is_transferred:
            raise WrongTarget(f"{target}已经办结或移交，不能并入，请另选一张在办的工单。")
        if Level(target.level).weight < Level(held.level).weight:
            target.level = held.level
            target.save(update_fields=["level"])
    plan_tip(warning=held, now=now, at=now + limits().undo)
    move_warning(
        "ticket",
        warning=held,
        by=by,
        now=now,
        order=target,
        resolve_at=None,
        **{name: getattr(held, name) for name in ("tip_at", "reply_due_at", "head_told_at")},
    )
    return _record(
        held,
        action=TriageAction.TICKET,
        by=by,
        opinion=text,
        before=before,
        now=now,
        key=key,
        order=target,
        created_order=created,
    )


@transaction.atomic
def undo_triage(*, triage: Triage, by: Employee, now: datetime) -> RiskWarning:
    """Take a decision back within its seconds: as if it had never been made.

    :raises TooLateToUndo: if the time is over, or the decision was somebody else's.
    """
    decision = Triage.objects.select_for_update(of=("self",)).get(pk=triage.pk)
    if decision.officer_id != by.pk:
        raise TooLateToUndo("只有作出研判的人能撤回，请联系研判人。")
    if not decision.can_be_undone(now=now):
        seconds = int(limits().undo / timedelta(seconds=1))
        raise TooLateToUndo(
            f"已经超过{seconds}秒，通知已经发出，不能撤回；需要改变的，请在预警页面另行办理。"
        )
    warning = hold_warning(decision.warning)
    order = decision.order
    if decision.created_order and order is not None and order.status != OrderStatus.DRAFT:
        raise TooLateToUndo(
            "工单已经下发，不能撤回研判；确需撤销的，请由纪委办公室负责人撤销工单。"
        )
    for name, value in decision.before.items():
        moment = parse_datetime(value) if name.endswith("_at") and value else None
        setattr(warning, name, moment or value)
    warning.revision += 1
    warning.save()
    decision.undone_at = now
    decision.save(update_fields=["undone_at"])
    if decision.whitelist_entry is not None:
        decision.whitelist_entry.revoked_at = now
        decision.whitelist_entry.save(update_fields=["revoked_at"])
    notices.withdraw_unreleased(warning=warning, now=now)
    if decision.created_order and order is not None:
        order.delete()
    log("triage.undone", warning, by=by, now=now, triage=decision.pk, to=warning.status)
    return warning


def release_due_triage(*, now: datetime) -> int:
    """Send what decisions told whose time to undo is over; return how many there were.

    A periodic sweep calls this; calling it twice does it once.
    """
    count = 0
    for pk in Triage.objects.due(now=now).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            decision = (
                Triage.objects.select_for_update(of=("self",))
                .due(now=now)
                .filter(pk=pk)
                .select_related("warning")
                .first()
            )
            if decision is None:
                continue
            if decision.action == TriageAction.DISMISS:
                take_back(warning=hold_warning(decision.warning), sentence=DISMISSED, now=now)
            elif decision.action in {TriageAction.NOTIFY, TriageAction.TICKET}:
                release_tips_of(warning=decision.warning, now=now)
            decision.released_at = now
            decision.save(update_fields=["released_at"])
            count += 1
    return count


@transaction.atomic
def seal_warning(*, warning: RiskWarning, by: Employee, reason: str, now: datetime) -> RiskWarning:
    """Seal a pending warning: until it is released nothing differs for anybody at the station.

    :raises AlreadyTold: if its receiver knows of it.
    :raises NothingToDecide: if it is sealed, or not pending.
    """
    held = hold_warning(warning)
    require_officer(held, by=by, now=now)
    text = require_opinion(reason)
    if held.status != "pending" or held.is_sealed:
        raise NothingToDecide(f"{held.number}已经封存或已经研判，不能封存，请刷新页面看最新情况。")
    if held.tip_at is not None:
        raise AlreadyTold(f"{held.number}已经提示本人，封存没有意义，请直接研判或转工单。")
    held.sealed_at, held.unsealed_at = now, None
    held.revision += 1
    held.save(update_fields=["sealed_at", "unsealed_at", "revision"])
    _note_seal(held, action=TriageAction.SEAL, by=by, reason=text, now=now)
    return held


@transaction.atomic
def unseal_warning(
    *, warning: RiskWarning, by: Employee, reason: str, now: datetime
) -> RiskWarning:
    """Release a sealed warning. One that is ticketed already is told now, others after triage.

    :raises NothingToDecide: if it is not sealed.
    """
    held = hold_warning(warning)
    require_officer(held, by=by, now=now)
    text = require_opinion(reason)
    if not held.is_sealed:
        raise NothingToDecide(f"{held.number}没有封存，不用解除，请刷新页面看最新情况。")
    held.unsealed_at = now
    held.revision += 1
    if held.status == "ticketed":
        plan_tip(warning=held, now=now, at=now)
    held.save()
    _note_seal(held, action=TriageAction.UNSEAL, by=by, reason=text, now=now)
    release_tips_of(warning=held, now=now)
    return held


def _note_seal(
    warning: RiskWarning, *, action: TriageAction, by: Employee, reason: str, now: datetime
) -> None:
    Triage.objects.create(
        warning=warning,
        officer=by,
        action=action,
        opinion=reason,
        decided_at=now,
        release_at=now,
        released_at=now,
    )
    log(f"warning.{action.value}ed", warning, by=by, now=now)


@transaction.atomic
def name_receiver(
    *, warning: RiskWarning, receiver: Employee, by: Employee, now: datetime
) -> RiskWarning:
    """Name who is asked to explain, while nobody has been told yet.

    :raises AlreadyTold: if somebody has been told; then the business is passed on instead.
    """
    held = hold_warning(warning)
    require_officer(held, by=by, now=now)
    if held.tip_at is not None:
        raise AlreadyTold(f"{held.number}已经提示本人，不能直接换人，请用“确认由谁说明”。")
    if receiver.left_on is not None and receiver.left_on <= day_of(now):
        raise NobodyToAsk(f"{receiver}已经离职，不能作为接收人，请另选一人。")
    before = held.receiver_id
    held.receiver = receiver
    held.revision += 1
    held.save(update_fields=["receiver", "revision"])
    if held.order is not None and held.order.status == OrderStatus.DRAFT:
        WorkOrder.objects.filter(pk=held.order.pk).update(receiver=receiver)
    log("warning.receiver_named", held, by=by, now=now, **{"from": before, "to": receiver.pk})
    return held
