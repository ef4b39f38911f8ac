"""Working days: the published arrangement, the fallback, and how days are counted."""

from datetime import date, timedelta

import pytest

from common.calendar import (
    PUBLISHED_YEARS,
    add_workdays,
    is_provisional,
    is_workday,
    workdays_between,
)
from risk_engine.calendar import WorkCalendar


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday worked instead of the holiday
        (date(2026, 10, 12), True),
        (date(2026, 11, 28), False),
    ],
)
def test_a_published_year_follows_the_state_councils_arrangement(day, worked):
    assert is_workday(day) is worked
    assert not is_provisional(day)


def test_an_unpublished_year_is_monday_to_friday_less_the_fixed_statutory_days():
    year = max(PUBLISHED_YEARS) + 10
    may_first = date(year, 5, 1)
    ordinary = date(year, 3, 10)
    while ordinary.weekday() != 2:
        ordinary += timedelta(days=1)

    assert is_provisional(may_first)
    assert not is_workday(may_first)
    assert not is_workday(date(year, 5, 2))
    assert is_workday(ordinary)
    assert not is_workday(ordinary + timedelta(days=3))


def test_working_days_are_added_over_a_weekend_and_taken_back():
    friday = date(2026, 11, 27)

    assert add_workdays(friday, 1) == date(2026, 11, 30)
    assert add_workdays(friday, 5) == date(2026, 12, 4)
    assert add_workdays(date(2026, 11, 30), -1) == friday
    assert add_workdays(date(2026, 11, 28), 0) == date(2026, 11, 28)


def test_the_first_day_does_not_count_and_the_last_one_does():
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)

    assert workdays_between(friday, monday) == 1
    assert workdays_between(monday, friday) == -1
    assert workdays_between(friday, friday) == 0


def test_adding_and_counting_agree():
    start = date(2026, 9, 20)

    for n in range(1, 40):
        assert workdays_between(start, add_workdays(start, n)) == n


def test_the_house_and_the_engine_count_the_same_days():
    engine = WorkCalendar()
    day = date(2023, 1, 1)

    while day < date(2030, 1, 1):
        assert is_workday(day) == engine.is_workday(day), day
        day += timedelta(days=1)
