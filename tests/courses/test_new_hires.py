"""New hires: a list in a file, three levels, sign-offs, a certificate, next year's refresher."""

from datetime import date, timedelta

import pytest

from courses.exceptions import ClassFileRefused, CourseRefusal, NotCoveredYet
from courses.models import (
    Certificate,
    CertificateStatus,
    Enrollment,
    EnrollmentStatus,
    LessonPage,
)
from courses.services import (
    answer_check,
    confirm_item,
    confirm_level,
    enter_paper_score,
    except_enrollment,
    finish_lesson,
    form_class,
    keep_list,
    mark_attended,
    name_mentor,
    open_course_lesson,
    open_renewals,
    plan_class,
    record_missed_exams,
    revoke_certificate,
    sign_item,
    sit_exam,
    standing_of,
)
from people.models import Employee, Posting
from quizzes.models import QuestionType
from tests.courses.acting import at, cycle, learn, sit
from tests.factories import PositionFactory, PostingFactory

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_a_new_hire_goes_from_joining_to_next_years_refresher(
    formed, listed, mentor, head, now, path
):
    formed(listed(count=1))
    hire = Employee.objects.get(emp_no="99000000")
    day = date(2026, 11, 25)

    learn(cycle(hire, "L1"), now=at(day))
    sit(cycle(hire, "L1"), now=at(day, 10), right=False)
    with pytest.raises(CourseRefusal, match="明天再考"):
        sit_exam(enrollment=cycle(hire, "L1"), now=at(day, 11))
    with pytest.raises(CourseRefusal, match="先通过L1"):
        sit_exam(enrollment=cycle(hire, "L2"), now=at(day, 11))
    day += timedelta(days=1)
    sit(cycle(hire, "L1"), now=at(day, 10), right=True)
    learn(cycle(hire, "L2"), now=at(day, 11))
    exam = sit(cycle(hire, "L2"), now=at(day, 12), right=True)
    assert {a.version.type for a in exam.answers.all()} == {QuestionType.SCENARIO}

    third = cycle(hire, "L3")
    learn(third, now=at(day, 13))
    signed = [
        sign_item(
            enrollment=third,
            seq=seq,
            shown_on=day,
            seen="三样都在照片里，看得清",
            by=mentor,
            now=at(day, 14),
        )
        for seq in (1, 2)
    ]
    with pytest.raises(CourseRefusal, match="由本人确认"):
        confirm_level(enrollment=third, by=head, now=at(day, 15))
    for each in signed:
        confirm_item(sign_off=each, by=hire, now=at(day, 15))
    confirm_level(enrollment=third, by=head, now=at(day, 16))

    certificate = Certificate.objects.get(enrollment=third)
    assert certificate.valid_until == date(2027, 11, 25)
    assert certificate.status(on=date(2027, 11, 25)) == CertificateStatus.VALID

    assert open_renewals(now=at(date(2027, 9, 20))) == 0
    assert open_renewals(now=at(date(2027, 9, 28))) == 1
    assert open_renewals(now=at(date(2027, 9, 28))) == 0
    refresher = cycle(hire, "R")
    sit(refresher, now=at(date(2027, 10, 8)), right=True)
    refresher.refresh_from_db()
    assert refresher.status == EnrollmentStatus.COMPLETED
    assert refresher.valid_until == date(2028, 10, 7)
    assert certificate.status(on=date(2027, 10, 8)) == CertificateStatus.RENEWED
    assert Enrollment.objects.filter(employee=hire).count() == 4


def test_forty_join_of_whom_three_have_no_phone_and_two_change_post(
    formed, listed, officer, station, path, now
):
    rows = [f"98{n:06d},无机{n},农电,是,2026/11/2,城东供电所,,,否" for n in range(3)]
    formed(listed(*rows, count=37))
    moved = [Employee.objects.get(emp_no=f"990000{n:02d}") for n in (5, 6)]
    for person in moved:
        Posting.objects.filter(employee=person).update(valid_to=date(2026, 11, 19))
        PostingFactory(
            employee=person,
            unit=station,
            position=PositionFactory(code="expense_clerk", name="报账员"),
            valid_from=date(2026, 11, 20),
        )

    assert Enrollment.objects.open().count() == 120
    for person in Employee.objects.filter(emp_no__startswith="98"):
        first = cycle(person, "L1")
        assert person.main_posting(on=date(2026, 11, 24)).position.code == "trainee"
        mark_attended(
            enrollment=first,
            lesson=LessonPage.objects.get(code="L1-1"),
            by=officer.employee,
            now=now,
        )
        enter_paper_score(
            enrollment=first, score=79, taken_on=date(2026, 11, 23), by=officer.employee, now=now
        )
        assert cycle(person, "L1") == first
        enter_paper_score(
            enrollment=first, score=80, taken_on=date(2026, 11, 24), by=officer.employee, now=now
        )
        assert first.exams.count() == 2
    assert Enrollment.objects.settled().count() == 3
    lessons = [
        [step.lesson.code for step in standing_of(cycle(person, "L2")).lessons]
        for person in (moved[0], Employee.objects.get(emp_no="99000001"))
    ]
    assert lessons == [["L2-1", "L2-2"], ["L2-1"]]


