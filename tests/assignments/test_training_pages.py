"""The training officer's ledger: figures that lead to their rows, reminders, extensions, bulk."""

import re
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import (
    Allotment,
    AssignmentStatus,
    Extension,
    SourceKind,
    TrainingAssignment,
)
from assignments.services import (
    assign_monthly_lesson,
    assign_weekly_learning,
    recompute,
    require_course,
)
from assignments.services.allotting import carry_out
from assignments.services.assigning import refresh_due_dates
from assignments.services.reminding import extend
from courses.models import CourseKind, Enrollment, EnrollmentStatus
from courses.services import open_enrollment
from jobs.models import Job, JobState
from jobs.services import run_due
from notifications.models import Notification
from people.models import Absence, Posting, Role
from tests.assignments.conftest import make_lesson
from tests.courses.acting import at
from tests.courses.conftest import manager, path, station  # noqa: F401
from tests.factories import (
    BranchCoverageFactory,
    PartyBranchFactory,
    PositionFactory,
    PostingFactory,
    RoleGrantFactory,
    StationFactory,
)

# ruff: noqa: F811  fixtures of another folder are imported by name

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)
TRAINING = reverse("assignments:training")
PEOPLE = reverse("assignments:training_people")
ALLOT = reverse("assignments:allot")


@pytest.fixture
def trainer(station, manager):
    """The training officer of the station, who works there."""
    posting = PostingFactory(
        unit=station, position=PositionFactory(code="training_officer", name="培训专责")
    )
    RoleGrantFactory(employee=posting.employee, role=Role.TRAINING_OFFICER, unit=station)
    return posting.employee


@pytest.fixture
def office(trainer, sign_in):
    with time_machine.travel(at(TODAY), tick=False):
        yield sign_in(trainer)


@pytest.fixture
def role_course(path):
    course = path["R"]
    course.kind = CourseKind.ROLE
    course.minutes = 120
    course.save()
    return course


@pytest.fixture
def month(lesson, station, manager, trainer):
    """Six people with this month's lesson, of whom two have learnt it; due on 30 November."""
    page = make_lesson(lesson.point, code="WK-11", month="2026-11")
    people = [PostingFactory(unit=station, position=manager).employee for _ in range(5)]
    assign_monthly_lesson(now=at(date(2026, 11, 1)))
    TrainingAssignment.objects.filter(employee__in=people[:2]).update(
        status=AssignmentStatus.DONE, completed_at=at(date(2026, 11, 20))
    )
    return {"page": page, "people": people, "elsewhere": lesson.manager}


def cells(response, sheet):
    book = openpyxl.load_workbook(BytesIO(response.content))
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def test_every_figure_is_the_number_of_its_rows_and_the_workbook_says_the_same(office, month):
    page = office.get(TRAINING)
    ((row, links),) = page.context["rows"]
    assert (row.due, row.done, row.open, row.overdue) == (6, 2, 4, 0)
    for state, number in (("due", 6), ("done", 2), ("open", 4), ("overdue", 0)):
        assert office.get(links[state]).context["page"].paginator.count == number
    assert month["elsewhere"].name not in office.get(links["due"]).text

    book = office.get(page.context["xlsx_url"])
    assert cells(book, "汇总")[2] == ["城东供电所", 6, 2, 4, 0]
    on_paper = openpyxl.load_workbook(BytesIO(book.content))["汇总"]
    assert on_paper.sheet_properties.pageSetUpPr.fitToPage
    assert len(cells(book, "名单")) == 2 + 6
    by_course = office.get(TRAINING, {"by": "requirement"})
    assert "廉政三分钟：一台“睡着”的变压器" in by_course.text
    by_post = office.get(TRAINING, {"by": "position"})
    assert [row.name for row, _ in by_post.context["rows"]] == ["培训专责", "客户经理"]


