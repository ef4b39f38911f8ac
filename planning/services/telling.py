"""One message a week that gathers what the week asks for, on the first day of learning in it."""

from datetime import datetime

from django.urls import reverse

from common.calendar import is_workday
from common.formats import zh_minutes
from notifications.models import Notification
from notifications.services import LearningMessage, notify_of_learning
from people.models import Absence, Employee
from planning.registry import Span
from planning.services.scheduling import Week
from planning.services.weeks import weeks_of

PEOPLE_AT_ONCE = 500
NAMED = 2


def tell_weeks(*, now: datetime) -> int:
    """Tell everybody at work of whom the week asks something, once a week; return how many."""
    span = Span.at(now)
    if not is_workday(span.today):
        return 0
    event = f"planning.week:{span.monday}"
    told = Notification.objects.filter(event=event).values("recipient")
    away = Absence.objects.in_force(on=span.today).values("employee")
    people = Employee.objects.employed(on=span.today).exclude(pk__in=told).exclude(pk__in=away)
    keys = list(people.order_by("pk").values_list("pk", flat=True))
    count = 0
    for start in range(0, len(keys), PEOPLE_AT_ONCE):
        weeks = weeks_of(employees=keys[start : start + PEOPLE_AT_ONCE], now=now)
        messages = [
            _message(employee, week, event=event) for employee, week in weeks.items() if week.shares
        ]
        count += len(notify_of_learning(messages=messages, now=now))
    return count


def _message(employee: int, week: Week, *, event: str) -> LearningMessage:
    names = [share.claim.title for share in week.shares]
    what = "、".join(names[:NAMED]) + (f"等{len(names)}项" if len(names) > NAMED else "")
    return LearningMessage(
        recipient_id=employee,
        event=event,
        title=f"这周的学习，{zh_minutes(week.seconds)}",
        body=what[:300],
        url=reverse("home:learn"),
        icon="graduation-cap",
    )
