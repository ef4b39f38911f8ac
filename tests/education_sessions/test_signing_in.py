"""Signing in: what opens the door and when, once a person, by hand with a reason, and make-up."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from common.calendar import add_workdays
from courses.models import LessonMode
from courses.services import complete_lesson, decide, open_lesson
from education_sessions import codes
from education_sessions.exceptions import SessionRefusal
from education_sessions.models import Attendance, AttendanceStatus, MakeUp
from education_sessions.services import close_roll, close_rolls, complete_all, mark
from jobs.services import run_due
from notifications.models import Notification
from people.models import Role
from quizzes.services import confirm_answer, start_attempt
from tests.education_sessions.conftest import at
from tests.factories import (
    PASSWORD,
    EducationSessionFactory,
    PostingFactory,
    RoleGrantFactory,
    StationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def scan_address(session, moment):
    return reverse(
        "education_sessions:scan", args=[session.pk, codes.scan_token(session, now=moment)]
    )


def tap(client, session):
    return client.post(reverse("education_sessions:sign_in", args=[session.pk]), follow=True)


def status_of(session, employee):
    return Attendance.objects.get(session=session, employee=employee).status


def row_of(session, employee):
    return Attendance.objects.get(session=session, employee=employee)


def test_a_scan_and_one_tap_sign_in_once(scheduled, others, sign_in):
    session, client = scheduled(), sign_in(others[0])
    with time_machine.travel(at(14, 48), tick=False):
        asked = client.get(scan_address(session, at(14, 48)), follow=True)
        done = tap(client, session)
    with time_machine.travel(at(14, 59), tick=False):
        again = tap(client, session)

    assert f"{others[0]}，签到" in asked.text
    assert "签到成功" in done.text
    assert "11月24日 14:48" in again.text
    assert AuditEntry.objects.filter(action="education_sessions.signed_in").count() == 1


@pytest.mark.parametrize(("seconds", "status"), [(0, 302), (30, 302), (60, 410), (-30, 410)])
def test_a_picture_opens_for_its_step_and_the_next(scheduled, others, sign_in, seconds, status):
    session = scheduled()
    address = scan_address(session, at(14, 48))

    with time_machine.travel(at(14, 48) + timedelta(seconds=seconds), tick=False):
        assert sign_in(others[0]).get(address).status_code == status


def test_a_picture_of_another_session_or_of_none_opens_nothing(scheduled, others, sign_in):
    session, other = scheduled(), EducationSessionFactory(starts_at=at(15))
    token = codes.scan_token(other, now=at(14, 48))
    client = sign_in(others[0])

    with time_machine.travel(at(14, 48), tick=False):
        for pk in (session.pk, 999999):
            answer = client.get(reverse("education_sessions:scan", args=[pk, token]))
            assert (answer.status_code, "已经换了" in answer.text) == (410, True)
        assert tap(client, session).status_code == 410
    assert status_of(session, others[0]) == AttendanceStatus.EXPECTED


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        (at(14, 29), False),
        (at(14, 30), True),
        (at(15, 14), True),
        (at(15, 15), False),
    ],
)
def test_the_window_is_judged_by_the_servers_clock(scheduled, others, sign_in, moment, opens):
    session, client = scheduled(), sign_in(others[0])

    with time_machine.travel(moment, tick=False):
        client.get(scan_address(session, moment))
        tap(client, session)

    assert (status_of(session, others[0]) == AttendanceStatus.PRESENT) is opens


def test_a_scan_holds_ten_minutes_but_not_past_the_window(scheduled, others, sign_in):
    session, slow, late = scheduled(), sign_in(others[0]), sign_in(others[1])
    with time_machine.travel(at(14, 50), tick=False):
        slow.get(scan_address(session, at(14, 50)))
    with time_machine.travel(at(15, 1), tick=False):
        assert tap(slow, session).status_code == 410
    with time_machine.travel(at(15, 14), tick=False):
        late.get(scan_address(session, at(15, 14)))
    with time_machine.travel(at(15, 16), tick=False):
        assert "签到已经截止" in tap(late, session).text

    assert not session.attendances.present().exists()


def test_who_is_not_logged_in_comes_back_to_the_sign_in_after_log_in(scheduled, others):
    session, client = scheduled(), Client()
    UserFactory(employee=others[0])
    with time_machine.travel(at(14, 48), tick=False):
        sent = client.get(scan_address(session, at(14, 48)))
        assert sent.url == f"{reverse('people:login')}?next=/sessions/{session.pk}/sign-in/"
    # Typing a staff number and a password takes longer than a picture lives.
    with time_machine.travel(at(14, 51), tick=False):
        shown = client.post(
            reverse("people:login"),
            {
                "username": others[0].emp_no,
                "password": PASSWORD,
                "next": f"/sessions/{session.pk}/sign-in/",
            },
            follow=True,
        )
        assert f"{others[0]}，签到" in shown.text
        assert "签到成功" in tap(client, session).text


def test_the_scan_of_one_browser_signs_nobody_in_on_another(scheduled, others, sign_in):
    session = scheduled()
    with time_machine.travel(at(14, 48), tick=False):
        sign_in(others[0]).get(scan_address(session, at(14, 48)))
        assert tap(sign_in(others[0]), session).status_code == 410


def test_six_characters_sign_in_who_is_listed_and_nobody_else(scheduled, others, sign_in):
    session = scheduled()
    code = codes.spoken_code(session, now=at(14, 48))
    address = reverse("education_sessions:by_code")
    stranger = PostingFactory().employee

    with time_machine.travel(at(14, 52), tick=False):
        wrong = sign_in(others[0]).post(address, {"code": "222222"})
        right = sign_in(others[0]).post(
            address, {"code": f" {code[:3]} {code[3:].lower()}"}, follow=True
        )
        foreign = sign_in(stranger).post(address, {"code": code})
    with time_machine.travel(at(15, 0), tick=False):
        old = sign_in(others[1]).post(address, {"code": code})

    assert len(code) == 6
    assert not set(code) & set("0O1I")
    assert [wrong.status_code, foreign.status_code, old.status_code] == [422, 422, 422]
    assert "签到成功" in right.text
    assert row_of(session, others[0]).way == "code"


def test_a_guest_signs_in_and_is_counted_apart(scheduled, sign_in, secretary):
    session, guest = scheduled(), PostingFactory().employee
    with time_machine.travel(at(14, 48), tick=False):
        client = sign_in(guest)
        assert "会记成列席" in client.get(scan_address(session, at(14, 48)), follow=True).text
        tap(client, session)
        shown = sign_in(secretary).get(reverse("education_sessions:session", args=[session.pk]))

    assert "列席1" in shown.text
    assert "全员应到8人，实到0人" in shown.text


def test_one_phone_for_many_is_shown_to_the_secretary_and_punishes_nobody(
    scheduled, others, sign_in, secretary
):
    session = scheduled()
    phone = Client()
    with time_machine.travel(at(14, 48), tick=False):
        for person in others[:2]:
            phone.force_login(UserFactory(employee=person))
            phone.get(scan_address(session, at(14, 48)))
            tap(phone, session)
        alone = sign_in(others[2])
        alone.get(scan_address(session, at(14, 48)))
        tap(alone, session)
        shown = sign_in(secretary).get(reverse("education_sessions:session", args=[session.pk]))

    assert session.attendances.present().count() == 3
    assert "有2人是用同一台手机签到的" in shown.text
    assert shown.text.count("同机</span>") == 2
    assert others[0].emp_no not in str(row_of(session, others[0]).device)


def test_the_mark_of_a_phone_says_nothing_in_another_session(scheduled):
    one, other = scheduled(), scheduled("committee", starts_at=at(16))

    assert codes.device_mark(one, "abc") == codes.device_mark(one, "abc")
    assert codes.device_mark(one, "abc") != codes.device_mark(other, "abc")


def test_the_secretary_writes_by_hand_with_a_reason(scheduled, others, sign_in, secretary):
    session = scheduled()
    row = row_of(session, others[0])
    address = reverse("education_sessions:roll", args=[session.pk, row.pk])
    client = sign_in(secretary)

    with time_machine.travel(at(15, 20), tick=False):
        refused = client.post(address, {"status": "present"})
        client.post(address, {"status": "present", "reason": "现场点名在场，手机没带或没电"})

    row.refresh_from_db()
    assert refused.status_code == 422
    assert (row.status, row.way, row.marked_by, row.at) == (
        "present",
        "roll",
        secretary,
        at(15, 20),
    )
    entry = AuditEntry.objects.get(action="education_sessions.marked")
    assert entry.data == {"from": "expected", "to": "present"}


def test_the_database_refuses_a_roll_without_a_reason(scheduled, others, secretary):
    row = row_of(scheduled(), others[0])

    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.filter(pk=row.pk).update(
            status="present", way="roll", at=at(15), marked_by=secretary, reason=""
        )


@pytest.fixture
def over(scheduled, others, members, secretary, discipline_member, head, sign_in):
    """A session that is over: two were missing, one of them on leave."""
    session = scheduled()
    for person in (secretary, discipline_member, head, *members, others[0]):
        Attendance.objects.filter(session=session, employee=person).update(
            status="present", way="scan", at=at(14, 50)
        )
    Attendance.objects.filter(session=session, employee=others[1]).update(
        status="leave", reason="值班或抢修"
    )
    return session


def test_who_was_missing_is_asked_to_catch_up_within_ten_workdays(over, others):
    run_due(clock=lambda: at(15, 46))
    assert close_rolls(now=at(15, 50)) == 0

    made = MakeUp.objects.order_by("attendance__employee__emp_no")
    assert [m.attendance.employee for m in made] == others[1:]
    assert {m.due_on for m in made} == {add_workdays(at(15).date(), 10)}
    assert status_of(over, others[1]) == AttendanceStatus.LEAVE
    assert status_of(over, others[2]) == AttendanceStatus.ABSENT
    told = Notification.objects.filter(
        event__startswith="education_sessions.makeup", category="todo"
    )
    assert {message.recipient for message in told} == set(others[1:])


def test_what_teaches_nothing_has_no_make_up(scheduled):
    session = scheduled("committee")

    assert close_roll(session=session, now=at(16)) == []
    assert session.attendances.filter(status="absent").count() == 2


def read(person, lesson, *, now, cause=""):
    view = open_lesson(employee=person, lesson=lesson, cause=cause, now=now)
    decide(view=view, number=2, mode=LessonMode.READ, now=now + timedelta(seconds=100))
    return complete_lesson(
        employee=person, lesson=lesson, cause=cause, now=now + timedelta(seconds=200)
    )


def answer(person, point, *, now, cause=""):
    attempt = start_attempt(employee=person, risk_point=point, cause=cause, count=3, now=now)
    for given in attempt.answers.select_related("version").order_by("number"):
        letter = given.shown_options()[0][0]
        confirm_answer(attempt=attempt, number=given.number, response=[letter], sequence=1, now=now)


def test_catching_up_is_called_so_and_never_becomes_attendance(
    over, others, lesson, point, secretary, sign_in
):
    close_roll(session=over, now=at(16))
    read(others[2], lesson, now=at(9, day=25))
    assert complete_all(now=at(10, day=25)) == 0
    answer(others[2], point, now=at(11, day=25))

    assert complete_all(now=at(12, day=25)) == 1
    row = row_of(over, others[2])
    assert row.status == AttendanceStatus.ABSENT
    with pytest.raises(SessionRefusal, match="已经补学"):
        mark(
            attendance=row,
            status=AttendanceStatus.PRESENT,
            reason="在场",
            by=secretary,
            now=at(13, day=25),
        )
    with time_machine.travel(at(13, day=25), tick=False):
        shown = sign_in(secretary).get(reverse("education_sessions:session", args=[over.pk]))
    assert "补学，未到场" in shown.text
    assert "全员应到8人，实到6人" in shown.text


def test_what_is_done_on_a_warnings_page_catches_nothing_up(over, others, lesson, point):
    close_roll(session=over, now=at(16))
    read(others[2], lesson, now=at(9, day=25), cause="risk_warnings.riskwarning:1")
    answer(others[2], point, now=at(11, day=25), cause="risk_warnings.riskwarning:1")

    assert complete_all(now=at(12, day=25)) == 0


def test_what_was_learnt_before_the_session_catches_nothing_up(over, others, lesson, point):
    read(others[2], lesson, now=at(9))
    answer(others[2], point, now=at(9))
    close_roll(session=over, now=at(16))

    assert complete_all(now=at(17)) == 0


def test_the_person_is_led_from_the_lesson_to_the_questions(
    over, others, lesson, point, sign_in, django_capture_on_commit_callbacks
):
    close_roll(session=over, now=at(16))
    client = sign_in(others[2])
    address = reverse("education_sessions:make_up", args=[over.pk])
    make_up = MakeUp.objects.get(attendance__employee=others[2])
    with time_machine.travel(at(9, day=25), tick=False):
        assert "/lessons/views/" in client.post(address).url
    read(others[2], lesson, now=at(9, day=25), cause=make_up.cause)
    with time_machine.travel(at(10, day=25), tick=False):
        assert client.post(address).url.startswith("/quiz/")
        with django_capture_on_commit_callbacks(execute=True):
            answer(others[2], point, now=at(10, day=25), cause=make_up.cause)
        shown = client.get(reverse("education_sessions:session", args=[over.pk]))

    assert "记录写“补学”，不算到场" in shown.text
    assert sign_in(others[0]).post(address).status_code == 404


def test_an_absence_that_was_a_mistake_takes_its_make_up_back(over, others, secretary):
    close_roll(session=over, now=at(16))

    mark(
        attendance=row_of(over, others[2]),
        status=AttendanceStatus.PRESENT,
        reason="现场点名在场，扫码没有成功",
        by=secretary,
        now=at(17),
    )

    assert MakeUp.objects.standing().count() == 1
    assert Notification.objects.filter(recipient=others[2], withdrawn_at=None).count() == 1


def test_only_who_keeps_the_roll_sees_code_and_names(
    scheduled, secretary, discipline_member, head, others, station, sign_in
):
    session = scheduled()
    officer = PostingFactory(unit=station.parent).employee
    RoleGrantFactory(employee=officer, role=Role.DISCIPLINE_OFFICER, unit=station.parent)
    elsewhere = PostingFactory().employee
    RoleGrantFactory(employee=elsewhere, role=Role.DISCIPLINE_OFFICER, unit=StationFactory().parent)
    detail = reverse("education_sessions:session", args=[session.pk])
    row = row_of(session, others[0])
    kept = [
        reverse("education_sessions:code", args=[session.pk]),
        reverse("education_sessions:screen", args=[session.pk]),
        reverse("education_sessions:roll", args=[session.pk, row.pk]),
        reverse("education_sessions:move", args=[session.pk]),
        reverse("education_sessions:cancel", args=[session.pk]),
    ]

    with time_machine.travel(at(14, 48), tick=False):
        for person in (secretary, discipline_member):
            assert [sign_in(person).get(address).status_code for address in kept] == [200] * 5
            assert "名单" in sign_in(person).get(detail).text
        for person in (head, officer, others[0]):
            assert [sign_in(person).get(address).status_code for address in kept] == [404] * 5
            shown = sign_in(person).get(detail)
            assert shown.status_code == 200
            assert "扫不了可报" not in shown.text
            assert str(others[1]) not in shown.text
        for person in (elsewhere, PostingFactory().employee):
            assert sign_in(person).get(detail).status_code == 404
