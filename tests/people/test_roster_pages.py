"""The roster as the system administrator brings it in, and how its joiners get to log in."""

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from audit.models import AuditEntry
from people.models import Employee, Posting, Role, RosterUpload
from tests.factories import (
    EmployeeFactory,
    PositionFactory,
    PostingFactory,
    RoleGrantFactory,
    StationFactory,
)
from tests.people.test_roster import TODAY, row, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def admin(sign_in):
    return sign_in(RoleGrantFactory(role=Role.SYSTEM_ADMIN).employee)


@pytest.fixture(autouse=True)
def world():
    StationFactory(code="JC0101", name="城东供电所")
    PositionFactory(code="account_manager", name="客户经理")


def upload(client, *rows, name="名册.xlsx", data=None):
    data = workbook(*rows) if data is None else data
    return client.post(reverse("people:rosters"), {"file": SimpleUploadedFile(name, data)})


def page_of(client, response):
    assert response.status_code == 302
    return client.get(response.url)


def apply(client, response, **extra):
    seen = page_of(client, response).context["plan"].fingerprint
    return client.post(response.url, {"seen": seen, **extra}, follow=True)


def test_the_difference_is_shown_person_by_person_before_anything_is_written(admin):
    known = PostingFactory(employee=EmployeeFactory(emp_no="1", name="李四")).employee

    page = page_of(admin, upload(admin, row("1", "李四", since="2026-11-20"), row("2", "张三")))

    text = page.content.decode()
    assert "张三" in text
    assert "新增，2026-11-02入职，城东供电所客户经理" in text
    assert "城东供电所客户经理，2026-11-20起" in text
    assert not Employee.objects.filter(emp_no="2").exists()
    assert Posting.objects.filter(employee=known).count() == 1


def test_applying_twice_writes_once(admin):
    response = upload(admin, row("2"))

    first = apply(admin, response)
    again = admin.post(response.url, {"seen": "of the other tab"}, follow=True)

    kept = RosterUpload.objects.get()
    assert "新增1人" in first.content.decode()
    assert again.status_code == 200
    assert (kept.added, kept.changed, Employee.objects.filter(emp_no="2").count()) == (1, 0, 1)
    assert AuditEntry.objects.filter(action="people.roster_file.applied").count() == 1


def test_what_changed_since_it_was_looked_at_is_shown_again_and_not_written(admin):
    response = upload(admin, row("2"))
    seen = page_of(admin, response).context["plan"].fingerprint
    apply(admin, upload(admin, row("2", "另名")))

    answer = admin.post(response.url, {"seen": seen}, follow=True)

    assert "请看过下面的新差异再确认" in answer.content.decode()
    assert Employee.objects.get(emp_no="2").name == "另名"


def test_a_wrong_row_is_named_by_line_column_and_remedy_and_nothing_is_written(admin):
    response = upload(admin, row("2"), row("3", unit="城南供电所"))
    page = page_of(admin, response).content.decode()
    answer = admin.post(response.url, {"seen": ""}, follow=True)

    assert "第3行" in page
    assert "没有单位“城南供电所”" in page
    assert "一个人也没有写入" in answer.content.decode()
    assert not Employee.objects.filter(emp_no="2").exists()


def test_a_transfer_without_its_day_is_asked_for_instead_of_wiping_the_old_post(admin):
    PostingFactory(employee=EmployeeFactory(emp_no="1", name="张三"))

    page = page_of(admin, upload(admin, row("1"))).content.decode()

    assert "张三换了岗位，请填从哪天起" in page


def test_a_column_that_is_left_out_changes_nothing(admin):
    person = PostingFactory(
        employee=EmployeeFactory(emp_no="1", name="旧名", is_party_member=True)
    ).employee
    unit = person.main_posting(on=TODAY).unit
    text = f"工号,姓名,入职日期,单位\n1,新名,{person.joined_on},{unit.code}\n"

    apply(admin, upload(admin, name="名册.csv", data=text.encode()))

    person.refresh_from_db()
    assert (person.name, person.is_party_member) == ("新名", True)
    assert Posting.objects.get(employee=person).valid_to is None


