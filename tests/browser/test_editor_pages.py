"""The back office as editors see it in a browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from people.models import Role
from quizzes.models import Question
from tests.factories import QuestionFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def editor(live_server):
    return RoleGrantFactory(role=Role.EDITOR).employee


def test_a_question_is_previewed_as_a_learner_meets_it(editor, page, login):
    question = QuestionFactory(stem="客户说明天自己停，你怎么办？", control_seq=None)
    login(page, editor.emp_no)
    page.goto(reverse("wagtailsnippets_quizzes_question:edit", args=[question.pk]))

    page.locator("[data-side-panel-toggle=preview]").first.click()
    preview = page.frame_locator("iframe").first

    expect(preview.get_by_role("heading", name=question.stem)).to_be_visible()
    expect(preview.get_by_text("答完以后看到的")).to_be_visible()
    assert Question.objects.get().edited_at == question.edited_at
