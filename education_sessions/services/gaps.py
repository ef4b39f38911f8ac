"""How a branch stands against the cadences: held, on the calendar, missing."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from education_sessions.cadence import CADENCES, Cadence, period_of
from education_sessions.models import Audience, SessionDuty, SessionStatus
from people.models import PartyBranch

# A gap is pressing once this many days of its period are left.
PRESSING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Standing:
    """One rule in the period that the day lies in. ``last_day`` ends the period."""

    cadence: Cadence
    held: int
    scheduled: int
    last_day: date
    days_left: int

    @property
    def missing(self) -> int:
        """How many are neither held nor on the calendar."""
        return max(0, self.cadence.times - self.held - self.scheduled)

    @property
    def is_pressing(self) -> bool:
        """Whether something is missing and the period is nearly over."""
        return bool(self.missing) and self.days_left <= PRESSING_DAYS

    @property
    def words(self) -> str:
        """The state in words: 本季度已办2次，还差1次."""
        words = [f"{self.cadence.period.present}已办{self.held}次"]
        if self.scheduled:
            words.append(f"已排{self.scheduled}次")
        if self.missing:
            words.append(f"还差{self.missing}次")
        return "，".join(words)


def standings(*, branch: PartyBranch, now: datetime) -> list[Standing]:
    """Return how the branch stands today against each rule, in the table's order; one query.

    A session counts for a rule if everybody on the rule's list was to come.
    """
    today = timezone.localdate(now)
    rows = SessionDuty.objects.filter(
        session__branch=branch,
        session__status=SessionStatus.PLANNED,
        session__starts_at__year=today.year,
    ).values_list("kind", "session__audience", "session__starts_at", "session__ends_at")
    held_or_not = [
        (kind, Audience(audience), timezone.localdate(starts_at), ends_at <= now)
        for kind, audience, starts_at, ends_at in rows
    ]
    found = []
    for cadence in CADENCES:
        first, last = period_of(cadence.period, today)
        counted = [
            is_held
            for kind, audience, day, is_held in held_or_not
            if kind == cadence.kind and audience.includes(cadence.audience) and first <= day <= last
        ]
        found.append(
            Standing(
                cadence=cadence,
                held=sum(counted),
                scheduled=len(counted) - sum(counted),
                last_day=last,
                days_left=(last - today).days,
            )
        )
    return found
