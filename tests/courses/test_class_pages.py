"""Classes of new hires as the training officer keeps them: list, roll, papers, certificates."""

import zipfile
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from audit.models import AuditEntry
from courses.models import (
    Certificate,
    ClassMember,
    Enrollment,
    EnrollmentStatus,
    ExamResult,
    TrainingClass,
)
from courses.papers import write_parts
from courses.services import issue_certificate
from jobs.files import folder_of
from jobs.models import Job
from jobs.services import run_due
from people.models import Employee, Posting, Role, User
from quizzes.models import Attempt
from quizzes.services import minutes_for
from tests.courses.acting import at, cycle, learn
from tests.factories import PostingFactory, RoleGrantFactory, StationFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 25)


@pytest.fixture
def trainer(station, manager):
    """The training officer of the station."""
    employee = PostingFactory(unit=station, position=manager).employee
    RoleGrantFactory(employee=employee, role=Role.TRAINING_OFFICER, unit=station)
    return employee


@pytest.fixture
def office(trainer, sign_in):
    with time_machine.travel(at(DAY), tick=False):
        yield sign_in(trainer)


def upload(client, data, *, unit, name="2026年秋季班"):
    file = SimpleUploadedFile("名单.csv", data)
    return client.post(
        reverse("courses:new_class"), {"name": name, "unit": unit.pk, "file": file}, follow=True
    )


@pytest.fixture
def opened(office, listed, station, path):
    """A class of five, one of whom has no phone, formed through the pages."""
    data = listed("98000001,无机,农电,否,2026-11-02,城东供电所,,,否", count=4)
    shown = upload(office, data, unit=station)
    assert "5人" in shown.text
    found = TrainingClass.objects.get()
    office.post(reverse("courses:class", args=[found.pk]))
    return found


def test_a_list_is_looked_at_before_a_class_is_formed_once(office, listed, station, path):
    shown = upload(office, listed(count=3), unit=station)
    assert "2026-11-02入职，城东供电所客户经理" in shown.text
    assert not Employee.objects.filter(emp_no__startswith="99").exists()

    address = reverse("courses:class", args=[TrainingClass.objects.get().pk])
    for _ in range(2):
        office.post(address)

    assert ClassMember.objects.count() == 3
    assert Enrollment.objects.open().count() == 9
    assert "新人2" in office.get(address).text
    assert "已经有一个班叫" in upload(office, listed(count=3), unit=station).text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x00\x01\x02", "应是表头"),
        ("工号,姓名\n1,甲".encode(), "缺少"),
        ("工号,姓名,入职日期,单位\n1,甲,昨天,城东供电所".encode(), "第2行"),
    ],
)
def test_a_file_that_is_no_list_says_so_and_changes_nothing(office, station, path, data, sentence):
    shown = upload(office, data, unit=station)

    assert sentence in shown.text
    assert "导入名单，建班" not in shown.text
    office.post(reverse("courses:class", args=[TrainingClass.objects.get().pk]))
    assert not Enrollment.objects.exists()


def test_the_template_is_a_list_once_it_is_filled_in(office, station, manager, mentor, path):
    sheet = office.get(reverse("courses:class_template")).content
    book = openpyxl.load_workbook(BytesIO(sheet))
    row = book.worksheets[0][2]
    heads = [cell.value for cell in book.worksheets[0][1]]
    filled = {"工号": "98000009", "姓名": "新人", "单位": station.name, "岗位": manager.name}
    filled["师傅工号"] = mentor.emp_no
    for name, cell in zip(heads, row, strict=True):
        cell.value = filled.get(name, cell.value)
    out = BytesIO()
    book.save(out)
    file = SimpleUploadedFile("名单.xlsx", out.getvalue())
    shown = office.post(
        reverse("courses:new_class"), {"name": "班", "unit": station.pk, "file": file}, follow=True
    )
    assert "导入名单，建班" in shown.text


