"""Telling people once, no more of learning than a week bears, and taking back what was told.

Two messages of learning a week may call a person, whoever sends them; what is over the two stands
in their list. What a work order brings is not counted.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job, JobState
from notifications.models import Notification, NotificationCategory, Pace
from people.models import Employee

LEARNING_A_WEEK = 2


@dataclass(frozen=True, slots=True)
class LearningMessage:
    """What one person is told of one event of learning; one of many."""

    recipient_id: int
    event: str
    title: str
    body: str = ""
    url: str = ""
    icon: str = "bell"


def had_enough(*, recipients: Collection[int], now: datetime) -> set[int]:
    """Return who was called to learning twice this week already; one query."""
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    counted = (
        Notification.objects.filter(
            recipient__in=recipients,
            pace=Pace.COUNTED,
            created_at__gte=timezone.make_aware(datetime.combine(monday, time.min)),
        )
        .values("recipient")
        .annotate(times=Count("pk"))
        .filter(times__gte=LEARNING_A_WEEK)
    )
    return set(counted.values_list("recipient", flat=True))


def notify_of_learning(*, messages: Iterable[LearningMessage], now: datetime) -> list[Notification]:
    """Tell many people of learning at once, each of one event; who was told is not told again.

    Four statements however many; returns what was written.
    """
    wanted = list(messages)
    recipients = {message.recipient_id for message in wanted}
    with transaction.atomic():
        _hold(recipients)
        told = set(
            Notification.objects.filter(
                recipient__in=recipients, event__in={message.event for message in wanted}
            ).values_list("recipient", "event")
        )
        full = had_enough(recipients=recipients, now=now)
        return Notification.objects.bulk_create(
            [
                Notification(
                    recipient_id=message.recipient_id,
                    event=message.event,
                    category=NotificationCategory.LEARNING,
                    pace=Pace.QUIET if message.recipient_id in full else Pace.COUNTED,
                    icon=message.icon,
                    title=message.title,
                    body=message.body,
                    url=message.url,
                    created_at=now,
                    release_at=now,
                )
                for message in wanted
                if (message.recipient_id, message.event) not in told
            ],
            batch_size=500,
        )


def notify(
    *,
    recipient: Employee,
    event: str,
    category: NotificationCategory,
    title: str,
    now: datetime,
    body: str = "",
    url: str = "",
    icon: str = "bell",
    release_at: datetime | None = None,
    is_rationed: bool | None = None,
) -> Notification:
    """Tell a person of an event; telling the same event again returns the first message.

    ``is_rationed`` says whether the week's two hold for it; left out, they hold for what is of the
    category learning. Learning that a work order brought says no.
    """
    with transaction.atomic():
        pace = Pace.FREE
        if is_rationed is None:
            is_rationed = category == NotificationCategory.LEARNING
        if is_rationed:
            _hold({recipient.pk})
            full = had_enough(recipients={recipient.pk}, now=now)
            pace = Pace.QUIET if full else Pace.COUNTED
        message, _ = Notification.objects.get_or_create(
            recipient=recipient,
            event=event,
            defaults={
                "category": category,
                "pace": pace,
                "icon": icon,
                "title": title,
                "body": body,
                "url": url,
                "created_at": now,
                "release_at": release_at or now,
            },
        )
    return message


def _hold(recipients: Collection[int]) -> None:
    """Hold the rows of who is told, so that two senders at once do not both count to one."""
    list(
        Employee.objects.select_for_update(no_key=True)
        .filter(pk__in=recipients)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def settle(*, event: str, now: datetime, recipient: Employee | None = None) -> int:
    """Mark an event's messages as dealt with and return how many were open."""
    open_ = Notification.objects.filter(event=event, settled_at=None)
    if recipient is not None:
        open_ = open_.filter(recipient=recipient)
    return open_.update(settled_at=now)


def withdraw(*, event: str, now: datetime) -> int:
    """Take back an event's messages, read or not, and return how many there were.

    A message that was never released is deleted: it is as if it had never been written.
    """
    written = Notification.objects.filter(event=event, withdrawn_at=None)
    unreleased, _ = written.filter(release_at__gt=now).delete()
    return unreleased + written.update(withdrawn_at=now, settled_at=now)


def tell_job_owner(*, job: Job, now: datetime) -> Notification | None:
    """Tell who asked for a long job that it has ended, once; None where nobody asked."""
    owner = Employee.objects.filter(user__pk=job.owner_id).first() if job.owner_id else None
    if owner is None:
        return None
    done = job.state == JobState.DONE
    return notify(
        recipient=owner,
        event=f"jobs.job:{job.pk}:{job.fence}",
        category=NotificationCategory.NOTICE,
        title=f"{'已完成' if done else '没有完成'}：{job.title}",
        now=now,
        body=job.result.get("sentence", "") if done else job.error,
        url=reverse("jobs:detail", args=[job.pk]),
        icon="check" if done else "triangle-alert",
    )
