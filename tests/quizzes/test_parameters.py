"""Questions whose values are drawn anew each time: written by editors, met by learners."""

from itertools import pairwise

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from home.loading import load_content
from people.models import Role
from quizzes.models import Question, QuestionType
from quizzes.services import approve_question, start_attempt
from tests.factories import (
    EmployeeFactory,
    QuestionFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
    UserFactory,
)
from tests.quizzes.test_question_bank import ADD, an_editor, approval, form_of, signed_in

pytestmark = pytest.mark.django_db

STEM = "受电变压器{容量}千伏安，全月运行，单价{单价}元。应收基本电费____元。"


def parameters_of(*rows):
    data = {"parameters-count": str(len(rows))}
    for n, (kind, values) in enumerate(rows):
        prefix = f"parameters-{n}"
        data |= {
            f"{prefix}-deleted": "",
            f"{prefix}-order": str(n),
            f"{prefix}-type": kind,
            f"{prefix}-id": "",
        }
        data |= {f"{prefix}-value-{name}": value for name, value in values.items()}
    return data


CAPACITY = ("number", {"name": "容量", "low": "315", "high": "1600", "step": "5"})
PRICE = ("choice", {"name": "单价", "values": "28\n30"})


def fill_form(point, *rows, **changes):
    """A fill-in question on the basic fee, as an editor sends it."""
    return form_of(
        point,
        **{
            "type": "fill",
            "stem": STEM,
            "answers": "{=容量×单价}",
            "unit": "元",
            "explanation": "{容量}千伏安×{单价}元＝{=容量*单价}元。",
            "options-count": "0",
            **parameters_of(*(rows or (CAPACITY, PRICE))),
            **changes,
        },
    )


@pytest.fixture
def point():
    return RiskPointPageFactory()


@pytest.fixture
def question(point):
    """A published question with two parameters, written in the editors' form."""
    editor = an_editor()
    signed_in(editor).post(reverse(ADD), fill_form(point))
    question = Question.objects.get(code="GF-09-90")
    approve_question(question=question, by=an_editor(), now=timezone.now())
    return question


def test_a_learner_meets_values_and_is_graded_by_what_follows_from_them(question, point, sign_in):
    employee = EmployeeFactory()
    attempt = start_attempt(
        employee=employee, risk_point=point, cause="", count=1, now=timezone.now()
    )
    drawn = attempt.answers.get().drawn
    right = int(drawn["容量"]) * int(drawn["单价"])
    client = sign_in(employee)
    address = reverse("quizzes:question", args=[attempt.pk, 1])

    asked = client.get(address).content.decode()
    explained = client.post(address, {"response": f"{right}元"}, follow=True).content.decode()

    assert f"受电变压器{drawn['容量']}千伏安" in asked
    assert str(right) not in asked
    assert f"{right:,}" not in asked
    assert "答对了" in explained
    assert f"＝{right:,}元" in explained or f"＝{right}元" in explained
    attempt.refresh_from_db()
    assert attempt.right_count == 1


def test_a_question_met_again_is_not_the_same(question, point):
    employee = EmployeeFactory()

    def draw_once():
        attempt = start_attempt(
            employee=employee, risk_point=point, cause="", count=1, now=timezone.now()
        )
        attempt.retracted_at = timezone.now()
        attempt.save()
        return attempt.answers.get().drawn

    draws = [draw_once() for _ in range(6)]

    assert all(one != following for one, following in pairwise(draws))


def test_the_values_of_an_answer_stand_however_often_the_page_is_opened(question, point, sign_in):
    employee = EmployeeFactory()
    attempt = start_attempt(
        employee=employee, risk_point=point, cause="", count=1, now=timezone.now()
    )
    client = sign_in(employee)
    address = reverse("quizzes:question", args=[attempt.pk, 1])

    pages = [client.get(address).content.decode() for _ in range(3)]

    assert all(f"受电变压器{attempt.answers.get().drawn['容量']}千伏安" in page for page in pages)


def test_the_second_person_sees_samples_before_approving(point):
    signed_in(an_editor()).post(reverse(ADD), fill_form(point))
    question = Question.objects.get(code="GF-09-90")

    page = signed_in(an_editor()).get(approval(question)).content.decode()

    assert page.count("抽一次看看") == 3
    assert "315至1600，间隔5" in page
    assert "28、30" in page


