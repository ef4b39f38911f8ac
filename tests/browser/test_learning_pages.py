"""Quiz and micro-lesson as people use them: by thumb, by keyboard, without script, at any size."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import LessonView
from quizzes.models import Attempt, QuestionType
from quizzes.services import start_attempt
from risk_manual.models import PointControl
from risk_manual.services import freeze_point
from tests.browser.conftest import PHONE
from tests.factories import (
    MicroLessonPageFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def point(now):
    point = RiskPointPageFactory()
    PointControl.objects.create(point=point, seq=1, text="双人到场加封，照片同框")
    freeze_point(point=point, now=now)
    QuestionFactory(primary_risk_point=point, type=QuestionType.SCENARIO)
    QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.MULTIPLE,
        options=[
            ("option", {"text": f"做法{n}", "right": n in {1, 3}, "why": f"缘由{n}"})
            for n in range(1, 6)
        ],
    )
    QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.FILL,
        stem="加封之后每月至少抽查____%的暂停户。",
        answers=["20"],
        unit="%",
    )
    return point


@pytest.fixture
def employee(point):
    return PostingFactory(position=point.position).employee


@pytest.fixture
def attempt(employee, point, now):
    return start_attempt(employee=employee, risk_point=point, cause="", now=now)


@pytest.fixture
def lesson():
    lesson = MicroLessonPageFactory(duration_seconds=8)
    lesson.script.update(seconds=2)
    return lesson


def answer_by_touch(page):
    if page.locator("#response").count():
        page.fill("#response", "百分之二十")
    else:
        page.locator(".opt").first.click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#verdict")).to_be_visible()


def test_quiz_pages_hold_at_every_size(page, login, look_at, employee, attempt):
    login(page, employee.emp_no)
    for number in (1, 2, 3):
        address = reverse("quizzes:question", args=[attempt.pk, number])
        look_at(page, address)
        page.goto(address)
        answer_by_touch(page)
        look_at(page, address)
    look_at(page, reverse("quizzes:result", args=[attempt.pk]))
    look_at(page, reverse("quizzes:review"))


def test_a_quiz_by_keyboard_alone(page, login, employee, attempt):
    login(page, employee.emp_no)
    page.goto(reverse("quizzes:attempt", args=[attempt.pk]))

    for _ in range(3):
        page.wait_for_load_state()
        if page.locator("#response").count():
            page.locator("#response").press_sequentially("20")
            page.keyboard.press("Enter")
        else:
            expect(page.locator("[data-keys-toggle]")).to_have_attribute("aria-pressed", "true")
            page.keyboard.press("b")
            page.keyboard.press("Enter")
        expect(page.locator("#verdict")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#verdict")).to_be_hidden()

    page.wait_for_url("**/result/")
    attempt.refresh_from_db()
    assert attempt.is_submitted


def test_the_shortcuts_can_be_turned_off(page, login, employee, attempt):
    login(page, employee.emp_no)
    number = attempt.answers.get(version__type=QuestionType.SCENARIO).number
    page.goto(reverse("quizzes:question", args=[attempt.pk, number]))

    page.get_by_role("button", name="快捷键：开").click()
    page.locator("h1").click()
    page.keyboard.press("b")

    assert page.locator("input:checked").count() == 0


def test_a_choice_is_there_again_after_the_page_was_closed(page, login, employee, attempt):
    login(page, employee.emp_no)
    number = attempt.answers.get(version__type=QuestionType.SCENARIO).number
    address = reverse("quizzes:question", args=[attempt.pk, number])
    page.goto(address)
    page.locator(".opt").nth(2).click()
    expect(page.get_by_text("已保存")).to_be_visible()

    page.goto("about:blank")
    page.goto(address)

    assert page.locator(".opt input").nth(2).is_checked()


def test_a_quiz_without_script(new_page, login, employee, attempt):
    page = new_page(java_script_enabled=False, viewport=PHONE)
    login(page, employee.emp_no)
    page.goto(reverse("quizzes:attempt", args=[attempt.pk]))

    for _ in range(3):
        answer_by_touch(page)
        page.locator(".q-dock a").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("3题，答对")
    assert Attempt.objects.get().is_submitted


def test_the_player_stops_at_the_choice_and_the_server_says_when_it_is_learnt(
    page, login, employee, lesson
):
    login(page, employee.emp_no)
    page.goto(reverse("courses:lesson", args=[lesson.code]))
    choice = page.locator("#choice")
    expect(choice).to_be_hidden()

    page.get_by_role("button", name="播放").click()
    expect(choice).to_be_visible(timeout=10_000)
    expect(page.get_by_text("已学4秒")).to_be_visible()
    choice.locator(".opt").nth(1).click()
    choice.get_by_role("button").click()
    expect(page.get_by_text("可取的做法，你选的")).to_be_visible()
    page.get_by_role("button", name="播放").click()

    expect(page.get_by_text("记住这一句")).to_be_visible(timeout=10_000)
    view = LessonView.objects.get()
    assert (view.seconds_covered, view.way) == (8, "看了8秒")


def test_lesson_pages_hold_at_every_size(page, login, look_at, employee, lesson):
    login(page, employee.emp_no)
    address = reverse("courses:lesson", args=[lesson.code])
    look_at(page, reverse("courses:list"))
    look_at(page, address)
    look_at(page, f"{address}?mode=read")
    page.goto(f"{address}?mode=read")
    page.locator("#choice .opt").first.click()
    page.locator("#choice").get_by_role("button").click()
    look_at(page, f"{address}?mode=read")


def test_a_choice_made_without_a_network_waits_on_the_device(page, login, employee, attempt):
    login(page, employee.emp_no)
    answer = attempt.answers.get(version__type=QuestionType.SCENARIO)
    page.goto(reverse("quizzes:question", args=[attempt.pk, answer.number]))
    page.context.set_offline(True)
    page.locator(".opt").nth(2).click()
    expect(page.get_by_text("未同步 1")).to_be_visible()
    page.get_by_role("button", name="确定", exact=True).click()
    expect(page.get_by_text("未同步 1")).to_be_visible()
    answer.refresh_from_db()
    assert answer.response is None

    page.context.set_offline(False)
    expect(page.get_by_text("已保存")).to_be_visible()
    answer.refresh_from_db()
    assert answer.shown_response() == ["C"]
    stored = page.evaluate("Object.values(localStorage)")
    assert "{}" in stored


def test_on_a_shared_device_what_waits_is_its_owners(page, login, employee, attempt, point, now):
    login(page, employee.emp_no)
    answer = attempt.answers.get(version__type=QuestionType.SCENARIO)
    mine = reverse("quizzes:question", args=[attempt.pk, answer.number])
    page.goto(mine)
    page.context.set_offline(True)
    page.locator(".opt").nth(2).click()
    expect(page.get_by_text("未同步 1")).to_be_visible()
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()

    other = PostingFactory(position=point.position).employee
    theirs = start_attempt(employee=other, risk_point=point, cause="", now=now)
    login(page, other.emp_no)
    number = theirs.answers.get(version__type=QuestionType.SCENARIO).number
    page.goto(reverse("quizzes:question", args=[theirs.pk, number]))
    page.locator(".opt").first.click()
    expect(page.get_by_text("已保存")).to_be_visible()
    answer.refresh_from_db()
    assert answer.response is None

    login(page, employee.emp_no)
    page.goto(mine)
    expect(page.get_by_text("已保存")).to_be_visible()
    answer.refresh_from_db()
    assert answer.shown_response() == ["C"]


def test_what_waits_is_sent_from_the_next_page(page, login, employee, attempt):
    login(page, employee.emp_no)
    answer = attempt.answers.get(version__type=QuestionType.SCENARIO)
    page.goto(reverse("quizzes:question", args=[attempt.pk, answer.number]))
    page.context.set_offline(True)
    page.locator(".opt").nth(1).click()
    expect(page.get_by_text("未同步 1")).to_be_visible()
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()

    other = answer.number % attempt.question_count + 1
    page.goto(reverse("quizzes:question", args=[attempt.pk, other]))
    expect(page.get_by_text("已保存")).to_be_visible()
    answer.refresh_from_db()
    assert answer.shown_response() == ["B"]
