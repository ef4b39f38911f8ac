"""Numbers that people quote: YJ-2026-0001 for a warning, 2026-046 for an order."""

from datetime import datetime

from risk_warnings.limits import day_of
from risk_warnings.models import Counter

WARNINGS = "warning"
ORDERS = "order"


def take(kind: str, *, count: int, now: datetime) -> range:
    """Take the next numbers of a kind in the year of ``now``; call it inside a transaction."""
    year = day_of(now).year
    Counter.objects.get_or_create(kind=kind, year=year)
    counter = Counter.objects.select_for_update().get(kind=kind, year=year)
    first = counter.last + 1
    counter.last += count
    counter.save(update_fields=["last"])
    return range(first, first + count)


def warning_numbers(*, count: int, now: datetime) -> list[str]:
    """Return the next numbers for warnings."""
    year = day_of(now).year
    return [f"YJ-{year}-{number:04d}" for number in take(WARNINGS, count=count, now=now)]


def order_number(*, now: datetime) -> str:
    """Return the next number for an order."""
    (number,) = take(ORDERS, count=1, now=now)
    return f"{day_of(now).year}-{number:03d}"
