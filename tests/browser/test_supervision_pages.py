"""Board, triage, order and the receiver's page; manual, cases and search: readable by everybody."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from people.models import TextSize, ThemeChoice, User
from risk_warnings.models import RiskWarning, WorkOrder
from risk_warnings.services import notify_receiver, sweep, ticket_warning
from tests.factories import (
    MicroLessonPageFactory,
    QuestionFactory,
    RiskPointPageFactory,
)
from tests.risk_warnings.conftest import World, world  # noqa: F401
from tests.risk_warnings.findings import finding, run

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
OPINION = "差额超过容差，近期没有退补单，请本人说明启封日期。"


@pytest.fixture
def station(live_server, world: World):  # noqa: F811
    """A station with one warning told, one made into an order, and one that waits for triage."""
    with time_machine.travel(MORNING, tick=False) as clock:
        point = RiskPointPageFactory(code="GF-09")
        for _ in range(3):
            QuestionFactory(primary_risk_point=point)
        lesson = MicroLessonPageFactory()
        lesson.risk_points.set([point])
        lesson.save()
        run(
            *(
                finding(
                    subject=f"33010001234{n}",
                    org_code=world.station.code,
                    emp_no=world.receiver.emp_no,
                    level=level,
                )
                for n, level in enumerate(["low", "medium", "high"])
            ),
            now=timezone.now(),
            is_backfill=True,
        )
        told, made, _ = RiskWarning.objects.order_by("pk")
        common = {"by": world.officer, "opinion": OPINION, "now": timezone.now()}
        notify_receiver(warning=told, **common)
        ticket_warning(warning=made, **common)
        clock.shift(timedelta(seconds=11))
        sweep(now=timezone.now())
        yield world


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("size", [TextSize.STANDARD, TextSize.CARE])
def test_the_officers_pages_hold(
    station: World, page, login, look_at, theme: ThemeChoice, size: TextSize
) -> None:
    login(page, station.officer.emp_no)
    _choose(station.officer, theme, size)
    order = WorkOrder.objects.get()

    for path in ("/warnings/", "/warnings/triage/", "/orders/", f"/orders/{order.pk}/"):
        look_at(page, path)


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
@pytest.mark.parametrize("size", [TextSize.STANDARD, TextSize.CARE])
def test_the_receivers_pages_hold(
    station: World, page, login, look_at, theme: ThemeChoice, size: TextSize
) -> None:
    login(page, station.receiver.emp_no)
    _choose(station.receiver, theme, size)
    told = RiskWarning.objects.get(status="notified")

    for path in (f"/warnings/{told.pk}/", "/manual/", "/manual/points/GF-09/", "/cases/"):
        look_at(page, path)
    look_at(page, "/search/?q=基本电费")


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_a_chosen_filter_in_red_can_still_be_read(
    station: World, page, login, look_at, theme: ThemeChoice
) -> None:
    with time_machine.travel(MORNING + timedelta(days=28), tick=False):
        login(page, station.officer.emp_no)
        _choose(station.officer, theme, TextSize.STANDARD)

        look_at(page, "/warnings/?show=overdue")

        expect(page.locator(".seg [aria-current] .over")).to_have_count(1)


def test_the_decisions_of_triage_stand_in_one_row_on_a_phone(
    live_server,
    world: World,  # noqa: F811
    page,
    login,
) -> None:
    RiskPointPageFactory(code="GF-09")
    # Nothing to merge into: three decisions, not four.
    found = finding(org_code=world.station.code, emp_no=world.receiver.emp_no)
    run(found, now=timezone.now(), is_backfill=True)
    login(page, world.officer.emp_no)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/warnings/triage/")

    boxes = [button.bounding_box() for button in page.locator(".dock4 .btn").all()]

    assert len(boxes) == 3
    assert len({box["y"] for box in boxes}) == 1
    assert len({round(box["width"]) for box in boxes}) == 1


def _choose(employee, theme: ThemeChoice, size: TextSize) -> None:
    account = User.objects.get(employee=employee)
    account.theme, account.text_size = theme, size
    account.save()
