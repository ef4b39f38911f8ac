"""Two tabs and double clicks at the very same moment."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from quizzes.models import Answer, Attempt, ReviewCard
from quizzes.services import confirm_answer, start_attempt
from quizzes.signals import attempt_submitted
from tests.factories import PostingFactory, QuestionFactory, RiskPointPageFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def point():
    point = RiskPointPageFactory()
    QuestionFactory.create_batch(3, primary_risk_point=point)
    return point


@pytest.fixture
def employee(point):
    return PostingFactory(position=point.position).employee


@pytest.fixture
def browser(employee):
    client = Client()
    client.force_login(UserFactory(employee=employee))
    return client.cookies


@pytest.fixture
def heard():
    pks = []

    def listen(sender, *, attempt, **kwargs):
        pks.append(attempt.pk)

    attempt_submitted.connect(listen)
    yield pks
    attempt_submitted.disconnect(listen)


def at_once(browser, requests):
    """Send requests together, each from a tab of the same browser; return their statuses."""
    start = threading.Barrier(len(requests))
    statuses = []

    def send(url, data):
        tab = Client()
        tab.cookies = browser
        start.wait()
        try:
            statuses.append(tab.post(url, data).status_code)
        finally:
            connection.close()

    tabs = [threading.Thread(target=send, args=request) for request in requests]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    return sorted(statuses)


def address(attempt, number, name="question"):
    return reverse(f"quizzes:{name}", args=[attempt.pk, number])


def test_the_last_two_answers_in_two_tabs_hand_the_attempt_in_once(
    browser, employee, point, now, heard
):
    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)
    confirm_answer(attempt=attempt, number=1, response=["A"], sequence=1, now=now)

    statuses = at_once(
        browser,
        [(address(attempt, number), {"response": "B"}) for number in (2, 3, 2, 3)],
    )

    attempt.refresh_from_db()
    assert statuses == [302, 302, 302, 302]
    assert attempt.is_submitted
    assert heard == [attempt.pk]
    assert ReviewCard.objects.get(employee=employee).reviews == 1


def test_two_different_answers_at_once_leave_one_that_stands(browser, employee, point, now):
    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)

    at_once(browser, [(address(attempt, 1), {"response": letter}) for letter in "ABCD"])

    answer = Answer.objects.select_related("version").get(attempt=attempt, number=1)
    assert len(answer.response) == 1
    assert answer.is_right == (answer.response == answer.version.right_keys())


def test_saves_that_overtake_each_other_leave_the_newest(browser, employee, point, now):
    attempt = start_attempt(employee=employee, risk_point=point, cause="", now=now)

    at_once(
        browser,
        [
            (address(attempt, 1, "save"), {"response": letter, "sequence": number})
            for number, letter in enumerate("ABCD", start=1)
        ],
    )

    answer = Answer.objects.select_related("version").get(attempt=attempt, number=1)
    assert (answer.sequence, answer.shown_response()) == (4, ["D"])


def test_starting_in_four_tabs_makes_one_attempt(browser, employee, point):
    statuses = at_once(browser, [(reverse("quizzes:start"), {"risk_point": point.code})] * 4)

    assert statuses == [302] * 4
    assert Attempt.objects.get(employee=employee).question_count == 3