def test_a_past_day_is_worked_out_from_the_rows(office, month, trainer, sign_in):
    rows = office.get(TRAINING, {"on": "2026-11-10"}).context["rows"]
    assert (rows[0][0].due, rows[0][0].done) == (6, 0)
    assert office.get(TRAINING, {"on": "2026-10-31"}).context["rows"] == []
    with time_machine.travel(at(date(2026, 12, 2)), tick=False):
        office = sign_in(trainer)
        rows = office.get(TRAINING).context["rows"]
        assert rows[0][0].overdue == 4
        assert office.get(TRAINING, {"on": "2026-11-30"}).context["rows"][0][0].overdue == 0


def test_what_ended_stood_until_its_day_and_what_was_withdrawn_never_was(office, month):
    leaver, cleared = month["people"][3:]
    leaver.left_on = date(2026, 11, 20)
    leaver.save()
    recompute(now=at(date(2026, 11, 20)))
    TrainingAssignment.objects.filter(employee=cleared).update(status=AssignmentStatus.WITHDRAWN)

    def due(on):
        return office.get(TRAINING, {"on": on}).context["total"].due

    assert (due("2026-11-19"), due("2026-11-20")) == (5, 4)


def test_a_county_stands_for_its_stations_and_its_row_for_its_own_staff(
    month, station, manager, sign_in
):
    county = station.parent
    officer = PostingFactory(unit=county, position=PositionFactory(code="training_clerk")).employee
    RoleGrantFactory(employee=officer, role=Role.TRAINING_OFFICER, unit=county)
    assign_monthly_lesson(now=at(date(2026, 11, 1)))
    with time_machine.travel(at(TODAY), tick=False):
        office = sign_in(officer)
        page = office.get(TRAINING, {"unit": county.pk})
        assert page.context["total"].due == 7
        own, links = next(pair for pair in page.context["rows"] if pair[0].name.endswith("本部"))
        assert own.due == 1
        people = office.get(links["due"]).context["page"]
        assert [duty.employee for duty in people] == [officer]
        assert office.get(page.context["total_links"]["due"]).context["page"].paginator.count == 7


def test_position_learning_of_a_post_beside_its_unit_would_name_the_rest(
    office, month, station, manager
):
    for _ in range(3):
        PostingFactory(unit=station, position=manager)
    assign_weekly_learning(now=at(TODAY, 5))

    (unit,) = office.get(TRAINING).context["positions_learning"]
    assert unit.people == 8
    narrowed = office.get(TRAINING, {"position": manager.pk})
    assert narrowed.context["positions_learning"] == []
    assert "一减就知道是谁" in narrowed.text


def test_overdue_position_learning_is_named_page_by_page_and_without_what_is_learnt(
    office, month, lesson, station, manager, trainer, sign_in
):
    for _ in range(60):
        PostingFactory(unit=station, position=manager)
    assign_weekly_learning(now=at(TODAY, 5))
    assert office.get(TRAINING).context["page"].paginator.count == 0

    late = date(2027, 1, 5)
    with time_machine.travel(at(late), tick=False):
        office = sign_in(trainer)
        first = office.get(TRAINING)
        assert len(first.context["page"].object_list) == 50
        assert "下一页" in first.text
        assert lesson.point.title not in first.text
        book = office.get(first.context["xlsx_url"])
        late_ones = first.context["page"].paginator.count
        remind = first.context["remind_late_url"]
        assert f"提醒{late_ones}人" in office.get(remind).text
        assert f"已提醒{late_ones}人" in office.post(remind, follow=True).text
        # One message a person and day, whatever it is about.
        courses = office.post(reverse("assignments:training_remind"), follow=True).text
        assert "今天已经提醒过" in courses
    assert len(cells(book, "岗位学习超期")) == 2 + first.context["page"].paginator.count
    (unit,) = first.context["positions_learning"]
    assert cells(book, "岗位学习")[2] == ["城东供电所", unit.people, unit.done]


@pytest.mark.parametrize(
    "asked", [{"on": "昨天"}, {"unit": "x"}, {"by": "人"}, {"state": "bad"}, {"page": "-1"}]
)
def test_a_question_that_cannot_be_meant_is_left_out(office, month, asked):
    assert office.get(TRAINING, asked).status_code == 200
    assert office.get(PEOPLE, asked).status_code == 200


