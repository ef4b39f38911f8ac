"""What the front page puts together for one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from assignments.models import AssignmentStatus, TrainingAssignment
from courses.models import LessonView, MicroLessonPage
from courses.services import minutes_left
from people.models import Employee
from quizzes.models import Attempt, ReviewCard
from quizzes.services import review_day
from quizzes.services.drawing import points_of
from risk_manual.models import RiskPointPage

SECONDS_A_QUESTION = 40


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
    """The front page of one person; ``seconds`` is what is due by the end of this week.

    ``duty_seconds`` says about how long each duty takes, by its key.
    """

    duties: list[TrainingAssignment]
    duty_seconds: dict[int, int]
    due_cards: list[ReviewCard]
    week: list[Day]
    points: list[PointRow]
    monthly: MicroLessonPage | None
    seconds: int


def learning_of(employee: Employee, *, position_ids: set[int], now: datetime) -> Learning:
    """Return what the person has to learn, in the order of need; at most fifteen queries."""
    today = timezone.localdate(now)
    sunday = today + timedelta(days=6 - today.weekday())
    duties = list(
        TrainingAssignment.objects.filter(employee=employee, status=AssignmentStatus.OPEN)
        .select_related("lesson", "risk_point", "enrollment__course")
        .order_by("due_on", "pk")
    )
    cards = list(
        ReviewCard.objects.filter(employee=employee).select_related("risk_point").order_by("due_at")
    )
    due_cards = review_day(employee=employee, now=now).cards
    points = points_of(position_ids)
    minutes = minutes_left([duty.enrollment for duty in duties if duty.enrollment is not None])
    seconds = {duty.pk: _seconds(duty, minutes) for duty in duties}
    return Learning(
        duties=duties,
        due_cards=due_cards,
        week=_week(employee, today=today),
        points=[PointRow(point, _mastery(cards, point)) for point in points],
        monthly=MicroLessonPage.objects.live().filter(month=f"{today:%Y-%m}").first(),
        duty_seconds=seconds,
        seconds=sum(seconds[duty.pk] for duty in duties if duty.due_on <= sunday)
        + len(due_cards) * SECONDS_A_QUESTION,
    )


def _seconds(duty: TrainingAssignment, minutes: Mapping[int, int]) -> int:
    """Return about how long what is left of a duty takes."""
    lesson = duty.lesson.duration_seconds if duty.lesson is not None else 0
    course = minutes.get(duty.enrollment_id, 0) * 60 if duty.enrollment_id is not None else 0
    return lesson + course + duty.question_count * SECONDS_A_QUESTION


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
