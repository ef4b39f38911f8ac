"""How sessions look on pages: the code as a picture, months, agenda, roll."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import segno
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from education_sessions.models import (
    Attendance,
    AttendanceStatus,
    EducationSession,
    MakeUp,
    PlanItem,
)


def picture_of(address: str) -> SafeString:
    """Return an address as a picture that a phone reads."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(svg)  # noqa: S308  drawn from an address of ours


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a day: ``css`` is done, to come, planned or due."""

    day: date
    words: str
    css: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month's table."""

    day: date
    is_other: bool
    is_today: bool
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table of weeks, with all its events in order."""

    first: date
    weeks: list[list[Day]]
    events: list[Event]

    @property
    def previous(self) -> date:
        """The first of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def next(self) -> date:
        """The first of the month after."""
        return (self.first + timedelta(days=31)).replace(day=1)


def month_of(
    first: date,
    *,
    sessions: list[EducationSession],
    items: list[PlanItem],
    make_ups: list[MakeUp],
    keeps: bool,
    now: datetime,
) -> Month:
    """Return the month with what was held, is to come, is planned and is due in it."""
    today = timezone.localdate(now)
    events = [_session_event(session, now=now) for session in sessions]
    events += [_item_event(item, keeps=keeps) for item in items]
    events += _due_events(make_ups)
    events.sort(key=lambda event: (event.day, event.css, event.words))
    weeks = [
        [
            Day(
                day=day,
                is_other=day.month != first.month,
                is_today=day == today,
                events=[event for event in events if event.day == day],
            )
            for day in week
        ]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    shown = [
        event for event in events if (event.day.year, event.day.month) == (first.year, first.month)
    ]
    return Month(first=first, weeks=weeks, events=shown)


def _session_event(session: EducationSession, *, now: datetime) -> Event:
    starts = timezone.localtime(session.starts_at)
    over = session.is_over(now=now)
    return Event(
        day=starts.date(),
        words=f"{session.get_kind_display()} ✓"
        if over
        else f"{starts:%H:%M} {session.get_kind_display()}",
        css="dn_" if over else "go",
        url=_session_url(session),
        note=session.title,
    )


def _item_event(item: PlanItem, *, keeps: bool) -> Event:
    address = reverse("education_sessions:new", args=[item.plan.branch_id, item.outline])
    return Event(
        day=item.planned_on,
        words=f"拟：{item.get_kind_display()}",
        css="push",
        url=f"{address}?item={item.pk}" if keeps else "",
        note=f"计划里的，还没有排：{item.title}",
    )


def _due_events(make_ups: list[MakeUp]) -> list[Event]:
    by_session: dict[tuple[date, int], list[MakeUp]] = {}
    for make_up in make_ups:
        key = (make_up.due_on, make_up.attendance.session_id)
        by_session.setdefault(key, []).append(make_up)
    return [
        Event(
            day=day,
            words=f"补学截止{len(rows)}人",
            css="due",
            url=_session_url(rows[0].attendance.session) + "#roll",
            note=rows[0].attendance.session.title,
        )
        for (day, _), rows in by_session.items()
    ]


def agenda_rows(session: EducationSession, *, now: datetime) -> list[dict[str, str]]:
    """Return the agenda as things in order, with the clock of each and what it shows."""
    rows = []
    begins = timezone.localtime(session.starts_at)
    items = session.agenda.select_related("risk_point", "lesson", "case", "film")
    for item in items.order_by("order"):
        ends = begins + timedelta(minutes=item.minutes)
        url, action = "", ""
        if item.lesson is not None:
            url, action = reverse("courses:lesson", args=[item.lesson.code]), "看微课"
        elif item.case is not None:
            url, action = item.case.url or "", "看案例"
        state = "done" if ends <= now else "now" if begins <= now else ""
        note = f"{begins:%H:%M}　{item.minutes}分钟"
        if item.film is not None:
            note += f"　讨论题{len(item.film.discussion_questions)}个"
        rows.append(
            {"title": item.title, "note": note, "state": state, "url": url, "action": action}
        )
        begins = ends
    return rows


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person on the roll, as its keeper sees it."""

    row: Attendance
    words: str
    colour: str
    note: str
    is_shared: bool
    may_mark: bool


_COLOURS = {
    AttendanceStatus.PRESENT: "green",
    AttendanceStatus.EXPECTED: "amber",
    AttendanceStatus.ABSENT: "amber",
    AttendanceStatus.LEAVE: "",
}
_ORDER = {
    AttendanceStatus.EXPECTED: 0,
    AttendanceStatus.ABSENT: 0,
    AttendanceStatus.LEAVE: 1,
    AttendanceStatus.PRESENT: 2,
}


def roll_rows(session: EducationSession, *, shared: set[int], now: datetime) -> list[RollRow]:
    """Return the roll: who is missing first, then who is on leave, then who came, by time."""
    rows = list(
        session.attendances.select_related("employee", "make_up").order_by("at", "employee__emp_no")
    )
    rows.sort(key=lambda row: _ORDER[AttendanceStatus(row.status)])
    return [_roll_row(row, session, shared=shared, now=now) for row in rows]


def _roll_row(
    row: Attendance, session: EducationSession, *, shared: set[int], now: datetime
) -> RollRow:
    make_up: MakeUp | None = getattr(row, "make_up", None)
    notes = [] if row.is_expected else ["列席"]
    if row.is_present and row.at is not None:
        notes.append(f"{timezone.localtime(row.at):%H:%M}")
        notes += [row.get_way_display()] if row.way != "scan" else []
    if row.reason:
        notes.append(row.reason)
    words, colour = row.get_status_display(), _COLOURS[AttendanceStatus(row.status)]
    made_up = False
    if make_up is not None and make_up.withdrawn_at is None:
        if make_up.completed_at is not None:
            made_up = True
            words, colour = "补学", "blue"
            done = timezone.localtime(make_up.completed_at)
            notes.append(f"{done.month}月{done.day}日补学，未到场")
        else:
            due = make_up.due_on
            late = "，已过期" if make_up.is_overdue(on=timezone.localdate(now)) else ""
            notes.append(f"待补学，{due.month}月{due.day}日前{late}")
    return RollRow(
        row=row,
        words=words,
        colour=colour,
        note="　".join(notes),
        is_shared=row.pk in shared,
        may_mark=now >= session.opens_at and not session.is_cancelled and not made_up,
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """A session in numbers: all who were to come, and Party members among them, apart."""

    expected: int
    present: int
    leave: int
    members: int
    members_present: int
    guests: int

    @property
    def missing(self) -> int:
        """Who neither came nor asked for leave."""
        return self.expected - self.present - self.leave


def counts_of(session: EducationSession) -> Counts:
    """Return the session in numbers; one query."""
    rows = list(session.attendances.values_list("is_expected", "is_member", "status"))
    expected = [(member, status) for is_expected, member, status in rows if is_expected]
    present = AttendanceStatus.PRESENT
    return Counts(
        expected=len(expected),
        present=sum(status == present for _, status in expected),
        leave=sum(status == AttendanceStatus.LEAVE for _, status in expected),
        members=sum(member for member, _ in expected),
        members_present=sum(member and status == present for member, status in expected),
        guests=sum(not is_expected for is_expected, _, _ in rows),
    )


def _session_url(session: EducationSession) -> str:
    return reverse("education_sessions:session", args=[session.pk])
