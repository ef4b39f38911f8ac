"""A county with one station and everyone who may have a part in a warning of it."""

from dataclasses import dataclass
from typing import Any

import pytest

from assignments.models import TrainingTrigger
from people.models import Employee, OrgUnit, Role
from risk_warnings.models import ADVERSE_CONCLUSIONS, Level
from tests.factories import (
    BranchCoverageFactory,
    CityFactory,
    CountyFactory,
    EmployeeFactory,
    PartyBranchFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
    RiskWarningFactory,
    RoleGrantFactory,
    StationFactory,
)


@dataclass(frozen=True, slots=True)
class World:
    """The people, by the part they may have."""

    city: OrgUnit
    county: OrgUnit
    station: OrgUnit
    receiver: Employee
    colleague: Employee
    head: Employee
    deputy: Employee
    first: Employee
    second: Employee
    officer: Employee
    second_officer: Employee
    discipline_head: Employee
    city_head: Employee
    other_officer: Employee
    secretary: Employee
    reviewer: Employee
    rule_admin: Employee
    system_admin: Employee
    stranger: Employee

    def warning(self, **fields: Any) -> Any:
        fields.setdefault("unit", self.station)
        fields.setdefault("receiver", self.receiver)
        return RiskWarningFactory(**fields)


def _post(name: str, unit: OrgUnit, code: str, title: str) -> Employee:
    employee = EmployeeFactory(name=name)
    PostingFactory(employee=employee, unit=unit, position=PositionFactory(code=code, name=title))
    return employee


def _role(name: str, role: Role, unit: OrgUnit) -> Employee:
    employee = _post(name, unit, "discipline_dept", "纪检岗")
    RoleGrantFactory(employee=employee, role=role, unit=unit)
    return employee


@pytest.fixture
def world(db: Any) -> World:
    city = CityFactory()
    county = CountyFactory(parent=city, name="城区供电公司")
    other_county = CountyFactory(parent=city, name="西岭供电公司")
    station = StationFactory(parent=county, name="城东供电所")
    secretary = _post("夏书记", station, "om_repair", "配电运维抢修员")
    branch = PartyBranchFactory(unit=station)
    BranchCoverageFactory(branch=branch, unit=station)
    RoleGrantFactory(employee=secretary, role=Role.BRANCH_SECRETARY, unit=None, branch=branch)
    rule_admin = _role("吴规则", Role.RULE_ADMIN, city)
    RoleGrantFactory(employee=rule_admin, role=Role.DISCIPLINE_OFFICER, unit=county)
    return World(
        city=city,
        county=county,
        station=station,
        receiver=_post("周敏", station, "account_manager", "客户经理（台区经理）"),
        colleague=_post("李同", station, "account_manager", "客户经理（台区经理）"),
        head=_post("许建平", station, "station_head", "供电所所长"),
        deputy=_post("陈立", station, "deputy_head", "供电所副所长"),
        first=_post("许燕", station, "billing_clerk", "电费核算员"),
        second=_post("沈力", station, "usage_inspector", "用电检查员"),
        officer=_role("林致远", Role.DISCIPLINE_OFFICER, county),
        second_officer=_role("顾晨", Role.DISCIPLINE_OFFICER, county),
        discipline_head=_role("何主任", Role.DISCIPLINE_HEAD, county),
        city_head=_role("钱主任", Role.DISCIPLINE_HEAD, city),
        other_officer=_role("邻县专责", Role.DISCIPLINE_OFFICER, other_county),
        secretary=secretary,
        reviewer=_role("郑营销", Role.BUSINESS_REVIEWER, city),
        rule_admin=rule_admin,
        system_admin=_role("管系统", Role.SYSTEM_ADMIN, city),
        stranger=_post("外所人", StationFactory(parent=county), "account_manager", "客户经理"),
    )


@pytest.fixture(autouse=True)
def _triggers(db: Any) -> None:
    """What is learnt after a conclusion; the app above asks for it."""
    TrainingTrigger.objects.bulk_create(
        TrainingTrigger(level=level, conclusion=conclusion, days=10)
        for level in Level
        for conclusion in ADVERSE_CONCLUSIONS
    )


@pytest.fixture
def risk_point(db: Any) -> Any:
    return RiskPointPageFactory(code="GF-09")
