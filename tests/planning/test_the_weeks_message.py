"""One message a week says what it asks for, on a person's first day of learning in it."""

from datetime import timedelta

import pytest

from assignments.services import assign_weekly_learning
from notifications.models import Notification, NotificationCategory, Pace
from people.models import Absence
from planning.services import tell_weeks
from tests.assignments.conftest import lesson  # noqa: F401
from tests.factories import PostingFactory

# ruff: noqa: F811  fixtures of another folder are imported by name

pytestmark = pytest.mark.django_db


@pytest.fixture
def monday(now):
    return now - timedelta(days=1)


def test_who_has_something_to_learn_is_told_once_a_week(lesson, monday):
    assign_weekly_learning(now=monday)
    PostingFactory()

    told = [tell_weeks(now=monday + timedelta(days=n)) for n in range(8)]

    assert told == [1, 0, 0, 0, 0, 0, 0, 1]
    first = Notification.objects.order_by("pk").first()
    assert first.recipient == lesson.manager
    assert first.title == "这周的学习，约5分钟"
    assert first.body == lesson.page.title
    assert (first.category, first.pace) == (NotificationCategory.LEARNING, Pace.COUNTED)


def test_nobody_is_told_on_a_day_off_or_on_leave(lesson, monday):
    assign_weekly_learning(now=monday)
    Absence.objects.create(
        employee=lesson.manager,
        kind="leave",
        valid_from=monday.date(),
        valid_to=monday.date() + timedelta(days=2),
    )

    told = [tell_weeks(now=monday + timedelta(days=n)) for n in range(-1, 5)]

    assert told == [0, 0, 0, 0, 1, 0]
