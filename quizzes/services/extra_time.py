"""Granting and ending extra time, and what it makes of the minutes of an examination."""

import math
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit.services import record
from people.models import Employee
from people.services import account_id
from quizzes.models import ExtraTime

LEAST, MOST = 5, 100


class ExtraTimeRefused(Exception):
    """Extra time cannot be given as asked for; the message is for the reader."""


def grant_extra_time(
    *, employee: Employee, percent: int, by: Employee, now: datetime
) -> ExtraTime | None:
    """Let a person take longer from today on; 0 ends it. An examination that runs stays as it is.

    :raises ExtraTimeRefused: if the share cannot be meant.
    """
    if percent and not LEAST <= percent <= MOST:
        raise ExtraTimeRefused(f"加时写{LEAST}到{MOST}之间的百分比，取消写0；请改正。")
    today = timezone.localdate(now)
    with transaction.atomic():
        Employee.objects.select_for_update(no_key=True).get(pk=employee.pk)
        standing = ExtraTime.objects.in_force(on=today).filter(employee=employee)
        for extra in standing:
            if extra.valid_from < today:
                extra.valid_to = today - timedelta(days=1)
                extra.save(update_fields=["valid_to"])
            else:
                extra.delete()
        granted = (
            ExtraTime.objects.create(
                employee=employee,
                percent=percent,
                valid_from=today,
                granted_by=by,
                granted_at=now,
            )
            if percent
            else None
        )
        record(
            actor_id=account_id(by),
            action="quizzes.extra_time.granted" if percent else "quizzes.extra_time.ended",
            subject=employee,
            now=now,
        )
    return granted


def minutes_for(*, employee: Employee, minutes: int, on: date) -> int:
    """Return how long an examination of so many minutes lasts for a person on a day; one query."""
    extra = ExtraTime.objects.in_force(on=on).filter(employee=employee).order_by("-pk").first()
    return minutes if extra is None else math.ceil(minutes * (100 + extra.percent) / 100)
