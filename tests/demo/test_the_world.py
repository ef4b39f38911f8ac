"""The fictional company: the same for the same seed, and nobody outside it."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from demo import places
from demo.customers import customers
from demo.world import JOINT_BRANCHES, TooEarly, World, build_world

AS_OF = date(2026, 11, 26)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=7, as_of=AS_OF)


def test_one_seed_and_day_make_one_world(world):
    again = build_world(seed=7, as_of=AS_OF)

    assert again.persons == world.persons
    assert again.postings == world.postings
    assert again.grants == world.grants
    assert again.declarations == world.declarations


def test_another_seed_makes_other_people(world):
    other = build_world(seed=8, as_of=AS_OF)

    assert other.persons != world.persons
    assert len(other.persons) == len(world.persons)


def test_the_company_has_its_size(world):
    kinds = Counter(unit.kind for unit in world.units)
    employed = world.employed(on=AS_OF)

    assert kinds == {"city": 1, "county": 6, "station": 60}
    assert 1180 <= len(employed) <= 1260
    assert len([c for c in customers(world) if (c.voltage_kv or 0) >= 10]) == 169


def test_two_in_five_are_no_party_members(world):
    employed = world.employed(on=AS_OF)

    others = [person for person in employed if not person.is_party_member]

    assert len(others) == round(0.4 * len(employed))


def test_every_way_of_employment_occurs(world):
    employment = Counter(person.employment_type for person in world.employed(on=AS_OF))

    assert set(employment) == {"direct", "rural", "dispatched"}
    assert min(employment.values()) > 80


@pytest.mark.parametrize("days_ago", [0, 60, 243, 244, 400, 720])
def test_everyone_has_exactly_one_secretary(world, days_ago):
    day = AS_OF - timedelta(days=days_ago)

    secretaries = Counter(
        len(world.secretaries(person.emp_no, on=day)) for person in world.employed(on=day)
    )

    assert set(secretaries) == {1}


def test_secretaries_are_party_members(world):
    secretaries = {g.emp_no for g in world.grants if g.role == "branch_secretary"}

    assert all(world.person[emp_no].is_party_member for emp_no in secretaries)


def test_some_branches_cover_two_stations(world):
    covered = Counter(c.branch for c in world.coverages if c.holds_on(AS_OF))

    assert sum(1 for units in covered.values() if units == 2) == len(JOINT_BRANCHES)


def test_some_secretaries_are_not_the_head(world):
    heads = {p.emp_no for p in world.postings if p.position == "station_head"}
    secretaries = {
        g.emp_no for g in world.grants if g.role == "branch_secretary" and g.holds_on(AS_OF)
    }

    assert len(secretaries - heads) >= 7
    assert len(secretaries & heads) >= 40


def test_some_posts_are_vacant_and_some_people_hold_two(world):
    posts = Counter(p.emp_no for p in world.postings if p.holds_on(AS_OF))

    assert len(world.vacancies(on=AS_OF)) == 7
    assert sum(1 for count in posts.values() if count > 1) >= 30


def test_a_station_without_a_head_has_one_who_acts(world):
    acting = [p for p in world.postings if p.kind == "acting" and p.holds_on(AS_OF)]

    assert {p.unit for p in acting} == {"JC0207", "JC0506"}
    assert all(p.position == "station_head" and not p.is_main for p in acting)


def test_everyone_employed_has_one_main_post(world):
    mains = Counter(p.emp_no for p in world.postings if p.is_main and p.holds_on(AS_OF))

    assert set(mains) == {person.emp_no for person in world.employed(on=AS_OF)}
    assert set(mains.values()) == {1}


def test_nobody_moves_into_a_post_before_leaving_the_last(world):
    by_person: dict[str, list] = {}
    for posting in world.postings:
        if posting.is_main:
            by_person.setdefault(posting.emp_no, []).append(posting)

    for postings in by_person.values():
        postings.sort(key=lambda posting: posting.valid_from)
        for earlier, later in pairwise(postings):
            assert earlier.valid_to == later.valid_from - timedelta(days=1)


def test_administrators_and_auditors_hold_no_other_role(world):
    roles: dict[str, set[str]] = {}
    for grant in world.grants:
        roles.setdefault(grant.emp_no, set()).add(grant.role)

    separated = {"system_admin", "security_admin", "auditor"}

    assert separated <= set().union(*roles.values())
    assert all(
        held == held & separated and len(held) == 1 for held in roles.values() if held & separated
    )


def test_the_walk_through_finds_its_people(world):
    station = "JC0101"

    def names(position):
        return [
            world.person[e].name for e in world.holders(unit=station, position=position, on=AS_OF)
        ]

    assert "周敏" in names("account_manager")
    assert names("station_head") == ["许建平"]
    assert "许燕" in names("usage_inspector")
    assert "沈力" in names("safety_officer")
    assert not world.named("周敏").is_party_member


def test_names_outside_the_basic_plane_and_namesakes_occur(world):
    names = Counter(person.name for person in world.persons)

    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any("·" in name for name in names)
    assert max(names.values()) >= 2


def test_nobody_in_a_small_station_reviews_their_own_second_post(world):
    # The manual's pairs of post and reviewing post that one person must not hold together.
    forbidden = {
        ("warehouse_keeper", "admin_officer"),
        ("admin_officer", "expense_clerk"),
        ("admin_officer", "labor_admin"),
        ("meter_reader", "expense_clerk"),
        ("meter_reader", "billing_clerk"),
        ("counter_clerk", "expense_clerk"),
        ("connection_clerk", "billing_clerk"),
        ("metering_tech", "usage_inspector"),
    }

    pairs = set(places.SECOND_POSTS.items())

    assert not forbidden & (pairs | {(second, first) for first, second in pairs})


def test_a_world_before_its_prices_is_refused():
    with pytest.raises(TooEarly, match="2025年06月01日"):
        build_world(seed=7, as_of=date(2025, 5, 31))
