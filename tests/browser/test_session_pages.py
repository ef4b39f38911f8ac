"""The branch's pages in every size, and two phones signing in by what is on the wall."""

# ruff: noqa: F811  a fixture is asked for by its name

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from education_sessions import codes
from education_sessions.models import Attendance, EducationSession
from education_sessions.services import close_roll
from people.models import TextSize, ThemeChoice, User
from tests.browser.conftest import PHONE
from tests.education_sessions.conftest import (  # noqa: F401
    at,
    branch,
    case,
    discipline_member,
    everyone,
    head,
    lesson,
    manager,
    members,
    others,
    point,
    scheduled,
    secretary,
    station,
)
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SHORTLY_BEFORE = timezone.make_aware(datetime(2026, 11, 24, 14, 48))


@pytest.fixture
def session(live_server, scheduled):
    """A session whose sign-in is open, by the server's clock."""
    with time_machine.travel(SHORTLY_BEFORE, tick=False):
        yield scheduled()


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("size", [TextSize.STANDARD, TextSize.CARE])
def test_the_branchs_pages_hold_in_every_theme_and_size(
    session,
    secretary,
    branch,
    page,
    login,
    look_at,
    theme,
    size,
):
    login(page, secretary.emp_no)
    account = User.objects.get(employee=secretary)
    account.theme, account.text_size = theme, size
    account.save()

    for path in (
        reverse("education_sessions:planner"),
        reverse("education_sessions:plan", args=[branch.pk, 2026]),
        reverse("education_sessions:outlines", args=[branch.pk]),
        reverse("education_sessions:new", args=[branch.pk, "film-day"]),
        reverse("education_sessions:session", args=[session.pk]),
        reverse("education_sessions:screen", args=[session.pk]),
        reverse("education_sessions:roll", args=[session.pk, session.attendances.first().pk]),
        reverse("education_sessions:feeds"),
        reverse("education_sessions:mine"),
        reverse("education_sessions:by_code"),
    ):
        look_at(page, path)


def test_three_taps_make_a_session(session, secretary, point, page, login):
    login(page, secretary.emp_no)
    page.set_viewport_size(PHONE)
    page.goto(reverse("education_sessions:planner"))
    page.get_by_role("link", name="安排一次学习").click()
    page.get_by_role("link", name="支部委员会会议").click()
    page.get_by_role("button", name="排上，通知2人").click()

    page.get_by_text("已排上，通知已发给应到的2人").wait_for()
    assert EducationSession.objects.count() == 2


def test_two_phones_sign_in_one_scanning_after_log_in_one_by_the_six_characters(
    session,
    secretary,
    others,
    new_page,
    login,
    live_server,
    look_at,
):
    office = new_page()
    login(office, secretary.emp_no)
    office.goto(reverse("education_sessions:session", args=[session.pk]))
    spoken = office.locator(".sign b").inner_text()
    assert office.locator(".qr svg").is_visible()

    UserFactory(employee=others[0])
    scanning = new_page(viewport=PHONE)
    token = codes.scan_token(session, now=SHORTLY_BEFORE)
    scanning.goto(reverse("education_sessions:scan", args=[session.pk, token]))
    scanning.fill("[name=username]", others[0].emp_no)
    scanning.fill("[name=password]", PASSWORD)
    scanning.get_by_role("button", name="登录").click()
    scanning.get_by_role("button", name=f"{others[0]}，签到").click()
    scanning.get_by_role("heading", name="签到成功").wait_for()

    typing = new_page(viewport=PHONE)
    login(typing, others[1].emp_no)
    typing.goto(reverse("education_sessions:by_code"))
    typing.get_by_label("六位签到码").fill(spoken.lower())
    typing.get_by_role("main").get_by_role("button", name="签到").click()
    typing.get_by_role("heading", name="签到成功").wait_for()
    look_at(typing, reverse("education_sessions:sign_in", args=[session.pk]))

    # The card on the wall asks again by itself.
    office.get_by_text("请假0 未到6").wait_for(timeout=20_000)
    assert Attendance.objects.present().count() == 2


def test_who_was_missing_finds_the_way_to_catch_up(
    session,
    others,
    page,
    login,
    look_at,
):
    with time_machine.travel(SHORTLY_BEFORE + timedelta(hours=2), tick=False):
        close_roll(session=session, now=timezone.now())
        login(page, others[0].emp_no)
        page.set_viewport_size(PHONE)
        look_at(page, reverse("education_sessions:session", args=[session.pk]))
        page.get_by_role("button", name="开始补学").click()
        page.wait_for_url("**/lessons/views/**")
