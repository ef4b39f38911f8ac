"""For how many weeks a post's people meet new questions on a point, before one comes back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from common.formats import day_of
from people.models import Position, Posting
from quizzes.models import Answer, Attempt, Question
from risk_manual.models import RiskPointPage

# What a person is asked in a week of ordinary learning, where nothing has been measured yet.
PLANNED_A_WEEK = 3
MEASURED_WEEKS = 12
# A question with parameters comes back with other values; it counts as a few different ones.
FRESH_DRAWS = 4
# Under a quarter of a year somebody should write more.
FEW_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Stock:
    """The questions of one point for one post.

    ``questions`` counts those for the post, a question with parameters several times; ``others``
    are for other posts, and drawn only when the post's own do not suffice. ``weeks`` is how long
    the post's own last a person at ``a_week`` questions a week on the point.
    """

    position: Position
    point: RiskPointPage
    questions: int
    others: int
    a_week: float
    is_measured: bool

    @property
    def weeks(self) -> float:
        """For how many weeks no question comes back."""
        return self.questions / self.a_week

    @property
    def is_low(self) -> bool:
        """Whether they last less than a quarter of a year."""
        return self.weeks < FEW_WEEKS


def stock_of_the_bank(*, now: datetime) -> list[Stock]:
    """Return the stock of every post on every point it holds or reviews, the shortest first.

    The pace is measured over the last twelve weeks where the post's people were asked at all, else
    it is what weekly learning plans. Five queries, however many people.
    """
    points = list(
        RiskPointPage.objects.live().select_related("position", "reviewer").order_by("code")
    )
    by_position: dict[Position, list[RiskPointPage]] = defaultdict(list)
    for point in points:
        for position in {point.position, point.reviewer}:
            by_position[position].append(point)
    counted = _questions_by_point_and_post()
    asked = _asked(now=now)
    people = dict(
        Posting.objects.in_force(on=day_of(now))
        .values_list("position")
        .annotate(people=Count("employee", distinct=True))
    )
    found = []
    for position, own in by_position.items():
        for point in own:
            total, general, marked = counted[point.pk]
            mine = general + marked[position.pk]
            measured = asked.get((position.pk, point.pk), 0)
            holders = people.get(position.pk, 0)
            pace = measured / holders / MEASURED_WEEKS if holders else 0.0
            found.append(
                Stock(
                    position=position,
                    point=point,
                    questions=mine,
                    others=total - mine,
                    a_week=pace or PLANNED_A_WEEK / len(own),
                    is_measured=pace > 0,
                )
            )
    return sorted(found, key=lambda one: (one.weeks, one.point.code, one.position.order))


def _questions_by_point_and_post() -> dict[int, tuple[int, int, dict[int, int]]]:
    """Return, by point, all questions, those for every post, and how many more are for each."""
    found: dict[int, tuple[int, int, dict[int, int]]] = defaultdict(
        lambda: (0, 0, defaultdict(int))
    )
    drawable = Question.objects.drawable().select_related("version")
    for question in drawable.prefetch_related("risk_points", "positions"):
        worth = FRESH_DRAWS if question.version and question.version.parameters else 1
        positions = question.positions.all()
        for point in question.risk_points.all():
            total, general, marked = found[point.pk]
            for position in positions:
                marked[position.pk] += worth
            found[point.pk] = (total + worth, general + (0 if positions else worth), marked)
    return found


def _asked(*, now: datetime) -> dict[tuple[int, int], int]:
    """Return how many questions were answered of late, by post and point."""
    since = now - timedelta(weeks=MEASURED_WEEKS)
    rows = (
        Answer.objects.filter(
            Q(attempt__in=Attempt.objects.counted()),
            attempt__position__isnull=False,
            answered_at__gte=since,
        )
        .values_list("attempt__position", "version__question__primary_risk_point")
        .annotate(times=Count("pk"))
    )
    return {(position, point): times for position, point, times in rows}
