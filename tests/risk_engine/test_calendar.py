"""Working days: published years, the year nobody has published yet, and a file that overrides."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from risk_engine import UsageError, WorkCalendar
from risk_engine.parameters import create_calendar


def test_a_published_year_follows_the_state_council() -> None:
    calendar = WorkCalendar()

    assert not calendar.is_workday(date(2026, 2, 17))  # 春节
    assert calendar.is_workday(date(2026, 2, 14))  # a Saturday worked for it
    assert calendar.is_workday(date(2026, 3, 31))


def test_a_year_not_published_yet_is_provisional() -> None:
    calendar = WorkCalendar()

    assert not calendar.is_workday(date(2040, 10, 1))
    assert calendar.is_workday(date(2040, 10, 4))
    assert not calendar.is_workday(date(2040, 10, 6))
    assert 2040 in calendar.provisional_years(2026, 2040)
    assert 2026 not in calendar.provisional_years(2026, 2040)


def test_workdays_count_from_the_day_after_to_the_last_day() -> None:
    calendar = WorkCalendar.weekdays(rest=[date(2026, 3, 9)])

    assert calendar.workdays(date(2026, 3, 6), date(2026, 3, 11)) == 2
    assert calendar.workdays(date(2026, 3, 11), date(2026, 3, 6)) == -2
    assert calendar.workdays(date(2026, 3, 6), date(2026, 3, 6)) == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("days.yaml", "rest: [2027-10-04]\nwork: ['2027-10-09']\n"),
        ("days.json", '{"rest": ["2027-10-04"], "work": ["2027-10-09"]}'),
        ("days.csv", "day,is_workday\n2027-10-04,休\n2027-10-09,true\n"),
    ],
)
def test_a_file_overrides_and_settles_its_year(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")

    calendar = WorkCalendar.from_file(path)

    assert not calendar.is_workday(date(2027, 10, 4))
    assert calendar.is_workday(date(2027, 10, 9))
    assert calendar.provisional_years(2027, 2027) == ()


@pytest.mark.parametrize(
    "text", ["rest: [明天]", "holidays: []", "rest: [", "day\n2027-10-04\n", "- 2027-10-04"]
)
def test_a_calendar_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("days.csv" if text.startswith("day") else "days.yaml")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"。$"):
        WorkCalendar.from_file(path)


@pytest.mark.parametrize(
    "calendar",
    [
        WorkCalendar(),
        WorkCalendar(rest=frozenset({date(2026, 3, 9)}), work=frozenset({date(2040, 10, 1)})),
        WorkCalendar.weekdays(rest=[date(2026, 3, 9)], work=[date(2026, 3, 8)]),
    ],
)
def test_the_table_of_days_says_what_the_calendar_says(calendar: WorkCalendar) -> None:
    with duckdb.connect() as connection:
        create_calendar(connection, calendar, date(2026, 3, 31))
        rows = connection.execute("SELECT * FROM calendar_days ORDER BY day").fetchall()

    number = 0
    for offset, (day, is_workday, workday_no) in enumerate(rows):
        number += calendar.is_workday(day)
        assert day == date(1990, 1, 1) + timedelta(offset)
        assert (is_workday, workday_no) == (calendar.is_workday(day), number)
    assert rows[-1][0] == date(2036, 3, 31)
