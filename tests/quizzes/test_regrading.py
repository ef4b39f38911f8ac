"""A question was wrong: earlier answers are judged anew, as it was shown, to nobody's harm."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.models import Job, JobState
from jobs.services import run_due
from notifications.models import Notification
from people.models import Role
from quizzes.models import (
    Attempt,
    Question,
    QuestionType,
    RegradedAnswer,
    RegradeWay,
    ReviewCard,
)
from quizzes.services import (
    Portion,
    approve_question,
    confirm_answer,
    mark_answer,
    note_edit,
    plan_regrade,
    save_answer,
    start_attempt,
    start_exam,
    submit_attempt,
)
from tests.factories import (
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def point():
    return RiskPointPageFactory()


@pytest.fixture
def question(point):
    return QuestionFactory(primary_risk_point=point)


@pytest.fixture
def editor():
    return UserFactory(employee=RoleGrantFactory(role=Role.EDITOR).employee)


@pytest.fixture
def client(editor):
    client = Client()
    client.force_login(editor)
    return client


def practise(point, now, text):
    employee = PostingFactory(position=point.position).employee
    attempt = start_attempt(employee=employee, risk_point=point, cause="", count=1, now=now)
    confirm_answer(
        attempt=attempt, number=1, response=letter_of(attempt, text), sequence=1, now=now
    )
    attempt.refresh_from_db()
    return attempt


def begin_exam(point, now, **portion):
    employee = PostingFactory(position=point.position).employee
    return start_exam(
        employee=employee,
        cause="courses.enrollment:1:1",
        portions=[Portion(point, 1, **portion)],
        reason="公司级闭卷考试。",
        minutes=30,
        pass_mark=60,
        now=now,
    )


def sit(point, now, text):
    attempt = begin_exam(point, now)
    save_answer(attempt=attempt, number=1, response=letter_of(attempt, text), sequence=1, now=now)
    return submit_attempt(attempt=attempt, now=now)


def letter_of(attempt, text):
    answer = attempt.answers.select_related("version").get()
    return [letter for letter, option in answer.shown_options() if option["text"] == text]


def correct(question, now, *, right="做法3", texts=("做法1", "做法2", "做法3", "做法4")):
    """Publish another key: written by one editor, approved by a second."""
    writer, second = UserFactory(), UserFactory()
    question = Question.objects.get(pk=question.pk)
    question.options = [
        ("option", {"text": text, "right": text == right, "why": f"更正后的缘由{text}"})
        for text in texts
    ]
    question.save()
    note_edit(question=question, by=writer, now=now)
    approve_question(question=question, by=second, now=now + timedelta(minutes=1))
    return writer


def address(question):
    return reverse("quizzes_regrade", args=[question.pk])


def carry_out(client, question, **given):
    plan = client.get(address(question), {"way": given.get("way", "key")}).context["plan"]
    page = client.post(
        address(question),
        {"way": "key", "reason": "原来的答案标错了", "shown": plan.digest} | given,
    )
    return plan, page


def test_the_preview_is_what_happens(client, question, point, now):
    wronged, favoured = practise(point, now, "做法3"), practise(point, now, "做法2")
    failed, passed = sit(point, now, "做法3"), sit(point, now, "做法2")
    correct(question, now + timedelta(days=1))

    plan, page = carry_out(client, question)
    run_due(clock=timezone.now)

    assert (plan.right, plan.wrong, plan.people, plan.spared) == (2, 1, 3, 1)
    assert [(e.attempt, e.before, e.after, e.is_now_passed) for e in plan.exams] == [
        (failed, 0, 100, True)
    ]
    assert page.status_code == 302
    assert Job.objects.get(kind="quizzes.regrade").state == JobState.DONE
    scores = {a.pk: a.score for a in Attempt.objects.all()}
    assert scores == {wronged.pk: 100, favoured.pk: 0, failed.pk: 100, passed.pk: 100}
    assert RegradedAnswer.objects.count() == 3
    assert ReviewCard.objects.get(employee=favoured.employee).stability < (
        ReviewCard.objects.get(employee=wronged.employee).stability
    )
    told = Notification.objects.filter(title="考试成绩改为100分")
    assert [each.recipient for each in told] == [failed.employee]


def test_the_learner_reads_the_new_key_and_why(client, question, point, now, sign_in):
    attempt = practise(point, now, "做法3")
    correct(question, now + timedelta(days=1))
    carry_out(client, question)
    run_due(clock=timezone.now)

    page = sign_in(attempt.employee).get(reverse("quizzes:question", args=[attempt.pk, 1]))

    assert "答对了" in page.content.decode()
    assert "更正后的缘由做法3" in page.content.decode()
    assert "这题的答案后来更正过：原来的答案标错了" in page.content.decode()


def test_other_options_cannot_be_compared_but_all_can_be_counted_right(
    client, question, point, now
):
    attempt = practise(point, now, "做法1")
    correct(question, now, right="新做法", texts=("新做法", "另一个"))

    by_key = client.get(address(question)).context["plan"]
    carry_out(client, question, way="credit")
    run_due(clock=timezone.now)

    attempt.refresh_from_db()
    assert (by_key.unlike, by_key.people) == (1, 0)
    assert attempt.score == 100


def test_what_changed_since_the_preview_is_shown_again(client, question, point, now):
    practise(point, now, "做法3")
    correct(question, now + timedelta(days=1))
    page = client.post(address(question), {"way": "key", "reason": "答案标错", "shown": "1-别的"})

    assert page.status_code == 422
    assert "请看过新的结果再确认" in page.content.decode()
    assert not Job.objects.filter(kind="quizzes.regrade").exists()


def test_twice_is_once(client, question, point, now):
    practise(point, now, "做法3")
    correct(question, now + timedelta(days=1))
    carry_out(client, question)
    run_due(clock=timezone.now)

    _, again = carry_out(client, question)

    assert again.status_code == 422
    assert "没有要改的答卷" in again.content.decode()


def test_who_wrote_the_key_does_not_decide(question, point, now):
    practise(point, now, "做法3")
    writer = correct(question, now + timedelta(days=1))
    RoleGrantFactory(role=Role.EDITOR, employee=writer.employee)
    client = Client()
    client.force_login(writer)

    _, page = carry_out(client, question)

    assert page.status_code == 422
    assert "请换一位同事改判" in page.content.decode()


def test_an_examination_still_open_is_judged_by_the_correction(client, question, point, now):
    practise(point, now, "做法3")
    attempt = begin_exam(point, now)
    save_answer(
        attempt=attempt, number=1, response=letter_of(attempt, "做法3"), sequence=1, now=now
    )
    correct(question, now + timedelta(minutes=2))
    carry_out(client, question)

    submit_attempt(attempt=attempt, now=now + timedelta(minutes=10))

    attempt.refresh_from_db()
    assert attempt.score == 100


def test_who_was_spared_reads_the_new_key_and_keeps_the_score(
    client, question, point, now, sign_in
):
    spared, _ = sit(point, now, "做法2"), practise(point, now, "做法3")
    correct(question, now + timedelta(days=1))
    carry_out(client, question)
    run_due(clock=timezone.now)

    page = sign_in(spared.employee).get(reverse("quizzes:question", args=[spared.pk, 1]))

    assert "更正后的缘由做法3" in page.content.decode()
    assert "您当时按原来的答案算对，成绩不变" in page.content.decode()


def test_counting_right_for_all_reaches_what_was_open_and_nothing_later(
    client, question, point, now
):
    practise(point, now, "做法1")
    attempt = begin_exam(point, now)
    save_answer(
        attempt=attempt, number=1, response=letter_of(attempt, "做法1"), sequence=1, now=now
    )
    carry_out(client, question, way="credit")

    submit_attempt(attempt=attempt, now=now + timedelta(minutes=10))
    later = practise(point, timezone.now() + timedelta(days=1), "做法1")

    attempt.refresh_from_db()
    assert (attempt.score, later.score) == (100, 0)


def test_a_short_answer_counted_right_for_all_is_worth_all_of_it(client, point, now):
    points = [("point", {"text": "先封表", "score": 5})]
    question = QuestionFactory(
        primary_risk_point=point, type=QuestionType.SHORT, marking_points=points
    )
    attempts = [begin_exam(point, now, types=("short",)) for _ in range(3)]
    for attempt in attempts:
        save_answer(attempt=attempt, number=1, response=["先封表"], sequence=1, now=now)
        submit_attempt(attempt=attempt, now=now)
    marker = RoleGrantFactory(role=Role.TRAINING_OFFICER).employee
    for attempt, given in zip(attempts, (3, 1), strict=False):
        mark_answer(answer=attempt.answers.get(), points=[given], by=marker, now=now)

    plan, _ = carry_out(client, question, way="credit")
    run_due(clock=timezone.now)
    mark_answer(answer=attempts[2].answers.get(), points=[0], by=marker, now=now)

    assert [(e.before, e.after) for e in plan.exams] == [(60, 100), (20, 100)]
    assert [Attempt.objects.get(pk=each.pk).score for each in attempts] == [100, 100, 100]


def test_other_parameters_cannot_be_compared(point, now):
    """An answer to drawn values says nothing about a text without them."""
    question = QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.FILL,
        stem="容量{容量}千伏安，按{=容量*30}元收，收多少？",
        answers=["{=容量*30}"],
        parameters=[("number", {"name": "容量", "low": 100, "high": 300, "step": 100})],
    )
    employee = PostingFactory(position=point.position).employee
    attempt = start_attempt(employee=employee, risk_point=point, cause="", count=1, now=now)
    confirm_answer(attempt=attempt, number=1, response=["1"], sequence=1, now=now)
    question.stem, question.answers, question.parameters = "容量100千伏安收多少？", ["1"], []
    question.save()
    note_edit(question=question, by=UserFactory(), now=now)
    approve_question(question=question, by=UserFactory(), now=now + timedelta(minutes=1))
    question.refresh_from_db()

    plan = plan_regrade(question=question, way=RegradeWay.KEY)

    assert (plan.unlike, plan.people) == (1, 0)


def test_a_second_click_waits_for_the_first(client, question, point, now):
    practise(point, now, "做法3")
    correct(question, now + timedelta(days=1))
    carry_out(client, question)

    _, page = carry_out(client, question)

    assert page.status_code == 422
    assert "正在改判" in page.content.decode()


def test_a_reason_that_is_too_long_is_said(client, question, point, now):
    practise(point, now, "做法3")
    correct(question, now + timedelta(days=1))

    _, page = carry_out(client, question, reason="长" * 201)

    assert page.status_code == 422
    assert "原因超过200个字" in page.content.decode()


def test_only_editors_may(question, sign_in, point):
    employee = PostingFactory(position=point.position).employee

    assert sign_in(employee).get(address(question)).status_code in {302, 403}
