"""Who reaches what: dates, trees and branches."""

from datetime import date

import pytest

from people.models import Employee, Role
from people.scope import Scope
from tests.factories import (
    BranchCoverageFactory,
    CityFactory,
    CountyFactory,
    EmployeeFactory,
    PartyBranchFactory,
    PositionFactory,
    PostingFactory,
    RoleGrantFactory,
    StationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_a_county_officer_reaches_the_stations_of_the_county_and_no_other() -> None:
    county = CountyFactory()
    inside, outside = StationFactory(parent=county), StationFactory()
    officer = UserFactory()
    RoleGrantFactory(employee=officer.employee, unit=county)

    scope = Scope.of(officer)

    assert scope.reaches(inside, Role.DISCIPLINE_OFFICER)
    assert not scope.reaches(outside, Role.DISCIPLINE_OFFICER)
    assert not scope.reaches(None, Role.DISCIPLINE_OFFICER)


def test_what_has_no_station_is_the_citys() -> None:
    officer = UserFactory()
    RoleGrantFactory(employee=officer.employee, unit=CityFactory())

    assert Scope.of(officer).reaches(None, Role.DISCIPLINE_OFFICER)


def test_a_role_ends_with_its_last_day() -> None:
    officer = UserFactory()
    RoleGrantFactory(employee=officer.employee, valid_to=date(2021, 1, 1))

    assert Scope.of(officer).roles == frozenset()


def test_the_superuser_flag_opens_nothing() -> None:
    user = UserFactory(is_superuser=True)

    scope = Scope.of(user)

    assert not scope.reaches(StationFactory(), *Role)


def test_a_joint_branch_answers_for_everyone_in_the_units_it_covers() -> None:
    branch = PartyBranchFactory()
    own = BranchCoverageFactory(branch=branch).unit
    joined = BranchCoverageFactory(branch=branch, unit=StationFactory()).unit
    secretary = RoleGrantFactory(role=Role.BRANCH_SECRETARY, unit=None, branch=branch).employee
    here = PostingFactory(unit=own).employee
    there = PostingFactory(unit=joined, employee__is_party_member=False).employee
    stranger = PostingFactory().employee
    today = date(2026, 11, 24)

    members = Employee.objects.of_branch(branch, on=today)

    assert set(members) == {here, there}
    assert here.responsible_secretary(on=today) == secretary
    assert there.responsible_secretary(on=today) == secretary
    assert stranger.responsible_secretary(on=today) is None


def test_who_holds_two_posts_belongs_to_the_branch_of_the_main_one() -> None:
    main = BranchCoverageFactory()
    other = BranchCoverageFactory()
    employee = EmployeeFactory()
    PostingFactory(employee=employee, unit=other.unit, is_main=False)
    PostingFactory(
        employee=employee,
        unit=main.unit,
        position=PositionFactory(code="om_repair", name="配电运维抢修员"),
    )

    assert employee.branch(on=date(2026, 11, 24)) == main.branch
    assert len(employee.current_postings(on=date(2026, 11, 24))) == 2
