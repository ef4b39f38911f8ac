"""Front page, records, messages, a duty and the branch's page: readable by everybody."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from assignments.models import TrainingAssignment
from assignments.services import assign_monthly_lesson, assign_weekly_learning
from notifications.models import NotificationCategory
from notifications.services import notify
from people.models import TextSize, ThemeChoice
from tests.factories import MicroLessonPageFactory, QuestionFactory, RiskPointPageFactory
from tests.risk_warnings.conftest import World, world  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = timezone.make_aware(datetime(2026, 11, 24, 9, 0))


@pytest.fixture
def station(live_server, world: World):  # noqa: F811
    """A station on a working morning, with duties and a message."""
    with time_machine.travel(MORNING, tick=False):
        point = RiskPointPageFactory(code="GF-09")
        QuestionFactory(primary_risk_point=point)
        lesson = MicroLessonPageFactory(month="2026-11")
        lesson.risk_points.set([point])
        lesson.save()
        assign_monthly_lesson(now=timezone.now())
        assign_weekly_learning(now=timezone.now())
        notify(
            recipient=world.receiver,
            event="test:1",
            category=NotificationCategory.TODO,
            title="请说明：一户10月基本电费疑似少收",
            now=timezone.now(),
        )
        yield world


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("size", [TextSize.STANDARD, TextSize.CARE])
def test_the_front_pages_hold_in_every_theme_and_size(
    station: World, page, login, look_at, theme: ThemeChoice, size: TextSize
) -> None:
    login(page, station.receiver.emp_no)
    account = station.receiver.user
    account.theme, account.text_size = theme, size
    account.save()
    duty = TrainingAssignment.objects.filter(employee=station.receiver).first()

    for path in ("/", "/me/", "/messages/", reverse("assignments:detail", args=[duty.pk])):
        look_at(page, path)


def test_the_branchs_page_holds(station: World, page, login, look_at) -> None:
    login(page, station.secretary.emp_no)

    look_at(page, reverse("assignments:branch"))


def test_what_is_not_there_or_not_mine_says_whom_to_ask(station: World, page, login) -> None:
    login(page, station.receiver.emp_no)

    missing = page.goto("/learning/99999/")
    assert missing.status == 404
    refused = page.goto("/branch/")
    assert refused.status == 403
    assert "党支部书记" in page.locator("main").inner_text()
