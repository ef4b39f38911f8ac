"""One factory a model, valid with no arguments, in the order of the house's layers."""

from datetime import UTC, date, datetime

import factory

from jobs.models import Job
from people.models import (
    BranchCoverage,
    Employee,
    EmploymentType,
    OrgUnit,
    PartyBranch,
    Position,
    PositionLevel,
    Posting,
    Role,
    RoleGrant,
    UnitKind,
    User,
)

LONG_AGO = date(2020, 1, 1)
PASSWORD = "qing-feng-xu-lai-2026"


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = "jobs.remove_old_files"
    key = factory.Sequence(lambda n: f"2026-11-{n}")
    title = "清理任务文件"
    run_at = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    created_at = factory.SelfAttribute("run_at")


class CityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit
        django_get_or_create = ("code",)

    code = "JC"
    name = "江城供电公司"
    kind = UnitKind.CITY
    parent = None
    path = "JC/"


class CountyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit

    code = factory.Sequence(lambda n: f"JC{n:02d}")
    name = factory.Sequence(lambda n: f"第{n}县供电公司")
    kind = UnitKind.COUNTY
    parent = factory.SubFactory(CityFactory)
    path = factory.LazyAttribute(lambda o: f"{o.parent.path}{o.code}/")


class StationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = OrgUnit

    code = factory.Sequence(lambda n: f"ST{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}供电所")
    kind = UnitKind.STATION
    parent = factory.SubFactory(CountyFactory)
    path = factory.LazyAttribute(lambda o: f"{o.parent.path}{o.code}/")


class PartyBranchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PartyBranch

    code = factory.Sequence(lambda n: f"ZB{n:03d}")
    name = factory.Sequence(lambda n: f"第{n}党支部")
    unit = factory.SubFactory(StationFactory)


class BranchCoverageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BranchCoverage

    branch = factory.SubFactory(PartyBranchFactory)
    unit = factory.SelfAttribute("branch.unit")
    valid_from = LONG_AGO


class PositionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Position
        django_get_or_create = ("code",)

    code = "account_manager"
    name = "客户经理（台区经理）"
    level = PositionLevel.STATION


class EmployeeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Employee

    emp_no = factory.Sequence(lambda n: f"3301{n:06d}")
    name = factory.Sequence(lambda n: f"员工{n}")
    employment_type = EmploymentType.DIRECT
    joined_on = LONG_AGO


class UserFactory(factory.django.DjangoModelFactory):
    """An account of an employee; ``client.force_login(UserFactory(employee=…))``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    employee = factory.SubFactory(EmployeeFactory)
    username = factory.SelfAttribute("employee.emp_no")
    password = factory.django.Password(PASSWORD)


class PostingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Posting

    employee = factory.SubFactory(EmployeeFactory)
    unit = factory.SubFactory(StationFactory)
    position = factory.SubFactory(PositionFactory)
    valid_from = LONG_AGO


class RoleGrantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoleGrant

    employee = factory.SubFactory(EmployeeFactory)
    role = Role.DISCIPLINE_OFFICER
    unit = factory.SubFactory(CityFactory)
    valid_from = LONG_AGO
