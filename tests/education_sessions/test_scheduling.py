"""Scheduling: the right list, clashes before saving, moving, cancelling, what is proposed."""

import uuid
from datetime import timedelta

import pytest

from education_sessions.exceptions import Clashing, SessionRefusal
from education_sessions.models import Attendance, EducationSession, SessionDuty, SessionKind
from education_sessions.outlines import OUTLINES
from education_sessions.services import (
    agenda_for,
    ask_leave,
    cancel_session,
    confirm_year,
    move_session,
    points_for,
    refresh_lists,
)
from notifications.models import Notification
from people.models import Absence
from quizzes.services import confirm_answer, start_attempt
from risk_warnings.models import Conclusion, OrderStatus, WorkOrder
from tests.education_sessions.conftest import at
from tests.factories import (
    AgendaItemFactory,
    CasePageFactory,
    EducationSessionFactory,
    EmployeeFactory,
    PostingFactory,
    RiskPointPageFactory,
    RiskWarningFactory,
    StationFactory,
)

pytestmark = pytest.mark.django_db


def test_members_and_all_staff_are_two_lists(scheduled, everyone, others):
    all_staff = scheduled("case-day")
    members = scheduled("member-meeting", starts_at=at(15, day=25))
    committee = scheduled("committee", starts_at=at(15, day=26))

    assert all_staff.attendances.count() == 8
    assert all_staff.attendances.filter(is_member=True).count() == 5
    assert members.attendances.count() == 5
    assert not members.attendances.filter(employee__in=others).exists()
    assert committee.attendances.count() == 2
    told = Notification.objects.filter(event__startswith="education_sessions.session:")
    assert told.filter(recipient__in=others).count() == 3


def test_a_template_brings_its_duties_and_an_agenda_of_its_length(scheduled, point, lesson, case):
    session = scheduled("case-day")

    kinds = set(SessionDuty.objects.filter(session=session).values_list("kind", flat=True))
    items = session.agenda.order_by("order")
    assert kinds == {SessionKind.PARTY_DAY, SessionKind.WARNING_EDUCATION, SessionKind.CASE_LECTURE}
    assert [item.lesson or item.case for item in items][:2] == [lesson, case]
    assert sum(item.minutes for item in items) == session.minutes == 45


def test_the_same_submission_makes_one_session(scheduled):
    key = uuid.uuid4()

    assert scheduled(submission=key) == scheduled(submission=key)
    assert EducationSession.objects.count() == 1


def test_a_clash_is_refused_until_it_shall_stand(scheduled):
    scheduled()

    with pytest.raises(Clashing) as refused:
        scheduled("committee", starts_at=at(15, 30))
    assert refused.value.sentences == ["本支部15:00已排“主题党日：基本电费少收漏收”。"]
    assert EducationSession.objects.count() == 1
    assert scheduled("committee", starts_at=at(15, 30), despite_clashes=True).pk
    assert scheduled("committee", starts_at=at(16, 0)).pk


def test_rest_days_absence_and_people_busy_elsewhere_are_clashes(
    scheduled, secretary, members, branch
):
    with pytest.raises(Clashing, match="11月28日（周六）是休息日"):
        scheduled(starts_at=at(15, day=28))

    elsewhere = EducationSessionFactory(starts_at=at(15))
    Attendance.objects.create(session=elsewhere, employee=members[0], is_member=True)
    Absence.objects.create(
        employee=secretary, kind="leave", valid_from=at(9).date(), valid_to=at(9).date()
    )
    with pytest.raises(Clashing) as refused:
        scheduled()
    assert refused.value.sentences == [
        "赵立民这一天不在岗。",
        "应到的人里有1人这时要参加别的支部的学习。",
    ]


def test_nothing_is_scheduled_in_the_past(scheduled):
    with pytest.raises(SessionRefusal, match="已经过去"):
        scheduled(starts_at=at(15), now=at(15))


