"""The transition tables hold what the workflow says: every passage, and every person at it."""

from dataclasses import fields

import pytest

from people.models import Employee, Role
from people.scope import Scope
from risk_warnings.models import (
    OrderStatus,
    Rectification,
    Verification,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.transitions import (
    ORDER_TRANSITIONS,
    WARNING_TRANSITIONS,
    OrderCase,
    WarningCase,
    refusal,
)
from tests.factories import RoleGrantFactory

OPEN = {
    "draft", "issued", "accepted", "verifying", "submitted", "reviewing", "returned",
    "rectifying", "rectified", "transferred", "reopened",
}  # fmt: skip

ORDER_WORKFLOW = {
    ("draft", "issued"), ("issued", "accepted"), ("accepted", "verifying"),
    ("verifying", "submitted"), ("submitted", "reviewing"), ("reviewing", "returned"),
    ("returned", "verifying"), ("reviewing", "closed"), ("reviewing", "rectifying"),
    ("rectifying", "rectified"), ("rectified", "closed"), ("rectified", "rectifying"),
    ("verifying", "transferred"), ("reviewing", "transferred"), ("transferred", "closed"),
    ("issued", "cancelled"), ("accepted", "cancelled"), ("closed", "reopened"),
    ("reopened", "verifying"),
} | {(source, "closed") for source in OPEN}  # fmt: skip

WARNING_WORKFLOW = {
    ("pending", "notified"), ("pending", "ticketed"), ("notified", "ticketed"),
    ("pending", "merged"), ("pending", "dismissed"), ("notified", "dismissed"),
    ("notified", "resolved"), ("ticketed", "resolved"), ("ticketed", "dismissed"),
    ("ticketed", "pending"), ("pending", "withdrawn"), ("notified", "withdrawn"),
    ("ticketed", "withdrawn"), ("merged", "withdrawn"),
    # when a finding grows: back to triage
    ("notified", "pending"), ("dismissed", "pending"),
}  # fmt: skip

OFFICERS = {"officer", "second_officer", "rule_admin"}
HEADS = {"discipline_head", "city_head"}

WHO = {
    "issue": OFFICERS,
    "accept": {"receiver"},
    "verify": {"head"},
    "submit": {"head"},
    "review": OFFICERS,
    "return": OFFICERS,
    "verify_again": OFFICERS | {"head"},
    "close": OFFICERS - {"rule_admin"},
    "rectify": OFFICERS - {"rule_admin"},
    "rectified": {"colleague"},
    "accept_rectification": OFFICERS,
    "reject_rectification": OFFICERS,
    "transfer": HEADS,
    "settle": HEADS,
    "cancel": HEADS,
    "correct": OFFICERS,
    "reopen": OFFICERS,
    "verify_reopened": OFFICERS,
}


def pairs(table):
    return {(source, row.target) for row in table.values() for source in row.sources}


def test_the_order_table_is_the_workflow():
    assert pairs(ORDER_TRANSITIONS) == ORDER_WORKFLOW


def test_the_warning_table_is_the_workflow():
    assert pairs(WARNING_TRANSITIONS) == WARNING_WORKFLOW


def test_every_status_can_be_reached_and_every_open_one_left():
    reached = {target for _, target in ORDER_WORKFLOW} | {"draft"}
    left = {source for source, _ in ORDER_WORKFLOW}

    assert reached == set(OrderStatus.values)
    assert left >= OPEN


@pytest.fixture
def order(world, now):
    """An order of the station with two verifiers and a rectifier."""
    warning = world.warning()
    order = WorkOrder.objects.create(
        title=warning.title,
        theme="T01",
        level="medium",
        unit=world.station,
        risk_point=warning.risk_point,
        receiver=world.receiver,
        drafter=world.officer,
        created_at=now,
        status_changed_at=now,
    )
    warning.order = order
    warning.status = WarningStatus.TICKETED
    warning.save()
    for person in (world.first, world.second):
        Verification.objects.create(
            order=order, round=1, verifier=person, named_by=world.head, named_at=now
        )
    Rectification.objects.create(
        order=order, responsible=world.colleague, measures="更正", created_at=now, due_at=now
    )
    return order


def people(world):
    names = [f.name for f in fields(world)]
    return {n: getattr(world, n) for n in names if isinstance(getattr(world, n), Employee)}


def allowed(key, order, world, *, on, source=None):
    row = ORDER_TRANSITIONS[key]
    order.status = source or min(row.sources)
    case = OrderCase.of(order, on=on)
    return {
        name
        for name, person in people(world).items()
        if not refusal(row, case, Scope.held_by(person, on=on))
    }


@pytest.mark.parametrize("key", ORDER_TRANSITIONS)
def test_each_passage_is_open_to_its_people_and_closed_to_all_others(key, order, world, now):
    for source in ORDER_TRANSITIONS[key].sources:
        assert allowed(key, order, world, on=now.date(), source=source) == WHO[key]


@pytest.mark.parametrize("key", ORDER_TRANSITIONS)
def test_no_passage_leads_from_another_state(key, order, world, now):
    others = set(OrderStatus.values) - ORDER_TRANSITIONS[key].sources

    for source in others:
        assert allowed(key, order, world, on=now.date(), source=source) == set()


def test_a_high_order_is_issued_by_a_head_who_did_not_draft_it(order, world, now):
    order.level = "high"
    assert allowed("issue", order, world, on=now.date()) == HEADS

    RoleGrantFactory(employee=world.officer, role=Role.DISCIPLINE_HEAD, unit=world.county)

    assert allowed("issue", order, world, on=now.date()) == HEADS


def test_a_vacant_post_is_signed_for_by_the_station_head(order, world, now):
    order.receiver = None

    assert allowed("accept", order, world, on=now.date()) == {"head"}


def test_who_stands_in_signs_instead_of_the_absent_receiver(order, world, now):
    order.stand_in = world.colleague

    assert allowed("accept", order, world, on=now.date()) == {"colleague"}


@pytest.mark.parametrize("part", ["receiver", "named"])
def test_a_head_who_is_asked_or_named_neither_names_verifiers_nor_signs(part, order, world, now):
    if part == "receiver":
        order.receiver = world.head
    else:
        order.warnings.update(named_person=world.head)

    assert allowed("verify", order, world, on=now.date()) == OFFICERS
    assert allowed("submit", order, world, on=now.date()) == {"deputy"}


def test_a_signer_who_verified_does_not_sign(order, world, now):
    Verification.objects.create(
        order=order, round=1, verifier=world.head, named_by=world.officer, named_at=now
    )

    assert allowed("submit", order, world, on=now.date()) == set()


@pytest.mark.parametrize("key", ["review", "return", "close", "rectify"])
def test_an_officer_who_verified_does_not_review(key, order, world, now):
    Verification.objects.create(
        order=order, round=1, verifier=world.officer, named_by=world.head, named_at=now
    )

    assert "officer" not in allowed(key, order, world, on=now.date())


def test_who_rectified_does_not_accept(order, world, now):
    Rectification.objects.filter(order=order).update(responsible=world.officer)

    assert "officer" not in allowed("accept_rectification", order, world, on=now.date())


@pytest.mark.parametrize("key", sorted(set(WHO) - {"accept", "rectified", "submit"}))
def test_an_officer_who_is_the_receiver_stands_aside(key, order, world, now):
    order.receiver = world.officer

    assert "officer" not in allowed(key, order, world, on=now.date())


def test_roles_of_yesterday_open_nothing(order, world, now):
    world.officer.role_grants.update(valid_to="2026-11-23")

    assert "officer" not in allowed("review", order, world, on=now.date())


BY_OFFICERS = {"notify", "ticket", "merge", "dismiss", "resolve"}


@pytest.mark.parametrize("key", WARNING_TRANSITIONS)
def test_warnings_are_decided_by_officers_in_scope_and_by_the_system(key, world, now):
    row = WARNING_TRANSITIONS[key]
    warning = world.warning()

    for source in row.sources:
        warning.status = source
        case = WarningCase(warning)
        may = {
            name
            for name, person in people(world).items()
            if not refusal(row, case, Scope.held_by(person, on=now.date()))
        }
        assert may == (OFFICERS if key in BY_OFFICERS else set())
        assert bool(refusal(row, case, None)) == (key in BY_OFFICERS)


def test_a_refusal_is_one_whole_sentence(order, world, now):
    row = ORDER_TRANSITIONS["accept"]
    order.status = "issued"
    case = OrderCase.of(order, on=now.date())

    said = refusal(row, case, Scope.held_by(world.colleague, on=now.date()))

    assert said == "签收由接收人办理，您不能办理这一步，请联系本单位纪检专责。"
