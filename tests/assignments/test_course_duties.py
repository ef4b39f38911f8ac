"""Duties of courses: by joining, by a validity that ends, ended by what settles or moves."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from assignments import services
from assignments.models import AssignmentStatus, SourceKind, TrainingAssignment
from common.calendar import add_workdays
from courses.models import CourseKind, EnrollmentStatus
from courses.services import except_enrollment, open_enrollment, open_path, open_renewals
from people.models import Absence, Posting
from tests.courses.acting import at, cycle, learn, sit
from tests.courses.conftest import manager, path, station  # noqa: F401
from tests.factories import EmployeeFactory, PositionFactory, PostingFactory

# ruff: noqa: F811  fixtures of another folder are imported by name

pytestmark = pytest.mark.django_db(transaction=True)

JOINED = date(2026, 11, 2)


@pytest.fixture
def hire(path, manager, station):
    lesson = path["L1"].get_children().first().specific
    lesson.due_days_after_joining = 10
    lesson.save()
    third = path["L3"]
    third.sign_off = {**third.sign_off, "due_days_after_joining": 60}
    third.save()
    return PostingFactory(
        employee__joined_on=JOINED, unit=station, position=manager, valid_from=JOINED
    ).employee


def duty(employee, code):
    return TrainingAssignment.objects.get(
        employee=employee, requirement=f"course:{code}", enrollment__isnull=False
    )


def test_who_joins_without_a_class_gets_the_path_with_its_days(hire, sign_in):
    now = at(JOINED + timedelta(days=1))
    with time_machine.travel(now, tick=False):
        assert services.open_paths_of_joiners(now=now) == 1
        assert services.open_paths_of_joiners(now=now) == 0

        assert duty(hire, "L1").due_on == JOINED + timedelta(days=10)
        assert duty(hire, "L3").due_on == JOINED + timedelta(days=60)
        source = duty(hire, "L1").sources.get()
        assert source.kind == SourceKind.ONBOARDING
        assert source.reason == "您2026年11月2日入职，新员工都要学"
        page = sign_in(hire).get(reverse("courses:cycle", args=[cycle(hire, "L3").pk])).text
        assert "2027年1月1日前" in page
        home = sign_in(hire).get("/").text
        assert reverse("courses:cycle", args=[cycle(hire, "L1").pk]) in home


def test_who_is_entered_late_still_has_a_working_week(hire):
    late = at(JOINED + timedelta(days=20))
    with time_machine.travel(late, tick=False):
        open_path(employee=hire, mentor=None, now=late)

    assert duty(hire, "L1").due_on == add_workdays(late.date(), 5)


def test_a_passed_level_is_one_record_for_the_duty(hire, sign_in):
    now = at(JOINED)
    with time_machine.travel(now, tick=False) as clock:
        open_path(employee=hire, mentor=None, now=now)
        first = cycle(hire, "L1")
        learn(first, now=at(JOINED, 10))
        clock.move_to(at(JOINED, 11))
        sit(first, now=at(JOINED, 11), right=True)

    done = duty(hire, "L1")
    assert done.status == AssignmentStatus.DONE
    assert done.evidence.get().enrollment == first
    shown = sign_in(hire).get(reverse("assignments:detail", args=[done.pk])).text
    assert "第1轮" in shown
    assert "已完成" in sign_in(hire).get("/me/").text


def test_a_waived_level_ends_its_duty_with_the_reason_and_counts_nowhere(hire):
    now = at(JOINED)
    with time_machine.travel(now, tick=False):
        open_path(employee=hire, mentor=None, now=now)
        except_enrollment(
            enrollment=cycle(hire, "L1"),
            status=EnrollmentStatus.WAIVED,
            by=EmployeeFactory(),
            reason="今年已在市公司学过",
            now=now,
        )

    ended = duty(hire, "L1")
    assert ended.status == AssignmentStatus.ENDED
    assert ended.ended_reason == "免修：今年已在市公司学过"
    assert ended not in TrainingAssignment.objects.counted()
    assert not ended.evidence.exists()


def test_a_refresher_is_due_when_what_it_renews_ends(hire, path):
    opened = open_enrollment(employee=hire, course=path["L3"], starts_on=JOINED, now=at(JOINED))
    opened.status, opened.settled_at = EnrollmentStatus.COMPLETED, at(JOINED)
    opened.valid_until = date(2027, 11, 1)
    opened.save()
    early = at(date(2027, 9, 10))
    with time_machine.travel(early, tick=False):
        assert open_renewals(now=early) == 1

    renewal = duty(hire, "R")
    assert renewal.due_on == date(2027, 11, 1)
    assert "2027年11月1日到期" in renewal.sources.get().reason


def test_a_course_one_began_oneself_brings_no_duty(hire, path):
    course = path["R"]
    course.kind = CourseKind.ROLE
    course.save()
    with time_machine.travel(at(JOINED), tick=False):
        open_enrollment(employee=hire, course=course, starts_on=JOINED, now=at(JOINED))
        services.sweep_courses(now=at(JOINED))

    assert not TrainingAssignment.objects.exists()


def test_the_sweep_repeats_what_lost_signals_left(hire, path):
    now = at(JOINED)
    with time_machine.travel(now, tick=False):
        open_path(employee=hire, mentor=None, now=now)
        TrainingAssignment.objects.all().delete()
        assert services.sweep_courses(now=now) == {"required": 3, "settled": 0}
        first = cycle(hire, "L1")
        first.status, first.settled_at = EnrollmentStatus.COMPLETED, now
        first.save()
        assert services.sweep_courses(now=now) == {"required": 0, "settled": 1}
        assert services.sweep_courses(now=now) == {"required": 0, "settled": 0}

    assert duty(hire, "L1").status == AssignmentStatus.DONE


def test_leave_puts_a_level_off_and_leaving_ends_it(hire):
    now = at(JOINED)
    with time_machine.travel(now, tick=False):
        open_path(employee=hire, mentor=None, now=now)
    Absence.objects.create(
        employee=hire, kind="sick", valid_from=date(2026, 11, 4), valid_to=date(2026, 11, 6)
    )
    services.refresh_due_dates(on=date(2026, 11, 9))
    first = duty(hire, "L1")
    assert first.due_on == add_workdays(JOINED + timedelta(days=10), 3)

    hire.left_on = date(2026, 11, 20)
    hire.save()
    assert services.recompute(now=at(date(2026, 11, 19)))["left"] == 0
    assert services.recompute(now=at(date(2026, 11, 20)))["left"] == 3
    assert services.recompute(now=at(date(2026, 11, 21)))["left"] == 0
    assert duty(hire, "L1").ended_reason == "已离职"


def test_a_transfer_ends_the_old_posts_duty_unless_another_source_holds_it_up(lesson, now):
    moved, kept = lesson.manager, PostingFactory(position=lesson.position).employee
    services.assign_weekly_learning(now=now)
    held = TrainingAssignment.objects.get(employee=kept)
    held.sources.create(kind=SourceKind.MANUAL, reason="培训专责布置", started_at=now)
    elsewhere = PositionFactory(code="warehouse_keeper")
    for person in (moved, kept):
        Posting.objects.filter(employee=person).update(valid_to=now.date())
        PostingFactory(
            employee=person, position=elsewhere, valid_from=now.date() + timedelta(days=1)
        )

    assert services.recompute(now=now)["moved"] == 0
    assert services.recompute(now=now + timedelta(days=1))["moved"] == 1
    assert services.recompute(now=now + timedelta(days=2))["moved"] == 0

    ended = TrainingAssignment.objects.get(employee=moved)
    assert (ended.status, ended.ended_reason) == (AssignmentStatus.ENDED, "已调离这个岗位")
    held.refresh_from_db()
    assert held.status == AssignmentStatus.OPEN
    assert timezone.localdate(held.sources.get(kind=SourceKind.POSITION).withdrawn_at) == (
        now.date() + timedelta(days=1)
    )


def test_who_comes_back_finds_a_new_duty_for_the_cycle_that_is_open(hire):
    with time_machine.travel(at(JOINED), tick=False):
        open_path(employee=hire, mentor=None, now=at(JOINED))
    hire.left_on = date(2026, 11, 20)
    hire.save()
    services.recompute(now=at(hire.left_on))
    assert services.sweep_courses(now=at(hire.left_on))["required"] == 0

    back = date(2027, 3, 1)
    hire.left_on = None
    hire.save()
    assert services.sweep_courses(now=at(back)) == {"required": 3, "settled": 0}
    assert services.sweep_courses(now=at(back)) == {"required": 0, "settled": 0}
    again = TrainingAssignment.objects.unfinished().get(employee=hire, enrollment=cycle(hire, "L1"))
    assert again.cycle == 2
    assert again.due_on == add_workdays(back, 5)


def test_what_was_done_counts_on_its_day_however_late_it_is_recorded(hire):
    with time_machine.travel(at(JOINED), tick=False):
        open_path(employee=hire, mentor=None, now=at(JOINED))
    first = cycle(hire, "L1")
    first.status, first.settled_at = EnrollmentStatus.COMPLETED, at(JOINED, 11)
    first.save()

    services.sweep_courses(now=at(JOINED + timedelta(days=30)))

    assert duty(hire, "L1").completed_at == at(JOINED, 11)
