"""Working days by the State Council's yearly arrangement (weekends worked, weekdays off)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Self

import chinese_calendar
import yaml
from chinese_calendar import constants

from risk_engine.errors import UsageError

# 《全国年节及纪念日放假办法》: only the days that have a fixed date in the solar calendar
STATUTORY_DAYS = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
STATUTORY_DAYS_SINCE_2025 = ((5, 2),)

PUBLISHED_YEARS = frozenset(
    {day.year for day in constants.holidays} | {day.year for day in constants.workdays}
)

WORK_WORDS = frozenset({"true", "1", "是", "work", "班", "上班"})
REST_WORDS = frozenset({"false", "0", "否", "rest", "休", "休息"})


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked; `rest` and `work` override the base day by day.

    Base `published`: the State Council's arrangement, and for a year that is not published yet
    Monday to Friday less the fixed statutory days. Base `weekdays`: Monday to Friday.
    """

    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    published: bool = True

    @classmethod
    def weekdays(cls, *, rest: Iterable[date] = (), work: Iterable[date] = ()) -> Self:
        """Make a calendar of Mondays to Fridays with exceptions."""
        return cls(rest=frozenset(rest), work=frozenset(work), published=False)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read overrides: YAML or JSON `{rest: [days], work: [days]}`, or CSV `day,is_workday`.

        :raises UsageError: if the file cannot be read or a day is no date.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"日历文件 {path} 读不出来，请检查路径和编码（UTF-8）。") from error
        if path.suffix.lower() == ".csv":
            return cls._from_csv(path, text)
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise UsageError(f"日历文件 {path} 不是有效的 YAML，请改正后重试。") from error
        if not isinstance(content, Mapping) or not set(content) <= {"rest", "work"}:
            raise UsageError(f"日历文件 {path} 应只含 rest 和 work 两个日期列表，请改正后重试。")
        return cls(
            rest=frozenset(_day(path, day) for day in content.get("rest") or ()),
            work=frozenset(_day(path, day) for day in content.get("work") or ()),
        )

    @classmethod
    def _from_csv(cls, path: Path, text: str) -> Self:
        reader = csv.DictReader(io.StringIO(text))
        if reader.fieldnames is None or not {"day", "is_workday"} <= set(reader.fieldnames):
            raise UsageError(f"日历文件 {path} 应有 day 和 is_workday 两列，请改正后重试。")
        rest: set[date] = set()
        work: set[date] = set()
        for row in reader:
            word = (row["is_workday"] or "").strip().lower()
            if word not in WORK_WORDS | REST_WORDS:
                raise UsageError(
                    f"日历文件 {path} 第{reader.line_num}行 is_workday 应为 true 或 false，"
                    "请改正后重试。"
                )
            (work if word in WORK_WORDS else rest).add(_day(path, row["day"]))
        return cls(rest=frozenset(rest), work=frozenset(work))

    def is_workday(self, day: date) -> bool:
        """Say whether a day is worked."""
        if day in self.rest:
            return False
        if day in self.work:
            return True
        if self.published and day.year in PUBLISHED_YEARS:
            return bool(chinese_calendar.is_workday(day))
        if day.weekday() >= 5:
            return False
        return not (self.published and _is_statutory(day))

    def workdays(self, a: date, b: date) -> int:
        """Count the working days d with a < d <= b; negative when b is earlier."""
        if b < a:
            return -self.workdays(b, a)
        return sum(self.is_workday(a + timedelta(n)) for n in range(1, (b - a).days + 1))

    def provisional_years(self, first: int, last: int) -> tuple[int, ...]:
        """Return the years of a span that nobody has published or overridden yet."""
        if not self.published:
            return ()
        told = {day.year for day in self.rest | self.work}
        return tuple(year for year in range(first, last + 1) if year not in PUBLISHED_YEARS | told)

    def exceptions(self, first: date, last: date) -> list[date]:
        """List the days of a span that are not as their weekday says: worked weekends, days off."""
        days = {*self.rest, *self.work}
        if self.published:
            days.update(constants.holidays, constants.workdays)
            fixed = STATUTORY_DAYS + STATUTORY_DAYS_SINCE_2025
            years = set(range(first.year, last.year + 1)) - PUBLISHED_YEARS
            days.update(date(year, month, day) for year in years for month, day in fixed)
        return sorted(
            day
            for day in days
            if first <= day <= last and self.is_workday(day) != (day.weekday() < 5)
        )


def _is_statutory(day: date) -> bool:
    fixed = (day.month, day.day)
    return fixed in STATUTORY_DAYS or (day.year >= 2025 and fixed in STATUTORY_DAYS_SINCE_2025)


def _day(path: Path, value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise UsageError(f"日历文件 {path} 中的“{value}”不是日期，请写成 2026-10-01。") from error
