"""A paper score that was typed wrong and settled a level: both directions, sent twice, undone."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from assignments.models import AssignmentStatus, TrainingAssignment
from assignments.services import sweep_courses
from courses.exceptions import CourseRefusal
from courses.models import Certificate, Enrollment, EnrollmentStatus, ExamResult, LessonPage
from courses.services import (
    correct_paper_score,
    enter_paper_score,
    issue_certificate,
    mark_attended,
    open_renewals,
    standing_of,
)
from notifications.models import Notification
from people.models import Employee, Role
from tests.courses.acting import at, cycle
from tests.factories import PostingFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 25)
NOW = at(DAY)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def trainer(station, manager):
    employee = PostingFactory(unit=station, position=manager).employee
    RoleGrantFactory(employee=employee, role=Role.TRAINING_OFFICER, unit=station)
    return employee


@pytest.fixture
def paper(hire, trainer):
    """A function that enters a score of the first level, whose lesson was attended."""
    first = cycle(hire, "L1")
    mark_attended(enrollment=first, lesson=LessonPage.objects.get(code="L1-1"), by=trainer, now=NOW)

    def enter(score) -> ExamResult:
        return enter_paper_score(enrollment=first, score=score, taken_on=DAY, by=trainer, now=NOW)

    return enter


@pytest.fixture
def office(trainer, sign_in):
    return sign_in(trainer)


def correct(client, result, score, *, reason="卷面分数录错了", confirmed=None):
    address = reverse("courses:correct", args=[result.pk])
    fields = {"score": score, "reason": reason}
    asked = client.post(address, fields)
    if confirmed is None:
        confirmed = asked.context["form"]["confirmed"].value()
    return asked, client.post(address, {**fields, "confirmed": confirmed}, follow=True)


def test_a_fail_that_was_a_pass_settles_the_level_after_it_was_shown(paper, office, hire):
    typed = paper(55)

    asked, done = correct(office, typed, 85)

    assert "55分改为85分。更正后合格，L1立即办结。" in asked.text
    assert "已更正为85分" in done.text
    typed.enrollment.refresh_from_db()
    assert typed.enrollment.status == EnrollmentStatus.COMPLETED
    assert list(ExamResult.objects.order_by("pk").values_list("score", "reason")) == [
        (55, ""),
        (85, "卷面分数录错了"),
    ]
    told = Notification.objects.get(recipient=hire, event__startswith="courses.corrected")
    assert "更正为85分" in told.title


def test_a_pass_that_was_a_fail_keeps_the_cycle_and_opens_the_next_to_be_examined(
    paper, office, hire, trainer, mentor, sign_in
):
    typed = paper(85)
    first = Enrollment.objects.get(pk=typed.enrollment_id)
    assert first.status == EnrollmentStatus.COMPLETED

    asked, _ = correct(office, typed, 55)

    assert "第1轮的记录保留，另开第2轮：学过的课时带过去，只要补考" in asked.text
    assert Enrollment.objects.get(pk=first.pk).settled_at == first.settled_at
    resit = cycle(hire, "L1")
    assert (resit.cycle, resit.renews) == (2, first)
    assert standing_of(resit).is_learnt
    page = reverse("courses:cycle", args=[resit.pk])
    assert "更正后不合格，所以另开这一轮" in office.get(page).text
    correctable = reverse("courses:correct", args=[ExamResult.objects.latest("pk").pk])
    assert correctable in office.get(page).text
    assert "所以另开这一轮" not in sign_in(mentor).get(page).text
    assert standing_of(cycle(hire, "L2")).blocked_by == first.course
    enter_paper_score(enrollment=resit, score=90, taken_on=DAY, by=trainer, now=NOW)
    resit.refresh_from_db()
    assert resit.status == EnrollmentStatus.COMPLETED
    assert standing_of(cycle(hire, "L2")).blocked_by is None


def test_a_resit_is_a_duty_that_says_why(paper, office, hire):
    sweep_courses(now=NOW)
    typed = paper(85)
    TrainingAssignment.objects.filter(enrollment=typed.enrollment).update(
        status=AssignmentStatus.DONE, completed_at=NOW
    )
    correct(office, typed, 55)

    sweep_courses(now=NOW)

    duty = TrainingAssignment.objects.get(enrollment=cycle(hire, "L1"))
    assert duty.due_on == date(2026, 12, 2)
    assert "成绩更正后不合格，要补考" in duty.sources.get().reason


def test_a_certificate_on_a_wrong_score_is_shown_and_never_revoked_by_itself(
    paper, office, hire, sign_in
):
    typed = paper(85)
    third = cycle(hire, "L3")
    Enrollment.objects.filter(pk__in=[cycle(hire, "L2").pk, third.pk]).update(
        status=EnrollmentStatus.COMPLETED, settled_at=NOW
    )
    third.refresh_from_db()
    certificate = issue_certificate(enrollment=third, on=DAY)
    page = reverse("courses:cycle", args=[third.pk])
    assert "依据的成绩更正后不合格" not in office.get(page).text

    asked, done = correct(office, typed, 55)

    assert f"证书{certificate.number}依据这个成绩。证书不会自动撤销" in asked.text
    assert Certificate.objects.get().revoked_at is None
    assert "依据的成绩更正后不合格" in office.get(page).text
    assert reverse("courses:revoke", args=[certificate.pk]) in done.text
    assert "依据的成绩更正后不合格" not in sign_in(hire).get(page).text
    office.post(reverse("courses:revoke", args=[certificate.pk]), {"reason": "成绩录错"})
    assert "依据的成绩更正后不合格" not in office.get(page).text


def test_a_correction_that_was_wrong_itself_credits_the_resit(paper, office, hire):
    typed = paper(85)
    correct(office, typed, 55)
    resit = cycle(hire, "L1")

    asked, _ = correct(office, ExamResult.objects.get(replaces=typed), 85)

    assert "为补考另开的第2轮按折抵办结" in asked.text
    resit.refresh_from_db()
    assert resit.status == EnrollmentStatus.CREDITED
    assert "第1轮的成绩再次更正为85分" in resit.reason
    assert resit.valid_until == typed.enrollment.valid_until
    assert standing_of(cycle(hire, "L2")).blocked_by is None
    assert ExamResult.objects.count() == 3
    page = office.get(reverse("courses:correct", args=[ExamResult.objects.latest("pk").pk])).text
    assert "登记的是85分，11月25日更正为55分（卷面分数录错了），11月25日更正为85分" in page


def test_the_same_correction_sent_twice_is_one_and_another_is_refused(paper, office, hire):
    typed = paper(85)
    for _ in range(2):
        correct(office, typed, 55, confirmed="55:reopens")
    assert ExamResult.objects.count() == 2
    assert Enrollment.objects.filter(employee=hire, course__code="L1").count() == 2

    refused = office.post(
        reverse("courses:correct", args=[typed.pk]), {"score": 60, "reason": "再看是60分"}
    )

    assert refused.status_code == 422
    assert "已经更正过" in refused.text
    assert ExamResult.objects.count() == 2


def test_what_was_confirmed_must_be_what_it_changes_now(paper, office, trainer):
    typed = paper(55)
    enter_paper_score(enrollment=typed.enrollment, score=90, taken_on=DAY, by=trainer, now=NOW)

    asked, _ = correct(office, typed, 85, confirmed="85:settles")

    assert "合格与否不变" in asked.text
    assert ExamResult.objects.count() == 2


def test_a_score_that_decides_nothing_is_corrected_without_a_word_of_the_level(paper, office):
    typed = paper(85)

    asked, _ = correct(office, typed, 95)

    assert "合格与否不变，只更正分数" in asked.text
    typed.enrollment.refresh_from_db()
    assert typed.enrollment.status == EnrollmentStatus.COMPLETED
    assert Enrollment.objects.filter(course__code="L1").count() == 1


def test_who_may_not_correct_and_what_may_not_be_corrected(
    paper, office, trainer, hire, mentor, sign_in
):
    typed = paper(85)
    address = reverse("courses:correct", args=[typed.pk])
    elsewhere = PostingFactory().employee
    RoleGrantFactory(
        employee=elsewhere,
        role=Role.TRAINING_OFFICER,
        unit=elsewhere.main_posting(on=DAY).unit,
    )
    assert sign_in(elsewhere).get(address).status_code == 404
    assert sign_in(mentor).get(address).status_code == 403
    assert office.post(address, {"score": 55, "reason": " "}).status_code == 422
    with pytest.raises(CourseRefusal, match="原因"):
        correct_paper_score(result=typed, score=55, reason=" ", by=trainer, now=NOW)
    Enrollment.objects.filter(pk=typed.enrollment_id).update(employee=trainer)
    assert office.get(address).status_code == 404
    assert ExamResult.objects.count() == 1


def test_a_settled_score_is_found_on_the_class_and_on_the_person(paper, office, hire):
    typed = paper(85)
    address = reverse("courses:correct", args=[typed.pk])
    training_class = hire.class_membership.training_class

    scores = reverse("courses:scores", args=[training_class.pk, "L1"])
    assert address in office.get(scores).text
    assert address in office.get(reverse("courses:cycle", args=[typed.enrollment_id])).text


def test_a_cycle_that_lost_its_pass_is_renewed_once(paper, office, hire, path, trainer):
    path["L1"].validity_months = 12
    path["L1"].save()
    correct(office, paper(85), 55)
    enter_paper_score(enrollment=cycle(hire, "L1"), score=90, taken_on=DAY, by=trainer, now=NOW)

    assert open_renewals(now=NOW + timedelta(days=330)) == 1
    assert open_renewals(now=NOW + timedelta(days=330)) == 0
    assert Employee.objects.get(pk=hire.pk).enrollments.filter(renews__isnull=False).count() == 2
