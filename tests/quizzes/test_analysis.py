"""What the answers say about the questions, and for how long the questions last."""

from datetime import timedelta
from statistics import correlation

import pytest
from django.urls import reverse

from jobs.models import Job
from jobs.registry import kind_of
from notifications.models import Notification
from people.models import Role
from quizzes.models import Answer, Attempt, FlagKind, QuestionFlag
from quizzes.services import approve_question
from quizzes.services.analysis import calibration, figures, raise_flags, reliabilities
from quizzes.services.stock import FRESH_DRAWS, PLANNED_A_WEEK, stock_of_the_bank
from tests.factories import (
    EmployeeFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
)
from tests.quizzes.test_question_bank import an_editor, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def point(db):
    return RiskPointPageFactory(code="GF-09")


@pytest.fixture
def questions(point):
    owner = RoleGrantFactory(role=Role.EDITOR).employee
    return QuestionFactory.create_batch(3, primary_risk_point=point, owner=owner)


def sit(questions, rights, *, now, point=None, employee=None, wrong="A"):
    """Put down one sitting: which of the questions were answered right; B is always right."""
    employee = employee or EmployeeFactory()
    attempt = Attempt.objects.create(
        employee=employee,
        risk_point=point,
        reason="测试",
        started_at=now,
        submitted_at=now,
        question_count=len(questions),
        right_count=sum(rights),
        score=sum(rights) * 100 // len(rights),
    )
    for number, (question, right) in enumerate(zip(questions, rights, strict=True), start=1):
        Answer.objects.create(
            attempt=attempt,
            number=number,
            version=question.version,
            option_order=["A", "B", "C", "D"],
            response=["B" if right else wrong],
            saved_at=now,
            answered_at=now,
            is_right=right,
        )
    return attempt


# Who answers the first wrong answers the others wrong as well, by and large.
PATTERN = (
    [(True, True, True)] * 12
    + [(False, False, True)] * 6
    + [(True, True, False)] * 3
    + [(False, False, False)] * 9
)


def test_facility_and_discrimination_are_what_the_textbook_says(questions, point, now):
    for rights in PATTERN:
        sit(questions, rights, now=now, point=point)

    first, second, third = figures()

    assert (first.shown, second.shown, third.shown) == (30, 30, 30)
    assert first.facility == pytest.approx(15 / 30)
    assert third.facility == pytest.approx(18 / 30)
    for n, item in enumerate((first, second, third)):
        own = [float(rights[n]) for rights in PATTERN]
        rest = [(sum(rights) - rights[n]) / 2 for rights in PATTERN]
        assert item.discrimination == pytest.approx(correlation(own, rest))
    assert [(o.key, o.share) for o in first.options] == [
        ("A", 0.5),
        ("B", 0.5),
        ("C", 0.0),
        ("D", 0.0),
    ]
    assert [o.is_idle for o in first.options] == [False, False, True, True]


def test_reliability_is_kr20_of_the_sittings(questions, point, now):
    for rights in PATTERN:
        sit(questions, rights, now=now, point=point)

    (reliability,) = reliabilities()

    scores = [sum(rights) for rights in PATTERN]
    mean = sum(scores) / 30
    variance = sum((score - mean) ** 2 for score in scores) / 30
    shares = [sum(rights[n] for rights in PATTERN) / 30 for n in range(3)]
    expected = 3 / 2 * (1 - sum(p * (1 - p) for p in shares) / variance)
    assert (reliability.point, reliability.questions, reliability.sittings) == ("GF-09", 3, 30)
    assert reliability.kr20 == pytest.approx(expected)


def test_only_the_first_answer_of_a_person_counts(questions, now):
    people = EmployeeFactory.create_batch(5)
    for employee in people:
        sit(questions, (False, True, True), now=now, employee=employee)
        sit(questions, (True, True, True), now=now + timedelta(days=7), employee=employee)

    first, *_ = figures()

    assert (first.shown, first.facility) == (5, 0.0)


def test_what_was_taken_back_counts_for_nothing(questions, now):
    for _ in range(5):
        attempt = sit(questions, (False, True, True), now=now)
    attempt.retracted_at = now
    attempt.save()

    assert figures() == []


def test_a_correction_starts_anew(questions, point, now):
    for _ in range(6):
        sit(questions, (False, True, True), now=now)
    question = questions[0]
    question.stem, question.edited_at = "改过的题干", now + timedelta(days=1)
    question.save()
    approve_question(question=question, by=an_editor(), now=now + timedelta(days=2))

    assert question not in [item.question for item in figures()]


def test_under_five_persons_nothing_is_shown_and_under_thirty_nothing_is_concluded(questions, now):
    for _ in range(4):
        sit(questions, (False, False, False), now=now)
    shown_at_four = figures()
    for _ in range(20):
        sit(questions, (False, False, False), now=now)

    assert shown_at_four == []
    assert [item.flags() for item in figures()] == [[], [], []]
    assert raise_flags(now=now) == {"raised": 0, "cleared": 0}


def test_a_figure_without_spread_has_no_discrimination(questions, now):
    for _ in range(31):
        sit(questions, (True, True, True), now=now)

    assert [item.discrimination for item in figures()] == [None] * 3
    assert [row.kr20 for row in reliabilities()] == [None]