def test_roll_and_paper_scores_complete_a_level_for_who_has_no_phone(opened, office):
    person = Employee.objects.get(emp_no="98000001")
    first = cycle(person, "L1")
    roll = reverse("courses:roll", args=[opened.pk, "L1-1"])
    assert "还没有勾选" in office.post(roll, {"present": []}).text
    office.post(roll, {"present": [first.pk]})
    assert "无机" not in office.get(roll).text

    scores = reverse("courses:scores", args=[opened.pk, "L1"])
    wrong = office.post(scores, {"taken_on": "2026-11-24", f"score_{first.pk}": "101"})
    assert wrong.status_code == 422
    assert "成绩写0到100的整数" in wrong.text
    assert "还没有填成绩" in office.post(scores, {"taken_on": "2026-11-24"}).text
    early = office.post(scores, {"taken_on": "2026-10-01", f"score_{first.pk}": "90"})
    assert "考试日期要在" in early.text
    assert not ExamResult.objects.exists()

    office.post(scores, {"taken_on": "2026-11-24", f"score_{first.pk}": "58"})
    typed = ExamResult.objects.get()
    correct = reverse("courses:correct", args=[typed.pk])
    assert correct in office.get(scores).text
    asked = office.post(correct, {"score": "85", "reason": "卷面是85分"})
    assert "58分改为85分。更正后合格，L1立即办结。" in asked.text
    assert ExamResult.objects.count() == 1
    for _ in range(2):
        office.post(correct, {"score": "85", "reason": "卷面是85分", "confirmed": "85:settles"})
    first.refresh_from_db()
    assert first.status == EnrollmentStatus.COMPLETED
    assert ExamResult.objects.get(replaces=typed).score == 85
    assert ExamResult.objects.count() == 2


def test_a_mentor_is_named_and_a_level_is_credited_with_its_reason(opened, office, mentor):
    person = Employee.objects.get(emp_no="98000001")
    third = cycle(person, "L3")
    name = reverse("courses:mentor", args=[third.pk])
    assert "没有工号“0”" in office.post(name, {"emp_no": "0"}).text
    assert "不能是学员本人" in office.post(name, {"emp_no": person.emp_no}).text
    office.post(name, {"emp_no": mentor.emp_no})
    third.refresh_from_db()
    assert third.mentor == mentor

    first = cycle(person, "L1")
    exempt = reverse("courses:exempt", args=[first.pk])
    assert office.post(exempt, {"status": "credited"}).status_code == 422
    assert office.post(exempt, {"status": "completed", "reason": "想"}).status_code == 422
    shown = office.post(exempt, {"status": "credited", "reason": "9月学过，有证书"}, follow=True)
    assert "以近期同等学习折抵：9月学过，有证书" in shown.text
    first.refresh_from_db()
    assert first.status == EnrollmentStatus.CREDITED


def test_extra_time_lengthens_the_next_examination_and_is_ended_again(opened, office, sign_in):
    person = Employee.objects.get(emp_no="98000001")
    person.user.must_change_password = False
    person.user.save()
    first = cycle(person, "L1")
    learn(first, now=at(DAY, 8))
    extra = reverse("courses:extra_time", args=[first.pk])
    assert office.post(extra, {"percent": "200"}).status_code == 422
    assert "5到100之间" in office.post(extra, {"percent": "3"}).text
    for percent in ("50", "25"):
        office.post(extra, {"percent": percent})
    exam = reverse("courses:exam", args=[first.pk])
    assert "50分钟（含加时）" in sign_in(person).get(exam).text
    sign_in(person).post(exam)
    attempt = Attempt.objects.get(employee=person)
    assert attempt.closes_at - attempt.started_at == timedelta(minutes=50)
    office.post(extra, {"percent": "0"})
    assert minutes_for(employee=person, minutes=40, on=DAY) == 40
    attempt.refresh_from_db()
    assert attempt.closes_at - attempt.started_at == timedelta(minutes=50)