def test_position_learning_is_figures_only_and_few_people_are_not_shown(office, month, manager):
    assign_weekly_learning(now=at(TODAY, 5))
    page = office.get(TRAINING)
    (shown,) = page.context["positions_learning"]
    assert shown.people is None or shown.people >= 5
    assert not TrainingAssignment.objects.filter(
        pk__in=[duty.pk for duty, *_ in office.get(PEOPLE).context["rows"]], kind="position"
    ).exists()


def test_the_pages_ask_the_same_number_of_queries_for_few_and_for_many(
    office, month, station, manager
):
    def queries():
        counts = []
        for address in (TRAINING, PEOPLE):
            with CaptureQueriesContext(connection) as captured:
                office.get(address)
            counts.append(len(captured))
        return counts

    few = queries()
    for _ in range(30):
        PostingFactory(unit=station, position=manager)
    assign_monthly_lesson(now=at(date(2026, 11, 1)))
    assert queries() == few


def test_a_reminder_reaches_each_person_once_a_day(office, month, trainer, sign_in):
    remind = reverse("assignments:training_remind")
    assert "提醒4人" in office.get(remind).text
    assert "已提醒4人" in office.post(remind, follow=True).text
    again = office.post(remind, follow=True).text
    assert "已提醒0人，4人今天已经提醒过" in again
    assert Notification.objects.filter(event__startswith="assignments.reminder").count() == 4
    with time_machine.travel(at(TODAY + timedelta(days=1)), tick=False):
        assert "已提醒4人" in sign_in(trainer).post(remind, follow=True).text
    with time_machine.travel(at(TODAY + timedelta(days=2)), tick=False):
        third = sign_in(trainer).post(remind, follow=True).text
        assert "已提醒0人，4人这周已收过两条，不再打扰" in third
    with time_machine.travel(at(TODAY + timedelta(days=5)), tick=False):
        assert "已提醒4人" in sign_in(trainer).post(remind, follow=True).text


def test_who_is_on_leave_is_not_reminded(office, month):
    away = TrainingAssignment.objects.filter(
        employee__in=month["people"], status=AssignmentStatus.OPEN
    ).first()
    Absence.objects.create(employee=away.employee, kind="leave", valid_from=TODAY)
    remind = reverse("assignments:training_remind")

    shown = office.get(remind).text
    assert "提醒3人" in shown
    assert "1人今天请假" in shown
    assert "已提醒3人，1人请假没有提醒" in office.post(remind, follow=True).text
    assert not Notification.objects.filter(recipient=away.employee).exists()


def test_all_that_is_listed_is_put_off_after_its_impact_was_seen_and_once(
    office, month, trainer, path
):
    later = month["people"][2]
    TrainingAssignment.objects.filter(employee=later).update(due_on=date(2026, 12, 31))
    two = month["people"][3]
    second = open_enrollment(employee=two, course=path["L1"], starts_on=TODAY, now=at(TODAY))
    require_course(enrollment=second, now=at(TODAY))
    extend = reverse("assignments:training_extend")

    assert "给3人的4项学习延期" in office.get(extend).text
    assert office.post(extend, {"due_on": "2026-12-10", "reason": ""}).status_code == 422
    assert "要在今天以后" in office.post(extend, {"due_on": "2026-11-25", "reason": "检修"}).text
    asked = {"due_on": "2026-12-10", "reason": "秋检"}
    assert "3项已延期" in office.post(extend, asked, follow=True).text
    assert "0项已延期" in office.post(extend, asked, follow=True).text

    assert Extension.objects.count() == 3
    own = TrainingAssignment.objects.get(employee=trainer)
    assert own.due_on == own.first_due_on
    assert TrainingAssignment.objects.get(employee=later).due_on == date(2026, 12, 31)
    told = Notification.objects.get(recipient=two)
    assert "等2项" in told.title


