"""Answering: saved at once, graded on the server, final once confirmed, counted once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from quizzes.exceptions import AnswerStands, AttemptClosed, QuestionsLeft
from quizzes.models import Answer, Attempt, QuestionBasis, QuestionType
from quizzes.services import (
    confirm_answer,
    retract_attempts,
    save_answer,
    start_attempt,
    submit_attempt,
)
from quizzes.signals import attempt_submitted
from risk_manual.models import PointControl
from risk_manual.services import freeze_point
from tests.factories import (
    EmployeeFactory,
    LegalBasisFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def point(now):
    point = RiskPointPageFactory()
    PointControl.objects.create(point=point, seq=1, text="双人到场加封，照片同框")
    freeze_point(point=point, now=now - timedelta(days=30))
    return point


@pytest.fixture
def employee(point):
    return PostingFactory(position=point.position).employee


@pytest.fixture
def attempt(employee, point, now):
    QuestionFactory.create_batch(3, primary_risk_point=point)
    return start_attempt(employee=employee, risk_point=point, cause="", now=now)


@pytest.fixture
def client(sign_in, employee):
    return sign_in(employee)


def right_letters(answer):
    keys = answer.version.right_keys()
    return [letter for letter, option in answer.shown_options() if option["key"] in keys]


def wrong_letters(answer):
    keys = answer.version.right_keys()
    return [letter for letter, option in answer.shown_options() if option["key"] not in keys][:1]


def answer_all(attempt, now, *, right):
    for answer in attempt.answers.order_by("number"):
        letters = right_letters(answer) if right else wrong_letters(answer)
        confirm_answer(attempt=attempt, number=answer.number, response=letters, sequence=1, now=now)
    attempt.refresh_from_db()


def address(attempt, number, name="question"):
    return reverse(f"quizzes:{name}", args=[attempt.pk, number])


@pytest.mark.parametrize("kind", [kind for kind in QuestionType if kind != QuestionType.SHORT])
def test_no_key_and_no_explanation_is_in_the_page_before_the_answer(
    client, employee, point, now, kind
):
    extra = {"answers": ["四十"], "unit": "%"} if kind == QuestionType.FILL else {}
    QuestionFactory(
        primary_risk_point=point, type=kind, explanation="解析只在作答以后出现", **extra
    )
    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)

    before = client.get(address(attempt, 1)).content.decode()
    given = "40％" if kind == QuestionType.FILL else right_letters(attempt.answers.get())
    client.post(address(attempt, 1), {"response": given})
    after = client.get(address(attempt, 1)).content.decode()

    secrets = ["缘由1", "缘由2", "缘由4", "解析只在作答以后出现", "双人到场加封"]
    assert not [secret for secret in [*secrets, "四十", "正确答案"] if secret in before]
    assert "解析只在作答以后出现" in after
    assert "双人到场加封" in after


def test_two_questions_that_differ_only_in_their_key_give_the_same_page(client, employee, now):
    pages = []
    for right in (True, False):
        point = RiskPointPageFactory()
        QuestionFactory(
            primary_risk_point=point,
            type=QuestionType.JUDGE,
            stem="先收资料，等现场办完再补录。",
            options=[
                ("option", {"text": "正确", "right": right, "why": "时长好看了"}),
                ("option", {"text": "错误", "right": not right, "why": "这是体外循环"}),
            ],
        )
        attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)
        page = client.get(address(attempt, 1)).content.decode()
        page = page.replace(point.code, "点").replace(f"/quiz/{attempt.pk}/", "/quiz/")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"|%2Fquiz%2F\d+', "", page))

    assert pages[0] == pages[1]


def test_a_saved_choice_comes_back_with_the_page_and_tells_nothing(client, attempt):
    answer = attempt.answers.get(number=1)
    chosen = wrong_letters(answer)[0]

    saved = client.post(address(attempt, 1, "save"), {"response": chosen, "sequence": 3})
    page = client.get(address(attempt, 1)).content.decode()

    assert saved.json() == {"status": "已保存", "sequence": 3}
    assert re.search(rf'value="{chosen}" checked', page)
    assert "缘由" not in page


def test_a_save_that_arrives_late_changes_nothing(attempt, now):
    save_answer(attempt=attempt, number=1, response=["B"], sequence=5, now=now)

    kept = save_answer(attempt=attempt, number=1, response=["C"], sequence=4, now=now)

    assert kept.sequence == 5
    assert attempt.answers.get(number=1).shown_response() == ["B"]


def test_each_option_is_explained_with_clause_and_control(client, point, employee, now):
    question = QuestionFactory(primary_risk_point=point, published=False)
    QuestionBasis.objects.create(
        question=question, basis=LegalBasisFactory(), article="第二条", sort_order=0
    )
    question = type(question).objects.get(pk=question.pk)
    from quizzes.services.bank import freeze

    question.version = freeze(question, now=now)
    question.version.save()
    question.status = "published"
    question.save()
    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)

    client.post(address(attempt, 1), {"response": wrong_letters(attempt.answers.get())})
    page = client.get(address(attempt, 1)).content.decode()

    assert all(f"缘由{n}" in page for n in range(1, 5))
    assert "两部制电价" in page
    assert "第二条" in page
    assert "待核" in page
    assert "措施1：双人到场加封，照片同框" in page


def test_the_control_is_the_one_in_force_when_the_attempt_began(client, attempt, point, now):
    point.controls.update(text="后来改过的措施")
    freeze_point(point=type(point).objects.get(pk=point.pk), now=now + timedelta(days=1))

    client.post(address(attempt, 1), {"response": right_letters(attempt.answers.get(number=1))})
    page = client.get(address(attempt, 1)).content.decode()

    assert "双人到场加封" in page
    assert "后来改过" not in page


def test_an_attempt_keeps_the_version_it_saw(client, attempt, now):
    answer = attempt.answers.get(number=1)
    question = answer.version.question
    question.stem = "改过的题干"
    question.save()
    from quizzes.services.bank import freeze

    newer = freeze(question, now=now)
    newer.save()
    question.version = newer
    question.save()

    page = client.get(address(attempt, 1)).content.decode()

    assert "改过的题干" not in page
    assert answer.version.stem in page


def test_an_empty_answer_is_refused_with_a_sentence(client, attempt):
    response = client.post(address(attempt, 1), {})

    assert response.status_code == 422
    assert "还没有作答，请先选好或填好" in response.content.decode()
    assert attempt.answers.get(number=1).answered_at is None


def test_a_choice_that_is_not_among_the_options_is_refused(client, attempt):
    assert client.post(address(attempt, 1), {"response": "Z"}).status_code == 422


def test_the_first_confirmed_answer_stands(client, attempt):
    answer = attempt.answers.get(number=1)
    client.post(address(attempt, 1), {"response": wrong_letters(answer)})

    client.post(address(attempt, 1), {"response": right_letters(answer)})
    late = client.post(
        address(attempt, 1, "save"), {"response": right_letters(answer)[0], "sequence": 99}
    )

    answer.refresh_from_db()
    assert answer.is_right is False
    assert late.status_code == 409
    assert "不会再变" in late.json()["status"]


def test_after_the_last_answer_the_attempt_is_handed_in_once(
    client, attempt, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, *, attempt, **kwargs):
        heard.append(attempt.pk)

    attempt_submitted.connect(listen)
    last = attempt.answers.get(number=3)
    with django_capture_on_commit_callbacks(execute=True):
        for answer in attempt.answers.order_by("number"):
            client.post(address(attempt, answer.number), {"response": right_letters(answer)})
        client.post(address(attempt, 3), {"response": wrong_letters(last)})
        submit_attempt(attempt=attempt, now=attempt.started_at)
    attempt_submitted.disconnect(listen)

    attempt.refresh_from_db()
    assert (attempt.right_count, attempt.question_count) == (3, 3)
    assert heard == [attempt.pk]


def test_the_attempt_address_resumes_at_the_first_open_question(client, attempt):
    client.post(address(attempt, 1), {"response": right_letters(attempt.answers.get(number=1))})

    response = client.get(reverse("quizzes:attempt", args=[attempt.pk]), {"next": "/duty/7/"})

    assert response.url == f"{address(attempt, 2)}?next=%2Fduty%2F7%2F"


def test_the_result_leads_back_to_where_the_person_came_from(client, attempt, now):
    answer_all(attempt, now, right=True)
    result = reverse("quizzes:result", args=[attempt.pk])

    page = client.get(result, {"next": "/duty/7/"}).content.decode()
    abroad = client.get(result, {"next": "https://example.com/"}).content.decode()

    assert "3题，答对3题" in page
    assert 'href="/duty/7/"' in page
    assert 'href="https' not in abroad


def test_the_result_of_an_open_attempt_leads_to_its_questions(client, attempt):
    response = client.get(reverse("quizzes:result", args=[attempt.pk]))

    assert response.url == reverse("quizzes:attempt", args=[attempt.pk])


def test_an_attempt_with_open_questions_is_not_handed_in(attempt, now):
    save_answer(attempt=attempt, number=1, response=["A"], sequence=1, now=now)

    with pytest.raises(QuestionsLeft):
        submit_attempt(attempt=attempt, now=now)

    assert attempt.answers.filter(answered_at__isnull=False).count() == 0


def test_saved_answers_are_graded_when_the_attempt_is_handed_in(attempt, now):
    for answer in attempt.answers.all():
        save_answer(
            attempt=attempt,
            number=answer.number,
            response=right_letters(answer),
            sequence=1,
            now=now,
        )

    submit_attempt(attempt=attempt, now=now)

    assert attempt.right_count == 3


def test_nothing_changes_after_it_was_handed_in(attempt, now):
    answer_all(attempt, now, right=True)

    with pytest.raises((AttemptClosed, AnswerStands)):
        save_answer(attempt=attempt, number=1, response=["A"], sequence=9, now=now)


@pytest.mark.parametrize("name", ["attempt", "result"])
def test_a_colleague_finds_no_attempt_of_another(sign_in, attempt, point, name):
    colleague = sign_in(PostingFactory(position=point.position).employee)

    assert colleague.get(reverse(f"quizzes:{name}", args=[attempt.pk])).status_code == 404
    assert colleague.get(address(attempt, 1)).status_code == 404
    assert colleague.post(address(attempt, 1), {"response": "A"}).status_code == 404
    assert colleague.post(address(attempt, 1, "save"), {"response": "A"}).status_code == 404


def test_a_stranger_is_sent_to_the_log_in(attempt):
    from django.test import Client

    response = Client().get(address(attempt, 1))

    assert response.status_code == 302
    assert response.url.startswith(reverse("people:login"))


def test_practice_never_takes_its_cause_from_the_browser(client, point, employee):
    QuestionFactory.create_batch(3, primary_risk_point=point)

    client.post(
        reverse("quizzes:start"),
        {"risk_point": point.code, "cause": "assignments.trainingassignment:7"},
    )

    assert Attempt.objects.get(employee=employee).cause == ""


def test_starting_again_resumes_the_open_attempt_of_the_same_cause(attempt, employee, point, now):
    again = start_attempt(employee=employee, risk_point=point, cause="", now=now)
    for_a_duty = start_attempt(
        employee=employee, risk_point=point, cause="assignments.trainingassignment:7", now=now
    )

    assert again == attempt
    assert for_a_duty != attempt


def test_a_point_without_questions_says_so_and_whom_to_ask(client, point):
    data = {"risk_point": point.code, "next": reverse("quizzes:review")}

    response = client.post(reverse("quizzes:start"), data, follow=True)

    assert "题库里还没有这个风险点的题目" in response.content.decode()
    assert not Attempt.objects.exists()


def test_an_account_without_an_employee_is_told_whom_to_ask(point):
    from django.test import Client

    from tests.factories import UserFactory

    client = Client()
    client.force_login(UserFactory(employee=None, username="service"))

    assert client.post(reverse("quizzes:start"), {"risk_point": point.code}).status_code == 403


def test_several_options_must_all_be_right(client, employee, point, now):
    QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.MULTIPLE,
        options=[
            ("option", {"text": f"做法{n}", "right": n in {1, 3}, "why": f"缘由{n}"})
            for n in range(1, 5)
        ],
    )
    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)
    answer = attempt.answers.get()
    both = right_letters(answer)

    client.post(address(attempt, 1), {"response": both[:1]})

    answer.refresh_from_db()
    assert answer.is_right is False
    assert len(both) == 2


def test_a_taken_back_cause_leaves_the_attempt_as_the_persons_own(client, employee, point, now):
    QuestionFactory.create_batch(3, primary_risk_point=point)
    cause = "risk_warnings.riskwarning:42"
    attempt = start_attempt(employee=employee, risk_point=point, cause=cause, now=now)
    answer_all(attempt, now, right=True)

    assert retract_attempts(cause=cause, now=now + timedelta(days=1)) == 1
    assert retract_attempts(cause=cause, now=now + timedelta(days=1)) == 0

    page = client.get(reverse("quizzes:result", args=[attempt.pk])).content.decode()
    assert "自己练习" in page
    assert not Attempt.objects.counted().exists()


def test_an_open_attempt_whose_cause_fell_is_announced_to_nobody(
    employee, point, now, django_capture_on_commit_callbacks
):
    QuestionFactory.create_batch(3, primary_risk_point=point)
    cause = "assignments.trainingassignment:7"
    attempt = start_attempt(employee=employee, risk_point=point, cause=cause, now=now)
    retract_attempts(cause=cause, now=now)

    with django_capture_on_commit_callbacks() as callbacks:
        answer_all(attempt, now, right=True)

    assert callbacks == []
    assert Answer.objects.filter(attempt=attempt, is_right=True).count() == 3


def test_everybodys_self_practice_cannot_be_taken_back_at_once(now):
    with pytest.raises(ValueError, match="Self-practice"):
        retract_attempts(cause="", now=now)


def test_pages_cost_the_same_queries_whoever_else_has_answered(
    client, attempt, point, now, django_assert_max_num_queries
):
    for _ in range(5):
        other = start_attempt(employee=EmployeeFactory(), risk_point=point, cause="", now=now)
        answer_all(other, now, right=False)

    with django_assert_max_num_queries(16):
        client.get(address(attempt, 1))
    client.post(address(attempt, 1), {"response": "A"})
    with django_assert_max_num_queries(20):
        client.get(address(attempt, 1))


@pytest.mark.parametrize(
    ("sure", "right", "sentence"),
    [
        ("3", False, "您很确定，但这一题没答对"),
        ("1", True, "您不太确定，其实答对了"),
        ("3", True, ""),
        ("", False, ""),
    ],
)
def test_how_sure_one_is_is_asked_explained_and_never_graded(
    client, attempt, sure, right, sentence
):
    address = reverse("quizzes:question", args=[attempt.pk, 1])
    assert "您有多大把握（不计分，可不选）" in client.get(address).text
    answer = attempt.answers.select_related("version").get(number=1)
    letters = right_letters(answer) if right else wrong_letters(answer)

    shown = client.post(address, {"response": letters, "confidence": sure}, follow=True).text

    answer.refresh_from_db()
    assert answer.confidence == (int(sure) if sure else None)
    assert answer.is_right is right
    assert ("您很确定" in shown or "您不太确定" in shown) is bool(sentence)
    assert sentence in shown


def test_a_confidence_that_does_not_exist_is_refused_and_nothing_is_answered(client, attempt):
    address = reverse("quizzes:question", args=[attempt.pk, 1])
    answer = attempt.answers.select_related("version").get(number=1)

    refused = client.post(address, {"response": right_letters(answer), "confidence": "9"})

    assert refused.status_code == 422
    answer.refresh_from_db()
    assert not answer.is_given
