"""Review cards come from counted attempts alone."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from people.models import Absence
from quizzes.exceptions import NoQuestions
from quizzes.models import Attempt, ReviewCard
from quizzes.services import (
    rebuild_cards,
    retract_attempts,
    review_day,
    start_attempt,
    start_review,
)
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
    later = now + timedelta(days=62)

    review = start_review(employee=employee, now=later)

    points = {a.version.question.primary_risk_point_id for a in review.answers.all()}
    assert len(points) == review.question_count == 3
    assert start_review(employee=employee, now=later) == review


def test_a_review_through_the_page(employee, point, sign_in, time_machine, now):
    sit(employee, point, now)
    time_machine.move_to(now + timedelta(days=62))
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


@pytest.fixture
def five_due(now):
    """A person with five points to meet again on a working day in December."""
    later = timezone.make_aware(datetime(2026, 12, 8, 9, 0))
    employee = PostingFactory().employee
    for _ in range(5):
        point = RiskPointPageFactory()
        QuestionFactory.create_batch(4, primary_risk_point=point)
        sit(employee, point, now, right=False)
    ReviewCard.objects.update(due_at=later - timedelta(days=1))
    return employee, later


def test_three_questions_a_day_and_no_more(five_due, sign_in):
    employee, later = five_due
    with time_machine.travel(later, tick=False):
        client = sign_in(employee)
        page = client.get(reverse("quizzes:review")).text
        assert "一天最多三道" in page
        assert "还有2个不急" in page
        assert "复习3个到期的风险点" in client.get("/").text
        review = start_review(employee=employee, now=later)
        assert review.question_count == 3
        # Broken off, it is gone on with; handed in, that was it for the day.
        assert "复习3个到期的风险点" in client.get("/").text
        answer_all(review, later, right=True)
        assert "今天的三道已经够了" in client.get(reverse("quizzes:review")).text
        assert "复习" not in client.get("/").text
        with pytest.raises(NoQuestions, match="剩下的明天再来"):
            start_review(employee=employee, now=later)
    assert len(review_day(employee=employee, now=later + timedelta(days=1)).cards) == 2


def test_nothing_is_asked_for_on_leave_or_on_a_day_off_and_nothing_piles_up(five_due):
    employee, later = five_due
    sunday = later + timedelta(days=5)
    assert review_day(employee=employee, now=sunday).cards == []
    assert "上班那天" in review_day(employee=employee, now=sunday).reason
    Absence.objects.create(
        employee=employee,
        kind="leave",
        valid_from=later.date(),
        valid_to=later.date() + timedelta(days=14),
    )
    assert "请假期间不用复习" in review_day(employee=employee, now=later).reason
    back = review_day(employee=employee, now=later + timedelta(days=15))
    assert (len(back.cards), back.waiting) == (3, 2)


def test_a_stations_cards_do_not_all_come_back_on_one_day(point, now):
    for _ in range(12):
        employee = PostingFactory(position=point.position).employee
        sit(employee, point, now)
        sit(employee, point, now + timedelta(days=8))
    days = {card.due_at.date() for card in ReviewCard.objects.all()}
    assert len(days) > 1
    rebuilt = ReviewCard.objects.first()
    rebuild_cards(employee=rebuilt.employee, risk_points=[point])
    assert ReviewCard.objects.get(employee=rebuilt.employee).due_at == rebuilt.due_at