def test_the_owner_is_told_once_and_no_longer_when_it_is_over(questions, point, now):
    # Who does well on the others gets the first one wrong, and more choose C than B.
    for n in range(40):
        strong = n % 2 == 0
        sit(questions, (not strong and n % 4 == 1, strong, strong), now=now, wrong="C")

    first = raise_flags(now=now)
    again = raise_flags(now=now + timedelta(days=1))
    flags = QuestionFlag.objects.filter(question=questions[0], cleared_at=None)
    told = Notification.objects.filter(recipient=questions[0].owner)

    assert {flag.kind for flag in flags} == {
        FlagKind.TOO_HARD,
        FlagKind.INVERTED,
        FlagKind.DISTRACTING,
    }
    assert first["raised"] >= 3
    assert again == {"raised": 0, "cleared": 0}
    assert told.count() == first["raised"]
    assert any("核对答案" in message.body for message in told)

    question = questions[0]
    question.refresh_from_db()
    question.stem, question.edited_at = "答案改对了", now + timedelta(days=2)
    question.save()
    approve_question(question=question, by=an_editor(), now=now + timedelta(days=3))
    over = raise_flags(now=now + timedelta(days=4))
    assert over["cleared"] == 3
    assert not flags.all().exists()
    assert not told.filter(body__contains="核对答案", settled_at=None).exists()


def test_the_figures_are_worked_out_nightly(questions, now):
    for _ in range(31):
        sit(questions, (True, True, True), now=now)

    kind = kind_of("quizzes.analysis")
    done = kind.handler(Job(), lambda *_, **__: None)

    assert kind.daily_at is not None
    assert done == {"raised": 3, "cleared": 0}
    assert QuestionFlag.objects.filter(kind=FlagKind.TOO_EASY).count() == 3


def test_the_page_shows_figures_and_names_nobody(questions, point, now):
    people = [sit(questions, rights, now=now, point=point).employee for rights in PATTERN]

    page = signed_in(an_editor()).get(reverse("quizzes_items"), {"point": "GF-09"})
    text = page.content.decode()

    assert questions[0].code in text
    assert "50%" in text
    assert "样本不足" not in text.split("<table", 1)[1].split("</table>")[0]
    assert not any(person.emp_no in text or person.name in text for person in people)


def test_an_empty_bank_has_pages_too(db):
    client = signed_in(an_editor())

    assert "还没有一道题有5人作答" in client.get(reverse("quizzes_items")).content.decode()
    assert "够用" in client.get(reverse("quizzes_gauge")).content.decode()


@pytest.mark.parametrize("name", ["quizzes_items", "quizzes_gauge"])
def test_only_editors_see_the_pages(sign_in, name):
    assert sign_in(EmployeeFactory()).get(reverse(name)).status_code in {302, 403}


@pytest.mark.parametrize("people", [10, 40])
def test_the_number_of_queries_does_not_grow_with_the_people(
    questions, point, now, people, django_assert_num_queries
):
    for _ in range(people):
        sit(questions, (True, False, True), now=now, point=point)

    with django_assert_num_queries(3):
        figures()
    with django_assert_num_queries(3):
        reliabilities()


def stock_on(point, position, now):
    (found,) = [
        one for one in stock_of_the_bank(now=now) if (one.point, one.position) == (point, position)
    ]
    return found


def test_stock_lasts_as_planned_until_it_is_measured(questions, point, now):
    posting = PostingFactory(position=point.position)

    planned = stock_on(point, point.position, now)
    attempt = sit(questions, (True, True, True), now=now, point=point, employee=posting.employee)
    attempt.position = point.position
    attempt.save()
    measured = stock_on(point, point.position, now)

    assert (planned.questions, planned.a_week, planned.is_measured) == (3, PLANNED_A_WEEK, False)
    assert (planned.weeks, planned.is_low) == (1.0, True)
    assert (measured.a_week, measured.is_measured) == (3 / 12, True)
    assert measured.weeks == pytest.approx(12)


def test_questions_for_another_post_are_no_stock_and_parameters_count_more(point, now):
    mine = QuestionFactory(primary_risk_point=point)
    mine.positions.add(point.position)
    others = QuestionFactory(primary_risk_point=point)
    others.positions.add(point.reviewer)
    QuestionFactory(primary_risk_point=point, published=False)
    many = QuestionFactory(
        primary_risk_point=point,
        type="fill",
        stem="{容量}千伏安",
        answers=["{=容量*30}"],
        parameters=[("number", {"name": "容量", "low": 1, "high": 9, "step": 1})],
    )
    assert many.version.parameters

    own = stock_on(point, point.position, now)
    assert (own.questions, own.others) == (1 + FRESH_DRAWS, 1)
    assert stock_on(point, point.reviewer, now).questions == 1 + FRESH_DRAWS


def test_calibration_says_how_often_the_sure_are_right_with_n(questions, point, now):
    for number in range(6):
        sit(questions, [number < 2, True, True], now=now + timedelta(minutes=number), point=point)
    first = Answer.objects.filter(number=1)
    first.update(confidence=3)
    by_label = {row.label: row for row in calibration(risk_point=point.code)}

    assert (by_label["很确定"].shown, by_label["很确定"].right) == (6, 2)
    assert by_label["很确定"].share == pytest.approx(1 / 3)
    assert not by_label["很确定"].is_enough
    assert by_label["不确定"].shown == 0


def test_a_question_that_somebody_gets_wrong_again_and_again_goes_to_its_owner(
    questions, point, now
):
    for _ in range(4):
        sit(questions, [True, True, True], now=now, point=point)
    stuck = EmployeeFactory()
    for day in range(3):
        assert not QuestionFlag.objects.filter(kind=FlagKind.LEECH).exists()
        sit(
            questions,
            [False, True, True],
            now=now + timedelta(days=day),
            point=point,
            employee=stuck,
        )
        raise_flags(now=now + timedelta(days=day, hours=1))

    flag = QuestionFlag.objects.get(kind=FlagKind.LEECH)
    assert flag.question == questions[0]
    told = Notification.objects.get(recipient=questions[0].owner)
    assert "有人反复答错" in told.body
    assert stuck.name not in told.body + told.title
