from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.template import Context, Template

from common import formats

TODAY = date(2026, 11, 24)


def render(source: str, **context: object) -> str:
    return Template("{% load chinese %}" + source).render(Context(context))


def test_a_date_of_this_year_is_written_without_the_year():
    assert formats.zh_date(date(2026, 11, 28), today=TODAY) == "11月28日"


def test_a_date_of_another_year_is_written_with_the_year():
    assert formats.zh_date(date(2025, 12, 31), today=TODAY) == "2025年12月31日"


def test_a_moment_belongs_to_the_day_of_the_site_not_of_utc():
    late_in_utc = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)

    assert formats.zh_date(late_in_utc, today=TODAY) == "11月28日"


@pytest.mark.parametrize(
    "moment, written",
    [
        (datetime(2026, 11, 24, 8, 5, tzinfo=UTC), "今天16:05"),
        (datetime(2026, 11, 23, 8, 5, tzinfo=UTC), "昨天16:05"),
        (datetime(2026, 11, 20, 8, 5, tzinfo=UTC), "11月20日16:05"),
        (datetime(2025, 11, 20, 8, 5, tzinfo=UTC), "2025年11月20日16:05"),
        (datetime(2026, 11, 25, 1, 0, tzinfo=UTC), "11月25日09:00"),
    ],
)
def test_a_moment_is_written_by_how_far_it_is(moment, written):
    assert formats.zh_moment(moment, today=TODAY) == written


@pytest.mark.parametrize(
    "first, last, written",
    [
        (date(2026, 11, 1), date(2026, 11, 24), "11月1日—24日"),
        (date(2026, 11, 30), date(2026, 12, 11), "11月30日—12月11日"),
        (date(2025, 12, 1), date(2026, 11, 30), "2025年12月1日—2026年11月30日"),
        (date(2026, 11, 24), date(2026, 11, 24), "11月24日"),
    ],
)
def test_a_period_says_once_what_its_ends_share(first, last, written):
    assert formats.zh_period(first, last, today=TODAY) == written


@pytest.mark.parametrize(
    "seconds, about, exact, clock",
    [
        (0, "约1分钟", "0秒", "0:00"),
        (60, "约1分钟", "1分钟", "1:00"),
        (61, "约2分钟", "1分1秒", "1:01"),
        (88, "约2分钟", "1分28秒", "1:28"),
        (3600, "约60分钟", "1小时", "60:00"),
        (5400, "约90分钟", "1小时30分", "90:00"),
    ],
)
def test_a_length_of_time_is_rounded_up_or_exact(seconds, about, exact, clock):
    assert formats.zh_minutes(seconds) == about
    assert formats.zh_duration(seconds) == exact
    assert formats.clock(seconds) == clock


@pytest.mark.parametrize(
    "amount, column, sentence",
    [
        (Decimal("30900"), "30,900.00", "30,900元"),
        (Decimal("4000.5"), "4,000.50", "4,000.50元"),
        (Decimal("0.005"), "0.01", "0.01元"),
        (Decimal("-1234567.891"), "-1,234,567.89", "-1,234,567.89元"),
        (0, "0.00", "0元"),
    ],
)
def test_money_keeps_its_cents_in_columns_and_drops_none_in_sentences(amount, column, sentence):
    assert formats.money(amount) == column
    assert formats.yuan(amount) == sentence


def test_weekdays_are_chinese():
    assert formats.zh_weekday(TODAY) == "周二"
    assert formats.thousands(1284) == "1,284"


@time_machine.travel(datetime(2026, 11, 24, 1, 0, tzinfo=UTC), tick=False)
def test_templates_write_the_same_by_filters():
    due = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)

    written = render(
        "{{ due|zh_date }} {{ due|zh_before }} {{ due|zh_moment }} {{ start|zh_until:due }} "
        "{{ due|zh_weekday }} {{ seconds|zh_minutes }} {{ seconds|zh_duration }} "
        "{{ seconds|clock }} {{ amount|money }} {{ amount|yuan }} {{ amount|thousands }}",
        due=due,
        start=date(2026, 11, 1),
        seconds=88,
        amount=4000,
    )

    assert written == (
        "11月28日 11月28日前 11月28日17:30 11月1日—28日 周六 "
        "约2分钟 1分28秒 1:28 4,000.00 4,000元 4,000"
    )


def test_an_empty_value_is_written_as_nothing():
    assert render("{{ none|zh_date }}{{ none|zh_minutes }}{{ none|money }}", none=None) == ""
