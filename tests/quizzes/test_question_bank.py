"""Editors write questions in the back office; a second person publishes them."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.models import Role
from quizzes.models import Question, QuestionStatus, QuestionVersion
from quizzes.services import approve_question, note_edit
from tests.factories import QuestionFactory, RiskPointPageFactory, RoleGrantFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "wagtailsnippets_quizzes_question:list"
EDIT = "wagtailsnippets_quizzes_question:edit"
ADD = "wagtailsnippets_quizzes_question:add"


@pytest.fixture
def editor():
    return an_editor()


@pytest.fixture
def client(editor):
    return signed_in(editor)


def an_editor():
    employee = RoleGrantFactory(role=Role.EDITOR).employee
    return UserFactory(employee=employee)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def approval(question):
    return reverse("quizzes_approve", args=[question.pk])


def form_of(point, **changes):
    options = {}
    for n in range(4):
        options |= {
            f"options-{n}-deleted": "",
            f"options-{n}-order": str(n),
            f"options-{n}-type": "option",
            f"options-{n}-id": "",
            f"options-{n}-value-text": f"做法{n}",
            f"options-{n}-value-why": f"缘由{n}",
        }
    return {
        "code": "GF-09-90",
        "type": "single",
        "difficulty": "2",
        "primary_risk_point": point.pk,
        "stem": "客户说明天自己停，你怎么办？",
        "options-count": "4",
        "options-1-value-right": "on",
        "marking_points-count": "0",
        "parameters-count": "0",
        "explanation": "现场封了才能算。",
        "bases-TOTAL_FORMS": "0",
        "bases-INITIAL_FORMS": "0",
        **options,
        **changes,
    }


def test_a_new_question_is_a_draft_until_another_approves_it(client, editor):
    point = RiskPointPageFactory()

    client.post(reverse(ADD), form_of(point))
    question = Question.objects.get(code="GF-09-90")
    own = client.post(approval(question), {"action": "approve"}, follow=True).content.decode()
    refused = Question.objects.get(pk=question.pk)
    colleague = an_editor()
    signed_in(colleague).post(approval(question), {"action": "approve"})

    assert list(question.risk_points.all()) == [point]
    assert "请换一位同事审核" in own
    assert refused.status == QuestionStatus.DRAFT
    question.refresh_from_db()
    assert question.status == QuestionStatus.PUBLISHED
    assert (question.version.written_by, question.version.approved_by) == (editor, colleague)


def test_a_question_that_cannot_be_graded_is_refused_in_the_form(client):
    data = form_of(RiskPointPageFactory())
    data["options-2-value-right"] = "on"

    page = client.post(reverse(ADD), data).content.decode()

    assert "单选题要有且只有一个正确选项" in page
    assert not Question.objects.exists()


def test_a_control_that_the_point_does_not_have_is_refused_in_the_form(client):
    page = client.post(reverse(ADD), form_of(RiskPointPageFactory(), control_seq="9"))

    assert "主风险点没有这一条措施" in page.content.decode()


def test_learners_keep_the_approved_text_while_a_change_waits(client, editor):
    question = QuestionFactory(code="GF-09-90")
    first = question.version

    client.post(
        reverse(EDIT, args=[question.pk]),
        form_of(question.primary_risk_point, stem="改过的题干"),
    )
    question.refresh_from_db()
    waiting = list(Question.objects.awaiting_approval())
    approve_question(question=question, by=an_editor(), now=timezone.now())

    assert (question.version, question.edited_by, question.stage) == (
        first,
        editor,
        "已发布，有改动待审核",
    )
    assert waiting == [question]
    question.refresh_from_db()
    assert (question.version.number, question.version.stem) == (2, "改过的题干")
    assert not Question.objects.awaiting_approval().exists()


def test_a_change_that_is_taken_back_waits_for_nobody(now, editor):
    question = QuestionFactory()
    stem = question.stem
    question.stem = "改过"
    note_edit(question=question, by=editor, now=now)
    question.stem = stem

    note_edit(question=question, by=editor, now=now)

    assert question.stage == "已发布"


def test_withdrawing_works_at_once_and_another_may_bring_it_back(client, now):
    question = QuestionFactory()

    client.post(approval(question), {"action": "withdraw"})
    gone = list(Question.objects.drawable())
    client.post(approval(question), {"action": "approve"})

    question.refresh_from_db()
    assert gone == []
    assert (question.status, question.version.number) == (QuestionStatus.PUBLISHED, 1)


def test_the_list_is_in_chinese_and_finds_two_characters_inside_a_sentence(client):
    QuestionFactory(stem="加封以后谁来核对基本电费")
    QuestionFactory(stem="抢修回来先登记")

    page = client.get(reverse(LIST), {"q": "抢修"}).content.decode()

    assert "抢修回来先登记" in page
    assert "加封以后谁来核对基本电费" not in page
    assert "题库" in page
    assert "状态" in page


def test_no_question_is_deleted_from_the_back_office(client):
    question = QuestionFactory()

    client.post(reverse("wagtailsnippets_quizzes_question:delete", args=[question.pk]))

    assert Question.objects.filter(pk=question.pk).exists()


def test_who_is_no_editor_does_not_get_to_the_bank():
    question = QuestionFactory()
    stranger = signed_in(UserFactory())

    assert stranger.get(approval(question)).status_code in {302, 403}
    assert stranger.get(reverse(LIST)).status_code in {302, 403}


def test_the_database_refuses_to_change_a_version():
    version = QuestionFactory().version

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        QuestionVersion.objects.filter(pk=version.pk).update(stem="改过")

    version.refresh_from_db()
    assert version.stem != "改过"


def test_the_database_knows_that_nobody_approves_their_own_text(editor, now):
    version = QuestionFactory().version
    own = QuestionVersion.of(version.question, version.question.text(), number=2, created_at=now)
    own.written_by = own.approved_by = editor

    with pytest.raises(IntegrityError), transaction.atomic():
        own.save()
