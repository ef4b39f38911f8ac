"""Dates, lengths of time and numbers in templates: {% load chinese %}.

An empty value gives an empty string. A value of a wrong kind is a programmer's error and raises.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone

from common import formats

register = template.Library()


def _unless_empty(value: Any, write: Callable[[Any], str]) -> str:
    return "" if value is None or value == "" else write(value)


@register.filter
def zh_date(moment: date | datetime | None) -> str:
    """Write 11月28日."""
    today = timezone.localdate()
    return _unless_empty(moment, lambda value: formats.zh_date(value, today=today))


@register.filter
def zh_before(moment: date | datetime | None) -> str:
    """Write 11月28日前: a time limit."""
    today = timezone.localdate()
    return _unless_empty(moment, lambda value: f"{formats.zh_date(value, today=today)}前")


@register.filter
def zh_moment(moment: datetime | None) -> str:
    """Write 今天16:05 or 11月20日16:05."""
    today = timezone.localdate()
    return _unless_empty(moment, lambda value: formats.zh_moment(value, today=today))


@register.filter
def zh_until(first: date | datetime | None, last: date | datetime) -> str:
    """Write 11月1日—24日: {{ first|zh_until:last }}."""
    today = timezone.localdate()
    return _unless_empty(first, lambda value: formats.zh_period(value, last, today=today))


@register.filter
def zh_weekday(moment: date | datetime | None) -> str:
    """Write 周二."""
    return _unless_empty(moment, formats.zh_weekday)


@register.filter
def zh_minutes(seconds: int | None) -> str:
    """Write 约2分钟 for a number of seconds."""
    return _unless_empty(seconds, formats.zh_minutes)


@register.filter
def zh_duration(seconds: int | None) -> str:
    """Write 1分28秒 for a number of seconds."""
    return _unless_empty(seconds, formats.zh_duration)


@register.filter
def clock(seconds: int | None) -> str:
    """Write 2:48 for a number of seconds."""
    return _unless_empty(seconds, formats.clock)


@register.filter
def money(amount: Decimal | int | None) -> str:
    """Write 30,900.00."""
    return _unless_empty(amount, formats.money)


@register.filter
def yuan(amount: Decimal | int | None) -> str:
    """Write 4,000元."""
    return _unless_empty(amount, formats.yuan)


@register.filter
def percent(share: float | None) -> str:
    """Write 83% for 0.833."""
    return _unless_empty(share, formats.percent)


@register.filter
def thousands(number: int | Decimal | None) -> str:
    """Write 1,284."""
    return _unless_empty(number, formats.thousands)
