"""Front page, records, messages, a duty and the branch's page: readable by everybody."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from assignments.models import TrainingAssignment
from assignments.services import assign_monthly_lesson, assign_weekly_learning
from notifications.models import NotificationCategory
from notifications.services import notify
from people.models import Role, TextSize, ThemeChoice
from quizzes.models import QuestionType
from quizzes.services import Portion, save_answer, start_exam, submit_attempt
from tests.factories import (
    MicroLessonPageFactory,
    QuestionFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
)
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


def test_the_bar_of_who_holds_many_roles_stays_in_the_window(page, login, look_at, station, world):  # noqa: F811
    officer = world.receiver
    for role in (Role.DISCIPLINE_OFFICER, Role.TRAINING_OFFICER, Role.EDITOR, Role.SYSTEM_ADMIN):
        RoleGrantFactory(employee=officer, role=role)
    login(page, officer.emp_no)

    look_at(page, reverse("cases:list"))


def test_marking_holds_at_every_size(page, login, look_at, station, world):  # noqa: F811
    with time_machine.travel(MORNING, tick=False):
        point = RiskPointPageFactory()
        QuestionFactory(
            primary_risk_point=point,
            type=QuestionType.SHORT,
            marking_points=[("point", {"text": "请两人到场", "score": 2})],
            model_answer="先封再量，两人在场。",
        )
        exam = start_exam(
            employee=world.receiver,
            cause="courses.enrollment:1:1",
            portions=[Portion(point, 1, types=("short",))],
            reason="公司级闭卷考试。",
            minutes=30,
            pass_mark=60,
            now=timezone.now(),
        )
        save_answer(attempt=exam, number=1, response=["请两人到场"], sequence=1, now=timezone.now())
        submit_attempt(attempt=exam, now=timezone.now())
    marker = RoleGrantFactory(role=Role.TRAINING_OFFICER).employee
    version = exam.answers.get().version_id
    login(page, marker.emp_no)

    look_at(page, reverse("quizzes:marking"))
    look_at(page, reverse("quizzes:marking_pile", args=[version]))
    page.get_by_label("2分").check()
    page.get_by_role("button", name="存好，批下一份").click()
    expect(page.get_by_text("都批完了")).to_be_visible()
    page.get_by_role("link", name="给了2分").click()
    expect(page.get_by_label("2分")).to_be_checked()
