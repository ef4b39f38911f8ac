"""集体看: one act, one record, for the lesson, its duties and the session."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from assignments.models import AssignmentStatus, TrainingAssignment
from assignments.services import assign_monthly_lesson
from courses.models import LessonView
from education_sessions.exceptions import SessionRefusal
from education_sessions.models import AttendanceStatus, HandCount, MakeUp, SignInWay
from education_sessions.services import answer_together, close_roll, mark, show_hands
from education_sessions.services import sign_in as sign_in_to
from tests.education_sessions.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(scheduled, lesson):
    """The lesson of the month at the morning meeting, 8:20 to 8:30, and everybody's duty of it."""
    lesson.month = "2026-11"
    lesson.save()
    assign_monthly_lesson(now=at(6, day=2))
    return scheduled("morning", starts_at=at(8, 20), now=at(9, day=20))


def come(session, *people):
    for person in people:
        sign_in_to(session=session, employee=person, way=SignInWay.SCAN, device="", now=at(8, 15))


def duty_of(person):
    return TrainingAssignment.objects.get(employee=person)


def test_one_answer_on_the_phone_counts_for_lesson_duty_and_session(
    morning, others, lesson, sign_in, django_capture_on_commit_callbacks
):
    come(morning, others[0])
    client = sign_in(others[0])
    address = reverse("education_sessions:sign_in", args=[morning.pk])
    with time_machine.travel(at(8, 25), tick=False):
        asked = client.get(address).text
        with django_capture_on_commit_callbacks(execute=True):
            shown = client.post(
                reverse("education_sessions:answer", args=[morning.pk]),
                {"decision": "2"},
                follow=True,
            )
            client.post(reverse("education_sessions:answer", args=[morning.pk]), {"decision": "1"})

    view = LessonView.objects.get(employee=others[0])
    assert lesson.decision_situation in asked
    assert "封不了就不算停" in shown.text
    assert (view.way, view.decision, view.decided_well) == ("集体看", 2, True)
    assert duty_of(others[0]).status == AssignmentStatus.DONE
    assert morning.duties.get().kind == "micro_lesson"


def test_the_reasons_are_not_sent_before_the_answer(morning, others, sign_in):
    come(morning, others[0])
    with time_machine.travel(at(8, 25), tick=False):
        shown = sign_in(others[0]).get(reverse("education_sessions:sign_in", args=[morning.pk]))

    assert "封不了就不算停" not in shown.text


@pytest.mark.parametrize("moment", [at(8, 19), at(9, 0)])
def test_the_answer_is_taken_from_the_beginning_to_half_an_hour_after(morning, others, moment):
    come(morning, others[0])

    with pytest.raises(SessionRefusal, match="散会后30分钟"):
        answer_together(session=morning, employee=others[0], number=1, now=moment)
    assert answer_together(session=morning, employee=others[0], number=1, now=at(8, 59)).pk


def test_who_was_not_there_and_what_is_no_option_count_for_nothing(morning, others):
    come(morning, others[0])

    with pytest.raises(SessionRefusal, match="请先签到"):
        answer_together(session=morning, employee=others[1], number=1, now=at(8, 25))
    with pytest.raises(SessionRefusal, match="还没有选"):
        answer_together(session=morning, employee=others[0], number=9, now=at(8, 25))
    assert not LessonView.objects.exists()


def test_a_show_of_hands_counts_for_all_who_were_there_and_have_not_answered(
    morning, others, secretary, members, django_capture_on_commit_callbacks
):
    come(morning, *others, secretary)
    answer_together(session=morning, employee=others[0], number=1, now=at(8, 24))

    with django_capture_on_commit_callbacks(execute=True):
        for hands in ([0, 3, 0], [3, 0, 0]):
            show_hands(session=morning, hands=hands, by=secretary, now=at(8, 28))

    assert HandCount.objects.get().hands == [0, 3, 0]
    assert LessonView.objects.filter(completed_by="together").count() == 4
    assert LessonView.objects.get(employee=others[0]).decision == 1
    assert LessonView.objects.get(employee=others[1]).decision is None
    done = TrainingAssignment.objects.filter(status=AssignmentStatus.DONE)
    assert {duty.employee for duty in done} >= {*others[1:], secretary}
    assert duty_of(members[0]).status == AssignmentStatus.OPEN


@pytest.mark.parametrize(
    ("hands", "sentence"), [([0, 0, 0], "都是0"), ([2, 1, 0], "多过在场还没有在手机上答的2人")]
)
def test_hands_that_cannot_be_are_refused(morning, others, secretary, hands, sentence):
    come(morning, *others[:2])

    with pytest.raises(SessionRefusal, match=sentence):
        show_hands(session=morning, hands=hands, by=secretary, now=at(8, 28))
    assert not LessonView.objects.exists()


def test_the_keeper_enters_hands_on_the_page_and_nobody_else(
    morning, others, secretary, head, sign_in
):
    come(morning, *others)
    address = reverse("education_sessions:hands", args=[morning.pk])
    sent = {"hands_1": 1, "hands_2": 2, "hands_3": 0}
    with time_machine.travel(at(8, 28), tick=False):
        assert sign_in(others[0]).post(address, sent).status_code == 404
        assert sign_in(head).post(address, sent).status_code == 404
        refused = sign_in(secretary).post(address, sent | {"hands_1": "几个"})
        assert (refused.status_code, "人数填整数" in refused.text) == (422, True)
        sign_in(secretary).post(address, sent)

    assert HandCount.objects.get().hands == [1, 2, 0]


def test_who_is_found_present_afterwards_has_watched_too(morning, others, secretary):
    come(morning, others[0])
    show_hands(session=morning, hands=[0, 1, 0], by=secretary, now=at(8, 28))
    row = morning.attendances.get(employee=others[1])

    mark(
        attendance=row,
        status=AttendanceStatus.PRESENT,
        reason="现场点名在场，手机没带或没电",
        by=secretary,
        now=at(8, 40),
    )

    assert LessonView.objects.get(employee=others[1]).way == "集体看"


def test_only_who_was_missing_is_asked_to_catch_up(morning, everyone, others, secretary):
    come(morning, *others)
    show_hands(session=morning, hands=[0, 3, 0], by=secretary, now=at(8, 28))
    close_roll(session=morning, now=at(8, 31))

    asked = {make_up.attendance.employee for make_up in MakeUp.objects.all()}
    assert asked == set(everyone) - set(others)
    assert MakeUp.objects.first().due_on == date(2026, 12, 8)
