"""本周: today's session and at most five things, each two taps from done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from common.formats import zh_date
from education_sessions.models import (
    AttendanceStatus,
    EducationSession,
    MakeUp,
    PlanItem,
    SessionKind,
    YearPlan,
)
from education_sessions.outlines import OUTLINES
from education_sessions.services.gaps import Standing, standings
from people.models import PartyBranch

MOST_THINGS = 5
# From October on the year is short enough to ask for the day of talks.
TALKS_FROM_MONTH = 10


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to do; ``due`` is by when, in words."""

    icon: str
    title: str
    detail: str
    url: str
    due: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """What is on for a branch: sessions of today, and what is to be done."""

    today: list[EducationSession]
    things: list[Thing]
    standings: list[Standing]


def week_of(*, branch: PartyBranch, now: datetime) -> Week:
    """Return the week as its secretary meets it; about ten queries whatever the size."""
    day = timezone.localdate(now)
    sessions = list(
        EducationSession.objects.standing()
        .filter(branch=branch)
        .between(day, day)
        .select_related("branch", "host")
        .order_by("starts_at", "pk")
    )
    found = standings(branch=branch, now=now)
    items = _unscheduled(branch, now=now)
    asked = {kind for item in items for kind in OUTLINES[item.outline].duties}
    things = [
        *_names_due(sessions, now=now),
        *_plan_missing(branch, now=now),
        *(_item_thing(item, branch, now=now) for item in items),
        *_gaps(found, branch, asked, now=now),
        *_make_ups(branch, now=now),
        *_next_gap(found, branch, asked, now=now),
    ]
    return Week(today=sessions, things=things[:MOST_THINGS], standings=found)


def outline_for(kind: SessionKind) -> str:
    """Return the template that a gap of that kind is closed with: the first that counts for it."""
    return next(key for key, outline in OUTLINES.items() if kind in outline.duties)


def _names_due(sessions: list[EducationSession], *, now: datetime) -> list[Thing]:
    found = []
    for session in sessions:
        if now < session.closes_at:
            continue
        missing = session.attendances.expected().filter(
            status__in=[AttendanceStatus.EXPECTED, AttendanceStatus.ABSENT]
        )
        number = missing.count()
        if number:
            found.append(
                Thing(
                    icon="user-check",
                    title=f"{number}人未到，核对名单",
                    detail=session.title,
                    url=_session_url(session) + "#roll",
                    due="今天",
                )
            )
    return found


def _plan_missing(branch: PartyBranch, *, now: datetime) -> list[Thing]:
    day = timezone.localdate(now)
    years = [day.year, *([day.year + 1] if day.month == 12 else [])]
    planned = set(YearPlan.objects.filter(branch=branch).values_list("year", flat=True))
    return [
        Thing(
            icon="calendar",
            title=f"确认{year}年学习计划",
            detail="全年已经排好，看一眼，一步确认",
            url=reverse("education_sessions:plan", args=[branch.pk, year]),
        )
        for year in years
        if year not in planned
    ]


def _unscheduled(branch: PartyBranch, *, now: datetime) -> list[PlanItem]:
    day = timezone.localdate(now)
    return list(
        PlanItem.objects.filter(
            plan__branch=branch,
            planned_on__gte=day - timedelta(days=day.weekday()),
            planned_on__lte=day + timedelta(days=7),
            session=None,
        ).order_by("planned_on", "pk")
    )


def _item_thing(item: PlanItem, branch: PartyBranch, *, now: datetime) -> Thing:
    return Thing(
        icon="calendar",
        title=f"排上：{item.title}",
        detail="计划里的，时间、议程已经配好",
        url=_new_url(branch, item.outline, item=item.pk),
        due=zh_date(item.planned_on, today=timezone.localdate(now)),
    )


def _gaps(
    found: list[Standing], branch: PartyBranch, asked: set[SessionKind], *, now: datetime
) -> list[Thing]:
    return [
        _gap_thing(one, branch, now=now)
        for one in found
        if one.cadence.kind not in asked and _presses(one, now=now)
    ]


def _presses(standing: Standing, *, now: datetime) -> bool:
    """Return whether a gap cannot wait: its period is nearly over, or talks take the autumn."""
    talks = timezone.localdate(now).month >= TALKS_FROM_MONTH
    is_talk = standing.cadence.kind == SessionKind.HEART_TALK_DAY
    return standing.is_pressing or bool(talks and is_talk and standing.missing)


def _next_gap(
    found: list[Standing], branch: PartyBranch, asked: set[SessionKind], *, now: datetime
) -> list[Thing]:
    """Return the one gap that will press next and that no item of the plan will close."""
    planned = _planned_this_year(branch, now=now)
    waiting = [
        one
        for one in found
        if one.missing
        and not _presses(one, now=now)
        and one.cadence.kind not in asked
        and not any(day <= one.last_day for day in planned.get(one.cadence.kind, []))
    ]
    waiting.sort(key=lambda one: one.days_left)
    return [_gap_thing(one, branch, now=now) for one in waiting[:1]]


def _planned_this_year(branch: PartyBranch, *, now: datetime) -> dict[SessionKind, list[date]]:
    """Return the days on which the plan still means to hold something that counts for a kind."""
    today = timezone.localdate(now)
    items = PlanItem.objects.filter(
        plan__branch=branch, planned_on__gte=today, planned_on__year=today.year, session=None
    )
    found: dict[SessionKind, list[date]] = {}
    for key, day in items.values_list("outline", "planned_on"):
        for kind in OUTLINES[key].duties:
            found.setdefault(kind, []).append(day)
    return found


def _gap_thing(standing: Standing, branch: PartyBranch, *, now: datetime) -> Thing:
    due = zh_date(standing.last_day, today=timezone.localdate(now))
    return Thing(
        icon="calendar",
        title=f"{standing.cadence.kind.label}：{standing.words}",
        detail=f"{standing.cadence.label}{'' if standing.cadence.verified else '（待核）'}",
        url=_new_url(branch, outline_for(standing.cadence.kind)),
        due=f"{due}前",
    )


def _make_ups(branch: PartyBranch, *, now: datetime) -> list[Thing]:
    waiting = MakeUp.objects.open().filter(attendance__session__branch=branch)
    rows = list(waiting.select_related("attendance__session").order_by("due_on", "pk"))
    if not rows:
        return []
    first = rows[0]
    day = timezone.localdate(now)
    late = sum(row.is_overdue(on=day) for row in rows)
    return [
        Thing(
            icon="rotate-ccw",
            title=f"{len(rows)}人还没补学" + (f"，其中{late}人已过期" if late else ""),
            detail=first.attendance.session.title,
            url=_session_url(first.attendance.session) + "#roll",
            due=f"{zh_date(first.due_on, today=day)}前",
        )
    ]


def _session_url(session: EducationSession) -> str:
    return reverse("education_sessions:session", args=[session.pk])


def _new_url(branch: PartyBranch, outline: str, **query: int) -> str:
    address = reverse("education_sessions:new", args=[branch.pk, outline])
    return f"{address}?{urlencode(query)}" if query else address
