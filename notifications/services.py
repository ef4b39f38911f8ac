"""Telling people once, and taking back what should not have been told."""

from datetime import datetime

from django.urls import reverse

from jobs.models import Job, JobState
from notifications.models import Notification, NotificationCategory
from people.models import Employee


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
) -> Notification:
    """Tell a person of an event; telling the same event again returns the first message."""
    message, _ = Notification.objects.get_or_create(
        recipient=recipient,
        event=event,
        defaults={
            "category": category,
            "icon": icon,
            "title": title,
            "body": body,
            "url": url,
            "created_at": now,
            "release_at": release_at or now,
        },
    )
    return message


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