def test_nobody_else_acts_on_a_class_and_no_officer_on_their_own_record(
    opened, trainer, station, mentor, sign_in
):
    first = cycle(Employee.objects.get(emp_no="98000001"), "L1")
    elsewhere = PostingFactory().employee
    RoleGrantFactory(employee=elsewhere, role=Role.TRAINING_OFFICER, unit=StationFactory())
    addresses = [
        reverse("courses:class", args=[opened.pk]),
        reverse("courses:roll", args=[opened.pk, "L1-1"]),
        reverse("courses:scores", args=[opened.pk, "L1"]),
        reverse("courses:mentor", args=[first.pk]),
        reverse("courses:exempt", args=[first.pk]),
    ]
    assert [sign_in(elsewhere).get(address).status_code for address in addresses] == [404] * 5
    assert [sign_in(mentor).get(address).status_code for address in addresses] == [403] * 5
    Enrollment.objects.filter(pk=first.pk).update(employee=trainer)
    assert sign_in(trainer).get(addresses[-1]).status_code == 404


def test_the_class_page_asks_the_same_number_of_queries_for_two_and_for_many(
    office, listed, station, path
):
    def queries(name, first, count):
        upload(office, listed(first=first, count=count), unit=station, name=name)
        found = TrainingClass.objects.get(name=name)
        address = reverse("courses:class", args=[found.pk])
        office.post(address)
        with CaptureQueriesContext(connection) as captured:
            office.get(address)
        return len(captured)

    assert queries("小班", 0, 2) == queries("大班", 10, 20)


@pytest.fixture
def certificates(opened):
    for member in ClassMember.objects.select_related("employee"):
        third = cycle(member.employee, "L3")
        third.status, third.settled_at = EnrollmentStatus.COMPLETED, at(DAY, 8)
        third.valid_until = date(2027, 11, 24)
        third.save()
        issue_certificate(enrollment=third, on=DAY)
    return list(Certificate.objects.order_by("number"))


def test_the_certificates_of_a_class_are_one_job_that_goes_on_where_it_was_stopped(
    opened, office, certificates, trainer, monkeypatch
):
    monkeypatch.setattr("courses.papers.PAGES_A_PART", 2)
    ask = reverse("courses:print_certificates")
    for _ in range(2):
        office.post(ask, {"training_class": opened.pk})
    job = Job.objects.get(kind="courses.certificates")

    # The first worker sets one part and dies; the second goes on.
    written = write_parts(
        Certificate.objects.filter(pk__in=job.params["certificates"]),
        site="http://testserver/",
        folder=folder_of(job),
    )
    _, first_part = next(written)
    stamp = first_part.stat().st_mtime_ns
    run_due(clock=lambda: at(DAY, 12))
    assert first_part.stat().st_mtime_ns == stamp

    file = office.get(reverse("jobs:download", args=[job.pk]))
    archive = zipfile.ZipFile(BytesIO(b"".join(file.streaming_content)))
    pages = [len(PdfReader(archive.open(name)).pages) for name in archive.namelist()]
    assert pages == [2, 2, 1]
    text = PdfReader(archive.open(archive.namelist()[0])).pages[0].extract_text()
    assert certificates[0].number in text
    assert certificates[0].name in text


def test_nothing_to_print_is_said(opened, office):
    shown = office.post(
        reverse("courses:print_certificates"), {"training_class": opened.pk}, follow=True
    )
    assert "还没有可以打印的证书" in shown.text
    shown = office.post(reverse("courses:print_certificates"), {"since": "昨天"}, follow=True)
    assert "没有开始" in shown.text
    assert not Job.objects.filter(kind="courses.certificates").exists()


def test_a_certificate_is_revoked_with_a_reason_once(certificates, office, client):
    one = certificates[0]
    revoke = reverse("courses:revoke", args=[one.pk])
    assert office.post(revoke, {"reason": " "}).status_code == 422
    office.post(revoke, {"reason": "代考查实"})
    assert "已经撤销过" in office.post(revoke, {"reason": "再来"}).text
    assert "已撤销" in client.get(reverse("courses:verify", args=[one.token])).text


