"""Reminders and extensions: one message a person and day at most, and a reason for every day."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assignments.models import AssignmentStatus, Extension, TrainingAssignment
from assignments.services.assigning import assignment_event
from audit.services import record
from common.formats import zh_date
from notifications.models import Notification, NotificationCategory
from notifications.services import notify
from people.models import Employee
from people.services import account_id


class ExtensionRefused(Exception):
    """A last day cannot be put off as asked for; the message is for the reader."""


def remind(*, duties: Iterable[TrainingAssignment], by: Employee, now: datetime) -> tuple[int, int]:
    """Remind people of open duties; return how many were told, and how many had been told today.

    One message a person and day, whoever reminds: it names the duty that is due first.
    """
    first: dict[int, TrainingAssignment] = {}
    for duty in duties:
        known = first.get(duty.employee_id)
        if known is None or duty.due_on < known.due_on:
            first[duty.employee_id] = duty
    today = timezone.localdate(now)
    event = f"assignments.reminder:{today}"
    told = set(
        Notification.objects.filter(event=event, recipient__in=first).values_list(
            "recipient", flat=True
        )
    )
    with transaction.atomic():
        for employee_id, duty in first.items():
            if employee_id not in told:
                _tell(duty, event=event, now=now)
        for employee_id, duty in first.items():
            if employee_id not in told:
                record(
                    actor_id=account_id(by),
                    action="assignments.assignment.reminded",
                    subject=duty,
                    now=now,
                )
    return len(first) - len(told), len(told)


def _tell(duty: TrainingAssignment, *, event: str, now: datetime) -> None:
    day = zh_date(duty.due_on, today=timezone.localdate(now))
    notify(
        recipient=duty.employee,
        event=event,
        category=NotificationCategory.LEARNING,
        title=f"还差一点：{duty.title}"[:120],
        body=f"{day}前学完就好；有困难可以请培训专责延期",
        url=reverse("assignments:detail", args=[duty.pk]),
        icon="clock",
        now=now,
    )


def extend(
    *, assignment: TrainingAssignment, due_on: date, reason: str, by: Employee, now: datetime
) -> Extension:
    """Put off the last day of a duty, tell the person, and keep why.

    :raises ExtensionRefused: if it is not open, the day is not later, or no reason is given.
    """
    if not reason.strip():
        raise ExtensionRefused("还没有写延期的原因，请写明原因再保存。")
    with transaction.atomic():
        held = TrainingAssignment.objects.select_for_update().get(pk=assignment.pk)
        if held.status != AssignmentStatus.OPEN:
            raise ExtensionRefused("这项学习已经不是待完成，不用延期；请刷新页面看最新状态。")
        if due_on <= max(held.due_on, timezone.localdate(now)):
            raise ExtensionRefused("新的最迟完成日要在今天和原来的最迟日以后，请改正。")
        extension = Extension.objects.create(
            assignment=held, due_on=due_on, reason=reason.strip(), given_by=by, given_at=now
        )
        held.due_on = due_on
        held.save(update_fields=["due_on"])
        notify(
            recipient=held.employee,
            event=f"{assignment_event(held)}:extended:{extension.pk}",
            category=NotificationCategory.NOTICE,
            title=f"期限延到{zh_date(due_on, today=timezone.localdate(now))}：{held.title}"[:120],
            body=extension.reason,
            url=reverse("assignments:detail", args=[held.pk]),
            icon="clock",
            now=now,
        )
        record(
            actor_id=account_id(by),
            action="assignments.assignment.extended",
            subject=held,
            now=now,
        )
    return extension