def test_an_exam_whose_signal_was_lost_is_recorded_by_the_sweep(formed, listed, now):
    # Within the transaction of a test nothing is announced: the signal goes out on commit.
    formed(listed(count=1))
    first = cycle(Employee.objects.get(emp_no="99000000"), "L1")
    learn(first, now=now)
    sit(first, now=now + timedelta(hours=1), right=True)
    assert not first.exams.exists()

    assert record_missed_exams() == 1
    assert record_missed_exams() == 0

    first.refresh_from_db()
    assert first.settled_at == now + timedelta(hours=1)


def test_a_list_with_a_wrong_row_writes_nothing_and_says_where(officer, station, listed, path, now):
    data = listed(
        "97000001,甲,直签,否,2026-13-02,城东供电所,客户经理,,是",
        "97000002,乙,直签,否,2026-11-02,城西供电所,客户经理,,是",
        "97000002,丙,直签,也许,2026-11-02,城东供电所,客户经理,00000,是",
    )
    kept = keep_list(name="班", unit=station, file_name="a.csv", data=data, by=officer, now=now)

    faults = {(fault.line, fault.column) for fault in plan_class(kept, now=now).faults}
    with pytest.raises(ClassFileRefused, match="5处要改"):
        form_class(training_class=kept, by=officer, now=now)

    assert faults == {
        (2, "入职日期"), (3, "单位"), (4, "工号"), (4, "中共党员"), (4, "师傅工号"),
    }  # fmt: skip
    assert not Employee.objects.filter(emp_no__startswith="97").exists()


def test_forming_a_class_twice_is_once_and_nobody_is_in_two(formed, listed, officer, now):
    data = listed(count=2)
    formed_once = formed(data)
    form_class(training_class=formed_once, by=officer, now=now)

    with pytest.raises(ClassFileRefused):
        formed(data, name="另一个班")

    assert Enrollment.objects.count() == 6


def test_a_lesson_asks_for_its_questions_and_for_the_time_that_reading_takes(formed, listed, now):
    formed(listed(count=1))
    enrollment = cycle(Employee.objects.get(emp_no="99000000"), "L1")
    lesson = standing_of(enrollment).lessons[0].lesson
    progress = open_course_lesson(enrollment=enrollment, lesson=lesson, now=now)

    with pytest.raises(CourseRefusal, match="1道随堂题"):
        finish_lesson(progress=progress, now=now + timedelta(minutes=5))
    answer_check(progress=progress, code="c1", chosen=["A"], now=now + timedelta(seconds=5))
    answer_check(progress=progress, code="c1", chosen=["B"], now=now + timedelta(seconds=6))

    with pytest.raises(NotCoveredYet, match=r"过2[0-9]秒"):
        finish_lesson(progress=progress, now=now + timedelta(seconds=7))
    done = finish_lesson(progress=progress, now=now + timedelta(seconds=60))
    assert done.checks == {"c1": ["A"]}


def test_only_the_mentor_signs_and_only_what_was_seen(formed, listed, mentor, head, officer, now):
    formed(listed(count=1))
    hire = Employee.objects.get(emp_no="99000000")
    third = cycle(hire, "L3")
    seen = {"shown_on": date(2026, 11, 24), "seen": "当场谢绝，登记簿填完整", "now": now}

    for person in (hire, head):
        with pytest.raises(CourseRefusal, match="指定的师傅"):
            sign_item(enrollment=third, seq=1, by=person, **seen)
    with pytest.raises(CourseRefusal, match="亲眼看到了什么"):
        sign_item(enrollment=third, seq=1, by=mentor, **(seen | {"seen": "好"}))
    with pytest.raises(CourseRefusal, match="演示日期"):
        sign_item(enrollment=third, seq=1, by=mentor, **(seen | {"shown_on": date(2026, 11, 25)}))
    with pytest.raises(CourseRefusal, match="先通过L1"):
        sign_item(enrollment=third, seq=1, by=mentor, **seen)
    with pytest.raises(CourseRefusal, match="学员本人"):
        name_mentor(enrollment=third, mentor=hire, by=officer.employee, now=now)


def test_waiving_asks_for_a_reason_and_a_certificate_can_be_taken_back(
    formed, listed, officer, now
):
    formed(listed(count=1))
    hire = Employee.objects.get(emp_no="99000000")
    waive = {"status": EnrollmentStatus.CREDITED, "by": officer.employee, "now": now}

    with pytest.raises(CourseRefusal, match="原因"):
        except_enrollment(enrollment=cycle(hire, "L1"), reason=" ", **waive)
    done = except_enrollment(enrollment=cycle(hire, "L1"), reason="上月在省公司学过", **waive)
    assert standing_of(cycle(hire, "L2")).blocked_by is None
    assert not Certificate.objects.exists()

    certificate = Certificate.objects.create(
        enrollment=done, number="LJ1", token="t", name="新人0", title="教育", issued_on=now.date()
    )
    with pytest.raises(CourseRefusal, match="原因"):
        revoke_certificate(certificate=certificate, by=officer.employee, reason="", now=now)
    revoked = revoke_certificate(
        certificate=certificate, by=officer.employee, reason="发错了人", now=now
    )
    assert revoked.status(on=now.date()) == CertificateStatus.REVOKED
