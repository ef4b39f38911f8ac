"""What a week asks for: fifteen minutes, the urgent first, and no last day missed."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from people.models import Absence
from planning import registry
from planning.registry import Claim, Part, Rank
from planning.services import week_of, weeks_of
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)
FRIDAY = MONDAY + timedelta(days=4)


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


@pytest.fixture
def person():
    return EmployeeFactory()


@pytest.fixture
def asks(person, monkeypatch):
    """A function that lets a source of its own ask the person for minutes."""
    claims = []
    monkeypatch.setattr(registry, "_sources", [])
    registry.register_source(lambda employees, span: claims)

    def _asks(key, *minutes, due=None, rank=Rank.DUTY, splits=False, **fields):
        claims.append(
            Claim(
                employee_id=person.pk,
                key=key,
                title=key,
                label="学习",
                url="/",
                icon="play",
                rank=rank,
                parts=tuple(Part(f"{key}{n}", m * 60, splits) for n, m in enumerate(minutes, 1)),
                due_on=due,
                **fields,
            )
        )

    return _asks


def minutes(week):
    return {share.claim.key: share.seconds // 60 for share in week.shares}


def test_a_course_is_spread_evenly_over_the_weeks_until_its_last_day(person, asks):
    asks("course", 40, 40, due=MONDAY + timedelta(days=53), splits=True)

    week = week_of(employee=person, now=at(MONDAY))

    assert minutes(week) == {"course": 10}
    assert week.shares[0].is_slice
    assert week.shares[0].in_words == "这周学course1，约10分钟"
    assert week.reason == "这周学这些就够了，剩下的下周再来。"


def test_what_was_read_on_tuesday_is_not_asked_for_again_on_thursday(person, asks):
    asks("course", 30, 40, due=MONDAY + timedelta(days=53), splits=True, done=600)

    week = week_of(employee=person, now=at(MONDAY + timedelta(days=3)))

    assert week.seconds == 0
    assert week.done == 600
    assert week.reason == "这周的学习够了，剩下的下周再来。"


def test_reviews_wait_before_a_duty_does(person, asks):
    asks("review", *[1] * 9, rank=Rank.REVIEW)
    asks("duty", 12, due=FRIDAY)

    week = week_of(employee=person, now=at(MONDAY))

    assert minutes(week) == {"duty": 12, "review": 3}
    assert week.seconds <= week.budget


def test_a_last_day_breaks_the_budget_rather_than_being_missed(person, asks):
    asks("course", 50, due=FRIDAY, splits=True)
    asks("review", 1, rank=Rank.REVIEW)

    week = week_of(employee=person, now=at(MONDAY))

    assert minutes(week) == {"course": 50}
    assert "快到最迟完成日" in week.reason


@pytest.mark.parametrize("weeks", [1, 2, 3])
def test_too_much_for_the_budget_is_spread_so_that_no_week_takes_more_than_it_must(
    person, asks, weeks
):
    asks("course", 60, due=FRIDAY + timedelta(weeks=weeks - 1), splits=True)

    week = week_of(employee=person, now=at(MONDAY))

    assert minutes(week) == {"course": 60 // weeks}


def test_what_comes_of_a_work_order_goes_before_what_is_due_earlier_but_can_wait(person, asks):
    asks("monthly", 3, due=FRIDAY + timedelta(days=14))
    asks("order", 5, due=FRIDAY + timedelta(days=21), rank=Rank.ORDER)

    week = week_of(employee=person, now=at(MONDAY))

    assert [share.claim.key for share in week.shares] == ["order", "monthly"]


def test_what_is_overdue_stands_first_and_takes_no_more_than_the_budget(person, asks):
    asks("late", 60, due=MONDAY - timedelta(days=5), splits=True)
    asks("duty", 5, due=FRIDAY)

    week = week_of(employee=person, now=at(MONDAY))

    assert [share.claim.key for share in week.shares] == ["late", "duty"]
    assert minutes(week) == {"late": 15, "duty": 5}


def test_leave_to_come_is_reckoned_with_and_asks_for_nothing(person, asks):
    asks("duty", 40, due=FRIDAY, splits=True)
    Absence.objects.create(
        employee=person,
        kind="leave",
        valid_from=MONDAY + timedelta(days=3),
        valid_to=MONDAY + timedelta(days=9),
    )

    before = week_of(employee=person, now=at(MONDAY))
    away = week_of(employee=person, now=at(MONDAY + timedelta(days=7)))

    # Leave puts the last day off to the second Friday: of its five days three lie in this week.
    assert minutes(before) == {"duty": 24}
    assert away.budget == 15 * 60 * 2 // 5


def test_a_person_who_is_away_all_week_is_asked_for_nothing(person, asks):
    asks("duty", 5, due=FRIDAY)
    Absence.objects.create(employee=person, kind="sick", valid_from=MONDAY, valid_to=None)

    week = week_of(employee=person, now=at(MONDAY))

    assert week.shares == []
    assert week.reason == "请假期间不安排学习，回来以后再接着来。"


def test_the_week_of_a_holiday_asks_for_less_and_does_not_count_its_days(person, asks):
    """National Day 2026: 1 to 7 October off, 10 October (a Saturday) worked."""
    asks("course", 60, due=date(2026, 10, 14), splits=True)

    before = week_of(employee=person, now=at(date(2026, 9, 28)))

    # Three working days before, three after the holiday, three until the last day.
    assert before.budget == 15 * 60 * 3 // 5
    assert minutes(before) == {"course": 20}


def test_reviews_ask_for_no_more_than_the_days_left_may(person, asks):
    asks("review", *[1] * 20, rank=Rank.REVIEW, daily=180)

    assert minutes(week_of(employee=person, now=at(MONDAY)))["review"] == 15
    assert minutes(week_of(employee=person, now=at(FRIDAY)))["review"] == 3


def test_what_only_waits_for_somebody_else_is_shown_and_costs_nothing(person, asks):
    asks("sheet", due=FRIDAY)

    week = week_of(employee=person, now=at(MONDAY))

    assert week.seconds == 0
    assert [claim.key for claim in week.waiting] == ["sheet"]


def test_the_week_of_many_costs_no_more_queries_than_of_one(
    person, asks, django_assert_num_queries
):
    asks("duty", 5, due=FRIDAY)
    many = [person.pk, *(EmployeeFactory().pk for _ in range(20))]

    with django_assert_num_queries(1):
        weeks = weeks_of(employees=many, now=at(MONDAY))

    assert len(weeks) == 21
    assert sum(week.seconds for week in weeks.values()) == 300


@pytest.mark.parametrize("seed", range(20))
def test_whoever_does_what_each_week_asks_for_misses_no_last_day(person, monkeypatch, seed):
    """Let duties come at random for a year, and do each week what it asks for."""
    import random

    chance = random.Random(seed)  # noqa: S311  repeatable
    open_: dict[str, list] = {}
    done_in_week: dict[str, int] = {}
    now = at(MONDAY)

    def source(employees, span):
        return [
            Claim(person.pk, key, key, "", "/", "", Rank.DUTY, (Part(key, left, splits),), due,
                  done_in_week.get(key, 0))
            for key, (left, splits, due) in open_.items()
        ]  # fmt: skip

    monkeypatch.setattr(registry, "_sources", [source])
    for number in range(52):
        monday = MONDAY + timedelta(weeks=number)
        done_in_week.clear()
        for each in range(chance.randrange(3)):
            splits = chance.random() < 0.3
            seconds = chance.randrange(60, 7200 if splits else 900)
            due = monday + timedelta(days=chance.randrange(5, 70))
            open_[f"{number}/{each}"] = [seconds, splits, due]
        for day in range(7):
            now = at(monday + timedelta(days=day), 18)
            missed = [key for key, (_, _, due) in open_.items() if due < timezone.localdate(now)]
            assert not missed
            for share in week_of(employee=person, now=now).shares:
                if day == 1 or share.claim.due_on <= timezone.localdate(now) + timedelta(days=3):
                    key = share.claim.key
                    open_[key][0] -= share.seconds
                    done_in_week[key] = done_in_week.get(key, 0) + share.seconds
                    if not open_[key][0]:
                        del open_[key]