def test_an_extension_keeps_its_reason_and_outlasts_the_daily_reckoning(office, month):
    duty = TrainingAssignment.objects.filter(
        employee__in=month["people"], status=AssignmentStatus.OPEN
    ).first()
    extend = reverse("assignments:extend", args=[duty.pk])
    early = office.post(extend, {"due_on": "2026-11-26", "reason": "值班"})
    assert early.status_code == 422
    assert "原来的最迟日以后" in early.text
    assert office.post(extend, {"due_on": "2026-12-10", "reason": ""}).status_code == 422
    office.post(extend, {"due_on": "2026-12-10", "reason": "抢修值班"})

    Absence.objects.create(employee=duty.employee, kind="leave", valid_from=date(2026, 11, 2),
                           valid_to=date(2026, 11, 3))  # fmt: skip
    refresh_due_dates(on=date(2026, 12, 1))
    duty.refresh_from_db()
    assert duty.due_on == date(2026, 12, 10)
    assert duty.first_due_on == date(2026, 11, 30)
    assert Extension.objects.get().reason == "抢修值班"
    told = Notification.objects.get(recipient=duty.employee, event__contains="extended")
    assert "延到12月10日" in told.title


def test_a_course_is_given_after_its_impact_was_seen_and_once(
    office, trainer, role_course, station, manager
):
    people = [PostingFactory(unit=station, position=manager).employee for _ in range(4)]
    busy = open_enrollment(employee=people[0], course=role_course, starts_on=TODAY, now=at(TODAY))
    holding = open_enrollment(
        employee=people[1], course=role_course, starts_on=TODAY, now=at(TODAY)
    )
    Enrollment.objects.filter(pk=holding.pk).update(
        status=EnrollmentStatus.COMPLETED, settled_at=at(TODAY), valid_until=date(2027, 11, 1)
    )
    Absence.objects.create(employee=people[2], kind="leave", valid_from=TODAY)
    asked = {
        "course": role_course.pk, "unit": station.pk, "position": manager.pk,
        "due_on": "2026-12-20", "reason": "新流程上线，先学",
    }  # fmt: skip
    shown = office.post(ALLOT, asked)
    plan = shown.context["plan"]
    assert (plan.people, plan.new, plan.busy, plan.holding, plan.away) == (4, 2, 1, 1, 1)
    assert not Allotment.objects.exists()
    confirmed = {"confirmed": shown.context["meaning"]}
    other = office.post(ALLOT, asked | confirmed | {"due_on": "2026-12-21"})
    assert other.context["plan"] is not None
    assert not Allotment.objects.exists()

    for _ in range(2):
        office.post(ALLOT, asked | confirmed)
        run_due(clock=lambda: at(TODAY, 12))
    duties = TrainingAssignment.objects.filter(requirement="course:R")
    assert duties.count() == 3
    assert {duty.due_on for duty in duties} == {date(2026, 12, 20)}
    assert duties.get(employee=people[0]).enrollment == busy
    assert Allotment.objects.get().people == 3
    source = duties.first().sources.get()
    assert (source.kind, source.reason) == (SourceKind.MANUAL, "新流程上线，先学")

    kept = duties.get(employee=people[2])
    kept.sources.create(kind=SourceKind.RENEWAL, reason="到期", started_at=at(TODAY))
    withdraw = reverse("assignments:withdraw_allotment", args=[Allotment.objects.get().pk])
    for _ in range(2):
        office.post(withdraw)
    assert duties.filter(status=AssignmentStatus.ENDED).count() == 2
    kept.refresh_from_db()
    assert kept.status == AssignmentStatus.OPEN


def test_a_course_is_given_to_named_persons_and_to_nobody_beside_them(
    office, role_course, station, manager
):
    first, second, beside = (PostingFactory(unit=station, position=manager).employee for _ in "123")
    asked = {
        "course": role_course.pk, "unit": station.pk, "position": "", "due_on": "2026-12-20",
        "named": f"{second.emp_no}，{first.emp_no}\n{first.emp_no}", "reason": "新接了退补业务",
    }  # fmt: skip
    stranger = PostingFactory().employee
    wrong = office.post(ALLOT, asked | {"named": f"{first.emp_no} {stranger.emp_no}"})
    assert wrong.status_code == 422
    assert f"在职人员里没有工号{stranger.emp_no}，请核对" in wrong.text
    many = " ".join(str(number) for number in range(201))
    assert "一次最多点名200人" in office.post(ALLOT, asked | {"named": many}).text

    shown = office.post(ALLOT, asked)
    assert shown.context["plan"].people == 2
    office.post(ALLOT, asked | {"confirmed": shown.context["meaning"]})
    run_due(clock=lambda: at(TODAY, 12))

    duties = TrainingAssignment.objects.filter(requirement="course:R")
    assert {duty.employee for duty in duties} == {first, second}
    assert not beside.enrollments.exists()
    assert "点名2人" in office.get(reverse("assignments:allotments")).text


