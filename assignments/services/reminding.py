"""Reminders and extensions: one message a person and day at most, and a reason for every day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assignments.models import AssignmentStatus, Extension, TrainingAssignment
from assignments.services.assigning import assignment_event
from audit.services import record
from common.formats import zh_date
from notifications.models import Notification, NotificationCategory
from notifications.services import had_enough, notify
from people.models import Absence, Employee
from people.services import account_id

MOST_AT_ONCE = 500
PROGRESS_EVERY = 50
NO_REASON = "还没有写延期的原因，请写明原因再保存。"


class ExtensionRefused(Exception):
    """A last day cannot be put off as asked for; the message is for the reader."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many were told, had been told that day, are away, and were told twice this week."""

    told: int
    before: int
    away: int
    spared: int

    @property
    def sentence(self) -> str:
        """What is said once it is done."""
        already = f"，{self.before}人今天已经提醒过" if self.before else ""
        on_leave = f"，{self.away}人请假没有提醒" if self.away else ""
        spared = f"，{self.spared}人这周已收过两条，不再打扰" if self.spared else ""
        return f"已提醒{self.told}人{already}{on_leave}{spared}。"


def away_on(day: date, duties: Iterable[TrainingAssignment]) -> set[int]:
    """Return who of the duties' people is on leave that day; one query."""
    people = {duty.employee_id for duty in duties}
    return set(
        Absence.objects.in_force(on=day)
        .filter(employee__in=people)
        .values_list("employee", flat=True)
    )


def remind(
    *,
    duties: Iterable[TrainingAssignment],
    by: Employee,
    now: datetime,
    progress: Callable[[int, int], object] | None = None,
) -> Reminded:
    """Remind people of open duties, and nobody who is on leave: their clock stands still.

    One message a person and day, whoever reminds: it names what is due first. Who was called to
    learning twice this week is spared, for a reminder says nothing new.
    """
    duties = list(duties)
    away = away_on(timezone.localdate(now), duties)
    first: dict[int, TrainingAssignment] = {}
    for duty in duties:
        if duty.employee_id in away:
            continue
        known = first.get(duty.employee_id)
        if known is None or duty.due_on < known.due_on:
            first[duty.employee_id] = duty
    today = timezone.localdate(now)
    event = f"assignments.reminder:{today}"
    messages = Notification.objects.filter(recipient__in=first)
    told = set(messages.filter(event=event).values_list("recipient", flat=True))
    spared = had_enough(recipients=list(first), now=now) - told
    wanted = [duty for person, duty in first.items() if person not in told | spared]
    for done, duty in enumerate(wanted, start=1):
        # One at a time: who breaks off in the middle has told whom the rows say.
        with transaction.atomic():
            _tell(duty, event=event, now=now)
            record(
                actor_id=account_id(by),
                action="assignments.assignment.reminded",
                subject=duty,
                now=now,
            )
        if progress is not None and done % PROGRESS_EVERY == 0:
            progress(done, len(wanted))
    return Reminded(
        told=len(wanted),
        before=len(told),
        away=len(away),
        spared=len(spared),
    )


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
        raise ExtensionRefused(NO_REASON)
    today = timezone.localdate(now)
    with transaction.atomic():
        held = TrainingAssignment.objects.select_for_update().get(pk=assignment.pk)
        if held.status != AssignmentStatus.OPEN:
            raise ExtensionRefused("这项学习已经不是待完成，不用延期；请刷新页面看最新状态。")
        if due_on <= max(held.due_on, today):
            raise ExtensionRefused("新的最迟完成日要在今天和原来的最迟日以后，请改正。")
        extension = _put_off(held, due_on=due_on, reason=reason, by=by, now=now)
        _tell_of([held], extension, now=now)
    return extension


def check_extension(*, number: int, due_on: date, reason: str, now: datetime) -> None:
    """Check that so many duties can be put off to a day.

    :raises ExtensionRefused: if the day is not to come, no reason is given, or they are too many.
    """
    if not reason.strip():
        raise ExtensionRefused(NO_REASON)
    if due_on <= timezone.localdate(now):
        raise ExtensionRefused("新的最迟完成日要在今天以后，请改正。")
    if number > MOST_AT_ONCE:
        raise ExtensionRefused(
            f"这里有{number}项，一次最多延{MOST_AT_ONCE}项；请先按单位或课程筛选，再分批延期。"
        )


def extend_many(
    *,
    duties: Iterable[TrainingAssignment],
    due_on: date,
    reason: str,
    by: Employee,
    now: datetime,
) -> int:
    """Put off the last day of all the duties that end before it; return how many. Twice is once.

    Each person is told once, however many duties of theirs are put off.

    :raises ExtensionRefused: if the day is not to come, no reason is given, or they are too many.
    """
    keys = [duty.pk for duty in duties]
    check_extension(number=len(keys), due_on=due_on, reason=reason, now=now)
    extended: dict[int, list[tuple[TrainingAssignment, Extension]]] = {}
    with transaction.atomic():
        held = (
            TrainingAssignment.objects.select_for_update()
            .filter(pk__in=keys, status=AssignmentStatus.OPEN, due_on__lt=due_on)
            .order_by("due_on", "pk")
        )
        for duty in held:
            extension = _put_off(duty, due_on=due_on, reason=reason, by=by, now=now)
            extended.setdefault(duty.employee_id, []).append((duty, extension))
        for pairs in extended.values():
            _tell_of([duty for duty, _ in pairs], pairs[0][1], now=now)
    return sum(len(pairs) for pairs in extended.values())


def _put_off(
    duty: TrainingAssignment, *, due_on: date, reason: str, by: Employee, now: datetime
) -> Extension:
    extension = Extension.objects.create(
        assignment=duty, due_on=due_on, reason=reason.strip(), given_by=by, given_at=now
    )
    duty.due_on = due_on
    duty.save(update_fields=["due_on"])
    record(
        actor_id=account_id(by),
        action="assignments.assignment.extended",
        subject=duty,
        now=now,
    )
    return extension


def _tell_of(duties: list[TrainingAssignment], extension: Extension, *, now: datetime) -> None:
    first = duties[0]
    what = first.title if len(duties) == 1 else f"{first.title}等{len(duties)}项"
    notify(
        recipient=first.employee,
        event=f"{assignment_event(first)}:extended:{extension.pk}",
        category=NotificationCategory.LEARNING,
        title=f"期限延到{zh_date(extension.due_on, today=timezone.localdate(now))}：{what}"[:120],
        body=extension.reason,
        url=reverse("assignments:detail", args=[first.pk]),
        icon="clock",
        now=now,
    )
