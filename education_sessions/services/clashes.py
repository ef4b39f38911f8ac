"""What a session's time clashes with; shown before it is saved."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from common.calendar import is_workday
from common.formats import zh_date, zh_weekday
from education_sessions.models import Attendance, Audience, EducationSession
from education_sessions.outlines import Outline
from education_sessions.services.lists import people_meant
from people.models import Absence, Employee, PartyBranch

LOOK_AHEAD_DAYS, OFFERED_TIMES = 42, 3


def clashes(
    *,
    branch: PartyBranch,
    audience: Audience,
    host: Employee,
    starts_at: datetime,
    ends_at: datetime,
    but: EducationSession | None = None,
) -> list[str]:
    """Return what stands against the time, each a whole sentence; ``but`` is the one that moves."""
    day = timezone.localdate(starts_at)
    found = []
    if not is_workday(day):
        found.append(f"{zh_date(day, today=day)}（{zh_weekday(day)}）是休息日。")
    others = EducationSession.objects.overlapping(starts_at, ends_at)
    if but is not None:
        others = others.exclude(pk=but.pk)
    for other in others.filter(branch=branch).order_by("starts_at", "pk"):
        begins = timezone.localtime(other.starts_at)
        found.append(f"本支部{begins:%H:%M}已排“{other.title}”。")
    elsewhere = others.exclude(branch=branch)
    if elsewhere.filter(host=host).exists():
        found.append(f"{host}这时在别的支部主持学习。")
    if Absence.objects.in_force(on=day).filter(employee=host).exists():
        found.append(f"{host}这一天不在岗。")
    people = people_meant(branch=branch, audience=audience, on=day)
    busy = Attendance.objects.expected().filter(session__in=elsewhere, employee__in=people)
    number = busy.values("employee").distinct().count()
    if number:
        found.append(f"应到的人里有{number}人这时要参加别的支部的学习。")
    return found


def free_times(
    *, branch: PartyBranch, outline: Outline, host: Employee, first: date, now: datetime
) -> list[datetime]:
    """Return the first few times from that day on, at the template's hour, that clash with nothing.

    Looks six weeks ahead.
    """
    found: list[datetime] = []
    for number in range(LOOK_AHEAD_DAYS):
        day = first + timedelta(days=number)
        starts_at = timezone.make_aware(datetime.combine(day, outline.at))
        if starts_at <= now or not is_workday(day):
            continue
        if not clashes(
            branch=branch,
            audience=outline.audience,
            host=host,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=outline.minutes),
        ):
            found.append(starts_at)
        if len(found) == OFFERED_TIMES:
            break
    return found
