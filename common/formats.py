"""How dates, lengths of time and numbers are written on pages and in files.

Between Chinese characters and digits there is no space; the style sheet sets that gap.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
CENT = Decimal("0.01")


def day_of(moment: date | datetime) -> date:
    """Return the calendar day of a date, or of a moment in the time zone of the site."""
    if isinstance(moment, datetime):
        return timezone.localtime(moment).date() if timezone.is_aware(moment) else moment.date()
    return moment


def zh_date(moment: date | datetime, *, today: date) -> str:
    """Write 11月28日, with the year only where it is not this year's."""
    day = day_of(moment)
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"


def zh_moment(moment: datetime, *, today: date) -> str:
    """Write 今天16:05, 昨天16:05 or 11月20日16:05."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    days_ago = (today - local.date()).days
    day = {0: "今天", 1: "昨天"}.get(days_ago) or zh_date(local, today=today)
    return f"{day}{local:%H:%M}"


def zh_period(first: date | datetime, last: date | datetime, *, today: date) -> str:
    """Write 11月1日—24日: what both ends share is said once."""
    start, end = day_of(first), day_of(last)
    if start == end:
        return zh_date(start, today=today)
    if (start.year, start.month) == (end.year, end.month):
        return f"{zh_date(start, today=today)}—{end.day}日"
    if start.year == end.year:
        return f"{zh_date(start, today=today)}—{end.month}月{end.day}日"
    return f"{start.year}年{start.month}月{start.day}日—{end.year}年{end.month}月{end.day}日"


def zh_weekday(moment: date | datetime) -> str:
    """Write 周一 to 周日."""
    return WEEKDAYS[day_of(moment).weekday()]


def zh_minutes(seconds: int) -> str:
    """Write 约2分钟, rounded up, never 0: how long a reader should set aside."""
    return f"约{max(1, -(-seconds // 60))}分钟"


def zh_duration(seconds: int) -> str:
    """Write 1分28秒 exactly; above an hour the seconds are left out."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
    if minutes:
        return f"{minutes}分{left}秒" if left else f"{minutes}分钟"
    return f"{left}秒"


def clock(seconds: int) -> str:
    """Write 2:48, as players do."""
    minutes, left = divmod(seconds, 60)
    return f"{minutes}:{left:02d}"


def money(amount: Decimal | int) -> str:
    """Write 30,900.00: two decimals always, so that columns line up."""
    return f"{Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP):,}"


def yuan(amount: Decimal | int) -> str:
    """Write 4,000元 in a sentence: cents only where there are any."""
    return f"{money(amount).removesuffix('.00')}元"


def percent(share: float) -> str:
    """Write 83% for 0.833."""
    return f"{share:.0%}"


def thousands(number: int | Decimal) -> str:
    """Write 1,284."""
    return f"{number:,}"
