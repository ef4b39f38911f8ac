"""Telling people once, and taking back what should not have been told."""

from datetime import datetime

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
