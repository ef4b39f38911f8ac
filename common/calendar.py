"""Working days by the State Council's yearly arrangement (weekends worked, weekdays off).

For a year that nobody has published yet: Monday to Friday less the statutory days that have a fixed
date in the solar calendar. Such a year is provisional, and ``is_provisional`` says so. The engine
holds the same rule in ``risk_engine.calendar``; it may not be imported here, so a test holds the
two together.
"""

from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import constants

PUBLISHED_YEARS = frozenset(
    {day.year for day in constants.holidays} | {day.year for day in constants.workdays}
)

# 《全国年节及纪念日放假办法》: only the days with a fixed date in the solar calendar
_STATUTORY_DAYS = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})
_STATUTORY_DAYS_SINCE_2025 = _STATUTORY_DAYS | {(5, 2)}


def is_provisional(day: date) -> bool:
    """Return whether the day lies in a year whose arrangement is not published yet."""
    return day.year not in PUBLISHED_YEARS


def is_workday(day: date) -> bool:
    """Return whether the day is worked."""
    if not is_provisional(day):
        return bool(chinese_calendar.is_workday(day))
    statutory = _STATUTORY_DAYS_SINCE_2025 if day.year >= 2025 else _STATUTORY_DAYS
    return day.weekday() < 5 and (day.month, day.day) not in statutory


def add_workdays(day: date, n: int) -> date:
    """Return the n-th working day after the day; before it where n is negative.

    With n = 0 the day itself is returned, worked or not.
    """
    step = timedelta(days=1 if n > 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not is_workday(day):
            day += step
    return day


def workdays_between(a: date, b: date) -> int:
    """Return the number of working days d with a < d <= b; negative where b is earlier."""
    if b < a:
        return -workdays_between(b, a)
    return sum(is_workday(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))
