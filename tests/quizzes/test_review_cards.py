"""Review cards come from counted attempts alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from quizzes.models import Attempt, ReviewCard
from quizzes.services import retract_attempts, start_attempt, start_review
from tests.factories import PostingFactory, QuestionFactory, RiskPointPageFactory
from tests.quizzes.test_answering import answer_all

pytestmark = pytest.mark.django_db
CAUSE = "risk_warnings.riskwarning:42"


@pytest.fixture
def point():
    point = RiskPointPageFactory()
    QuestionFactory.create_batch(4, primary_risk_point=point)
    return point


@pytest.fixture
def employee(point):
    return PostingFactory(position=point.position).employee


def sit(employee, point, at, *, right=True, cause=""):
    attempt = start_attempt(employee=employee, risk_point=point, cause=cause, now=at)
    answer_all(attempt, at, right=right)
    return attempt


def card_of(employee):
    return ReviewCard.objects.values(
        "state", "stability", "difficulty", "reviews", "lapses", "last_review_at", "due_at"
    ).get(employee=employee)


def test_an_attempt_makes_a_card_that_comes_back_after_whole_days(employee, point, now):
    sit(employee, point, now)

    card = card_of(employee)
    assert card["last_review_at"] == now
    assert card["due_at"] >= now + timedelta(days=1)
    assert (card["due_at"] - now).seconds == 0


def test_what_was_not_known_comes_back_sooner(employee, point, now):
    point.level = "low"
    point.save()
    knows = PostingFactory(position=point.position).employee
    sit(employee, point, now, right=False)
    sit(knows, point, now)

    assert card_of(employee)["due_at"] < card_of(knows)["due_at"]


def test_what_can_do_more_harm_comes_back_sooner(now):
    due = {}
    for level in ("high", "low"):
        point = RiskPointPageFactory(level=level)
        QuestionFactory.create_batch(3, primary_risk_point=point)
        employee = PostingFactory(position=point.position).employee
        sit(employee, point, now)
        due[level] = card_of(employee)["due_at"]

    assert due["high"] < due["low"]


def test_a_taken_back_cause_leaves_the_card_as_if_it_had_never_been(employee, point, now):
    sit(employee, point, now)
    before = card_of(employee)
    sit(employee, point, now + timedelta(days=3), right=False, cause=CAUSE)
    changed = card_of(employee)

    retract_attempts(cause=CAUSE, now=now + timedelta(days=4))

    assert changed != before
    assert card_of(employee) == before


def test_the_only_attempt_taken_back_leaves_no_card(employee, point, now):
    sit(employee, point, now, cause=CAUSE)

    retract_attempts(cause=CAUSE, now=now)

    assert not ReviewCard.objects.exists()


def test_later_attempts_are_reckoned_without_the_one_taken_back(employee, point, now):
    twin = PostingFactory(position=point.position).employee
    sit(employee, point, now, right=False, cause=CAUSE)
    for person in (employee, twin):
        sit(person, point, now + timedelta(days=2))

    retract_attempts(cause=CAUSE, now=now + timedelta(days=3))

    assert card_of(employee) == card_of(twin)


def test_a_review_asks_one_question_on_each_point_that_is_due(employee, point, now, sign_in):
    others = [RiskPointPageFactory() for _ in range(3)]
    for other in others:
        QuestionFactory.create_batch(3, primary_risk_point=other)
    for each in [point, *others]:
        sit(employee, each, now)
    later = now + timedelta(days=60)

    review = start_review(employee=employee, now=later)

    points = {a.version.question.primary_risk_point_id for a in review.answers.all()}
    assert len(points) == review.question_count == 3
    assert start_review(employee=employee, now=later) == review


def test_a_review_through_the_page(employee, point, sign_in, time_machine, now):
    sit(employee, point, now)
    time_machine.move_to(now + timedelta(days=60))
    client = sign_in(employee)

    page = client.get(reverse("quizzes:review")).content.decode()
    begun = client.post(reverse("quizzes:start_review"))

    assert point.code in page
    assert begun.url == reverse("quizzes:attempt", args=[Attempt.objects.latest("pk").pk])


def test_with_nothing_due_the_review_page_says_so(employee, sign_in):
    client = sign_in(employee)

    assert "今天没有要复习的" in client.get(reverse("quizzes:review")).content.decode()
    refused = client.post(reverse("quizzes:start_review"), follow=True).content.decode()
    assert "今天没有到期要复习的风险点" in refused
