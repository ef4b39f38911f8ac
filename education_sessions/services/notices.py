"""What people are told of a session: the list, and nobody else."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from common.formats import zh_date
from education_sessions.models import EducationSession, MakeUp
from notifications.models import Notification, NotificationCategory
from notifications.services import notify, settle, withdraw
from people.models import Employee


def event_of(session: EducationSession) -> str:
    """Return the name of the event that the session takes place as it now stands."""
    return f"education_sessions.session:{session.pk}:{session.sequence}"


def make_up_event(make_up: MakeUp) -> str:
    """Return the name of the event that somebody is to catch up."""
    return f"education_sessions.makeup:{make_up.pk}"


def tell_list(
    *, session: EducationSession, people: Iterable[Employee], now: datetime, changed: bool = False
) -> None:
    """Tell people when and where the session is; one message a person and state of it."""
    starts = timezone.localtime(session.starts_at)
    day = zh_date(starts, today=timezone.localdate(now))
    for person in people:
        notify(
            recipient=person,
            event=event_of(session),
            category=NotificationCategory.NOTICE,
            icon="calendar",
            title=f"{'时间地点有变：' if changed else ''}{day}{starts:%H:%M}　{session.title}",
            body=f"{session.place}，{session.minutes}分钟。来不了请在活动页请假。",
            url=_address(session),
            now=now,
        )


def tell_of_cancelling(*, session: EducationSession, now: datetime) -> None:
    """Tell everybody on the list that the session does not take place."""
    day = zh_date(session.starts_at, today=timezone.localdate(now))
    people = Employee.objects.filter(attendances__session=session).order_by("pk")
    for person in people:
        notify(
            recipient=person,
            event=event_of(session),
            category=NotificationCategory.NOTICE,
            icon="calendar",
            title=f"已取消：{day}　{session.title}",
            body=session.cancelled_because,
            url=_address(session),
            now=now,
        )


def take_back_notices(*, session: EducationSession, now: datetime) -> None:
    """Take back what people were told of the session as it stands."""
    withdraw(event=event_of(session), now=now)


def told_and_read(session: EducationSession) -> tuple[int, int]:
    """Return how many were told of the session as it stands, and how many have read it."""
    told = Notification.objects.filter(event=event_of(session), withdrawn_at=None)
    return told.count(), told.exclude(read_at=None).count()


def tell_of_make_up(*, make_up: MakeUp, now: datetime) -> None:
    """Ask somebody to catch up."""
    session = make_up.attendance.session
    due = zh_date(make_up.due_on, today=timezone.localdate(now))
    notify(
        recipient=make_up.attendance.employee,
        event=make_up_event(make_up),
        category=NotificationCategory.TODO,
        icon="rotate-ccw",
        title=f"请在{due}前补学：{session.title}"[:120],
        body="手机上学完微课、答完题就算补学，记录写“补学”。",
        url=_address(session),
        now=now,
    )


def settle_make_up(*, make_up: MakeUp, now: datetime) -> None:
    """Mark the request to catch up as dealt with."""
    settle(event=make_up_event(make_up), now=now)


def withdraw_make_up(*, make_up: MakeUp, now: datetime) -> None:
    """Take the request to catch up back."""
    withdraw(event=make_up_event(make_up), now=now)


def _address(session: EducationSession) -> str:
    return reverse("education_sessions:session", args=[session.pk])
