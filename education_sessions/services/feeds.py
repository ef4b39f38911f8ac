"""Calendars: one's own, and a branch's for who sees the branch."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.services import record
from education_sessions.models import CalendarFeed, EducationSession, seen_branches
from education_sessions.models.feeds import new_token
from people.models import Employee, PartyBranch
from people.scope import Scope
from people.services import account_id

LOOK_BACK = timedelta(days=92)


def feed_of(*, employee: Employee, branch: PartyBranch | None, now: datetime) -> CalendarFeed:
    """Return the address of a calendar; it is made the first time it is asked for."""
    feed, _ = CalendarFeed.objects.get_or_create(
        employee=employee, branch=branch, defaults={"renewed_at": now}
    )
    return feed


def renew_feed(*, feed: CalendarFeed, now: datetime) -> CalendarFeed:
    """Give a calendar a new address; the old one is dead at once."""
    with transaction.atomic():
        feed.token = new_token()
        feed.renewed_at = now
        feed.save(update_fields=["token", "renewed_at"])
        record(
            actor_id=account_id(feed.employee),
            action="education_sessions.feed_renewed",
            subject=feed,
            now=now,
        )
    return feed


def sessions_in(*, feed: CalendarFeed, now: datetime) -> "QuerySet[EducationSession] | None":
    """Return what a calendar shows, cancelled ones too; None where the right to it has ended."""
    scope = Scope.held_by(feed.employee, on=timezone.localdate(now))
    if scope.employee is None:
        return None
    recent = EducationSession.objects.filter(ends_at__gt=now - LOOK_BACK)
    if feed.branch is None:
        shown = recent.filter(attendances__employee=feed.employee)
    elif seen_branches(scope).filter(pk=feed.branch.pk).exists():
        shown = recent.filter(branch=feed.branch)
    else:
        return None
    return shown.order_by("starts_at", "pk")