@pytest.mark.parametrize(
    ("rows", "changes", "sentence"),
    [
        ([CAPACITY, PRICE], {"answers": "{=容量*单价"}, "没有配成对"),
        ([CAPACITY, PRICE], {"answers": "{=容量*(单价}"}, "读不懂"),
        ([CAPACITY, PRICE], {"answers": "{=容量*电价}"}, "“电价”没有对应的参数"),
        ([CAPACITY, PRICE], {"answers": "{=容量/7*单价}"}, "除不尽"),
        ([CAPACITY, PRICE], {"answers": "{=容量/(单价-单价)}"}, "除以0"),
        ([CAPACITY, PRICE], {"answers": "{=容量.real*单价}"}, "不能用的写法"),
        ([CAPACITY, PRICE], {"stem": "变压器{客量}千伏安，{单价}元"}, "“{客量}”没有对应的参数"),
        ([CAPACITY, PRICE, PRICE], {}, "写了两次"),
        ([CAPACITY, ("choice", {"name": "单价", "values": "30"})], {}, "两个不同的取值"),
        (
            [("number", {"name": "容量", "low": "9", "high": "3", "step": "1"}), PRICE],
            {},
            "容不下两个取值",
        ),
        (
            [("number", {"name": "容量", "low": "3", "high": "9", "step": "0"}), PRICE],
            {},
            "间隔要大于0",
        ),
        (
            [("number", {"name": "容量，", "low": "3", "high": "9", "step": "1"}), PRICE],
            {},
            "不能用",
        ),
    ],
)
def test_a_parameter_that_does_not_hold_is_refused_with_its_place(point, rows, changes, sentence):
    page = signed_in(an_editor()).post(reverse(ADD), fill_form(point, *rows, **changes))

    assert sentence in page.content.decode()
    assert not Question.objects.exists()


def test_options_that_fall_together_for_some_values_are_refused(point):
    # 30 - 天数 and 天数 are the same on the fifteenth.
    options = {
        "options-0-value-text": "{天数}天",
        "options-1-value-text": "{=30-天数}天",
        "stem": "停了{天数}天，还剩几天？",
    }
    days = ("number", {"name": "天数", "low": "10", "high": "20", "step": "1"})

    page = signed_in(an_editor()).post(
        reverse(ADD), form_of(point, **parameters_of(days), **options)
    )

    assert "当天数是15时，有两个选项会变成一样的" in page.content.decode()


def test_braces_of_a_question_without_parameters_are_its_own(point):
    question = QuestionFactory(primary_risk_point=point, stem="集合{甲}里有几个？")
    attempt = start_attempt(
        employee=EmployeeFactory(), risk_point=point, cause="", count=1, now=timezone.now()
    )

    assert attempt.answers.get().asked.stem == question.stem


def test_the_preview_shows_the_question_as_a_learner_meets_it(point):
    client = signed_in(an_editor())
    address = reverse("wagtailsnippets_quizzes_question:preview_on_add")

    stored = client.post(address, fill_form(point)).json()
    page = client.get(address, {"in_preview_panel": "true"}).content.decode()

    assert stored["is_valid"]
    assert "答完以后看到的" in page
    assert "{容量}" not in page
    assert "全月运行，单价" in page


def test_only_editors_see_samples(question):
    stranger = UserFactory(employee=RoleGrantFactory(role=Role.AUDITOR).employee)

    answer = signed_in(stranger).get(approval(question))

    assert answer.status_code in {302, 403}


def test_the_demonstration_edition_holds_questions_with_parameters(db):
    load_content(folder=settings.CONTENT_DIR, now=timezone.now())

    with_parameters = Question.objects.exclude(parameters=[])
    assert {q.code for q in with_parameters} >= {"GF-09-14", "GF-09-15", "CW-06-13"}
    # Loading again changes nothing: the form and the file agree on the same text.
    versions = {q.version_id for q in Question.objects.all()}
    load_content(folder=settings.CONTENT_DIR, now=timezone.now())
    assert {q.version_id for q in Question.objects.all()} == versions
    assert not any(q.is_changed() for q in with_parameters)
    assert all(q.type in QuestionType.values for q in with_parameters)
