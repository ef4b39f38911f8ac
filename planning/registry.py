"""What asks for a person's minutes: every app above registers its own source.

A claim is worked out from rows each time it is asked for; nothing of a plan is stored, so nothing
of it can be out of date.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from typing import Self

from django.utils import timezone


class Rank(IntEnum):
    """What goes first: learning that a work order brought, duties, then what has no last day."""

    ORDER = 0
    DUTY = 1
    REVIEW = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is left, in seconds that it is expected to take.

    One that ``splits`` may be broken off and gone on with in another week.
    """

    name: str
    seconds: int
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that asks a person for minutes: what is left of it, in order, and by when.

    ``done`` is how many seconds of it were done this week, so that a plan asked for on Thursday is
    still Monday's. What is done to its end this week is a claim without parts and with ``is_over``.
    ``lead_days`` is for what follows the person's part and takes others, or another try.
    ``daily`` is how many seconds of it a day may ask for, ``done_today`` how many are done.
    """

    employee_id: int
    key: str
    title: str
    label: str
    url: str
    icon: str
    rank: Rank
    parts: tuple[Part, ...] = ()
    due_on: date | None = None
    lead_days: int = 0
    done: int = 0
    is_over: bool = False
    daily: int | None = None
    done_today: int = 0

    @property
    def left(self) -> int:
        """How many seconds are left of it."""
        return sum(part.seconds for part in self.parts)

    @property
    def done_by(self) -> date | None:
        """The day by which the person's part of it has to be done."""
        return self.due_on - timedelta(days=self.lead_days) if self.due_on is not None else None


@dataclass(frozen=True, slots=True)
class Span:
    """The week that is planned, from Monday to Sunday, and the moment at which it is asked for."""

    now: datetime
    today: date
    monday: date

    @classmethod
    def at(cls, now: datetime) -> Self:
        """Return the week of a moment."""
        today = timezone.localdate(now)
        return cls(now, today, today - timedelta(days=today.weekday()))

    @property
    def begins_at(self) -> datetime:
        """The first moment of the week."""
        return timezone.make_aware(datetime.combine(self.monday, time.min))

    @property
    def ends_at(self) -> datetime:
        """The first moment of the week after."""
        return timezone.make_aware(datetime.combine(self.monday + timedelta(days=7), time.min))


# Returns the claims on these employees in that week; its queries do not grow with their number.
Source = Callable[[Sequence[int], Span], Iterable[Claim]]

_sources: list[Source] = []


def register_source(source: Source) -> Source:
    """Register what an app asks of people's minutes."""
    _sources.append(source)
    return source


def claims_on(employees: Sequence[int], span: Span) -> list[Claim]:
    """Return everything that asks these employees for minutes in that week."""
    return [claim for source in _sources for claim in source(employees, span)]
