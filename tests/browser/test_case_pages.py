"""Cases as people use them: two persons check, a secretary lectures, phones in the room answer."""

# ruff: noqa: F811  fixtures of another folder are imported by name

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from cases.models import CasePage, LecturePack
from people.models import Role
from quizzes.models import Attempt
from risk_manual.models import PointControl
from risk_manual.services import freeze_point
from tests.browser.conftest import PHONE, overflow
from tests.cases.conftest import account, draft, editor, second_editor  # noqa: F401
from tests.factories import CasePageFactory, QuestionFactory, RiskPointPageFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(now) -> CasePage:
    point = RiskPointPageFactory(code="GF-09", controls=[PointControl(seq=1, text="双人到场")])
    freeze_point(point=point, now=now)
    QuestionFactory.create_batch(3, primary_risk_point=point)
    CasePageFactory(code="AL-02", title="一个人的抢修", risk_points=[point])
    return CasePageFactory(
        code="AL-01", risk_points=[point], discussion_questions=["第二人该怎么做"]
    )


@pytest.fixture
def secretary(live_server):
    return account(Role.BRANCH_SECRETARY).employee


def test_two_clicks_lead_from_a_case_to_the_screen_and_keys_through_it(
    page: Page, login, case, secretary
):
    login(page, secretary.emp_no)
    page.goto(case.url)
    page.get_by_role("button", name="做成讲课包").click()
    page.get_by_role("link", name="开始放映").click()
    for number, key in ((1, "ArrowRight"), (2, "PageDown"), (3, "ArrowLeft")):
        page.wait_for_url(f"**/screen/{number}/")
        page.keyboard.press(key)
    page.wait_for_url("**/screen/2/")
    page.get_by_role("link", name="下一屏").click()
    expect(page).to_have_url(re.compile("/screen/3/$"))


def test_a_phone_in_the_room_answers_without_script_too(new_page, login, case, secretary, now):
    from cases.services import make_lecture_pack

    pack = make_lecture_pack(case=case, by=secretary.user, now=now)
    listener = account()
    phone = new_page(viewport=PHONE, java_script_enabled=False)
    login(phone, listener.employee.emp_no)
    phone.goto(reverse("cases:practice", args=[pack.pk]))
    phone.get_by_role("button", name="开始，约2分钟").click()

    for _ in range(3):
        phone.locator("label.opt").first.click()
        phone.get_by_role("button", name="确定").click()
        phone.locator(".dock a").first.click()
    assert Attempt.objects.get(employee=listener.employee).is_submitted


def test_an_editor_and_a_second_person_take_a_case_to_its_readers(
    new_page, login, draft, editor, second_editor
):
    checker = new_page()
    login(checker, second_editor.employee.emp_no)
    checker.goto(reverse("cases:checks"))
    checker.get_by_role("link", name=re.compile("变压器")).click()
    checker.get_by_role("button", name="确认看不出是谁").click()
    checker.get_by_role("button", name="发布").click()

    reader = new_page(viewport=PHONE)
    login(reader, account().employee.emp_no)
    reader.goto(reverse("cases:list"))
    expect(reader.get_by_role("link", name=re.compile("变压器"))).to_be_visible()


def test_the_pages_can_be_used_by_everybody(page: Page, login, look_at, case, secretary, now):
    look_at_these = [reverse("cases:list") + "?point=GF-09", case.url]
    login(page, secretary.emp_no)
    for path in look_at_these:
        look_at(page, path)
    page.goto(case.url)
    page.get_by_role("button", name="做成讲课包").click()
    pack = LecturePack.objects.get()
    look_at(page, reverse("cases:lecture", args=[pack.pk]))
    look_at(page, reverse("cases:practice", args=[pack.pk]))
    for number in (1, 3, 9, 14):
        look_at(page, reverse("cases:screen", args=[pack.pk, number]))


def test_the_check_can_be_used_by_everybody(page: Page, login, look_at, draft, second_editor):
    text = CasePage.objects.get().get_latest_revision_as_object()
    text.story = "客户经理王志强收下一张购物卡，没有到场。"
    text.save_revision()
    login(page, second_editor.employee.emp_no)

    look_at(page, reverse("cases:checks"))
    look_at(page, reverse("cases:check", args=["AL-01"]))


@pytest.mark.parametrize("size", ["extra", "care"])
def test_the_largest_letters_fit_a_phone_in_the_dark(new_page, login, case, secretary, size):
    secretary.user.text_size, secretary.user.theme = size, "dark"
    secretary.user.save()
    phone = new_page(viewport=PHONE)
    login(phone, secretary.emp_no)

    for path in (reverse("cases:list") + "?theme=", case.url):
        phone.goto(path)
        phone.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert overflow(phone) <= 0
