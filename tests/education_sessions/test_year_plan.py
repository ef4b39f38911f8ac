"""The year plan: it meets every cadence, is confirmed once, and gaps are counted from sessions."""

from collections import Counter
from datetime import date

import pytest

from common.calendar import is_workday
from education_sessions.cadence import CADENCES, period_of
from education_sessions.exceptions import SessionRefusal
from education_sessions.models import Period, PlanItem, SessionKind, SessionStatus
from education_sessions.services import confirm_year, propose_year, standings
from tests.education_sessions.conftest import at
from tests.factories import EducationSessionFactory

pytestmark = pytest.mark.django_db


def of(kind, found):
    return next(one for one in found if one.cadence.kind == kind)


def test_a_proposed_year_meets_every_cadence_in_every_period():
    proposed = propose_year(year=2026, on=date(2026, 1, 1))

    for cadence in CADENCES:
        counted = Counter(
            period_of(cadence.period, item.planned_on)
            for item in proposed
            if cadence.kind in item.outline.duties
            and item.outline.audience.includes(cadence.audience)
        )
        assert len(counted) == 12 // cadence.period.months, cadence.kind
        assert min(counted.values()) >= cadence.times, cadence.kind


def test_everything_is_proposed_on_a_working_day_from_the_given_day_on():
    proposed = propose_year(year=2026, on=date(2026, 9, 10))

    assert all(is_workday(item.planned_on) for item in proposed)
    assert min(item.planned_on for item in proposed) >= date(2026, 9, 10)


@pytest.mark.parametrize(
    ("period", "day", "span"),
    [
        (Period.MONTH, date(2026, 2, 28), (date(2026, 2, 1), date(2026, 2, 28))),
        (Period.TWO_MONTHS, date(2026, 3, 1), (date(2026, 3, 1), date(2026, 4, 30))),
        (Period.QUARTER, date(2026, 12, 31), (date(2026, 10, 1), date(2026, 12, 31))),
        (Period.YEAR, date(2026, 1, 1), (date(2026, 1, 1), date(2026, 12, 31))),
    ],
)
def test_a_period_is_that_of_the_calendar_year(period, day, span):
    assert period_of(period, day) == span


def test_what_is_not_verified_says_so_in_the_table():
    unverified = {cadence.kind for cadence in CADENCES if not cadence.verified}

    assert SessionKind.PARTY_LECTURE in unverified
    assert SessionKind.MEMBER_MEETING not in unverified
    assert all(cadence.source for cadence in CADENCES)


def test_a_year_is_confirmed_in_one_step_and_only_once(branch, secretary):
    first = confirm_year(branch=branch, year=2026, by=secretary, now=at(9))
    items = PlanItem.objects.count()
    again = confirm_year(branch=branch, year=2026, by=secretary, now=at(9, day=25))

    assert first == again
    assert PlanItem.objects.count() == items == len(propose_year(year=2026, on=date(2026, 11, 24)))


def test_a_year_that_is_over_cannot_be_planned(branch, secretary):
    with pytest.raises(SessionRefusal, match="2025年已经过完"):
        confirm_year(branch=branch, year=2025, by=secretary, now=at(9))


def test_one_session_counts_for_every_duty_it_covers(branch):
    EducationSessionFactory(
        branch=branch,
        starts_at=at(15, day=12),
        duties=[SessionKind.PARTY_DAY, SessionKind.FILM, SessionKind.WARNING_EDUCATION],
    )

    found = standings(branch=branch, now=at(9))

    assert of(SessionKind.PARTY_DAY, found).words == "本月已办1次"
    assert of(SessionKind.FILM, found).missing == 0
    assert of(SessionKind.WARNING_EDUCATION, found).held == 1
    assert of(SessionKind.CASE_LECTURE, found).words == "本季度已办0次，还差1次"


def test_a_session_for_members_alone_does_not_count_for_all_staff(branch):
    EducationSessionFactory(
        branch=branch,
        audience="members",
        starts_at=at(15, day=12),
        duties=[SessionKind.PARTY_DAY, SessionKind.WARNING_EDUCATION],
    )

    found = standings(branch=branch, now=at(9))

    assert of(SessionKind.PARTY_DAY, found).missing == 0
    assert of(SessionKind.WARNING_EDUCATION, found).missing == 1


def test_what_is_to_come_is_no_gap_and_what_was_cancelled_or_is_another_branchs_is(branch):
    EducationSessionFactory(branch=branch, starts_at=at(15, day=26))
    EducationSessionFactory(
        branch=branch,
        starts_at=at(15, day=27),
        kind=SessionKind.COMMITTEE,
        status=SessionStatus.CANCELLED,
        cancelled_because="抢修",
    )
    EducationSessionFactory(starts_at=at(15, day=12), kind=SessionKind.MICRO_LESSON)

    found = standings(branch=branch, now=at(9))

    assert of(SessionKind.PARTY_DAY, found).words == "本月已办0次，已排1次"
    assert of(SessionKind.COMMITTEE, found).is_pressing
    assert of(SessionKind.MICRO_LESSON, found).missing == 1


def test_a_gap_presses_only_near_the_end_of_its_period(branch):
    early = of(SessionKind.COMMITTEE, standings(branch=branch, now=at(9, day=10)))
    late = of(SessionKind.COMMITTEE, standings(branch=branch, now=at(9, day=16)))

    assert (early.missing, early.is_pressing) == (1, False)
    assert (late.missing, late.is_pressing) == (1, True)
