"""Short answers: handed in, marked by a person who does not see whose they are, then scored."""

import pytest
import time_machine
from django.urls import reverse

from notifications.models import Notification
from people.models import Role
from quizzes.exceptions import MarkRefused
from quizzes.models import AnswerMark, QuestionType, ReviewCard
from quizzes.services import (
    Portion,
    mark_answer,
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
)

pytestmark = pytest.mark.django_db
POINTS = [
    ("point", {"text": "先封表再计量", "score": 2}),
    ("point", {"text": "请两人到场", "score": 3}),
]


@pytest.fixture
def point():
    return RiskPointPageFactory()


@pytest.fixture
def employee(point):
    return PostingFactory(position=point.position).employee


@pytest.fixture
def marker():
    return RoleGrantFactory(role=Role.TRAINING_OFFICER).employee


@pytest.fixture
def exam(point, employee, now):
    QuestionFactory(primary_risk_point=point)
    QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.SHORT,
        marking_points=POINTS,
        model_answer="先封再量，两人在场。",
    )
    with time_machine.travel(now, tick=False):
        yield start_exam(
            employee=employee,
            cause="courses.enrollment:1:1",
            portions=[Portion(point, 1), Portion(point, 1, types=("short",))],
            reason="公司级闭卷考试。",
            minutes=30,
            pass_mark=60,
            now=now,
        )


def short_of(exam):
    return exam.answers.select_related("version", "attempt").get(version__type="short")


def handed_in(exam, now, text="先封表，再请一位同事到场。"):
    for answer in exam.answers.select_related("version"):
        right = [letter for letter, option in answer.shown_options() if option["right"]]
        save_answer(
            attempt=exam, number=answer.number, response=right or [text], sequence=1, now=now
        )
    return submit_attempt(attempt=exam, now=now)


def test_it_has_no_score_and_no_explanation_until_it_is_marked(exam, employee, sign_in, now):
    handed_in(exam, now)
    client = sign_in(employee)

    page = client.get(reverse("quizzes:result", args=[exam.pk])).content.decode()
    question = client.get(reverse("quizzes:question", args=[exam.pk, 1]))

    exam.refresh_from_db()
    assert exam.is_submitted
    assert exam.score is None
    assert "1道简答题等着批改" in page
    assert "缘由" not in page
    assert question.status_code == 302
    assert not ReviewCard.objects.filter(employee=employee).exists()


def test_the_marker_sees_no_name_and_the_last_mark_scores_it(exam, employee, marker, sign_in, now):
    handed_in(exam, now)
    answer = short_of(exam)
    client = sign_in(marker)
    address = reverse("quizzes:marking_pile", args=[answer.version_id])

    listed = client.get(reverse("quizzes:marking")).content.decode()
    shown = client.get(address).content.decode()
    done = client.post(
        address,
        {"answer": answer.pk, "point_0": "2", "point_1": "1", "comment": "再想想为什么要两人。"},
        follow=True,
    )

    exam.refresh_from_db()
    assert "1份" in listed
    assert "先封表，再请一位同事到场" in shown
    assert employee.name not in listed + shown
    assert employee.emp_no not in listed + shown
    assert "都批完了" in done.content.decode()
    # 3 of 5 points and one of two questions: (1 + 0.6) / 2.
    assert (exam.right_count, exam.score) == (2, 80)
    told = Notification.objects.get(recipient=employee)
    assert (told.title, "80分" in told.body) == ("考卷批好了", True)
    why = sign_in(employee).get(reverse("quizzes:question", args=[exam.pk, answer.number]))
    assert "1分，满分3分" in why.content.decode()
    assert "先封再量，两人在场。" in why.content.decode()
    assert "再想想为什么要两人" in why.content.decode()


def test_points_left_out_are_asked_for_and_nothing_is_written(exam, marker, sign_in, now):
    handed_in(exam, now)
    answer = short_of(exam)

    page = sign_in(marker).post(
        reverse("quizzes:marking_pile", args=[answer.version_id]),
        {"answer": answer.pk, "point_0": "2"},
    )

    assert page.status_code == 422
    assert "“请两人到场”还没有给分" in page.content.decode()
    assert not AnswerMark.objects.exists()


def test_an_answer_is_marked_once_and_never_by_its_writer(exam, employee, marker, now):
    handed_in(exam, now)
    answer = short_of(exam)

    with pytest.raises(MarkRefused, match="您自己的答卷"):
        mark_answer(answer=answer, points=[2, 3], by=employee, now=now)
    with pytest.raises(MarkRefused, match="不能超过"):
        mark_answer(answer=answer, points=[3, 3], by=marker, now=now)
    first = mark_answer(answer=answer, points=[0, 0], by=marker, now=now)
    with pytest.raises(MarkRefused, match="已经批好"):
        mark_answer(answer=answer, points=[2, 3], by=marker, now=now)

    mark_answer(answer=answer, points=[2, 3], by=marker, replaces=first, now=now)

    exam.refresh_from_db()
    assert exam.score == 100
    assert AnswerMark.objects.filter(answer=answer).count() == 2


def test_a_short_answer_left_empty_waits_for_nobody(exam, now):
    submit_attempt(attempt=exam, now=now)

    exam.refresh_from_db()
    assert (exam.right_count, exam.score) == (0, 0)


def test_marking_is_for_training_officers_and_editors(exam, employee, sign_in, now):
    handed_in(exam, now)

    assert sign_in(employee).get(reverse("quizzes:marking")).status_code == 403


def test_practice_never_draws_a_short_answer(point, employee, now):
    QuestionFactory(primary_risk_point=point)
    QuestionFactory(primary_risk_point=point, type=QuestionType.SHORT, marking_points=POINTS)

    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)

    assert [a.version.type for a in attempt.answers.select_related("version")] == ["single"]


def test_a_slip_of_the_marker_is_corrected_on_the_page(exam, employee, marker, sign_in, now):
    handed_in(exam, now)
    mark = mark_answer(answer=short_of(exam), points=[0, 0], by=marker, now=now)
    client = sign_in(marker)
    address = reverse("quizzes:correct_mark", args=[mark.pk])

    assert address in client.get(reverse("quizzes:marking")).content.decode()
    shown = client.get(address).content.decode()
    client.post(address, {"point_0": "2", "point_1": "3"})
    client.post(address, {"point_0": "1", "point_1": "0"})

    exam.refresh_from_db()
    assert employee.name not in shown
    assert exam.score == 100
    assert [each.given for each in AnswerMark.objects.order_by("pk")] == [0, 5]


def test_another_persons_mark_is_not_there_to_correct(exam, marker, sign_in, now):
    handed_in(exam, now)
    mark = mark_answer(answer=short_of(exam), points=[0, 0], by=marker, now=now)
    other = RoleGrantFactory(role=Role.TRAINING_OFFICER).employee

    page = sign_in(other).get(reverse("quizzes:correct_mark", args=[mark.pk]))

    assert page.status_code == 404


@pytest.mark.parametrize("key", ["", "abc", "9" * 30, "²"])
def test_a_broken_answer_number_is_no_error(exam, marker, sign_in, now, key):
    handed_in(exam, now)
    address = reverse("quizzes:marking_pile", args=[short_of(exam).version_id])

    assert sign_in(marker).post(address, {"answer": key, "point_0": "1"}).status_code == 302


def test_ones_own_page_holds_while_a_paper_waits(exam, employee, sign_in, now):
    handed_in(exam, now)

    assert sign_in(employee).get(reverse("home:me")).status_code == 200
