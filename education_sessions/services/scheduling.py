"""Putting a session on the calendar, moving it, calling it off."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from audit.services import record
from education_sessions.exceptions import Clashing, SessionRefusal
from education_sessions.models import (
    AgendaItem,
    Attendance,
    AttendanceStatus,
    Audience,
    EducationSession,
    PlanItem,
    SessionDuty,
    SessionStatus,
)
from education_sessions.outlines import Outline
from education_sessions.services.clashes import clashes
from education_sessions.services.lists import bring_list_up_to_date
from education_sessions.services.notices import (
    take_back_notices,
    tell_list,
    tell_of_cancelling,
)
from education_sessions.services.proposing import DraftItem
from people.models import Employee, PartyBranch
from people.services import account_id


def schedule_session(
    *,
    branch: PartyBranch,
    outline: Outline,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    host: Employee,
    recorder: Employee | None = None,
    items: Iterable[DraftItem],
    plan_item: PlanItem | None = None,
    submission: UUID | None = None,
    despite_clashes: bool = False,
    by: Employee,
    now: datetime,
) -> EducationSession:
    """Put a session on the calendar and tell its list; the same submission twice makes one.

    :raises Clashing: if the time clashes and it shall not stand all the same.
    :raises SessionRefusal: if it would lie in the past, or the planned item is taken.
    """
    if starts_at <= now:
        raise SessionRefusal("开始时间已经过去，请选一个以后的时间再排。")
    known = EducationSession.objects.filter(submission=submission).first() if submission else None
    if known is not None:
        return known
    found = clashes(
        branch=branch,
        audience=outline.audience,
        host=host,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    if found and not despite_clashes:
        raise Clashing(found)
    try:
        with transaction.atomic():
            session = EducationSession.objects.create(
                branch=branch,
                kind=outline.kind,
                outline=outline.key,
                title=title,
                audience=outline.audience,
                starts_at=starts_at,
                ends_at=ends_at,
                place=place,
                host=host,
                recorder=recorder,
                plan_item=plan_item,
                created_by=by,
                created_at=now,
                changed_at=now,
                submission=submission,
            )
            SessionDuty.objects.bulk_create(
                SessionDuty(session=session, kind=kind) for kind in outline.duties
            )
            AgendaItem.objects.bulk_create(
                AgendaItem(
                    session=session,
                    order=order,
                    kind=item.kind,
                    title=item.title[:80],
                    minutes=item.minutes,
                    risk_point=item.risk_point,
                    lesson=item.lesson,
                    case=item.case,
                    film=item.film,
                )
                for order, item in enumerate(items, 1)
            )
            people = bring_list_up_to_date(session=session)
            tell_list(session=session, people=people, now=now)
            _log("scheduled", session, by=by, now=now, people=len(people))
    except IntegrityError as error:
        twin = EducationSession.objects.filter(submission=submission).first()
        if submission and twin is not None:
            return twin
        raise SessionRefusal("这一项计划已经排过，请在月历上打开它再改。") from error
    return session


def move_session(
    *,
    session: EducationSession,
    starts_at: datetime,
    ends_at: datetime,
    place: str,
    despite_clashes: bool = False,
    by: Employee,
    now: datetime,
) -> EducationSession:
    """Change when or where a session is, and tell its list; calendars learn of it.

    :raises Clashing: if the time clashes and it shall not stand all the same.
    :raises SessionRefusal: if it has begun, was cancelled, or would lie in the past.
    """
    if starts_at <= now:
        raise SessionRefusal("开始时间已经过去，请选一个以后的时间再改。")
    found = clashes(
        branch=session.branch,
        audience=Audience(session.audience),
        host=session.host,
        starts_at=starts_at,
        ends_at=ends_at,
        but=session,
    )
    if found and not despite_clashes:
        raise Clashing(found)
    with transaction.atomic():
        held = _changeable(session, now=now)
        if (held.starts_at, held.ends_at, held.place) == (starts_at, ends_at, place):
            return held
        take_back_notices(session=held, now=now)
        held.starts_at, held.ends_at, held.place = starts_at, ends_at, place
        held.sequence += 1
        held.changed_at = now
        held.save()
        bring_list_up_to_date(session=held)
        people = Employee.objects.filter(
            pk__in=Attendance.objects.filter(session=held).values("employee")
        )
        tell_list(session=held, people=people.order_by("pk"), now=now, changed=True)
        _log("moved", held, by=by, now=now, sequence=held.sequence)
    return held


def cancel_session(
    *, session: EducationSession, reason: str, by: Employee, now: datetime
) -> EducationSession:
    """Call a session off and tell its list; calling it off twice is once. Its plan item is free.

    :raises SessionRefusal: if it has begun.
    """
    with transaction.atomic():
        held = EducationSession.objects.select_for_update().get(pk=session.pk)
        if held.is_cancelled:
            return held
        held = _changeable(held, now=now)
        take_back_notices(session=held, now=now)
        held.status = SessionStatus.CANCELLED
        held.cancelled_because = reason
        held.plan_item = None
        held.sequence += 1
        held.changed_at = now
        held.save()
        tell_of_cancelling(session=held, now=now)
        _log("cancelled", held, by=by, now=now)
    return held


def ask_leave(
    *, session: EducationSession, employee: Employee, reason: str, now: datetime
) -> Attendance:
    """Note that somebody cannot come; who comes after all can still sign in.

    :raises SessionRefusal: if the sign-in is over, the person was there, or is not on the list.
    """
    if session.is_cancelled or now >= session.closes_at:
        raise SessionRefusal("签到已经截止，不能再请假；请当面告诉支部书记。")
    with transaction.atomic():
        row = (
            Attendance.objects.select_for_update()
            .filter(session=session, employee=employee)
            .first()
        )
        if row is None:
            raise SessionRefusal("您不在这次学习的应到名单里，不用请假。")
        if row.is_present:
            raise SessionRefusal("您已经签到，不用请假；签错了请告诉支部书记。")
        row.status = AttendanceStatus.LEAVE
        row.reason = reason
        row.marked_by, row.marked_at = employee, now
        row.save()
        _log("leave.asked", row, by=employee, now=now)
    return row


def refresh_lists(*, now: datetime) -> int:
    """Bring the lists of sessions to come up to date, tell who was added, return how many."""
    number = 0
    coming = EducationSession.objects.standing().filter(starts_at__gt=now).select_related("branch")
    for session in coming.order_by("starts_at", "pk"):
        with transaction.atomic():
            added = bring_list_up_to_date(session=session)
            tell_list(session=session, people=added, now=now)
        number += len(added)
    return number


def _changeable(session: EducationSession, *, now: datetime) -> EducationSession:
    held = EducationSession.objects.select_for_update().get(pk=session.pk)
    if held.is_cancelled:
        raise SessionRefusal("这次学习已经取消，不能再改。")
    if held.starts_at <= now:
        raise SessionRefusal("这次学习已经开始，不能再改时间或取消。")
    return held


def _log(
    action: str,
    subject: EducationSession | Attendance,
    *,
    by: Employee,
    now: datetime,
    **data: int,
) -> None:
    record(
        actor_id=account_id(by),
        action=f"education_sessions.{action}",
        subject=subject,
        now=now,
        data=data,
    )
