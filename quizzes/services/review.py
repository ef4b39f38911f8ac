"""When a person should meet a risk point again: one FSRS card, replayed from counted attempts."""

import zlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from fsrs import Card, Rating, Scheduler
from fsrs.state import State

from people.models import Employee
from quizzes.models import Answer, Attempt, ReviewCard
from risk_manual.models import RiskLevel, RiskPointPage

# The chance of still knowing it on the day it comes back: what can do more harm comes back sooner.
RETENTION = {RiskLevel.HIGH: 0.95, RiskLevel.MEDIUM: 0.90, RiskLevel.LOW: 0.85}

# A card may come a quarter of its interval early, and no more than a week.
JITTER_SHARE, MOST_JITTER_DAYS = 4, 7

# Education is yearly by rule, however well a point is known.
LONGEST_DAYS = 365


@dataclass(frozen=True, slots=True)
class _Sitting:
    at: datetime
    right: int
    asked: int

    @property
    def rating(self) -> Rating:
        if self.right == self.asked:
            return Rating.Good
        return Rating.Hard if self.right * 2 >= self.asked else Rating.Again


def rebuild_cards(*, employee: Employee, risk_points: Iterable[RiskPointPage]) -> list[ReviewCard]:
    """Work out a person's cards on these points anew from the attempts that count.

    A point without one has no card. The caller holds the person's row, so that two rebuilds do not
    cross; four queries, however many points.
    """
    points = {point.pk: point for point in risk_points}
    sittings = _sittings(employee, set(points))
    cards = [
        _replay(employee, points[pk], history) for pk, history in sittings.items() if pk in points
    ]
    ReviewCard.objects.filter(employee=employee, risk_point__in=points).delete()
    return ReviewCard.objects.bulk_create(cards)


def points_met_in(attempts: Iterable[Attempt]) -> list[RiskPointPage]:
    """Return the risk points that attempts say something about."""
    asked = Answer.objects.filter(attempt__in=list(attempts))
    ids = {
        drawn_for or primary
        for drawn_for, primary in asked.values_list(
            "attempt__risk_point", "version__question__primary_risk_point"
        )
    }
    return list(RiskPointPage.objects.filter(pk__in=ids))


def _sittings(employee: Employee, point_ids: set[int]) -> dict[int, list[_Sitting]]:
    rows = (
        Answer.objects.filter(attempt__in=Attempt.objects.counted().filter(employee=employee))
        .order_by("attempt__submitted_at", "attempt", "number")
        .values_list(
            "attempt",
            "attempt__submitted_at",
            "attempt__risk_point",
            "version__question__primary_risk_point",
            "is_right",
        )
    )
    results: dict[tuple[int, int], list[bool]] = defaultdict(list)
    moments: dict[int, datetime] = {}
    for attempt, submitted_at, drawn_for, primary, right in rows:
        results[drawn_for or primary, attempt].append(bool(right))
        moments[attempt] = cast(datetime, submitted_at)  # counted attempts are submitted
    history: dict[int, list[_Sitting]] = defaultdict(list)
    for (point, attempt), rights in results.items():
        if point in point_ids:
            history[point].append(_Sitting(moments[attempt], sum(rights), len(rights)))
    return history


def _replay(employee: Employee, point: RiskPointPage, history: list[_Sitting]) -> ReviewCard:
    # Whole days only, without chance: the same attempts always give the same card.
    scheduler = Scheduler(
        desired_retention=RETENTION[RiskLevel(point.level)],
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
        maximum_interval=LONGEST_DAYS,
    )
    card = Card(card_id=point.pk, due=history[0].at)
    lapses = 0
    for sitting in history:
        lapses += card.state == State.Review and sitting.rating == Rating.Again
        card, _ = scheduler.review_card(card, sitting.rating, sitting.at.astimezone(UTC))
    due_at = card.due + _jitter(employee, point, card.due - history[-1].at)
    return ReviewCard(
        employee=employee,
        risk_point=point,
        state=card.state.value,
        stability=cast(float, card.stability),
        difficulty=cast(float, card.difficulty),
        reviews=len(history),
        lapses=lapses,
        last_review_at=history[-1].at,
        due_at=due_at,
    )


def _jitter(employee: Employee, point: RiskPointPage, interval: timedelta) -> timedelta:
    """Return by how many days a card comes earlier, so that a station's do not fall on one day.

    Always the same for the same person, point and interval; never on an interval under four days.
    """
    room = min(interval.days // JITTER_SHARE, MOST_JITTER_DAYS)
    seed = zlib.crc32(f"{employee.pk}:{point.pk}:{interval.days}".encode())
    return -timedelta(days=seed % (room + 1))
