"""The year plan: proposed as a whole, confirmed in one step."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.calendar import add_workdays
from education_sessions.exceptions import SessionRefusal
from education_sessions.models import PlanItem, YearPlan
from education_sessions.outlines import OUTLINES, Outline, focus_of
from people.models import Employee, PartyBranch
from people.services import account_id

# (template, day of the month from which on the first working day is taken). The party day lies on
# about the same day every month; what it is filled with alternates, so that it counts for films,
# case lectures and warning education as well.
_EVERY_MONTH = (("committee", 3), ("morning", 8))
_PARTY_DAY_ON = 15
_PARTY_DAYS = ("case-day", "film-day", "party-day")
_QUARTER_ENDS = ("member-meeting", 22)
_ONCE = {6: ("heart-talk", 10), 12: ("life-meeting", 10)}


@dataclass(frozen=True, slots=True)
class Proposed:
    """One item of a proposed plan."""

    outline: Outline
    planned_on: date
    title: str


def propose_year(*, year: int, on: date) -> list[Proposed]:
    """Return what would meet every cadence of the year, from that day on, in order of days."""
    found = []
    for month in range(1, 13):
        wanted = [*_EVERY_MONTH, (_PARTY_DAYS[(month - 1) % 3], _PARTY_DAY_ON)]
        if month % 3 == 0:
            wanted.append(_QUARTER_ENDS)
        if month in _ONCE:
            wanted.append(_ONCE[month])
        found += [_proposed(OUTLINES[key], date(year, month, day)) for key, day in wanted]
    return sorted(
        (item for item in found if item.planned_on >= on),
        key=lambda item: (item.planned_on, item.outline.key),
    )


def confirm_year(*, branch: PartyBranch, year: int, by: Employee, now: datetime) -> YearPlan:
    """Confirm the whole year as proposed today; a plan that was confirmed stays as it is.

    :raises SessionRefusal: if nothing of the year is left to plan.
    """
    proposed = propose_year(year=year, on=timezone.localdate(now))
    if not proposed:
        raise SessionRefusal(f"{year}年已经过完，不能再排计划，请选今年或明年。")
    with transaction.atomic():
        plan, is_new = YearPlan.objects.get_or_create(
            branch=branch, year=year, defaults={"confirmed_by": by, "confirmed_at": now}
        )
        if is_new:
            PlanItem.objects.bulk_create(
                PlanItem(
                    plan=plan,
                    outline=item.outline.key,
                    kind=item.outline.kind,
                    planned_on=item.planned_on,
                    title=item.title,
                )
                for item in proposed
            )
            record(
                actor_id=account_id(by),
                action="education_sessions.plan.confirmed",
                subject=plan,
                now=now,
                data={"items": len(proposed)},
            )
    return plan


def _proposed(outline: Outline, day: date) -> Proposed:
    planned_on = add_workdays(day - timedelta(days=1), 1)
    teaches = outline.key in {*_PARTY_DAYS, "morning", "member-meeting"}
    title = f"{outline.title}（{focus_of(planned_on.month).words}）" if teaches else outline.title
    return Proposed(outline, planned_on, title)