def test_a_course_given_twice_is_one_duty_with_the_earlier_day(
    office, trainer, role_course, station, manager
):
    plain, put_off = (PostingFactory(unit=station, position=manager).employee for _ in "12")

    def give(due_on):
        allotment = Allotment.objects.create(
            course=role_course, unit=station, position=manager, due_on=due_on,
            reason="先学", given_by=trainer, given_at=at(TODAY),
        )  # fmt: skip
        carry_out(allotment=allotment, now=at(TODAY), progress=lambda done, total: None)

    give(date(2026, 12, 31))
    duty = TrainingAssignment.objects.get(employee=put_off)
    extend(assignment=duty, due_on=date(2027, 1, 8), reason="值班", by=trainer, now=at(TODAY))
    give(date(2026, 12, 20))

    duties = TrainingAssignment.objects.filter(requirement="course:R")
    assert {each.employee: each.due_on for each in duties} == {
        plain: date(2026, 12, 20),
        put_off: date(2027, 1, 8),
    }
    assert duties.get(employee=plain).sources.count() == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"due_on": "2026-11-25"}, "要在今天以后"),
        ({"due_on": "明天"}, "日期写成"),
        ({"reason": ""}, "请填写这一项"),
        ({"unit": "0"}, "请在列表里重新选"),
    ],
)
def test_a_course_that_cannot_be_meant_is_not_given(
    office, role_course, station, manager, changed, sentence
):
    asked = {
        "course": role_course.pk, "unit": station.pk, "position": "",
        "due_on": "2026-12-20", "reason": "先学",
    }  # fmt: skip
    shown = office.post(ALLOT, asked | changed)
    assert shown.status_code == 422
    assert sentence in shown.text
    nobody = office.post(ALLOT, asked | {"position": manager.pk})
    assert "没有人在这个岗位上" in nobody.text
    assert not Allotment.objects.exists()


def test_only_training_officers_come_in_and_only_to_their_units(
    office, month, station, sign_in, role_course
):
    stranger = PostingFactory().employee
    elsewhere = PostingFactory().employee
    RoleGrantFactory(employee=elsewhere, role=Role.TRAINING_OFFICER, unit=StationFactory())
    others = (
        "allotments", "training_remind", "training_remind_late", "training_extend",
        "training_xlsx",
    )  # fmt: skip
    addresses = [TRAINING, PEOPLE, ALLOT, *(reverse(f"assignments:{name}") for name in others)]
    assert {sign_in(stranger).get(address).status_code for address in addresses} == {403}
    theirs = sign_in(elsewhere)
    assert theirs.get(TRAINING).context["rows"] == []
    duty = TrainingAssignment.objects.filter(employee__in=month["people"]).first()
    assert theirs.get(reverse("assignments:extend", args=[duty.pk])).status_code == 404
    asked = {"course": role_course.pk, "unit": station.pk, "position": "",
             "due_on": "2026-12-20", "reason": "先学"}  # fmt: skip
    assert "请在列表里重新选" in theirs.post(ALLOT, asked).text


def test_putting_off_is_offered_only_where_it_can_be_done(office, month, trainer, sign_in):
    duty = TrainingAssignment.objects.filter(
        employee__in=month["people"], status=AssignmentStatus.OPEN
    ).first()
    detail = reverse("assignments:detail", args=[duty.pk])
    extend = reverse("assignments:extend", args=[duty.pk])
    assert extend in office.get(detail).text
    # As secretary of a branch one sees duties of units that one does not train.
    secretary = PostingFactory(position=PositionFactory(code="secretary")).employee
    branch = PartyBranchFactory(unit=month["people"][0].main_posting(on=TODAY).unit)
    BranchCoverageFactory(branch=branch)
    RoleGrantFactory(employee=secretary, role=Role.BRANCH_SECRETARY, unit=None, branch=branch)
    RoleGrantFactory(
        employee=secretary,
        role=Role.TRAINING_OFFICER,
        unit=secretary.main_posting(on=TODAY).unit,
    )

    page = sign_in(secretary).get(detail)

    assert page.status_code == 200
    assert extend not in page.text
    assert sign_in(secretary).get(extend).status_code == 404


