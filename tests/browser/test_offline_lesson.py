"""The offline copy of a micro-lesson, opened from a file on a machine without a network."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from people.models import Role
from tests.browser.conftest import violations
from tests.factories import MicroLessonPageFactory, RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path):
    lesson = MicroLessonPageFactory(code="WK-50")
    officer = RoleGrantFactory(role=Role.TRAINING_OFFICER).employee
    client = Client()
    client.force_login(UserFactory(employee=officer))
    path = tmp_path / "lesson.html"
    path.write_bytes(client.get(reverse("courses:offline", args=[lesson.code])).content)
    return path


def test_the_copy_plays_stops_at_the_choice_and_ends_with_the_sentence(page, file):
    asked = []
    page.context.route("**/*", lambda route: asked.append(route.request.url) or route.continue_())
    page.goto(file.as_uri())
    page.clock.install()
    line = page.locator("[data-line]")
    expect(line).to_have_text("各位同事，先算一道账。")
    assert violations(page) == []
    page.get_by_role("button", name="播放").click()
    for _ in range(60):
        page.clock.run_for(3000)
        if page.get_by_role("button", name="A　先填日期").is_visible():
            break
    expect(line).to_have_text("客户说明天自己停，你怎么办？")
    page.keyboard.press("b")
    expect(page.get_by_text("封不了就不算停")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="接着放").click()
    for _ in range(60):
        page.clock.run_for(3000)
        if page.get_by_role("button", name="看答案").is_visible():
            break
    page.get_by_role("button", name="看答案").click()
    expect(page.get_by_text("封印号、铭牌、当日工单。")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(line).to_have_text("现场封了才能算。")
    page.keyboard.press("ArrowLeft")
    expect(line).to_have_text("加封照片里哪三样要同框？")
    assert asked == [file.as_uri()]
