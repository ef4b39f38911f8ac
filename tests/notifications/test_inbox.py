"""The message centre tells each person once, and nobody else."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from notifications.models import Notification, NotificationCategory
from notifications.services import notify, settle, withdraw
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


def tell(recipient, now, **extra):
    return notify(
        recipient=recipient,
        event="demo:1",
        category=NotificationCategory.TODO,
        title="请说明一件事",
        now=now,
        **extra,
    )


def test_telling_the_same_event_twice_tells_once(now) -> None:
    person = EmployeeFactory()

    first, second = tell(person, now), tell(person, now + timedelta(hours=1))

    assert first == second
    assert Notification.objects.count() == 1


def test_a_message_is_read_by_opening_it_and_only_by_its_owner(now, sign_in) -> None:
    person, stranger = EmployeeFactory(), EmployeeFactory()
    message = tell(person, now, url=reverse("notifications:inbox"))
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        client = sign_in(person)

        refused = sign_in(stranger).get(reverse("notifications:open", args=[message.pk]))
        opened = client.get(reverse("notifications:open", args=[message.pk]))
        page = client.get(reverse("notifications:inbox"))

    assert refused.status_code == 404
    assert opened.url == reverse("notifications:inbox")
    assert "0条未读，1条要办" in page.content.decode()


def test_before_its_release_a_message_is_nowhere(now, sign_in) -> None:
    person = EmployeeFactory()
    message = tell(person, now, release_at=now + timedelta(seconds=10))
    client = sign_in(person)

    with time_machine.travel(now + timedelta(seconds=9), tick=False):
        early = client.get(reverse("notifications:inbox"))
        missing = client.get(reverse("notifications:open", args=[message.pk]))
    with time_machine.travel(now + timedelta(seconds=10), tick=False):
        late = client.get(reverse("notifications:inbox"))

    assert "请说明一件事" not in early.content.decode()
    assert missing.status_code == 404
    assert "请说明一件事" in late.content.decode()


def test_what_is_taken_back_before_its_release_was_never_written(now) -> None:
    tell(EmployeeFactory(), now, release_at=now + timedelta(seconds=10))

    assert withdraw(event="demo:1", now=now + timedelta(seconds=5)) == 1
    assert not Notification.objects.exists()


def test_what_is_taken_back_later_leaves_the_inbox(now, sign_in) -> None:
    person = EmployeeFactory()
    tell(person, now)
    withdraw(event="demo:1", now=now + timedelta(hours=2))

    with time_machine.travel(now + timedelta(hours=3), tick=False):
        page = sign_in(person).get(reverse("notifications:inbox"))

    assert "请说明一件事" not in page.content.decode()


def test_what_is_settled_is_no_longer_to_be_done(now) -> None:
    person = EmployeeFactory()
    tell(person, now)

    assert settle(event="demo:1", now=now) == 1
    assert not Notification.objects.todo().exists()