def test_a_file_that_changes_a_large_share_needs_a_second_word(admin):
    known = EmployeeFactory.create_batch(25)
    response = upload(admin, *[row(p.emp_no, "改名", since="2026-11-02") for p in known])

    braked = apply(admin, response)
    assert "会改动25人，占在册26人的96%" in page_of(admin, response).content.decode()
    assert "先没有写入" in braked.content.decode()
    assert not Employee.objects.filter(name="改名").exists()

    apply(admin, response, changes_many="on")
    assert Employee.objects.filter(name="改名").count() == 25


def test_many_differences_are_shortened_with_the_counts_of_all(admin):
    page = page_of(admin, upload(admin, *[row(str(9000 + n)) for n in range(205)]))

    assert page.context["plan"].new == 205
    assert "还有5人" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [("a.xlsx", b"no workbook", "不是Excel工作簿"), ("a.csv", "姓名\n张三".encode(), "缺少工号")],
)
def test_what_is_no_roster_is_answered_with_a_sentence(admin, name, data, says):
    response = upload(admin, name=name, data=data)
    page = page_of(admin, response)
    answer = admin.post(response.url, {"seen": ""}, follow=True)

    assert says in page.content.decode()
    assert says in answer.content.decode()


def test_a_file_that_is_too_large_is_refused(admin):
    answer = upload(admin, name="a.csv", data=b"x" * (5 * 1024 * 1024 + 1))

    assert answer.status_code == 422
    assert "文件超过5MB" in answer.content.decode()
    assert not RosterUpload.objects.exists()


def test_the_template_names_units_and_posts_and_its_example_never_becomes_a_person(admin):
    data = admin.get(reverse("people:roster_template")).content
    book = load_workbook(io.BytesIO(data))
    hints = [cell.value for line in book["填写说明"] for cell in line]

    untouched = page_of(admin, upload(admin, data=data))
    book["名册"]["B2"] = "张三"
    filled = io.BytesIO()
    book.save(filled)
    page = page_of(admin, upload(admin, data=filled.getvalue()))

    assert "这是模板里的示例，请把这一行删去" in untouched.content.decode()

    assert {"城东供电所", "JC0101", "客户经理", "account_manager"} <= set(hints)
    assert (page.context["plan"].new, page.context["plan"].faults) == (1, [])


def test_a_joiner_logs_in_with_the_code_that_is_shown_once(admin):
    response = upload(admin, row("2", "张三"))
    apply(admin, response)
    person = Employee.objects.get(emp_no="2")
    codes = reverse("people:first_codes", args=[RosterUpload.objects.get().pk])

    sheet = admin.post(codes, {"employee": [person.pk]})
    code = sheet.context["issued"][0].code
    later = admin.get(response.url).content.decode()
    joiner = Client()
    joiner.post(reverse("people:login"), {"username": "2", "password": code})

    assert code in sheet.content.decode()
    assert code not in later
    assert "发过，" in later
    assert joiner.get("/").url == reverse("people:choose_password")
    entry = AuditEntry.objects.get(action="people.first_code.issued")
    assert (entry.subject_id, entry.data) == (str(person.user.pk), {})


def test_no_code_goes_to_who_is_no_joiner_of_the_roster(admin):
    stranger = EmployeeFactory()
    apply(admin, upload(admin, row("2")))
    codes = reverse("people:first_codes", args=[RosterUpload.objects.get().pk])

    answer = admin.post(codes, {"employee": [stranger.pk, "x"]}, follow=True)

    assert "没有选中还要首次登录码的人" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="people.first_code.issued").exists()


@pytest.mark.parametrize("role", [Role.TRAINING_OFFICER, Role.SECURITY_ADMIN, Role.LEADER])
def test_others_are_told_whom_to_ask(admin, sign_in, role):
    upload(admin, row("2"))
    pk = RosterUpload.objects.get().pk
    client = sign_in(RoleGrantFactory(role=role).employee)

    answers = [
        client.get(reverse("people:rosters")),
        client.get(reverse("people:roster_template")),
        client.get(reverse("people:roster", args=[pk])),
        client.post(reverse("people:roster", args=[pk]), {"seen": ""}),
        client.post(reverse("people:first_codes", args=[pk]), {"employee": [1]}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert "请联系本公司的系统管理员" in answers[0].content.decode()


def test_the_administrator_finds_the_roster_in_the_bar(admin):
    assert reverse("people:rosters") in admin.get(reverse("people:rosters")).content.decode()
    assert [n["key"] for n in admin.get("/").context["nav"] if n["in_tabs"]][1] == "roster"
