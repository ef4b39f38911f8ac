"""Publication freezes what was in force, for the evidence that points to it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from risk_manual.models import Control, PointControl, RiskPointEdition, RiskPointPage
from risk_manual.services import freeze_point
from tests.factories import RiskPointPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def point() -> RiskPointPage:
    return RiskPointPageFactory(controls=[PointControl(seq=1, text="双人到场加封")])


def publish(point: RiskPointPage, **fields) -> RiskPointPage:
    for name, value in fields.items():
        setattr(point, name, value)
    point.save_revision().publish()
    return RiskPointPage.objects.get(pk=point.pk)


def test_publishing_freezes_the_text_and_closes_the_one_before(point, now):
    with time_machine.travel(now, tick=False):
        point = publish(point)
    with time_machine.travel(now + timedelta(days=30), tick=False):
        point = publish(point, controls=[PointControl(seq=1, text="双人到场，铭牌同框")])

    first, second = point.editions.order_by("number")
    assert first.effective_from == now
    assert first.effective_until == second.effective_from == now + timedelta(days=30)
    assert second.effective_until is None
    assert [control.text for control in first.controls.all()] == ["双人到场加封"]
    assert [control.text for control in Control.objects.current()] == ["双人到场，铭牌同框"]
    assert point.current_edition() == second


def test_a_moment_has_at_most_one_text(point, now):
    freeze_point(point=point, now=now)
    point.risk_description = "改写后的风险描述。"
    freeze_point(point=point, now=now + timedelta(days=1))

    def in_force(moment):
        editions = RiskPointEdition.objects.in_force(at=moment)
        return list(editions.values_list("number", flat=True))

    assert in_force(now - timedelta(seconds=1)) == []
    assert in_force(now) == [1]
    assert in_force(now + timedelta(days=1) - timedelta(microseconds=1)) == [1]
    assert in_force(now + timedelta(days=1)) == [2]


def test_publishing_an_unchanged_text_keeps_its_edition(point):
    publish(point)
    point = publish(point, questions_to_ask=["今天去看，停着吗？"])

    assert point.editions.count() == 1


def test_two_publications_at_the_same_moment_are_two_editions(point, now):
    freeze_point(point=point, now=now)
    point.title = "基本电费少收"
    freeze_point(point=point, now=now)

    first, second = point.editions.order_by("number")
    assert first.effective_from < first.effective_until == second.effective_from


def test_a_draft_changes_nothing_in_force(point):
    point = publish(point)
    point.title = "草稿里的名称"
    point.save_revision()

    assert point.current_edition().title == "基本电费少收漏收"


def test_the_database_holds_one_open_edition_a_point(point, now):
    edition = freeze_point(point=point, now=now)
    edition.pk, edition.number = None, 2

    with pytest.raises(IntegrityError), transaction.atomic():
        edition.save(force_insert=True)


def test_a_point_with_an_edition_cannot_be_deleted(point):
    freeze_point(point=point, now=timezone.now())

    with pytest.raises(ProtectedError):
        point.delete()
