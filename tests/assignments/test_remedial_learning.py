"""From a conclusion to the proof, and back again when the cause falls."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assignments import services
from assignments.models import AssignmentStatus, CompletionEvidence, SourceKind, TrainingAssignment
from common.calendar import add_workdays
from courses.models import LessonView
from notifications.models import Notification
from quizzes.models import Attempt, ReviewCard
from risk_warnings.models import Conclusion, Level
from tests.assignments.conftest import answer_questions, make_lesson, see_lesson
from tests.factories import (
    CountyFactory,
    EmployeeFactory,
    RiskWarningFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db


def assigned(lesson, order, now):
    return services.assign_remedial(order=order, learner=lesson.manager, now=now)


def test_a_conclusion_gives_lesson_and_questions_with_the_days_of_the_table(
    lesson, trigger, concluded, now
) -> None:
    order = concluded(lesson, now=now)

    duty = assigned(lesson, order, now)

    assert duty.lesson == lesson.page
    assert duty.question_count == 3
    assert duty.due_on == add_workdays(now.date(), 10)
    assert duty.sources.get().work_order == order


def test_assigning_twice_returns_the_first_duty_and_tells_once(
    lesson, trigger, concluded, now
) -> None:
    order = concluded(lesson, now=now)

    first = assigned(lesson, order, now)
    second = assigned(lesson, order, now + timedelta(days=1))

    assert first == second
    assert Notification.objects.filter(recipient=lesson.manager).count() == 1


def test_the_message_names_no_warning_and_no_order(lesson, trigger, concluded, now) -> None:
    order = concluded(lesson, now=now)

    assigned(lesson, order, now)

    message = Notification.objects.get()
    assert order.number not in message.title + message.body
    assert "预警" not in message.title + message.body


def test_a_row_of_the_table_for_the_point_wins_over_the_general_one(
    lesson, trigger, concluded, now
) -> None:
    type(trigger).objects.create(
        risk_point=lesson.point,
        level=Level.MEDIUM,
        conclusion=Conclusion.BUSINESS_ERROR,
        question_count=5,
        days=5,
    )

    duty = assigned(lesson, concluded(lesson, now=now), now)

    assert duty.question_count == 5


def test_without_a_row_in_the_table_the_caller_is_told(lesson, concluded, now) -> None:
    with pytest.raises(services.NoTrainingTrigger):
        assigned(lesson, concluded(lesson, now=now), now)


@pytest.mark.parametrize("conclusion", [Conclusion.FALSE_POSITIVE, Conclusion.DATA_ISSUE])
def test_a_conclusion_that_clears_the_person_asks_for_nothing(
    lesson, trigger, concluded, now, conclusion
) -> None:
    order = concluded(lesson, now=now, conclusion=conclusion)

    assert services.follow_conclusion(order=order, learner=lesson.manager, now=now) is None
    assert not TrainingAssignment.objects.exists()


def test_lesson_and_questions_together_complete_the_duty_with_one_proof(
    lesson, trigger, concluded, now
) -> None:
    order = concluded(lesson, now=now)
    duty = assigned(lesson, order, now)
    later = now + timedelta(hours=1)

    view = see_lesson(lesson, at=later)
    after_lesson = services.record_lesson(view=view, now=later)
    attempt = answer_questions(lesson, at=later, cause=duty.cause)
    services.record_attempt(attempt=attempt, now=later)
    services.record_attempt(attempt=attempt, now=later)

    duty.refresh_from_db()
    proof = CompletionEvidence.objects.get()
    assert after_lesson == []
    assert duty.status == AssignmentStatus.DONE
    assert (proof.attempt, proof.lesson_view, proof.work_order) == (attempt, view, order)


def test_the_result_of_the_questions_leads_to_the_proof(
    lesson, trigger, concluded, now, sign_in
) -> None:
    duty = assigned(lesson, concluded(lesson, now=now), now)
    see_lesson(lesson, at=now)
    attempt = answer_questions(lesson, at=now, cause=duty.cause)
    client = sign_in(lesson.manager)
    result = reverse("quizzes:result", args=[attempt.pk])
    before = client.get(result).content.decode()

    services.record_attempt(attempt=attempt, now=now)

    after = client.get(result).content.decode()
    proof = f'href="{reverse("assignments:detail", args=[duty.pk])}"'
    assert proof not in before
    assert proof in after
    assert "已记入学习任务" in after


def test_one_act_completes_every_duty_it_covers(lesson, trigger, concluded, now) -> None:
    for number in ("2026-101", "2026-102"):
        assigned(lesson, concluded(lesson, now=now, number=number), now)
    see_lesson(lesson, at=now)
    answer_questions(lesson, at=now)

    services.sweep(now=now)

    duty = TrainingAssignment.objects.get()
    assert duty.sources.count() == 2
    assert duty.status == AssignmentStatus.DONE


def test_what_was_learnt_before_the_duty_does_not_complete_it(
    lesson, trigger, concluded, now
) -> None:
    earlier = now - timedelta(days=1)
    view = see_lesson(lesson, at=earlier)
    attempt = answer_questions(lesson, at=earlier)
    duty = assigned(lesson, concluded(lesson, now=now), now)

    services.record_lesson(view=view, now=now)
    services.record_attempt(attempt=attempt, now=now)

    duty.refresh_from_db()
    assert duty.status == AssignmentStatus.OPEN


def test_answers_given_on_a_warnings_page_complete_no_duty(lesson, trigger, concluded, now) -> None:
    duty = assigned(lesson, concluded(lesson, now=now), now)
    see_lesson(lesson, at=now, cause="risk_warnings.riskwarning:1")
    answer_questions(lesson, at=now, cause="risk_warnings.riskwarning:1")

    services.sweep(now=now)

    duty.refresh_from_db()
    assert duty.status == AssignmentStatus.OPEN


def test_taken_back_after_it_was_done_every_count_is_as_if_it_had_never_been(
    lesson, trigger, concluded, now
) -> None:
    order = concluded(lesson, now=now)
    duty = assigned(lesson, order, now)
    see_lesson(lesson, at=now)
    answer_questions(lesson, at=now, cause=duty.cause)
    services.sweep(now=now)
    card_before = ReviewCard.objects.filter(employee=lesson.manager).count()

    services.take_back(order=order, reason="数据已更正，这项学习撤回。", now=now)

    attempt = Attempt.objects.get()
    assert card_before == 1
    assert not ReviewCard.objects.exists()
    assert not TrainingAssignment.objects.counted().exists()
    assert attempt.is_voluntary
    assert CompletionEvidence.objects.count() == 1
    assert not Notification.objects.released(now=now + timedelta(days=1)).exists()


def test_a_duty_that_another_source_holds_up_stands(lesson, trigger, concluded, now) -> None:
    first = concluded(lesson, now=now, number="2026-101")
    duty = assigned(lesson, first, now)
    assigned(lesson, concluded(lesson, now=now, number="2026-102"), now)

    services.take_back(order=first, reason="误报", now=now)

    duty.refresh_from_db()
    assert duty.status == AssignmentStatus.OPEN
    assert duty.sources.filter(withdrawn_at=None).count() == 1


def test_an_open_objection_holds_the_clock(lesson, trigger, concluded, now) -> None:
    order = concluded(lesson, now=now)
    duty = assigned(lesson, order, now)
    long_after = duty.due_on + timedelta(days=30)

    services.pause_learning(order=order)
    paused = TrainingAssignment.objects.overdue(on=long_after).exists()
    services.resume_learning(order=order)
    resumed = TrainingAssignment.objects.overdue(on=long_after).exists()

    assert (paused, resumed) == (False, True)


def test_the_person_sees_why_and_the_proof_a_stranger_sees_nothing(
    lesson, trigger, concluded, now, sign_in
) -> None:
    order = concluded(lesson, now=now)
    duty = assigned(lesson, order, now)
    url = reverse("assignments:detail", args=[duty.pk])

    own = sign_in(lesson.manager).get(url)
    stranger = sign_in(EmployeeFactory()).get(url)

    assert order.number in own.content.decode()
    assert stranger.status_code == 404


def test_the_officer_in_scope_sees_the_duty_and_one_elsewhere_does_not(
    lesson, trigger, concluded, now, sign_in
) -> None:
    order = concluded(lesson, now=now)
    duty = assigned(lesson, order, now)
    url = reverse("assignments:detail", args=[duty.pk])
    inside = RoleGrantFactory(unit=order.unit.parent).employee
    outside = RoleGrantFactory(unit=CountyFactory()).employee

    assert sign_in(inside).get(url).status_code == 200
    assert sign_in(outside).get(url).status_code == 404


def test_starting_leads_to_the_lesson_and_then_to_the_questions(
    lesson, trigger, concluded, now
) -> None:
    duty = assigned(lesson, concluded(lesson, now=now), now)

    first = services.next_step(assignment=duty, now=now)
    see_lesson(lesson, at=now)
    second = services.next_step(assignment=duty, now=now)
    again = services.next_step(assignment=duty, now=now)

    view = LessonView.objects.get(cause=duty.cause)
    assert first.startswith(reverse("courses:view", args=[view.pk]))
    assert second.startswith(reverse("quizzes:attempt", args=[Attempt.objects.get().pk]))
    assert again == second


def test_a_lesson_learnt_before_the_duty_is_begun_anew_for_it(
    lesson, trigger, concluded, now
) -> None:
    earlier = see_lesson(lesson, at=now - timedelta(days=30))
    duty = assigned(lesson, concluded(lesson, now=now), now)

    step = services.next_step(assignment=duty, now=now)

    view = LessonView.objects.get(cause=duty.cause)
    assert view != earlier
    assert not view.is_completed
    assert step.startswith(reverse("courses:view", args=[view.pk]))


def test_a_stranger_cannot_start_anothers_duty(lesson, trigger, concluded, now, sign_in) -> None:
    duty = assigned(lesson, concluded(lesson, now=now), now)

    response = sign_in(EmployeeFactory()).post(reverse("assignments:start", args=[duty.pk]))

    assert response.status_code == 404
    assert not Attempt.objects.exists()


def test_the_sweep_assigns_what_a_lost_signal_left(lesson, trigger, concluded, now) -> None:
    order = concluded(lesson, now=now)
    RiskWarningFactory(order=order, status="resolved", closed_at=now)

    services.sweep(now=now)
    services.sweep(now=now)

    assert TrainingAssignment.objects.get().sources.get().kind == SourceKind.ORDER


def test_a_lesson_made_for_the_position_comes_before_others(lesson, now) -> None:
    other = make_lesson(lesson.point, code="WK-02")
    other.positions.set([lesson.position])
    other.save()

    assert services.lesson_for(lesson.point, position=lesson.position) == other
