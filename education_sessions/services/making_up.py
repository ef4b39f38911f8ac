"""Catching up: who was not there learns the same on the phone, and it is called 补学."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.calendar import add_workdays
from courses.models import LessonView, MicroLessonPage
from education_sessions.models import (
    ABSENT_STATUSES,
    AgendaItem,
    Attendance,
    AttendanceStatus,
    EducationSession,
    ItemKind,
    MakeUp,
)
from education_sessions.services.notices import (
    settle_make_up,
    tell_of_make_up,
    withdraw_make_up,
)
from people.models import Employee
from quizzes.models import Attempt, Question
from risk_manual.models import RiskPointPage

WORKDAYS = 10
# What is done on a warning's own page is voluntary, so that a warning that turns out wrong leaves
# no trace in any record.
_VOLUNTARY_CAUSE = "risk_warnings."
_TAUGHT = (ItemKind.LESSON, ItemKind.CASE, ItemKind.QUESTIONS, ItemKind.FILM)


def lesson_of(session: EducationSession) -> MicroLessonPage | None:
    """Return the lesson to catch up with, if one was shown."""
    item = session.agenda.filter(lesson__isnull=False).select_related("lesson").first()
    return item.lesson if item else None


def point_of(session: EducationSession) -> RiskPointPage | None:
    """Return the risk point to answer questions on, if one was taught that has questions."""
    items = AgendaItem.objects.filter(
        session=session, risk_point__isnull=False, kind__in=_TAUGHT
    ).select_related("risk_point")
    for item in items.order_by("order"):
        point = item.risk_point
        if point is not None and Question.objects.drawable().about([point]).exists():
            return point
    return None


def close_rolls(*, now: datetime) -> int:
    """Close the rolls of what is over and ask who was not there to catch up; return how many."""
    over = EducationSession.objects.over(now=now).filter(roll_closed_at=None)
    return sum(len(close_roll(session=session, now=now)) for session in over.order_by("pk"))


def close_roll(*, session: EducationSession, now: datetime) -> list[MakeUp]:
    """Note who did not come, and ask them and who was on leave to catch up within ten workdays.

    What taught nothing that can be learnt on a phone has no make-up. Closing twice is once.
    """
    with transaction.atomic():
        held = EducationSession.objects.select_for_update().get(pk=session.pk)
        if held.roll_closed_at is not None or not held.is_over(now=now):
            return []
        Attendance.objects.filter(session=held, status=AttendanceStatus.EXPECTED).update(
            status=AttendanceStatus.ABSENT
        )
        held.roll_closed_at = now
        held.save(update_fields=["roll_closed_at"])
        record(actor_id=None, action="education_sessions.roll_closed", subject=held, now=now)
        if lesson_of(held) is None and point_of(held) is None:
            return []
        due_on = add_workdays(timezone.localdate(held.starts_at), WORKDAYS)
        made = []
        missing = Attendance.objects.expected().filter(
            session=held, status__in=ABSENT_STATUSES, make_up=None
        )
        for row in missing.select_related("employee", "session").order_by("pk"):
            make_up = MakeUp.objects.create(attendance=row, due_on=due_on, opened_at=now)
            tell_of_make_up(make_up=make_up, now=now)
            made.append(make_up)
    return made


def complete_if_done(*, make_up: MakeUp, now: datetime) -> MakeUp:
    """Complete a make-up of which nothing is left to do; whatever the lesson was learnt for counts.

    The person stays absent.
    """
    with transaction.atomic():
        held = (
            MakeUp.objects.select_for_update(of=("self",))
            .select_related("attendance__session")
            .get(pk=make_up.pk)
        )
        if held.completed_at is not None or held.withdrawn_at is not None:
            return held
        session = held.attendance.session
        view, attempt = lesson_done(held), questions_done(held)
        lesson, point = lesson_of(session), point_of(session)
        if (lesson and view is None) or (point and attempt is None) or not (view or attempt):
            return held
        held.lesson_view, held.attempt, held.completed_at = view, attempt, now
        held.save()
        settle_make_up(make_up=held, now=now)
        record(actor_id=None, action="education_sessions.made_up", subject=held, now=now)
    return held


def complete_of(*, employee_id: int, now: datetime) -> None:
    """Complete what the person has caught up with by now."""
    for make_up in MakeUp.objects.open().filter(attendance__employee=employee_id):
        complete_if_done(make_up=make_up, now=now)


def complete_all(*, now: datetime) -> int:
    """Repeat what lost signals left undone, and return how many were completed."""
    done = [complete_if_done(make_up=m, now=now) for m in MakeUp.objects.open().order_by("pk")]
    return sum(make_up.completed_at is not None for make_up in done)


def lesson_done(make_up: MakeUp) -> LessonView | None:
    """Return how the person learnt the session's lesson since it began, if they did."""
    lesson = lesson_of(make_up.attendance.session)
    if lesson is None:
        return None
    views = LessonView.objects.filter(
        employee=make_up.attendance.employee_id,
        lesson=lesson,
        completed_at__gte=make_up.attendance.session.starts_at,
    )
    return views.exclude(cause__startswith=_VOLUNTARY_CAUSE).order_by("completed_at", "pk").first()


def questions_done(make_up: MakeUp) -> Attempt | None:
    """Return the answers the person gave on the session's point since it began, if any."""
    point = point_of(make_up.attendance.session)
    if point is None:
        return None
    attempts = Attempt.objects.counted().filter(
        employee=make_up.attendance.employee_id,
        risk_point=point,
        submitted_at__gte=make_up.attendance.session.starts_at,
    )
    return (
        attempts.exclude(cause__startswith=_VOLUNTARY_CAUSE).order_by("submitted_at", "pk").first()
    )


def withdraw_of(*, make_up: MakeUp, now: datetime) -> None:
    """Take an open make-up back: the absence was a mistake. The caller's transaction."""
    MakeUp.objects.filter(pk=make_up.pk, completed_at=None, withdrawn_at=None).update(
        withdrawn_at=now
    )
    withdraw_make_up(make_up=make_up, now=now)


def my_make_up(*, session: EducationSession, employee: Employee) -> MakeUp | None:
    """Return what the person is to catch up with of this session, if anything."""
    return (
        MakeUp.objects.standing()
        .filter(attendance__session=session, attendance__employee=employee)
        .select_related("attendance__session", "attendance__employee")
        .first()
    )