def test_a_planned_item_is_scheduled_once_and_free_after_cancelling(scheduled, branch, secretary):
    plan = confirm_year(branch=branch, year=2026, by=secretary, now=at(9, day=1))
    item = (
        plan.items.get(outline="case-day")
        if plan.items.filter(outline="case-day").exists()
        else plan.items.first()
    )
    first = scheduled(plan_item=item)

    with pytest.raises(SessionRefusal, match="已经排过"):
        scheduled(starts_at=at(15, day=25), plan_item=item)
    cancel_session(session=first, reason="抗台抢修", by=secretary, now=at(10, day=20))
    assert scheduled(starts_at=at(15, day=25), plan_item=item).plan_item == item


def test_moving_tells_the_list_anew_and_calendars_by_a_higher_sequence(scheduled, secretary):
    session = scheduled()

    moved = move_session(
        session=session,
        starts_at=at(16),
        ends_at=at(16, 45),
        place="二楼会议室",
        by=secretary,
        now=at(10, day=21),
    )
    same = move_session(
        session=moved,
        starts_at=at(16),
        ends_at=at(16, 45),
        place="二楼会议室",
        by=secretary,
        now=at(11, day=21),
    )

    assert (moved.uid, moved.sequence, same.sequence) == (session.uid, 1, 1)
    standing = Notification.objects.filter(recipient=secretary, withdrawn_at=None)
    assert [message.title for message in standing] == [
        "时间地点有变：11月24日16:00　主题党日：基本电费少收漏收"
    ]


def test_cancelling_says_why_and_what_has_begun_cannot_be_cancelled(scheduled, secretary):
    session, other = scheduled(), scheduled("committee", starts_at=at(16))

    with pytest.raises(SessionRefusal, match="已经开始"):
        cancel_session(session=session, reason="抢修", by=secretary, now=at(15))
    cancelled = cancel_session(session=other, reason="抢修", by=secretary, now=at(15))

    assert cancelled.sequence == 1
    assert Notification.objects.filter(title__startswith="已取消", body="抢修").count() == 2


def test_who_joins_before_the_day_is_listed_and_told_and_who_leaves_is_not(
    scheduled, station, manager, others
):
    session = scheduled()
    joined = PostingFactory(unit=station, position=manager).employee
    others[0].postings.update(unit=StationFactory())

    assert refresh_lists(now=at(9, day=23)) == 1

    listed = set(session.attendances.values_list("employee", flat=True))
    assert joined.pk in listed
    assert others[0].pk not in listed
    assert Notification.objects.filter(recipient=joined).count() == 1
    assert refresh_lists(now=at(9, day=23)) == 0


def test_who_is_away_by_the_roster_is_on_leave_and_leave_can_be_asked_for(scheduled, others):
    Absence.objects.create(employee=others[0], kind="sick", valid_from=at(9).date())
    session = scheduled()

    ask_leave(session=session, employee=others[1], reason="值班", now=at(10))

    assert set(session.attendances.filter(status="leave").values_list("reason", flat=True)) == {
        "病假",
        "值班",
    }
    with pytest.raises(SessionRefusal, match="不在这次学习的应到名单"):
        ask_leave(session=session, employee=EmployeeFactory(), reason="值班", now=at(10))
    with pytest.raises(SessionRefusal, match="已经截止"):
        ask_leave(session=session, employee=others[2], reason="值班", now=at(15, 15))


def test_the_case_that_was_used_least_is_proposed(branch, point, case, lesson):
    second = CasePageFactory(risk_points=[point])
    used = EducationSessionFactory(branch=branch, starts_at=at(15, day=3))
    AgendaItemFactory(session=used, kind="case", case=case)

    agenda = agenda_for(outline=OUTLINES["case-lecture"], branch=branch, point=point, now=at(9))

    assert [item.case for item in agenda.items if item.case] == [second]


