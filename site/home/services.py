"""What the front page puts together for one person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from courses.models import LessonView, MicroLessonPage
from people.models import Employee
from planning.registry import Claim
from planning.services import Share, Week, week_of
from quizzes.models import Attempt, ReviewCard
from quizzes.services import review_day
from quizzes.services.drawing import points_of
from risk_manual.models import RiskPointPage


@dataclass(frozen=True, slots=True)
class Day:
    """One day of this week, and whether something was learnt on it."""

    name: str
    learnt: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class PointRow:
    """A risk point of the person's posts; mastery runs from 0 (未学) to 3 (掌握)."""

    point: RiskPointPage
    mastery: int


@dataclass(frozen=True, slots=True)
class Learning:
    """The front page of one person: the week's plan, today's reviews, and the risk points."""

    plan: Week
    due_cards: list[ReviewCard]
    week: list[Day]
    points: list[PointRow]
    monthly: MicroLessonPage | None

    @property
    def shares(self) -> list[Share]:
        """What the week asks for; what each day asks for anew has its own row."""
        return [share for share in self.plan.shares if share.claim.daily is None]

    @property
    def later(self) -> list[Claim]:
        """What waits for a later week, or for somebody else."""
        return [claim for claim in self.plan.waiting if claim.daily is None]


def learning_of(employee: Employee, *, position_ids: set[int], now: datetime) -> Learning:
    """Return what the person has to learn, in the order of need; at most thirty queries."""
    today = timezone.localdate(now)
    plan = week_of(employee=employee, now=now)
    cards = list(
        ReviewCard.objects.filter(employee=employee).select_related("risk_point").order_by("due_at")
    )
    return Learning(
        plan=plan,
        due_cards=review_day(employee=employee, now=now, week=plan).cards,
        week=_week(employee, today=today),
        points=[PointRow(point, _mastery(cards, point)) for point in points_of(position_ids)],
        monthly=MicroLessonPage.objects.live().filter(month=f"{today:%Y-%m}").first(),
    )


def _mastery(cards: list[ReviewCard], point: RiskPointPage) -> int:
    card = next((card for card in cards if card.risk_point_id == point.pk), None)
    return card.mastery if card is not None else 0


def _week(employee: Employee, *, today: date) -> list[Day]:
    monday = today - timedelta(days=today.weekday())
    views = LessonView.objects.filter(employee=employee, completed_at__date__gte=monday)
    attempts = Attempt.objects.counted().filter(employee=employee, submitted_at__date__gte=monday)
    learnt = _days(views, "completed_at") | _days(attempts, "submitted_at")
    return [
        Day(name, monday + timedelta(days=n) in learnt, monday + timedelta(days=n) == today)
        for n, name in enumerate("一二三四五六日")
    ]


def _days(rows: "QuerySet[LessonView] | QuerySet[Attempt]", field: str) -> set[date]:
    return {timezone.localdate(moment) for moment in rows.values_list(field, flat=True)}
