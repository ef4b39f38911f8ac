"""What a person is asked to meet again today: three questions at most, on a working day.

Cards that are not asked for today wait; the longest due comes first, so that nothing piles up on
the day after a leave.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from common.calendar import is_workday
from people.models import Absence, Employee
from quizzes.models import REVIEW_CAUSE, Attempt, ReviewCard

REVIEW_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class ReviewDay:
    """The cards that are asked for today, how many wait behind them, and why none are asked for."""

    cards: list[ReviewCard]
    waiting: int
    reason: str


def review_day(*, employee: Employee, now: datetime) -> ReviewDay:
    """Return what a person is asked to meet again today; three queries at most."""
    due = ReviewCard.objects.due(now=now).filter(employee=employee)
    today = timezone.localdate(now)
    if not is_workday(today):
        return ReviewDay([], due.count(), "今天休息，上班那天再复习。")
    if Absence.objects.in_force(on=today).filter(employee=employee).exists():
        return ReviewDay([], due.count(), "请假期间不用复习，回来以后慢慢补，一天最多三道。")
    asked = Attempt.objects.filter(
        employee=employee, cause=REVIEW_CAUSE, submitted_at__date=today
    ).aggregate(asked=Sum("question_count"))["asked"]
    left = max(0, REVIEW_QUESTIONS - (asked or 0))
    cards = list(due.select_related("risk_point").order_by("due_at", "pk"))
    shown, waiting = cards[:left], len(cards) - min(left, len(cards))
    reason = "今天的三道已经够了，剩下的明天再来。" if cards and not shown else ""
    return ReviewDay(shown, waiting, reason)
