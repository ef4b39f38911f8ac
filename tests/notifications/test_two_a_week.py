"""Learning calls nobody more than twice a week, whoever tells them, and loses nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from notifications.models import Notification, NotificationCategory, Pace
from notifications.services import LearningMessage, had_enough, notify, notify_of_learning
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


def tell(person, event, at, **extra):
    extra.setdefault("category", NotificationCategory.LEARNING)
    return notify(recipient=person, event=event, title=f"学习{event}", now=at, **extra)


def test_the_third_of_a_week_stands_in_the_list_and_rings_no_bell(now, sign_in):
    person = EmployeeFactory()
    for event in "123":
        tell(person, event, now)

    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        page = sign_in(person).get(reverse("notifications:inbox"))

    assert page.context["bell"]["count"] == 2
    assert all(f"学习{event}" in page.text for event in "123")
    assert "3条未读" in page.text


def test_the_next_week_begins_anew(now):
    person = EmployeeFactory()
    sunday = now + timedelta(days=5)
    for event in "12":
        tell(person, event, now)

    assert tell(person, "3", sunday).pace == Pace.QUIET
    assert tell(person, "4", sunday + timedelta(days=1)).pace == Pace.COUNTED


def test_telling_the_same_again_costs_nothing(now):
    person = EmployeeFactory()
    for _ in range(3):
        tell(person, "1", now)

    assert tell(person, "2", now).pace == Pace.COUNTED


def test_what_a_work_order_brings_and_what_is_no_learning_is_not_counted(now):
    person = EmployeeFactory()
    for event in "12":
        tell(person, event, now)

    order = tell(person, "3", now, is_rationed=False)
    notice = tell(person, "4", now, category=NotificationCategory.NOTICE)
    act = tell(person, "5", now, category=NotificationCategory.TODO, is_rationed=True)

    assert (order.pace, notice.pace, act.pace) == (Pace.FREE, Pace.FREE, Pace.QUIET)
    assert act in Notification.objects.todo()
    assert had_enough(recipients=[person.pk, EmployeeFactory().pk], now=now) == {person.pk}


def test_many_are_told_at_once_under_the_same_rule(now, django_assert_num_queries):
    full, fresh = EmployeeFactory(), EmployeeFactory()
    for event in "12":
        tell(full, event, now)
    messages = [LearningMessage(person.pk, "week", "这周的学习") for person in (full, fresh)]

    with django_assert_num_queries(6):
        written = notify_of_learning(messages=messages, now=now)

    assert {row.recipient_id: row.pace for row in written} == {
        full.pk: Pace.QUIET,
        fresh.pk: Pace.COUNTED,
    }
    assert notify_of_learning(messages=messages, now=now) == []
