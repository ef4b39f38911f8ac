"""Making a warning as if it had never fired, and saying so in one sentence."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cases.services import forget_uses
from quizzes.services import retract_attempts
from risk_warnings.models import RiskWarning
from risk_warnings.services import notices
from risk_warnings.services.acting import log
from risk_warnings.services.reading import TIP_USE
from risk_warnings.signals import cause_taken_back

DISMISSED = "经核对，这条预警提示已排除并撤回，您不用再做什么，它不计入任何统计。"
CORRECTED = "数据更正后，这条预警提示已撤回，您不用再做什么，它不计入任何统计。"
CLEARED = "核查结论为{conclusion}，这条预警提示已撤回，您不用再做什么，它不计入任何统计。"
UPHELD = "您的异议成立，这条预警提示和由它而来的学习已撤回，您不用再做什么。"


def take_back(*, warning: RiskWarning, sentence: str, now: datetime) -> None:
    """Take everything back that a warning brought; the caller holds its lock.

    Only who was told is told; nobody hears of a warning that reached nobody. Doing it twice does it
    once.
    """
    if warning.taken_back_announced_at is not None:
        return
    was_told = warning.is_told(now=now)
    warning.taken_back_at = warning.taken_back_at or now
    warning.taken_back_because = sentence
    warning.taken_back_announced_at = now
    warning.save(update_fields=["taken_back_at", "taken_back_because", "taken_back_announced_at"])
    if was_told:
        notices.tell_taken_back(warning=warning, sentence=sentence, now=now)
    else:
        notices.withdraw_tip(warning=warning, now=now)
    retract_attempts(cause=warning.cause, now=now)
    forget_uses(kind=TIP_USE, subject=warning.cause)
    log("warning.taken_back", warning, by=None, now=now, told=was_told)
    announce_taken_back(warning)


def announce_taken_back(warning: RiskWarning) -> None:
    """Tell the apps above, once the transaction is committed."""
    reason = warning.taken_back_because
    transaction.on_commit(
        lambda: cause_taken_back.send(sender=RiskWarning, warning=warning, reason=reason)
    )


def take_back_all(*, warnings: Iterable[RiskWarning], sentence: str, now: datetime) -> None:
    """Take back several warnings with the same sentence."""
    for warning in warnings:
        take_back(warning=warning, sentence=sentence, now=now)
