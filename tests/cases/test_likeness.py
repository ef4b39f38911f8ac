"""Which cases are like another, and the reason in words."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from cases.likeness import Features, likeness, similar_cases
from cases.models import AmountBand, CaseControl, CasePage, FoundBy
from tests.factories import CasePageFactory, PositionFactory, RiskPointPageFactory

pytestmark = pytest.mark.django_db


def features(**shared) -> Features:
    nothing = {
        "controls": frozenset(),
        "points": frozenset(),
        "positions": frozenset(),
        "found_by": "audit",
        "amount_band": "none",
    }
    return Features(**(nothing | shared))


@pytest.mark.parametrize(
    ("shared", "weight", "reason"),
    [
        ({"controls": frozenset({("GF-09", 3)})}, 5, "同样没守住GF-09措施3"),
        ({"points": frozenset({"GF-11", "GF-09"})}, 6, "同一风险点GF-09、GF-11"),
        ({"positions": frozenset({"用电检查员"})}, 2, "同一岗位：用电检查员"),
    ],
)
def test_each_thing_in_common_weighs_what_the_table_says(shared, weight, reason):
    one = features(**shared, found_by="audit")
    other = features(**shared, found_by="complaint")

    assert likeness(one, other) == (weight, reason)


def test_the_heaviest_reason_stands_first_and_all_are_said():
    shared = {
        "controls": frozenset({("GF-09", 1)}),
        "points": frozenset({"GF-09"}),
        "positions": frozenset({"客户经理"}),
        "found_by": "data_warning",
        "amount_band": "30k_plus",
    }

    assert likeness(features(**shared), features(**shared)) == (
        12,
        "同样没守住GF-09措施1；同一风险点GF-09；同一岗位：客户经理；发现的方式相同；"
        "金额同在三万元及以上",
    )


def test_how_it_was_found_and_the_amount_alone_are_no_likeness():
    one = features(found_by="audit", amount_band="30k_plus")

    assert likeness(one, one) == (0, "")


def test_two_cases_without_a_loss_have_no_amount_in_common():
    points = frozenset({"GF-09"})

    weight, reason = likeness(features(points=points), features(points=points))

    assert (weight, reason) == (4, "同一风险点GF-09；发现的方式相同")


def test_the_three_most_alike_are_shown_with_their_reasons(reader):
    shared, other = RiskPointPageFactory(code="GF-09"), RiskPointPageFactory(code="GF-17")
    clerk = PositionFactory()
    case = CasePageFactory(code="AL-01", risk_points=[shared], positions=[clerk])
    case.controls = [CaseControl(point=shared, seq=1)]
    case.save()
    different = {"found_by": FoundBy.AUDIT, "amount_band": AmountBand.NONE}
    CasePageFactory(code="AL-02", positions=[clerk], **different)
    CasePageFactory(code="AL-03", risk_points=[shared], **different)
    most = CasePageFactory(code="AL-04", risk_points=[shared], **different)
    most.controls = [CaseControl(point=shared, seq=1)]
    most.save()
    CasePageFactory(code="AL-05", risk_points=[other], **different)
    CasePageFactory(code="AL-06", risk_points=[shared], positions=[clerk], **different)

    found = similar_cases(case, among=CasePage.objects.live())

    assert [(one.case.code, one.weight) for one in found] == [
        ("AL-04", 8),
        ("AL-06", 5),
        ("AL-03", 3),
    ]
    client = Client()
    client.force_login(reader)
    assertContains(client.get(case.url), "同样没守住GF-09措施1；同一风险点GF-09")


def test_a_control_that_was_kept_is_no_failure_in_common():
    point = RiskPointPageFactory(code="GF-09")
    cases = []
    for code, held in (("AL-01", True), ("AL-02", True)):
        case = CasePageFactory(code=code)
        case.controls = [CaseControl(point=point, seq=1, held=held)]
        case.save()
        cases.append(case)

    assert similar_cases(cases[0], among=CasePage.objects.live()) == []