def concluded_order(point, *, unit, number, conclusion=Conclusion.VIOLATION_CONFIRMED):
    order = WorkOrder.objects.create(
        number=f"GD-{number}",
        title="核查",
        theme="T01",
        level="high",
        status=OrderStatus.CLOSED,
        unit=unit,
        risk_point=point,
        drafter=EmployeeFactory(),
        created_at=at(9, day=1),
        issued_at=at(9, day=1),
        status_changed_at=at(9, day=2),
        conclusion=conclusion,
        effective_at=at(9, day=2),
    )
    RiskWarningFactory(
        order=order, risk_point=point, unit=unit, status="resolved", closed_at=at(9, day=2)
    )
    return order


def test_a_point_is_weighted_by_conclusions_that_cannot_be_traced_to_a_station(
    branch, everyone, point, manager
):
    twin = RiskPointPageFactory(position=manager)
    neighbour = StationFactory(parent=branch.unit.parent)
    for number in range(3):
        concluded_order(twin, unit=branch.unit, number=number)
    weights = {one.point.pk: one.weight for one in points_for(branch=branch, now=at(9))}
    assert weights[twin.pk] == weights[point.pk]

    concluded_order(twin, unit=neighbour, number=9)
    found = points_for(branch=branch, now=at(9))

    assert found[0].point.pk == twin.pk
    assert "全县近一年查实较多" in found[0].reasons


@pytest.mark.parametrize("conclusion", [Conclusion.FALSE_POSITIVE, Conclusion.DATA_ISSUE])
def test_what_clears_a_person_or_is_only_a_warning_weighs_nothing(
    branch, everyone, point, manager, conclusion
):
    twin = RiskPointPageFactory(position=manager)
    neighbour = StationFactory(parent=branch.unit.parent)
    for number in range(4):
        concluded_order(
            twin, unit=(branch.unit, neighbour)[number % 2], number=number, conclusion=conclusion
        )
    for _ in range(6):
        RiskWarningFactory(risk_point=twin, unit=branch.unit, triaged=True)

    weights = {one.point.pk: one.weight for one in points_for(branch=branch, now=at(9))}

    assert weights[twin.pk] == weights[point.pk]


def answer(person, point, *, rightly, cause=""):
    attempt = start_attempt(employee=person, risk_point=point, cause=cause, count=3, now=at(9))
    for given in attempt.answers.select_related("version").order_by("number"):
        right = set(given.asked.right_keys())
        letter = next(
            letter
            for letter, option in given.shown_options()
            if (option["key"] in right) == rightly
        )
        confirm_answer(
            attempt=attempt, number=given.number, response=[letter], sequence=1, now=at(9)
        )


def test_wrong_answers_weigh_only_where_five_people_gave_them(branch, everyone, point):
    for person in everyone[:4]:
        answer(person, point, rightly=False)
    before = points_for(branch=branch, now=at(10))[0]
    answer(everyone[4], point, rightly=False)
    after = points_for(branch=branch, now=at(10))[0]

    assert before.reasons == ()
    assert after.reasons == ("本支部的题约100%答错",)
    assert after.weight > before.weight


def test_answers_on_a_warnings_own_page_weigh_nothing(branch, everyone, point):
    for number, person in enumerate(everyone[:6]):
        answer(person, point, rightly=False, cause=f"risk_warnings.riskwarning:{number}")

    assert points_for(branch=branch, now=at(10))[0].reasons == ()


def test_what_was_taught_lately_steps_back(branch, everyone, point, manager):
    twin = RiskPointPageFactory(position=manager)
    taught = EducationSessionFactory(branch=branch, starts_at=at(9) - timedelta(days=30))
    AgendaItemFactory(session=taught, risk_point=point)

    found = points_for(branch=branch, now=at(9))

    assert [one.point.pk for one in found] == [twin.pk, point.pk]
    assert "近四个月学过" in found[1].reasons
