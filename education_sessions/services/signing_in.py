"""Signing in, and the roll that the secretary keeps."""

from collections import Counter
from datetime import datetime

from django.db import transaction

from audit.services import record
from education_sessions import codes
from education_sessions.exceptions import SessionRefusal, SignInRefused
from education_sessions.models import (
    Attendance,
    AttendanceStatus,
    EducationSession,
    SignInWay,
)
from education_sessions.services.making_up import withdraw_of
from education_sessions.services.together import complete_after_roll
from people.models import Employee
from people.services import account_id


def require_open(*, session: EducationSession, now: datetime) -> None:
    """Refuse where one cannot sign in at that moment.

    :raises SignInRefused: then, saying when one can.
    """
    if session.is_cancelled:
        raise SignInRefused("这次学习已经取消，不用签到。")
    if now < session.opens_at:
        raise SignInRefused("签到还没有开始：开会前30分钟开放，请到时再扫。")
    if now >= session.closes_at:
        raise SignInRefused("签到已经截止；人在现场的，请支部书记补签并写明理由。")


def session_of_code(*, employee: Employee, code: str, now: datetime) -> EducationSession:
    """Return the session that the six characters open for this person now.

    :raises SignInRefused: if there is none.
    """
    mine = EducationSession.objects.open_for_sign_in(now=now).filter(attendances__employee=employee)
    for session in mine.order_by("starts_at", "pk"):
        if codes.is_spoken_code(session, code, now=now):
            return session
    raise SignInRefused("签到码不对，或者已经换了：请看大屏上现在的六位码，再输一次。")


def sign_in(
    *, session: EducationSession, employee: Employee, way: SignInWay, device: str, now: datetime
) -> Attendance:
    """Note that somebody is there; signing in twice leaves the first time.

    The caller has seen the code. Who is not on the list comes as a guest. ``device`` is what the
    phone is known by; only a mark of it is kept, which says nothing outside this session.

    :raises SignInRefused: if one cannot sign in now.
    """
    require_open(session=session, now=now)
    with transaction.atomic():
        row, _ = Attendance.objects.get_or_create(
            session=session,
            employee=employee,
            defaults={"is_expected": False, "is_member": employee.is_party_member},
        )
        # One statement decides who is first, however many tap at once.
        is_first = (
            Attendance.objects.filter(pk=row.pk)
            .exclude(status=AttendanceStatus.PRESENT)
            .update(
                status=AttendanceStatus.PRESENT,
                way=way,
                at=now,
                device=codes.device_mark(session, device) if device else "",
                reason="",
                marked_by=None,
                marked_at=None,
            )
        )
        if is_first:
            record(
                actor_id=account_id(employee),
                action="education_sessions.signed_in",
                subject=row,
                now=now,
                data={"way": way},
            )
    row.refresh_from_db()
    return row


def mark(
    *,
    attendance: Attendance,
    status: AttendanceStatus,
    reason: str,
    by: Employee,
    now: datetime,
) -> Attendance:
    """Write by hand that somebody was there, is on leave or was not there, and why.

    Who has caught up stays absent: make-up study is never rewritten as attendance. An absence that
    was a mistake takes the open make-up back with it.

    :raises SessionRefusal: if there is no reason, it is too early, or the person has caught up.
    """
    if not reason.strip():
        raise SessionRefusal("请写明理由，再登记。")
    with transaction.atomic():
        row = (
            Attendance.objects.select_for_update(of=("self",))
            .select_related("session", "employee")
            .get(pk=attendance.pk)
        )
        session = row.session
        if session.is_cancelled or now < session.opens_at:
            raise SessionRefusal("签到还没有开始，或者学习已经取消，不能登记到场。")
        make_up = getattr(row, "make_up", None)
        if make_up is not None and make_up.completed_at is not None:
            raise SessionRefusal(f"{row.employee}已经补学，记录写“补学”，不能改成别的。")
        before, row.status = row.status, status
        is_there = status == AttendanceStatus.PRESENT
        row.way = SignInWay.ROLL if is_there else ""
        row.at = now if is_there else None
        row.device = ""
        row.reason, row.marked_by, row.marked_at = reason.strip(), by, now
        row.save()
        if make_up is not None and is_there:
            withdraw_of(make_up=make_up, now=now)
        if is_there:
            complete_after_roll(attendance=row, now=now)
        record(
            actor_id=account_id(by),
            action="education_sessions.marked",
            subject=row,
            now=now,
            data={"from": before, "to": status},
        )
    return row


def shared_devices(*, session: EducationSession) -> set[int]:
    """Return the rows of people who signed in on the same phone as another; a question, no more."""
    rows = session.attendances.present().exclude(device="").values_list("pk", "device")
    used = Counter(device for _, device in rows)
    return {pk for pk, device in rows if used[device] > 1}
