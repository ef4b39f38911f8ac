"""What the app above knows of a cycle: by when it is due."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courses.models import Enrollment

# Returns the last day of each cycle that a duty stands for, by the cycle's key.
DueDates = Callable[[Iterable["Enrollment"]], dict[int, date]]

_sources: list[DueDates] = []


def register_due_dates(source: DueDates) -> DueDates:
    """Register the function that knows by when cycles are due."""
    _sources.append(source)
    return source


def due_dates_of(enrollments: Iterable["Enrollment"]) -> dict[int, date]:
    """Return the last day of each cycle that is due at all, by the cycle's key."""
    cycles = list(enrollments)
    return {pk: day for source in _sources for pk, day in source(cycles).items()}
