"""Exams: one paper, the server's clock, no word of right or wrong before it is handed in."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from quizzes.exceptions import AttemptClosed
from quizzes.models import Attempt, QuestionType
from quizzes.services import Portion, close_exams, save_answer, start_exam
from tests.factories import PostingFactory, QuestionFactory, RiskPointPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def point():
    return RiskPointPageFactory()


@pytest.fixture
def employee(point):
    return PostingFactory(position=point.position).employee


@pytest.fixture
def begin(employee, point, now):
    def _begin(*, count=4, minutes=30, at=now, **portion):
        return start_exam(
            employee=employee,
            cause="courses.enrollment:1:1",
            portions=[Portion(point, count, **portion)],
            reason="公司级闭卷考试。",
            minutes=minutes,
            pass_mark=75,
            now=at,
        )

    return _begin


@pytest.fixture
def exam(begin, point, clock):
    QuestionFactory.create_batch(4, primary_risk_point=point)
    return begin()


def letters(answer, *, right):
    keys = answer.version.right_keys()
    found = [key for key, option in answer.shown_options() if (option["key"] in keys) == right]
    return found[:1]


def post(client, exam, number, *, right):
    answer = exam.answers.select_related("version").get(number=number)
    address = reverse("quizzes:question", args=[exam.pk, number])
    return client.post(address, {"response": letters(answer, right=right)}, follow=True)


def test_nothing_is_graded_or_explained_before_it_is_handed_in(sign_in, employee, exam):
    client = sign_in(employee)

    page = post(client, exam, 1, right=True).content.decode()
    again = client.get(reverse("quizzes:question", args=[exam.pk, 1])).content.decode()

    assert "第2题" in page
    assert "正确答案" not in page + again
    assert exam.answers.get(number=1).is_right is None
    assert exam.answers.get(number=1).response is not None


def test_an_answer_may_be_changed_until_it_is_handed_in(sign_in, employee, exam):
    client = sign_in(employee)
    post(client, exam, 1, right=False)
    post(client, exam, 1, right=True)
    client.post(reverse("quizzes:hand_in", args=[exam.pk]))

    post(client, exam, 1, right=False)

    assert exam.answers.get(number=1).is_right is True


def test_what_was_left_out_is_wrong_and_the_score_is_rounded_down(sign_in, employee, exam):
    client = sign_in(employee)
    for number in (1, 2, 3):
        post(client, exam, number, right=True)

    sheet = client.get(reverse("quizzes:attempt", args=[exam.pk])).content.decode()
    result = client.post(reverse("quizzes:hand_in", args=[exam.pk]), follow=True).content.decode()

    assert "还有1题没答" in sheet
    assert "答对3题，75分" in result
    assert "合格" in result
    assert "正确答案" in client.get(reverse("quizzes:question", args=[exam.pk, 4])).content.decode()


def test_handing_in_twice_counts_once(sign_in, employee, exam, clock, now):
    client = sign_in(employee)
    post(client, exam, 1, right=True)
    client.post(reverse("quizzes:hand_in", args=[exam.pk]))
    clock.move_to(now + timedelta(minutes=1))
    client.post(reverse("quizzes:hand_in", args=[exam.pk]))

    assert Attempt.objects.get().submitted_at == now


def test_after_its_time_nothing_is_saved_and_what_was_saved_counts(
    sign_in, employee, exam, clock, now
):
    client = sign_in(employee)
    post(client, exam, 1, right=True)
    clock.move_to(now + timedelta(minutes=30))

    page = post(client, exam, 2, right=True).content.decode()

    assert "时间到了，正在收卷" in page
    assert exam.answers.get(number=2).response is None
    over = client.post(reverse("quizzes:hand_in", args=[exam.pk]), follow=True).content.decode()
    assert "25分" in over


def test_looking_at_an_exam_whose_time_is_over_does_not_cut_off_what_is_on_its_way(
    sign_in, employee, exam, clock, now
):
    client = sign_in(employee)
    clock.move_to(now + timedelta(minutes=31))
    for name in ("attempt", "result"):
        page = client.get(reverse(f"quizzes:{name}", args=[exam.pk]), follow=True)
        assert "时间到了，正在收卷" in page.content.decode()
    late = {"response": "A", "sequence": "7"}
    kept = client.post(reverse("quizzes:save", args=[exam.pk, 1]), late)
    assert kept.json()["status"] == "已保存"
    clock.move_to(now + timedelta(minutes=32))
    client.get(reverse("quizzes:attempt", args=[exam.pk]), follow=True)
    assert Attempt.objects.get().is_submitted
    assert client.post(reverse("quizzes:save", args=[exam.pk, 2]), late).status_code == 409


def test_the_sweep_hands_in_what_was_left_open(exam, now):
    assert close_exams(now=now + timedelta(minutes=31)) == 0
    assert close_exams(now=now + timedelta(minutes=32)) == 1
    assert close_exams(now=now + timedelta(minutes=33)) == 0
    exam.refresh_from_db()
    assert exam.score == 0


def test_an_exam_that_is_open_is_resumed_with_its_own_end(begin, exam, now):
    again = begin(at=now + timedelta(minutes=10))

    assert again == exam
    assert again.closes_at == now + timedelta(minutes=30)


def test_a_paper_takes_the_kind_and_difficulty_it_asks_for(begin, point):
    QuestionFactory.create_batch(6, primary_risk_point=point, difficulty=1)
    hard = QuestionFactory.create_batch(
        2, primary_risk_point=point, difficulty=3, type=QuestionType.SCENARIO
    )

    exam = begin(count=2, difficulty=3, types=("scenario",))

    assert {answer.version.question for answer in exam.answers.all()} == set(hard)


def test_a_paper_takes_others_of_the_point_where_the_kind_runs_out(begin, point):
    QuestionFactory.create_batch(3, primary_risk_point=point, difficulty=1)
    QuestionFactory(primary_risk_point=point, difficulty=3)

    exam = begin(count=3, difficulty=3)

    assert exam.question_count == 3
    difficulties = [answer.version.question.difficulty for answer in exam.answers.all()]
    assert sorted(difficulties) == [1, 1, 3]


def test_what_a_device_could_not_send_in_time_is_taken_two_minutes_later(exam, now):
    kept = save_answer(
        attempt=exam, number=1, response=["A"], sequence=1, now=now + timedelta(seconds=1919)
    )
    assert kept.shown_response() == ["A"]
    with pytest.raises(AttemptClosed):
        save_answer(
            attempt=exam, number=2, response=["A"], sequence=1, now=now + timedelta(minutes=32)
        )
