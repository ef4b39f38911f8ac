"""Owner, colleague, stranger: a warning is there for its people and for nobody else, anywhere."""

import re
from datetime import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEntry
from people.models import Recusal
from risk_warnings.models import (
    Attachment,
    Interview,
    OrderStatus,
    RiskWarning,
    Verification,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.services import ask_opinion, attach, record_interview, submit_reply
from tests.factories import UserFactory

# What differs on every page: the token of its forms, the number of a submission.
TOKEN = re.compile(r'value="[A-Za-z0-9-]{36,64}"')
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
EVERYBODY = {
    "receiver", "colleague", "head", "deputy", "first", "second", "officer", "second_officer",
    "discipline_head", "city_head", "other_officer", "secretary", "reviewer", "rule_admin",
    "system_admin", "stranger",
}  # fmt: skip
SUPERVISORS = {"officer", "second_officer", "rule_admin", "discipline_head", "city_head"}


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def seers(world, queryset):
    """Return who finds something in a queryset."""
    found = set()
    for name in EVERYBODY:
        employee = getattr(world, name)
        user = getattr(employee, "user", None) or UserFactory(employee=employee)
        if queryset.visible_to(user).exists():
            found.add(name)
    return found


def openers(world, sign_in, url):
    """Return for whom a page is there."""
    found = set()
    for name in EVERYBODY:
        page = sign_in(getattr(world, name)).get(url)
        if page.status_code == 200:
            found.add(name)
        if page.streaming:
            b"".join(page.streaming_content)
    return found


@pytest.mark.parametrize(
    ("fields", "people"),
    [
        ({}, SUPERVISORS),
        ({"told": True}, SUPERVISORS | {"receiver"}),
        ({"triaged": True}, SUPERVISORS | {"receiver", "head"}),
        ({"sealed": True}, SUPERVISORS),
    ],
    ids=["pending", "told at once", "after triage", "sealed"],
)
def test_a_warning_is_seen_by_its_people_in_list_and_page_alike(world, sign_in, fields, people):
    warning = world.warning(**fields)

    assert seers(world, RiskWarning.objects) == people
    url = reverse("risk_warnings:warning", args=[warning.pk])
    assert openers(world, sign_in, url) == people


@pytest.mark.parametrize("part", ["receiver", "named_person"])
def test_the_head_sees_nothing_as_head_where_he_is_asked_or_named(world, part):
    world.warning(triaged=True, **{part: world.head})

    expected = SUPERVISORS | ({"head"} if part == "receiver" else {"receiver"})
    assert seers(world, RiskWarning.objects) == expected


def test_an_officer_who_is_named_sees_nothing_of_it(world):
    world.warning(named_person=world.officer)

    assert seers(world, RiskWarning.objects) == SUPERVISORS - {"officer"}


def test_an_officer_who_stands_aside_sees_nothing_of_it(world):
    world.warning(triaged=True)
    Recusal.objects.create(
        employee=world.officer, about=world.receiver, reason="亲属", valid_from="2026-01-01"
    )

    assert "officer" not in seers(world, RiskWarning.objects)


def test_a_business_reviewer_sees_what_was_shared_and_no_more(world, now):
    shared, other = world.warning(), world.warning()

    ask_opinion(
        warning=shared, reviewer=world.reviewer, by=world.officer, question="口径对吗？", now=now
    )

    user = (
        world.reviewer.user
        if hasattr(world.reviewer, "user")
        else UserFactory(employee=world.reviewer)
    )
    assert list(RiskWarning.objects.visible_to(user)) == [shared]
    assert other not in RiskWarning.objects.visible_to(user)


def test_a_warning_without_a_station_is_read_by_city_wide_roles_alone(world):
    world.warning(unit=None, receiver=None, named_person=None)

    assert seers(world, RiskWarning.objects) == {"city_head"}


def test_a_dismissed_warning_is_gone_for_the_head(world):
    world.warning(
        status=WarningStatus.DISMISSED,
        closed_at=NOW,
        taken_back_at=NOW,
        tip_at=NOW,
        head_told_at=NOW,
    )

    assert "head" not in seers(world, RiskWarning.objects)


def test_the_superuser_flag_opens_nothing(world):
    world.warning()
    root = UserFactory(employee=world.stranger, is_superuser=True, is_staff=True)

    assert not RiskWarning.objects.visible_to(root).exists()


@pytest.fixture
def order(world, now):
    warning = world.warning(triaged=True)
    order = WorkOrder.objects.create(
        number="2026-001",
        title=warning.title,
        theme="T01",
        level="medium",
        status=OrderStatus.VERIFYING,
        unit=world.station,
        risk_point=warning.risk_point,
        receiver=world.receiver,
        drafter=world.officer,
        created_at=now,
        issued_at=now,
        status_changed_at=now,
    )
    RiskWarning.objects.filter(pk=warning.pk).update(order=order, status=WarningStatus.TICKETED)
    for person in (world.first, world.second):
        Verification.objects.create(
            order=order, round=1, verifier=person, named_by=world.head, named_at=now
        )
    return order


def test_an_order_is_seen_by_receiver_head_verifiers_and_supervisors(world, order, sign_in):
    people = SUPERVISORS | {"receiver", "head", "first", "second"}

    assert seers(world, WorkOrder.objects) == people
    assert openers(world, sign_in, reverse("risk_warnings:order", args=[order.pk])) == people
    assert openers(world, sign_in, reverse("risk_warnings:sheet", args=[order.pk])) == people


def test_a_verifier_sees_the_one_order_and_not_the_warning(world, order, sign_in):
    warning = order.warnings.get()

    page = sign_in(world.first).get(reverse("risk_warnings:warning", args=[warning.pk]))

    assert page.status_code == 404


def test_a_draft_is_seen_by_supervisors_alone(world, order):
    WorkOrder.objects.update(status=OrderStatus.DRAFT, number=None, issued_at=None)

    assert seers(world, WorkOrder.objects) == SUPERVISORS


@pytest.mark.parametrize("part", ["receiver", "named"])
def test_where_the_head_is_asked_or_named_the_deputy_sees_the_order(world, order, part):
    WorkOrder.objects.update(deputy_signs=True)
    if part == "receiver":
        WorkOrder.objects.update(receiver=world.head)
    order.warnings.update(named_person=world.head)

    people = seers(world, WorkOrder.objects)

    assert "deputy" in people
    assert ("head" in people) == (part == "receiver")


def test_a_transferred_order_leaves_only_to_whom_and_when(world, order, sign_in):
    warning = order.warnings.get()
    WorkOrder.objects.update(
        status=OrderStatus.TRANSFERRED, transferred_to="县纪委监委", transferred_on="2026-11-23"
    )

    for person, url in [
        (world.receiver, reverse("risk_warnings:order", args=[order.pk])),
        (world.officer, reverse("risk_warnings:order", args=[order.pk])),
        (world.officer, reverse("risk_warnings:warning", args=[warning.pk])),
        (world.officer, reverse("risk_warnings:board")),
        (world.officer, reverse("risk_warnings:orders") + "?show=open"),
    ]:
        page = sign_in(person).get(url).content.decode()
        assert "移交" in page
        assert "4,000" not in page, url
        assert "30,900" not in page, url
    sheet = sign_in(world.officer).get(reverse("risk_warnings:sheet", args=[order.pk]))
    assert sheet.status_code == 404


@pytest.fixture
def talk(world, order, now):
    return record_interview(
        order=order,
        by=world.officer,
        second_officer=world.second_officer,
        person=world.receiver,
        held_at=now,
        place="所部会议室",
        statement="当天系统录入有误。",
        demands="三天内补交照片。",
        now=now,
    )


def test_an_interview_is_for_the_two_officers_the_person_and_heads(world, talk, sign_in):
    people = {"officer", "second_officer", "receiver", "discipline_head", "city_head"}

    assert seers(world, Interview.objects) == people
    assert openers(world, sign_in, reverse("risk_warnings:interview", args=[talk.pk])) == people


def test_the_head_sees_no_sign_of_an_interview(world, talk, order, sign_in):
    page = sign_in(world.head).get(reverse("risk_warnings:order", args=[order.pk]))

    assert "约谈" not in page.content.decode()


def test_each_opening_of_an_interview_is_one_entry_in_the_log(world, talk, sign_in):
    client = sign_in(world.discipline_head)
    url = reverse("risk_warnings:interview", args=[talk.pk])

    client.get(url)
    client.get(url)

    read = AuditEntry.objects.filter(action="risk_warnings.interview.read")
    assert [entry.actor_id for entry in read] == [world.discipline_head.user.pk] * 2


def test_the_receiver_reads_who_opened_the_warning_in_which_capacity(world, sign_in):
    warning = world.warning(triaged=True)
    url = reverse("risk_warnings:warning", args=[warning.pk])
    sign_in(world.officer).get(url)
    sign_in(world.head).get(url)

    page = sign_in(world.receiver).get(url).content.decode()

    assert "林致远　纪检专责" in page
    assert "许建平　所长" in page


def test_ones_own_opening_is_not_logged(world, sign_in):
    warning = world.warning(triaged=True)

    sign_in(world.receiver).get(reverse("risk_warnings:warning", args=[warning.pk]))

    assert not AuditEntry.objects.filter(action="risk_warnings.warning.read").exists()


def test_a_file_is_shown_to_who_sees_the_reply(world, now, sign_in):
    warning = world.warning(triaged=True)
    reply = submit_reply(
        warning=warning, by=world.receiver, choice="entry_error", text="录错了日期。", now=now
    )
    paper = attach(
        file=SimpleUploadedFile("启封工单.pdf", b"%PDF-1.4\n"), to=reply, by=world.receiver, now=now
    )
    people = SUPERVISORS | {"receiver", "head"}

    assert seers(world, Attachment.objects) == people
    url = reverse("risk_warnings:attachment", args=[paper.pk])
    assert openers(world, sign_in, url) == people


@pytest.mark.parametrize("person", ["colleague", "secretary", "stranger", "receiver", "head"])
def test_a_sealed_warning_differs_for_nobody_at_the_station(world, sign_in, person, risk_point):
    client = sign_in(getattr(world, person))
    pages = [reverse("risk_warnings:orders"), reverse("notifications:inbox"), "/me/", "/"]

    def look():
        return [TOKEN.sub("", client.get(page).content.decode()) for page in pages]

    before = look()

    warning = world.warning(sealed=True, risk_point=risk_point)

    assert look() == before
    assert client.get(reverse("risk_warnings:warning", args=[warning.pk])).status_code == 404
