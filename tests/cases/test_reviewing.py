"""The report of cases that want a look from their owner."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from cases.reviewing import review_of_cases
from cases.services import keep_loaded_check
from people.models import Role
from tests.cases.conftest import account
from tests.factories import CasePageFactory, EmployeeFactory

pytestmark = pytest.mark.django_db

ADDRESS = reverse("cases_review")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def in_order(now):
    """A case that has an owner, a day to review it and a confirmed text."""
    case = CasePageFactory(
        code="AL-01",
        title="守住的一关",
        owner_employee=EmployeeFactory(),
        review_on=now.date() + timedelta(days=90),
    )
    keep_loaded_check(case=case, now=now)
    return case


def faults_on(day) -> dict[str, list[str]]:
    return {row.case.code: row.faults for row in review_of_cases(on=day)}


def test_a_case_in_order_wants_nothing(in_order, now):
    assert faults_on(now.date()) == {"AL-01": []}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"review_on": -1}, "该复核，已过1天"),
        ({"review_on": None}, "没有复核日期"),
        ({"expires_on": -2}, "已过有效期2天"),
        ({"expires_on": 0}, "0天后过有效期"),
        ({"expires_on": 30}, "30天后过有效期"),
    ],
)
def test_a_day_that_is_over_or_near_is_said(in_order, now, change, fault):
    for name, days in change.items():
        setattr(in_order, name, None if days is None else now.date() + timedelta(days=days))
    in_order.save()

    assert faults_on(now.date()) == {"AL-01": [fault]}


def test_the_day_of_the_review_and_a_far_end_are_no_faults(in_order, now):
    in_order.review_on = now.date()
    in_order.expires_on = now.date() + timedelta(days=31)
    in_order.save()

    assert faults_on(now.date()) == {"AL-01": []}


def test_a_case_without_owner_and_check_is_said(now):
    CasePageFactory(code="AL-02", review_on=now.date())

    assert faults_on(now.date()) == {"AL-02": ["没有负责人", "文本没有人核对过"]}


def test_somebody_hired_since_may_bear_a_name_of_the_text(in_order, now):
    in_order.lesson = "苏晓岚当时没有到场。"
    in_order.save()
    keep_loaded_check(case=in_order, now=now)
    assert faults_on(now.date()) == {"AL-01": []}
    EmployeeFactory(name="苏晓岚")

    assert faults_on(now.date()) == {"AL-01": ["扫描又发现1处可能的身份信息"]}


def test_editors_see_what_is_to_be_done_and_on_demand_everything(in_order, editor):
    CasePageFactory(code="AL-02", title="没人管的案例")
    client = signed_in(editor)
    page = client.get(ADDRESS)

    assertContains(page, "没人管的案例")
    assertNotContains(page, "守住的一关")
    assertContains(client.get(f"{ADDRESS}?all=1"), "守住的一关")


def test_nobody_but_editors_comes_in():
    for role in (None, Role.BRANCH_SECRETARY, Role.SYSTEM_ADMIN):
        assert signed_in(account(role)).get(ADDRESS).status_code == 403


def test_queries_do_not_grow_with_the_library(now, django_assert_max_num_queries):
    CasePageFactory()
    with django_assert_max_num_queries(12) as first:
        review_of_cases(on=now.date())
    CasePageFactory.create_batch(5)

    with django_assert_max_num_queries(len(first)):
        review_of_cases(on=now.date())


def test_the_owner_is_one_of_those_who_keep_the_library(editor, in_order):
    account()
    form = signed_in(editor).get(reverse("wagtailadmin_pages:edit", args=[in_order.pk]))
    offered = form.context["form"].fields["owner_employee"].queryset

    assert set(offered) == {editor.employee, in_order.owner_employee}


def test_a_theme_that_is_no_code_is_refused(editor, in_order):
    from tests.cases.test_checking import form_of

    response = signed_in(editor).post(
        reverse("wagtailadmin_pages:edit", args=[in_order.pk]),
        form_of(in_order, themes="t01\n基本电费"),
    )

    assertContains(response, "“基本电费”不是主题编码，请一行写一个，如T01。")
