"""The case on a warning's page: who may read it, and that the library learns of it in secret."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from cases.models import CaseUse, Visibility
from risk_warnings.models import RiskWarning
from risk_warnings.services.taking_back import DISMISSED, take_back
from tests.factories import CasePageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def warning(world, risk_point):
    return world.warning(risk_point=risk_point, told=True)


@pytest.fixture
def case(risk_point):
    return CasePageFactory(code="AL-01", risk_points=[risk_point])


def page_of(warning, person, sign_in):
    return sign_in(person).get(reverse("risk_warnings:warning", args=[warning.pk]))


def test_showing_it_to_the_receiver_is_noted_once(warning, case, world, sign_in):
    page_of(warning, world.receiver, sign_in)
    page_of(warning, world.receiver, sign_in)

    use = CaseUse.objects.get()
    assert (use.case, use.kind, use.subject) == (case, "warning_tip", warning.cause)
    assert (use.unit, use.used_by) == (world.station, None)


def test_who_looks_into_it_is_shown_no_case_and_nothing_is_noted(warning, case, world, sign_in):
    page_of(warning, world.officer, sign_in)

    assert not CaseUse.objects.exists()


def test_the_use_is_told_to_the_officers_of_the_unit_alone(warning, case, world, sign_in):
    page_of(warning, world.receiver, sign_in)

    for person in (world.officer, world.discipline_head, world.city_head):
        assertContains(sign_in(person).get(case.url), warning.number)
    for person in (world.other_officer, world.colleague, world.head, world.secretary):
        assertNotContains(sign_in(person).get(case.url), warning.number)


def test_a_case_the_receiver_may_not_read_is_not_shown(warning, case, world, sign_in):
    case.visibility = Visibility.DISCIPLINE
    case.save()

    assertContains(page_of(warning, world.receiver, sign_in), "案例库里还没有这个风险点的案例")
    assert not CaseUse.objects.exists()


def test_a_warning_that_is_taken_back_never_showed_a_case(warning, case, world, sign_in, now):
    page_of(warning, world.receiver, sign_in)

    take_back(warning=RiskWarning.objects.get(), sentence=DISMISSED, now=now)

    assert not CaseUse.objects.exists()
