"""The clock of the play."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.utils import timezone


class Clock:
    """What time it is in the play; every act takes a little while."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def set(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Go on to a time of a day and return it; never backwards within a day."""
        moment = timezone.make_aware(datetime.combine(day, time(hour, minute)))
        self.now = max(moment, self.now) if self.now.date() == moment.date() else moment
        return self.now

    def tick(self, **passed: int) -> datetime:
        """Let some time pass and return what time it is then; a minute if nothing is said."""
        self.now += timedelta(**(passed or {"minutes": 1}))
        return self.now


@contextmanager
def the_past_is_now(clock: Clock) -> Iterator[None]:
    """Let the whole process read the play's clock while the days before today are played.

    Services take their clock as an argument; receivers of signals read it themselves, as they
    should. Only the command that loads the demonstration does this, alone in its process.
    """
    real = timezone.now
    timezone.now = lambda: clock.now
    try:
        yield
    finally:
        timezone.now = real
