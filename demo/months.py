"""Calendar months as numbers that can be counted, and the days between them."""

from collections.abc import Iterator
from datetime import date, timedelta


def month_of(day: date) -> int:
    """Return the number of the month that holds the day."""
    return day.year * 12 + day.month - 1


def first_of(month: int) -> date:
    """Return the first day of a month."""
    return date(month // 12, month % 12 + 1, 1)


def last_of(month: int) -> date:
    """Return the last day of a month."""
    return first_of(month + 1) - timedelta(days=1)


def day_in(month: int, day: int) -> date:
    """Return that day of a month."""
    return first_of(month).replace(day=day)


def label(month: int) -> str:
    """Return the month as the systems write it, YYYYMM."""
    return f"{month // 12}{month % 12 + 1:02d}"


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from the first to the last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
