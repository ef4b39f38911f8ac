"""The roster from a file: compared first, written whole or not at all, nothing deleted."""

import io
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from people.models import Employee, Posting
from people.services.roster import RosterBraked, UnreadableRoster, apply_roster, plan_roster
from tests.factories import (
    EmployeeFactory,
    PositionFactory,
    PostingFactory,
    StationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 24)
HEADS = ["工号", "姓名", "用工性质", "中共党员", "入职日期", "单位", "岗位", "任职性质", "任职起日"]


@pytest.fixture
def east():
    return StationFactory(code="JC0101", name="城东供电所")


@pytest.fixture
def manager():
    return PositionFactory(code="account_manager", name="客户经理")


def workbook(*rows):
    book = Workbook()
    for row in [HEADS, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan(*rows):
    return plan_roster(name="名册.xlsx", data=workbook(*rows), today=TODAY)


def row(emp_no, name="张三", *, unit="城东供电所", position="客户经理", since=None):
    joined = datetime(2026, 11, 2)
    return [emp_no, name, "直签", "是", joined, unit, position, "任职", since]


def test_a_new_person_gets_a_post_and_an_account_that_cannot_log_in_yet(east, manager, now):
    apply_roster(plan=plan(row(8800000001)), by=UserFactory(), now=now)

    person = Employee.objects.get(emp_no="8800000001")
    assert person.main_posting(on=TODAY).unit == east
    assert not person.user.has_usable_password()


def test_the_same_file_a_second_time_changes_nothing(east, manager, now):
    apply_roster(plan=plan(row("8800000001")), by=UserFactory(), now=now)

    again = plan(row("8800000001"))

    assert (again.new, again.changed, again.same) == (0, 0, 1)


def test_a_transfer_ends_the_old_post_on_the_day_before_and_deletes_nothing(east, manager, now):
    person = PostingFactory(position=manager, employee=EmployeeFactory(emp_no="1")).employee
    bystander = EmployeeFactory()
    found = plan(row("1", since="2026-11-20"))

    apply_roster(plan=found, by=UserFactory(), now=now)

    old, new = Posting.objects.filter(employee=person).order_by("valid_from")
    assert (old.valid_to, new.valid_from) == (date(2026, 11, 19), date(2026, 11, 20))
    assert "城东供电所客户经理，2026-11-20起" in found.changes[0].words[-1]
    assert Employee.objects.filter(pk=bystander.pk).exists()


def test_one_wrong_row_stops_the_whole_file(east, manager):
    found = plan(row("1"), row("1"), row("2", unit="城南供电所"), row("3", position="司机"))

    assert [(fault.line, fault.column) for fault in found.faults] == [
        (3, "工号"),
        (4, "单位"),
        (5, "岗位"),
    ]
    assert found.changes == []
    with pytest.raises(ValueError, match="faults"):
        apply_roster(plan=found, by=None, now=None)


def test_a_file_that_would_change_a_large_share_is_braked_until_somebody_says_so(
    east, manager, now
):
    known = EmployeeFactory.create_batch(25)
    by = UserFactory()
    found = plan(*[row(person.emp_no, "改名") for person in known])

    with pytest.raises(RosterBraked, match="会改动25人"):
        apply_roster(plan=found, by=by, now=now)
    assert not Employee.objects.filter(name="改名").exists()
    apply_roster(plan=found, by=by, now=now, changes_many=True)

    assert Employee.objects.filter(name="改名").count() == 25


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook", "打不开这个文件"),
        ("a.csv", b"", "文件是空的"),
        ("a.csv", "姓名,单位\n张三,城东".encode(), "缺少工号、入职日期"),
        ("a.csv", "工号,姓名,入职日期,单位,血型\n".encode(), "不认识表头“血型”"),
        ("a.csv", "工号,姓名,入职日期,单位\n".encode(), "没有一行人员"),
        ("a.csv", b"\xff\xfe\x00\x81", "编码认不出来"),
    ],
)
def test_what_is_no_roster_is_refused_with_a_sentence(name, data, says):
    with pytest.raises(UnreadableRoster, match=says):
        plan_roster(name=name, data=data, today=TODAY)
