"""A person's week over duties, courses and reviews, as the pages show it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments import services
from assignments.models import SourceKind, TrainingAssignment
from assignments.services.assigning import Requirement, Source, require
from courses.models import Enrollment, ExamResult
from courses.services import open_course_lesson, open_enrollment, pause_lesson
from planning.registry import Rank
from planning.services import week_of
from quizzes.models import ReviewCard
from tests.assignments.conftest import answer_questions, make_lesson, see_lesson
from tests.courses.acting import at
from tests.courses.conftest import manager, path, station  # noqa: F401
from tests.factories import PostingFactory, QuestionFactory, RiskPointPageFactory

# ruff: noqa: F811  fixtures of another folder are imported by name

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)
SOURCE = Source(kind=SourceKind.MANUAL, reason="培训专责布置")


@pytest.fixture
def learner(path, manager, station):
    return PostingFactory(unit=station, position=manager).employee


def give(learner, course, *, days):
    cycle = open_enrollment(employee=learner, course=course, starts_on=MONDAY, now=at(MONDAY, 8))
    require(
        employee=learner,
        requirement=Requirement.on_course(cycle),
        source=SOURCE,
        due_on=MONDAY + timedelta(days=days),
        now=at(MONDAY, 8),
    )
    return cycle


def test_the_front_page_names_this_weeks_slice_of_a_course(learner, path, sign_in):
    """45 minutes and an examination of 20 questions, two days for other tries before its last: a
    quarter of four weeks."""
    cycle = give(learner, path["L1"], days=27)

    with time_machine.travel(at(MONDAY), tick=False):
        client = sign_in(learner)
        front = client.get("/").text
        courses = client.get(reverse("courses:mine")).text
        page = client.get(reverse("courses:cycle", args=[cycle.pk])).text

    for shown in (front, courses, page):
        assert "这周学课时“L1-1”，约15分钟" in shown
    assert "这周约15分钟" in front
    assert "这周学这些就够了，剩下的下周再来。" in front
    assert "剩下的下周再来，想多学随时可以" in page


def test_what_was_read_this_week_is_off_this_weeks_minutes_and_the_rest_waits(
    learner, path, sign_in
):
    cycle = give(learner, path["L1"], days=27)
    lesson = path["L1"].get_children().first().specific
    address = reverse("courses:course_lesson", args=[cycle.pk, lesson.code])
    pause = reverse("courses:pause_lesson", args=[cycle.pk, lesson.code])
    with time_machine.travel(at(MONDAY), tick=False) as clock:
        client = sign_in(learner)
        assert "先学到这里" in client.get(address).text
        for minutes in (8, 15):
            clock.move_to(at(MONDAY, 9, minutes))
            said = client.post(pause, follow=True).text
        assert "下次接着来" in said
        assert client.get(pause).status_code == 405
        front = client.get("/").text

    assert cycle.progress.get().seconds_by_day == {"2026-11-02": 900}
    assert "这周没有要学的了" in front
    assert "这周的学习够了，剩下的下周再来。" in front
    assert reverse("courses:cycle", args=[cycle.pk]) in front
    later = week_of(employee=learner, now=at(MONDAY + timedelta(days=7)))
    assert later.done == 0
    assert later.shares[0].seconds == (30 * 60 + 800) // 3 + 1


def test_nobody_else_may_pause_a_lesson(learner, path, sign_in):
    cycle = give(learner, path["L1"], days=27)
    pause = reverse("courses:pause_lesson", args=[cycle.pk, "L1-1"])

    assert sign_in(PostingFactory().employee).post(pause).status_code == 404


def test_reading_is_counted_on_the_day_on_which_it_was_read(learner, path):
    cycle = give(learner, path["L1"], days=27)
    lesson = path["L1"].get_children().first().specific
    progress = open_course_lesson(enrollment=cycle, lesson=lesson, now=at(MONDAY))
    pause_lesson(progress=progress, now=at(MONDAY, 9, 5))
    open_course_lesson(enrollment=cycle, lesson=lesson, now=at(MONDAY + timedelta(days=2)))
    progress = pause_lesson(
        progress=progress, now=at(MONDAY + timedelta(days=2)) + timedelta(minutes=3)
    )

    # The page may have lain open for ten minutes more on Monday; nobody can tell.
    assert progress.seconds_by_day == {"2026-11-02": 900, "2026-11-04": 180}
    assert progress.reading_seconds == 1080


def test_an_examination_takes_minutes_until_it_is_passed(learner, path):
    cycle = give(learner, path["R"], days=4)
    assert week_of(employee=learner, now=at(MONDAY)).seconds == 3 * 40

    ExamResult.objects.create(
        enrollment=cycle, score=90, pass_mark=80, taken_on=MONDAY, recorded_at=at(MONDAY),
        recorded_by=PostingFactory().employee,
    )  # fmt: skip

    assert week_of(employee=learner, now=at(MONDAY)).seconds == 0


def test_lessons_are_done_early_enough_for_the_mentor_to_sign(learner, path):
    """Read by the 50th day, signed by the 60th: the lessons have to be done ten days before."""
    lesson = path["L3"].get_children().first().specific
    lesson.due_days_after_joining = 50
    lesson.save()
    path["L3"].sign_off = {**path["L3"].sign_off, "due_days_after_joining": 60}
    path["L3"].save()
    give(learner, path["L3"], days=14)

    (share,) = week_of(employee=learner, now=at(MONDAY)).shares

    assert share.claim.due_on == MONDAY + timedelta(days=14)
    assert (share.seconds, share.is_slice) == (45 * 60, False)


def test_lessons_for_other_posts_ask_for_nothing(learner, path):
    give(learner, path["L2"], days=4)

    (share,) = week_of(employee=learner, now=at(MONDAY)).shares

    assert [part.name for part in share.parts] == ["课时“L2-1”", "考试"]


def test_a_sheet_that_waits_for_the_mentor_is_shown_without_minutes(learner, path, sign_in):
    cycle = give(learner, path["L3"], days=4)
    lesson = path["L3"].get_children().first().specific
    cycle.progress.create(
        lesson=lesson, opened_at=at(MONDAY), last_act_at=at(MONDAY),
        completed_at=at(MONDAY), way="attended",
    )  # fmt: skip

    with time_machine.travel(at(MONDAY, 10), tick=False):
        front = sign_in(learner).get("/").text

    assert "等签认" in front
    assert "这周没有要学的了" in front


def test_a_lesson_that_was_seen_leaves_the_questions(lesson, now):
    services.assign_weekly_learning(now=now)
    assert week_of(employee=lesson.manager, now=now).seconds == 180 + 3 * 40

    see_lesson(lesson, at=now + timedelta(hours=1))
    after = week_of(employee=lesson.manager, now=now + timedelta(hours=2))
    answer_questions(lesson, at=now + timedelta(hours=3))
    TrainingAssignment.objects.update(status="done", completed_at=now + timedelta(hours=3))
    done = week_of(employee=lesson.manager, now=now + timedelta(hours=4))

    assert (after.seconds, after.done) == (3 * 40, 180)
    assert done.done == 180 + 3 * 40
    # What was answered wrong comes back for review in the same week; nothing of the duty does.
    assert [share.claim.rank for share in done.shares] == [Rank.REVIEW]


def test_learning_of_a_work_order_stands_before_the_months_lesson(lesson, concluded, trigger, now):
    make_lesson(lesson.point, code="WK-11", month="2026-11")
    services.assign_monthly_lesson(now=now)
    order = concluded(lesson, now=now)
    duty = services.assign_remedial(order=order, learner=lesson.manager, now=now)

    week = week_of(employee=lesson.manager, now=now)

    assert [share.claim.rank for share in week.shares] == [Rank.ORDER, Rank.DUTY]
    assert week.shares[0].claim.key == duty.cause


@pytest.fixture
def busy(lesson, now):
    """A person whose week is full with duties, and four points that are due for review."""
    for _ in range(4):
        point = RiskPointPageFactory()
        QuestionFactory.create_batch(2, primary_risk_point=point)
        ReviewCard.objects.create(
            employee=lesson.manager, risk_point=point, state=2, stability=9, difficulty=5,
            reviews=1, lapses=0, last_review_at=now, due_at=now - timedelta(days=1),
        )  # fmt: skip
    for number in range(3):
        page = make_lesson(lesson.point, code=f"WK-2{number}")
        page.duration_seconds = 300
        page.save()
        require(
            employee=lesson.manager,
            requirement=Requirement.monthly(page),
            source=SOURCE,
            due_on=now.date() + timedelta(days=2),
            now=now,
        )
    return lesson.manager


def test_reviews_wait_for_the_next_week_and_who_wants_to_may_go_on(busy, now, sign_in):
    with time_machine.travel(now, tick=False):
        client = sign_in(busy)
        front = client.get("/").text
        page = client.get(reverse("quizzes:review")).text
        refused = client.post(reverse("quizzes:start_review"), follow=True).text
        begun = client.post(reverse("quizzes:start_review"), {"more": "1"})

    assert "复习" not in front
    assert "这周的学习够了，剩下的下周再来。" in page
    assert "再复习3道" in page
    assert "有4个风险点到期了，都不急" in page
    assert "这周的学习够了" in refused
    assert begun.url.startswith("/quiz/")


def test_the_front_page_asks_no_more_queries_when_there_are_more_people(lesson, now, sign_in):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    with time_machine.travel(now, tick=False):
        services.assign_weekly_learning(now=now)
        client = sign_in(lesson.manager)
        client.get("/")
        few = queries()
        for _ in range(30):
            PostingFactory(position=lesson.position)
        services.assign_weekly_learning(now=now)
        assert queries() == few
    assert Enrollment.objects.count() == 0
