"""Weekly points, the monthly lesson, the clocks of the absent, and what a branch sees."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from assignments import services
from assignments.models import AssignmentStatus, DutyKind, SourceKind, TrainingAssignment
from common.calendar import add_workdays
from people.models import Absence, Role
from tests.assignments.conftest import make_lesson
from tests.factories import (
    BranchCoverageFactory,
    PartyBranchFactory,
    PostingFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db


def test_everyone_gets_the_months_lesson_once(lesson, now) -> None:
    make_lesson(lesson.point, code="WK-11", month="2026-11")
    PostingFactory()

    first = services.assign_monthly_lesson(now=now)
    second = services.assign_monthly_lesson(now=now + timedelta(hours=1))

    assert (first, second) == (2, 0)
    assert {duty.due_on.day for duty in TrainingAssignment.objects.all()} == {30}


def test_who_is_busy_with_a_point_gets_no_second_one(lesson, now) -> None:
    first = services.assign_weekly_learning(now=now)
    next_week = services.assign_weekly_learning(now=now + timedelta(days=7))

    assert (first, next_week) == (1, 0)


def test_who_has_finished_gets_the_next_point_in_the_next_week_only(lesson, now) -> None:
    services.assign_weekly_learning(now=now)
    TrainingAssignment.objects.update(status=AssignmentStatus.DONE, completed_at=now)

    same_week = services.assign_weekly_learning(now=now + timedelta(days=1))
    next_week = services.assign_weekly_learning(now=now + timedelta(days=7))

    assert (same_week, next_week) == (0, 1)
    assert set(TrainingAssignment.objects.values_list("cycle", flat=True)) == {1, 2}


def test_the_same_post_elsewhere_learns_the_point_without_any_fact(lesson, concluded, now) -> None:
    order = concluded(lesson, now=now)
    elsewhere = PostingFactory(position=lesson.position).employee

    services.assign_weekly_learning(now=now)

    duty = TrainingAssignment.objects.get(employee=elsewhere)
    source = duty.sources.get()
    assert source.kind == SourceKind.SIMILAR
    assert source.work_order is None
    assert order.number not in source.reason


def test_the_words_are_the_same_whether_or_not_something_was_concluded(
    lesson, concluded, now
) -> None:
    elsewhere = PostingFactory(position=lesson.position).employee
    services.assign_weekly_learning(now=now)
    without = TrainingAssignment.objects.get(employee=elsewhere).sources.get().reason
    TrainingAssignment.objects.update(status=AssignmentStatus.DONE, completed_at=now)
    concluded(lesson, now=now + timedelta(days=6))

    services.assign_weekly_learning(now=now + timedelta(days=7))

    duty = TrainingAssignment.objects.get(employee=elsewhere, cycle=2)
    assert duty.sources.get().reason == without


def test_absence_puts_the_last_day_off_by_its_working_days(lesson, now) -> None:
    services.assign_weekly_learning(now=now)
    duty = TrainingAssignment.objects.get()
    Absence.objects.create(
        employee=lesson.manager,
        kind="leave",
        valid_from=now.date() + timedelta(days=1),
        valid_to=now.date() + timedelta(days=3),
    )

    services.refresh_due_dates(on=now.date() + timedelta(days=5))
    services.refresh_due_dates(on=now.date() + timedelta(days=6))

    first_due_on = duty.first_due_on
    duty.refresh_from_db()
    assert duty.due_on == add_workdays(first_due_on, 3)


@pytest.fixture
def branch(lesson, now):
    """A branch of six with a secretary; everybody has this month's lesson and this week's point."""
    coverage = BranchCoverageFactory(
        branch=PartyBranchFactory(unit=lesson.manager.main_posting(on=now.date()).unit)
    )
    for _ in range(5):
        PostingFactory(unit=coverage.unit, position=lesson.position)
    RoleGrantFactory(
        role=Role.BRANCH_SECRETARY, unit=None, branch=coverage.branch, employee=lesson.manager
    )
    make_lesson(lesson.point, code="WK-11", month="2026-11")
    services.assign_monthly_lesson(now=now)
    services.assign_weekly_learning(now=now)
    return coverage.branch


def test_a_secretary_sees_course_duties_by_name_and_position_learning_as_figures(
    branch, lesson, now, sign_in
) -> None:
    with time_machine.travel(now, tick=False):
        page = sign_in(lesson.manager).get(reverse("assignments:branch")).content.decode()

    figures = services.branch_figures(branch=branch, on=now.date())
    assert figures.members == 6
    assert len(figures.courses[0].unfinished) == 6
    assert (figures.position_people, figures.position_done) == (6, 0)
    assert all(person.name in page for person in figures.courses[0].unfinished)


def test_figures_that_subtraction_would_open_are_not_shown(branch, now) -> None:
    done = TrainingAssignment.objects.filter(kind=DutyKind.POSITION).first()
    done.status, done.completed_at = AssignmentStatus.DONE, now
    done.save()

    figures = services.branch_figures(branch=branch, on=now.date())

    assert figures.position_people is None
    assert figures.position_done is None


def test_position_learning_is_named_only_when_it_is_overdue(branch, now) -> None:
    duty = TrainingAssignment.objects.filter(kind=DutyKind.POSITION).first()

    before = services.branch_figures(branch=branch, on=duty.due_on)
    after = services.branch_figures(branch=branch, on=duty.due_on + timedelta(days=1))

    assert before.overdue == ()
    assert duty in after.overdue


def test_a_secretary_sees_no_other_branch(branch, lesson, now, sign_in) -> None:
    stranger = BranchCoverageFactory()
    PostingFactory(unit=stranger.unit, employee__name="欧阳外所")
    services.assign_monthly_lesson(now=now)

    with time_machine.travel(now, tick=False):
        page = sign_in(lesson.manager).get(reverse("assignments:branch")).content.decode()

    assert "欧阳外所" not in page
    assert stranger.branch.name not in page


def test_who_is_no_secretary_is_told_whom_to_ask(now, sign_in) -> None:
    response = sign_in(PostingFactory().employee).get(reverse("assignments:branch"))

    assert response.status_code == 403


def test_nothing_of_an_order_shows_on_the_branchs_page(
    branch, lesson, concluded, trigger, now, sign_in
) -> None:
    order = concluded(lesson, now=now)
    before = services.branch_figures(branch=branch, on=now.date())
    services.assign_remedial(order=order, learner=lesson.manager, now=now)

    with time_machine.travel(now, tick=False):
        page = sign_in(lesson.manager).get(reverse("assignments:branch")).content.decode()

    after = services.branch_figures(branch=branch, on=now.date())
    assert after == before
    assert order.number not in page
    assert "预警" not in page.split("<main", 1)[1]
