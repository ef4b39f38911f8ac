"""Telling the receiver and the head: the dates on the warning, the message, and the signal."""

from datetime import datetime

from django.db import transaction

from people.models import Employee, Role
from risk_warnings.limits import day_of, due_for
from risk_warnings.models import RiskWarning, RuleRun, TipTime, WarningStatus
from risk_warnings.services import notices
from risk_warnings.services.acting import hold_warning, log
from risk_warnings.services.addressees import head_of
from risk_warnings.services.errors import NothingToDecide
from risk_warnings.signals import tip_released
from risk_warnings.transitions import TransitionRefused, standing_of


def announce_tip(*, warning: RiskWarning, now: datetime) -> None:
    """Tell the apps above that a receiver was told; telling twice is harmless."""
    if warning.tip_announced_at is None:
        warning.tip_announced_at = now
        warning.save(update_fields=["tip_announced_at"])
        log("warning.tipped", warning, by=None, now=now, receiver=warning.receiver_id)
    transaction.on_commit(lambda: tip_released.send(sender=RiskWarning, warning=warning))


def plan_tip(*, warning: RiskWarning, now: datetime, at: datetime) -> None:
    """Set when receiver and head are told, and write their messages; the caller saves.

    Who was told before is not told again. The head of the station is left out where he is asked or
    named. A sealed warning tells nobody.
    """
    if warning.is_sealed:
        return
    if warning.receiver is not None and warning.tip_at is None:
        warning.tip_at = at
        warning.reply_due_at = due_for("reply", warning.level, now=at)
        notices.tell_receiver(warning=warning, now=now, release_at=at)
    if warning.head_told_at is None:
        warning.head_told_at = at
        head = head_of(warning.unit, on=day_of(now))
        if head is not None and not _is_part_of(warning, head):
            notices.tell_head(warning=warning, head=head, now=now, release_at=at)


def _is_part_of(warning: RiskWarning, person: Employee) -> bool:
    return person.pk in {warning.receiver_id, warning.named_person_id}


@transaction.atomic
def decide_brake(*, run: RuleRun, by: Employee, tip: bool, reason: str, now: datetime) -> int:
    """Let the held tips of a run go, or leave them all to triage; return how many were sent.

    :raises NothingToDecide: if the run is not held back, or no longer.
    :raises TransitionRefused: if the person is no discipline officer of all its stations.
    """
    held = RuleRun.objects.select_for_update().get(pk=run.pk)
    if not held.is_braked:
        raise NothingToDecide("这次运行的提示没有限流，或已经有人处理，请刷新页面。")
    warnings = list(
        RiskWarning.objects.select_for_update(of=("self",))
        .filter(is_braked=True, pk__in=held.versions.values("warning"))
        .select_related("unit", "receiver", "named_person")
        .order_by("pk")
    )
    scope = standing_of(by, on=day_of(now))
    if not all(scope.reaches(warning.unit, Role.DISCIPLINE_OFFICER) for warning in warnings):
        raise TransitionRefused("限流涉及的单位超出您的范围，请由市公司纪检专责决定。")
    sent = 0
    for warning in warnings:
        warning.is_braked = False
        if tip and _may_tip_at_once(warning):
            warning.tip_at = now
            warning.reply_due_at = due_for("reply", warning.level, now=now)
            notices.tell_receiver(warning=warning, now=now)
            sent += 1
        warning.save(update_fields=["is_braked", "tip_at", "reply_due_at"])
        if warning.tip_at == now:
            announce_tip(warning=warning, now=now)
    held.brake_released_at = now
    held.brake_released_by = by
    held.save(update_fields=["brake_released_at", "brake_released_by"])
    log("run.brake_decided", held, by=by, now=now, sent=sent, tip=tip, reason_given=bool(reason))
    return sent


def _may_tip_at_once(warning: RiskWarning) -> bool:
    return (
        warning.tip_policy == TipTime.AT_ONCE
        and warning.status == WarningStatus.PENDING
        and warning.tip_at is None
        and not warning.is_sealed
        and not warning.repeats_dismissed
        and warning.receiver is not None
        and warning.receiver == warning.named_person
    )


def release_tips_of(*, warning: RiskWarning, now: datetime) -> None:
    """Send what a decision told and whose time to undo is over."""
    held = hold_warning(warning)
    if held.is_told(now=now) and held.tip_announced_at is None:
        announce_tip(warning=held, now=now)
