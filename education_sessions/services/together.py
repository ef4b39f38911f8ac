"""集体看: a lesson on the wall counts for the lesson, its duties and the session at once."""

from datetime import datetime, timedelta

from django.db import transaction

from audit.services import record
from courses.exceptions import LessonRefusal
from courses.models import LessonView, MicroLessonPage
from courses.services import complete_together
from education_sessions.exceptions import SessionRefusal
from education_sessions.models import Attendance, EducationSession, HandCount
from education_sessions.services.making_up import lesson_of
from people.models import Employee
from people.services import account_id

# A phone may answer a little after the meeting broke up; afterwards one learns the lesson alone.
ANSWERS_UNTIL = timedelta(minutes=30)


def is_asking(*, session: EducationSession, now: datetime) -> bool:
    """Return whether phones may answer the lesson's question at that moment."""
    return not session.is_cancelled and session.starts_at <= now < session.ends_at + ANSWERS_UNTIL


def answered_by(*, session: EducationSession, employee: Employee) -> LessonView | None:
    """Return what the person has of the lesson from this session, on a phone or by hand."""
    return LessonView.objects.filter(
        employee=employee, cause=session.cause, completed_at__isnull=False
    ).first()


def answer_together(
    *, session: EducationSession, employee: Employee, number: int, now: datetime
) -> LessonView:
    """Answer the question of a lesson watched together; it completes the lesson. Twice is once.

    ``number`` counts the options from 1.

    :raises SessionRefusal: if the person has not signed in, it is not the time, or there is no such
        option.
    """
    lesson = _lesson(session)
    if not is_asking(session=session, now=now):
        raise SessionRefusal("答题从开会到散会后30分钟开放；过了时间，请自己学这一课。")
    if not session.attendances.present().filter(employee=employee).exists():
        raise SessionRefusal("请先签到，再答题；没有到场的，会后在手机上补学。")
    try:
        return complete_together(
            employee=employee, lesson=lesson, cause=session.cause, number=number, now=now
        )
    except LessonRefusal as refusal:
        raise SessionRefusal(str(refusal)) from refusal


def show_hands(
    *, session: EducationSession, hands: list[int], by: Employee, now: datetime
) -> HandCount:
    """Enter how many hands went up; it completes the lesson for all who were there. Twice is once.

    Who has answered on a phone keeps that answer.

    :raises SessionRefusal: if it has not begun, no hand went up, or more than people were there.
    """
    lesson = _lesson(session)
    if session.is_cancelled or now < session.starts_at:
        raise SessionRefusal("还没有开会，散会前再登记举手。")
    with transaction.atomic():
        held = EducationSession.objects.select_for_update().get(pk=session.pk)
        known = HandCount.objects.filter(session=held).first()
        if known is not None:
            return known
        waiting = _without_answer(held)
        if not sum(hands):
            raise SessionRefusal("各选项的人数都是0，请按举手的人数填，再登记。")
        if sum(hands) > len(waiting):
            raise SessionRefusal(
                f"举手{sum(hands)}人，多过在场还没有在手机上答的{len(waiting)}人，请核对人数。"
            )
        count = HandCount.objects.create(session=held, hands=hands, entered_by=by, entered_at=now)
        for row in waiting:
            complete_together(
                employee=row.employee, lesson=lesson, cause=held.cause, number=None, now=now
            )
        record(
            actor_id=account_id(by),
            action="education_sessions.hands_shown",
            subject=count,
            now=now,
            data={"people": len(waiting)},
        )
    return count


def complete_after_roll(*, attendance: Attendance, now: datetime) -> None:
    """Let the show of hands count for somebody whom the roll found present afterwards."""
    session = attendance.session
    lesson = lesson_of(session)
    if lesson is not None and HandCount.objects.filter(session=session).exists():
        complete_together(
            employee=attendance.employee,
            lesson=lesson,
            cause=session.cause,
            number=None,
            now=now,
        )


def _without_answer(session: EducationSession) -> list[Attendance]:
    answered = LessonView.objects.filter(cause=session.cause, completed_at__isnull=False)
    rows = session.attendances.present().exclude(employee__in=answered.values("employee"))
    return list(rows.select_related("employee").order_by("pk"))


def _lesson(session: EducationSession) -> MicroLessonPage:
    lesson = lesson_of(session)
    if lesson is None:
        raise SessionRefusal("这次学习没有放微课，没有要答的题。")
    return lesson
