"""Which questions a person gets, and why."""

from datetime import timedelta

import pytest

from people.models import PositionLevel
from quizzes.exceptions import NoQuestions
from quizzes.models import QuestionType, Quiz
from quizzes.services import (
    start_attempt,
    start_position_attempt,
    withdraw_question,
)
from tests.factories import (
    EmployeeFactory,
    PositionFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
    UserFactory,
)
from tests.quizzes.test_answering import answer_all

pytestmark = pytest.mark.django_db


def questions_of(attempt):
    return [answer.version.question for answer in attempt.answers.order_by("number")]


def test_never_seen_questions_come_first_then_the_longest_unseen(now):
    point = RiskPointPageFactory()
    QuestionFactory.create_batch(6, primary_risk_point=point)
    employee = PostingFactory(position=point.position).employee
    first = start_attempt(employee=employee, risk_point=point, cause="", now=now)
    answer_all(first, now, right=True)
    second = start_attempt(
        employee=employee, risk_point=point, cause="", now=now + timedelta(days=1)
    )
    answer_all(second, now + timedelta(days=1), right=True)

    third = start_attempt(
        employee=employee, risk_point=point, cause="", now=now + timedelta(days=2)
    )

    assert not set(questions_of(first)) & set(questions_of(second))
    assert set(questions_of(third)) == set(questions_of(first))


def test_questions_marked_for_the_persons_post_come_before_the_others(now):
    point = RiskPointPageFactory()
    QuestionFactory.create_batch(6, primary_risk_point=point)
    marked = QuestionFactory.create_batch(2, primary_risk_point=point)
    for question in marked:
        question.positions.add(point.position)
    employee = PostingFactory(position=point.position).employee

    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)

    assert set(questions_of(attempt)[:2]) == set(marked)
    assert attempt.question_count == 3


def test_a_question_counts_for_its_second_risk_point_too(now):
    point, other = RiskPointPageFactory(), RiskPointPageFactory()
    question = QuestionFactory(primary_risk_point=point)
    question.risk_points.add(other)

    attempt = start_attempt(employee=EmployeeFactory(), risk_point=other, cause="", now=now)

    assert questions_of(attempt) == [question]


def test_drafts_withdrawn_and_short_questions_are_never_drawn(now):
    point = RiskPointPageFactory()
    QuestionFactory(primary_risk_point=point, published=False)
    QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.SHORT,
        marking_points=[("point", {"text": "先退回", "score": 1})],
    )
    withdrawn = QuestionFactory(primary_risk_point=point)
    withdraw_question(question=withdrawn, by=UserFactory(), now=now)

    with pytest.raises(NoQuestions):
        start_attempt(employee=EmployeeFactory(), risk_point=point, cause="", now=now)


def test_everyone_sees_the_options_in_an_order_of_their_own_that_stays(now):
    point = RiskPointPageFactory()
    QuestionFactory(primary_risk_point=point)
    orders = set()
    for _ in range(20):
        attempt = start_attempt(employee=EmployeeFactory(), risk_point=point, cause="", now=now)
        orders.add(tuple(attempt.answers.get().option_order))

    assert len(orders) > 1
    assert all(sorted(order) == ["A", "B", "C", "D"] for order in orders)


def test_true_or_false_stays_in_its_order(now):
    point = RiskPointPageFactory()
    QuestionFactory(
        primary_risk_point=point,
        type=QuestionType.JUDGE,
        options=[
            ("option", {"text": "正确", "right": False, "why": "缘由1"}),
            ("option", {"text": "错误", "right": True, "why": "缘由2"}),
        ],
    )

    for _ in range(8):
        attempt = start_attempt(employee=EmployeeFactory(), risk_point=point, cause="", now=now)
        assert attempt.answers.get().option_order == ["A", "B"]


def test_two_posts_get_the_union_of_their_points(now):
    held = RiskPointPageFactory()
    second_post = PositionFactory(code="meter_reader", name="抄表员")
    other = RiskPointPageFactory(position=second_post)
    for point in (held, other):
        QuestionFactory.create_batch(4, primary_risk_point=point)
    posting = PostingFactory(position=held.position)
    PostingFactory(employee=posting.employee, position=second_post, is_main=False)

    attempt = start_position_attempt(employee=posting.employee, now=now)

    points = {question.primary_risk_point for question in questions_of(attempt)}
    assert points == {held, other}
    assert attempt.question_count == 5
    assert "客户经理" in attempt.reason
    assert "抄表员" in attempt.reason


def test_a_reviewing_post_draws_from_the_points_it_reviews(now):
    point = RiskPointPageFactory()
    QuestionFactory.create_batch(3, primary_risk_point=point)
    QuestionFactory.create_batch(3)
    reviewer = PostingFactory(
        position=PositionFactory(code="county_finance", level=PositionLevel.COUNTY)
    ).employee
    type(point).objects.filter(pk=point.pk).update(reviewer=reviewer.postings.get().position)

    attempt = start_position_attempt(employee=reviewer, now=now)

    assert {q.primary_risk_point for q in questions_of(attempt)} == {point}


def test_a_department_post_gets_the_common_set_and_reads_why(now):
    common = RiskPointPageFactory()
    QuestionFactory.create_batch(3, primary_risk_point=common)
    QuestionFactory.create_batch(3)
    Quiz.objects.create(code="common", title="公司共同测验").risk_points.add(common)
    clerk = PostingFactory(
        position=PositionFactory(code="party_affairs", level=PositionLevel.DEPARTMENT)
    ).employee

    attempt = start_position_attempt(employee=clerk, now=now)

    assert {q.primary_risk_point for q in questions_of(attempt)} == {common}
    assert "公司共同学习的1个风险点" in attempt.reason


def test_the_reason_names_the_post_that_holds_or_reviews_the_point(now):
    point = RiskPointPageFactory()
    QuestionFactory(primary_risk_point=point)
    reasons = [
        start_attempt(
            employee=PostingFactory(position=position).employee,
            risk_point=point,
            cause="",
            now=now,
        ).reason
        for position in (point.position, point.reviewer, PositionFactory(code="safety_officer"))
    ]

    assert "负责，这是您的岗位" in reasons[0]
    assert "复核，这是您的岗位" in reasons[1]
    assert "不由您的岗位负责或复核" in reasons[2]


def test_after_a_transfer_the_quiz_is_the_new_posts(now):
    old = RiskPointPageFactory()
    new = RiskPointPageFactory(position=PositionFactory(code="meter_reader", name="抄表员"))
    for point in (old, new):
        QuestionFactory.create_batch(3, primary_risk_point=point)
    posting = PostingFactory(position=old.position, valid_to=now.date() - timedelta(days=1))
    PostingFactory(employee=posting.employee, position=new.position, valid_from=now.date())

    attempt = start_position_attempt(employee=posting.employee, now=now)

    assert {q.primary_risk_point for q in questions_of(attempt)} == {new}
