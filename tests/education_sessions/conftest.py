"""A branch of eight: its secretary, its discipline member, the head, and five more."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from people.models import Role
from people.scope import HEAD_POSITION
from tests.factories import (
    BranchCoverageFactory,
    CasePageFactory,
    EmployeeFactory,
    MicroLessonPageFactory,
    PartyBranchFactory,
    PositionFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
)


def at(hour, minute=0, *, day=24, month=11):
    return timezone.make_aware(datetime(2026, month, day, hour, minute))


@pytest.fixture
def branch():
    found = PartyBranchFactory(name="城东供电所党支部")
    BranchCoverageFactory(branch=found)
    return found


@pytest.fixture
def station(branch):
    return branch.unit


@pytest.fixture
def manager():
    return PositionFactory()


@pytest.fixture
def secretary(branch, station, manager):
    person = PostingFactory(
        unit=station,
        position=manager,
        employee=EmployeeFactory(name="赵立民", is_party_member=True),
    ).employee
    RoleGrantFactory(employee=person, role=Role.BRANCH_SECRETARY, branch=branch, unit=None)
    return person


@pytest.fixture
def discipline_member(branch, station, manager):
    person = PostingFactory(
        unit=station, position=manager, employee=EmployeeFactory(name="许燕", is_party_member=True)
    ).employee
    RoleGrantFactory(employee=person, role=Role.BRANCH_DISCIPLINE_MEMBER, branch=branch, unit=None)
    return person


@pytest.fixture
def head(station):
    return PostingFactory(
        unit=station,
        position=PositionFactory(code=HEAD_POSITION, name="供电所所长"),
        employee=EmployeeFactory(name="许建平", is_party_member=True),
    ).employee


@pytest.fixture
def members(station, manager):
    """Two more Party members."""
    return [
        PostingFactory(
            unit=station, position=manager, employee=EmployeeFactory(is_party_member=True)
        ).employee
        for _ in range(2)
    ]


@pytest.fixture
def others(station, manager):
    """Three who are no Party members."""
    return [PostingFactory(unit=station, position=manager).employee for _ in range(3)]


@pytest.fixture
def everyone(secretary, discipline_member, head, members, others):
    return [secretary, discipline_member, head, *members, *others]


@pytest.fixture
def point(manager):
    found = RiskPointPageFactory(position=manager)
    for _ in range(3):
        QuestionFactory(primary_risk_point=found)
    return found


@pytest.fixture
def lesson(point):
    found = MicroLessonPageFactory()
    found.risk_points.add(point)
    found.save()
    return found


@pytest.fixture
def case(point, manager):
    return CasePageFactory(risk_points=[point], positions=[manager])


@pytest.fixture
def scheduled(branch, secretary, everyone, point, lesson, case):
    """A function that schedules a session by a template, as the secretary does."""
    from education_sessions.outlines import OUTLINES
    from education_sessions.services import agenda_for, schedule_session

    def _scheduled(key="case-day", *, starts_at=None, now=None, **given):
        outline, now = OUTLINES[key], now or at(9, day=20)
        starts_at = starts_at or at(15)
        agenda = agenda_for(outline=outline, branch=branch, point=point, now=now)
        wanted = {
            "title": agenda.title,
            "items": agenda.items,
            "place": "党员活动室",
            "host": secretary,
            "by": secretary,
        } | given
        return schedule_session(
            branch=branch,
            outline=outline,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=outline.minutes),
            now=now,
            **wanted,
        )

    return _scheduled