def test_who_moved_away_stands_on_the_list_of_a_past_day_without_a_link_to_nowhere(
    office, month, manager
):
    mover = month["people"][4]
    Posting.objects.filter(employee=mover).update(valid_to=date(2026, 11, 19))
    PostingFactory(employee=mover, position=manager, valid_from=date(2026, 11, 20))

    page = office.get(PEOPLE, {"on": "2026-11-10"})

    linked = re.findall(r'href="(/[^"]*?/\d+/)"', page.text)
    assert mover.emp_no in page.text
    assert len(linked) == 5
    assert {office.get(address).status_code for address in linked} == {200}


@pytest.fixture
def few(monkeypatch):
    """What a request does itself ends with two."""
    for name in ("MOST_ROWS", "MOST_TOLD", "MOST_PUT_OFF"):
        monkeypatch.setattr(f"assignments.views.training.{name}", 2)


def finished(client, asked):
    """Return the job that was asked for, run, as its owner's page shows it."""
    job = Job.objects.get(pk=int(asked.url.strip("/").split("/")[-1]))
    run_due(clock=lambda: at(TODAY, 12))
    job.refresh_from_db()
    return job, client.get(asked.url).text


def test_a_long_workbook_is_a_job_with_the_same_rows(office, month, few, monkeypatch):
    address = office.get(TRAINING).context["xlsx_url"]

    first, again = office.get(address), office.get(address)

    assert first.url == again.url
    job, shown = finished(office, first)
    assert job.state == JobState.DONE
    assert "台账已导出" in shown
    file = office.get(reverse("jobs:download", args=[job.pk]))
    book = openpyxl.load_workbook(BytesIO(b"".join(file.streaming_content)))
    rows = [[cell.value for cell in row] for row in book["汇总"].iter_rows()]
    assert rows[2] == ["城东供电所", 6, 2, 4, 0]
    monkeypatch.setattr("assignments.views.training.MOST_ROWS", 100)
    assert cells(office.get(address), "名单") == [
        [cell.value for cell in row] for row in book["名单"].iter_rows()
    ]


def test_reminding_many_is_a_job_that_says_how_many_were_told(office, month, few):
    asked = office.post(reverse("assignments:training_remind"))

    assert not Notification.objects.exists()
    _, shown = finished(office, asked)
    assert "已提醒4人。" in shown
    assert Notification.objects.filter(event__startswith="assignments.reminder").count() == 4
    with time_machine.travel(at(TODAY, 11), tick=False):
        _, shown = finished(office, office.post(reverse("assignments:training_remind")))
    assert "已提醒0人，4人今天已经提醒过。" in shown
    assert Notification.objects.filter(event__startswith="assignments.reminder").count() == 4


def test_putting_off_many_is_refused_at_once_or_done_as_a_job(office, month, few, trainer):
    extend = reverse("assignments:training_extend")
    early = office.post(extend, {"due_on": "2026-11-25", "reason": "检修"})
    assert early.status_code == 422
    assert not Job.objects.filter(kind="assignments.extend").exists()

    _, shown = finished(office, office.post(extend, {"due_on": "2026-12-10", "reason": "秋检"}))

    assert "3项已延期" in shown
    assert Extension.objects.count() == 3
    assert not Extension.objects.filter(assignment__employee=trainer).exists()


def test_who_is_no_officer_any_more_when_the_job_runs_reaches_nobody(office, month, few, trainer):
    asked = office.post(reverse("assignments:training_remind"))
    trainer.role_grants.all().delete()

    job, _ = finished(office, asked)

    assert job.result["sentence"] == "已提醒0人。"
    assert not Notification.objects.filter(event__startswith="assignments.reminder").exists()