def test_who_formed_the_class_prints_first_codes_once_for_those_with_a_phone(
    opened, office, client
):
    page = office.get(reverse("courses:class", args=[opened.pk]))
    waiting = [row.employee for row in page.context["waiting"]]
    assert [person.name for person in waiting] == ["新人0", "新人1", "新人2", "新人3"]
    codes = reverse("courses:first_codes", args=[opened.pk])
    without_phone = Employee.objects.get(emp_no="98000001")

    sheet = office.post(codes, {"employee": [without_phone.pk, waiting[0].pk, waiting[1].pk]})

    issued = sheet.context["issued"]
    assert [one.employee for one in issued] == waiting[:2]
    assert sheet["Cache-Control"] == "no-store"
    later = office.get(reverse("courses:class", args=[opened.pk])).text
    assert "12月9日前有效" in later
    assert issued[0].code in sheet.text
    assert issued[0].code not in later
    entry = AuditEntry.objects.get(action="courses.class.codes_issued")
    assert (entry.subject_id, entry.data) == (str(opened.pk), {"people": 2})
    assert AuditEntry.objects.filter(action="people.first_code.issued").count() == 2
    client.post(
        reverse("people:login"), {"username": waiting[0].emp_no, "password": issued[0].code}
    )
    assert client.get("/").url == reverse("people:choose_password")
    late = Client()
    with time_machine.travel(at(date(2026, 12, 10)), tick=False):
        late.post(
            reverse("people:login"), {"username": waiting[1].emp_no, "password": issued[1].code}
        )
    assert "_auth_user_id" not in late.session


def test_a_list_is_no_way_into_the_account_of_somebody_who_was_there_before(
    office, listed, station, path, manager
):
    before = PostingFactory(unit=station, position=manager).employee
    User.objects.create(username=before.emp_no, employee=before, password="!never")
    granted = "98000007,有角色,直签,否,2026-11-02,城东供电所,客户经理,,是"
    row = f"{before.emp_no},{before.name},直签,否,{before.joined_on},城东供电所,客户经理,,是"
    upload(office, listed(row, granted, count=1), unit=station)
    found = TrainingClass.objects.get()
    office.post(reverse("courses:class", args=[found.pk]))
    holder = Employee.objects.get(emp_no="98000007")
    RoleGrantFactory(employee=holder, role=Role.DISCIPLINE_OFFICER, unit=station)

    page = office.get(reverse("courses:class", args=[found.pk]))
    refused = office.post(
        reverse("courses:first_codes", args=[found.pk]),
        {"employee": [before.pk, holder.pk]},
        follow=True,
    )

    assert [row.employee.emp_no for row in page.context["waiting"]] == ["99000000"]
    assert "没有选中还要首次登录码的人" in refused.text
    assert not AuditEntry.objects.filter(action="people.first_code.issued").exists()


def test_another_officer_and_everybody_else_get_no_codes(opened, station, manager, mentor, sign_in):
    other = PostingFactory(unit=station, position=manager).employee
    RoleGrantFactory(employee=other, role=Role.TRAINING_OFFICER, unit=station)
    elsewhere = PostingFactory().employee
    RoleGrantFactory(employee=elsewhere, role=Role.TRAINING_OFFICER, unit=StationFactory())
    codes = reverse("courses:first_codes", args=[opened.pk])
    person = Employee.objects.get(emp_no="99000000")
    asked = {"employee": [person.pk]}

    client = sign_in(other)
    assert "等首次登录码" not in client.get(reverse("courses:class", args=[opened.pk])).text
    assert "只由建班人发" in client.post(codes, asked, follow=True).text
    assert sign_in(elsewhere).post(codes, asked).status_code == 404
    assert sign_in(mentor).post(codes, asked).status_code == 403
    assert sign_in(other).get(codes).status_code == 405
    assert not AuditEntry.objects.filter(action="people.first_code.issued").exists()


def test_a_member_who_moved_away_stays_on_the_list_without_a_link_to_nowhere(opened, office):
    person = Employee.objects.get(emp_no="98000001")
    address = reverse("courses:cycle", args=[cycle(person, "L1").pk])
    page = reverse("courses:class", args=[opened.pk])
    assert address in office.get(page).text
    Posting.objects.filter(employee=person).update(valid_to=date(2026, 11, 24))
    PostingFactory(employee=person, valid_from=DAY)

    shown = office.get(page).text

    assert "无机" in shown
    assert address not in shown
