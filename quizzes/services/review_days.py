"""What a person is asked to meet again today: three questions at most, on a working day.

Cards that are not asked for today wait; the longest due comes first, so that nothing piles up on
the day after a leave. What the week has no room for waits too; whoever wants to may go on.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from common.calendar import is_workday
from people.models import Absence, Employee
from planning.registry import Claim, Part, Rank, Span, register_source
from planning.services import ENOUGH, Week, week_of
from quizzes.models import REVIEW_CAUSE, Attempt, ReviewCard

REVIEW_QUESTIONS = 3
SECONDS_A_QUESTION = 40


@dataclass(frozen=True, slots=True)
class ReviewDay:
    """The cards that are asked for today, those that wait behind them, and why none are asked."""

    cards: list[ReviewCard]
    behind: list[ReviewCard]
    reason: str

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self.behind)

    @property
    def of_own_will(self) -> list[ReviewCard]:
        """The cards of a sitting that nothing asks for."""
        return self.behind[:REVIEW_QUESTIONS]


def review_day(*, employee: Employee, now: datetime, week: Week | None = None) -> ReviewDay:
    """Return what a person is asked to meet again today; three queries beside those of the week.

    The week's plan is worked out unless the caller has it.
    """
    due = ReviewCard.objects.due(now=now).filter(employee=employee)
    cards = list(due.select_related("risk_point").order_by("due_at", "pk"))
    today = timezone.localdate(now)
    if not is_workday(today):
        return ReviewDay([], cards, "今天休息，上班那天再复习。")
    if Absence.objects.in_force(on=today).filter(employee=employee).exists():
        return ReviewDay([], cards, "请假期间不用复习，回来以后慢慢补，一天最多三道。")
    if not cards:
        return ReviewDay([], [], "")
    asked = Attempt.objects.filter(
        employee=employee, cause=REVIEW_CAUSE, submitted_at__date=today
    ).aggregate(asked=Sum("question_count"))["asked"]
    left = max(0, REVIEW_QUESTIONS - (asked or 0))
    share = (week or week_of(employee=employee, now=now)).share_of(_key(employee.pk))
    room = len(share.parts) if share is not None else 0
    shown = cards[: min(left, room)]
    reason = ""
    if not shown:
        reason = ENOUGH if left else "今天的三道已经够了，剩下的明天再来。"
    return ReviewDay(shown, cards[len(shown) :], reason)


@register_source
def reviews_of(employees: Sequence[int], span: Span) -> Iterator[Claim]:
    """Yield what spaced review asks of people this week; two queries."""
    cards: dict[int, list[str]] = defaultdict(list)
    due = ReviewCard.objects.filter(employee__in=employees, due_at__lt=span.ends_at)
    for employee, title in due.order_by("due_at", "pk").values_list(
        "employee", "risk_point__title"
    ):
        cards[employee].append(title)
    asked = Attempt.objects.filter(
        employee__in=employees, cause=REVIEW_CAUSE, submitted_at__gte=span.begins_at
    ).values("employee")
    done = {
        employee: (week, today or 0)
        for employee, week, today in asked.annotate(
            week=Sum("question_count"),
            today=Sum("question_count", filter=Q(submitted_at__date=span.today)),
        ).values_list("employee", "week", "today")
    }
    for employee in cards.keys() | done.keys():
        week, today = done.get(employee, (0, 0))
        titles = cards[employee]
        yield Claim(
            employee_id=employee,
            key=_key(employee),
            title=f"复习{len(titles)}个到期的风险点",
            label="复习",
            url=reverse("quizzes:review"),
            icon="rotate-ccw",
            rank=Rank.REVIEW,
            parts=tuple(Part(title, SECONDS_A_QUESTION) for title in titles),
            done=week * SECONDS_A_QUESTION,
            is_over=not titles,
            daily=REVIEW_QUESTIONS * SECONDS_A_QUESTION,
            done_today=today * SECONDS_A_QUESTION,
        )


def _key(employee: int) -> str:
    return f"{REVIEW_CAUSE}:{employee}"
