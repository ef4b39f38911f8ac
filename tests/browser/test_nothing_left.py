"""A warning that turned out wrong, and one that an officer sealed, leave nothing to be seen."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from assignments.services import assign_monthly_lesson, assign_weekly_learning
from notifications.models import Notification
from quizzes.models import Attempt, ReviewCard
from risk_warnings.models import RiskWarning, WarningStatus
from risk_warnings.services import sweep
from tests.browser.test_main_loop import answer_all, press
from tests.factories import MicroLessonPageFactory, QuestionFactory, RiskPointPageFactory
from tests.risk_warnings.conftest import World, world  # noqa: F401
from tests.risk_warnings.findings import finding, run

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
TITLE_WORDS = "疑似少收"
STATION_PAGES = (
    "/",
    "/manual/",
    "/manual/points/GF-09/",
    "/lessons/",
    "/cases/",
    "/orders/",
    "/me/",
)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def station(clock: Any, live_server: Any, world: World) -> World:  # noqa: F811
    """The world with a point to learn, a lesson of the month, and everybody's ordinary duties."""
    point = RiskPointPageFactory(code="GF-09")
    for _ in range(6):
        QuestionFactory(primary_risk_point=point)
    lesson = MicroLessonPageFactory(month="2026-11")
    lesson.risk_points.set([point])
    lesson.save()
    assign_monthly_lesson(now=timezone.now())
    assign_weekly_learning(now=timezone.now())
    return world


@pytest.fixture
def page_of(
    new_page: Callable[..., Page], login: Callable[[Page, str], None]
) -> Callable[..., Page]:
    pages: dict[str, Page] = {}

    def of(employee: Any) -> Page:
        if employee.emp_no not in pages:
            pages[employee.emp_no] = new_page()
            login(pages[employee.emp_no], employee.emp_no)
        return pages[employee.emp_no]

    return of


def texts(page: Page, *paths: str) -> dict[str, str]:
    """Return what a person reads on pages, the bars included."""
    found = {}
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        found[path] = f"{answer.status} {page.locator('body').inner_text()}"
    return found


def exported(page: Page) -> list[tuple[Any, ...]]:
    """Return the rows of the officer's Excel file."""
    page.goto("/warnings/")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出本页").click()
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    return [tuple(cell.value for cell in row) for sheet in book for row in sheet.iter_rows()]


def put_forward(clock: Any, **by: int) -> None:
    clock.shift(timedelta(**by))
    sweep(now=timezone.now())


def test_a_dismissed_warning_is_as_if_it_had_never_fired(
    station: World, page_of: Callable[..., Page], clock: Any
) -> None:
    receiver, officer = page_of(station.receiver), page_of(station.officer)
    secretary = page_of(station.secretary)
    own_pages = [path for path in STATION_PAGES if path != "/me/"]

    def everything() -> dict[str, Any]:
        return {
            **texts(receiver, *own_pages),
            **{
                f"secretary {path}": text
                for path, text in texts(secretary, "/", "/branch/").items()
            },
            "rows exported": exported(officer)[1:],
        }

    before = everything()
    kpis = texts(officer, "/warnings/")
    run(
        finding(org_code=station.station.code, emp_no=station.receiver.emp_no),
        now=timezone.now(),
    )
    warning = RiskWarning.objects.get()

    officer.goto(f"/warnings/triage/?w={warning.pk}")
    officer.get_by_label("依据一两句").fill("差额超过容差，近期没有退补单，请本人说明启封日期。")
    with officer.expect_navigation():
        officer.get_by_role("button", name="提示").first.click()
    put_forward(clock, seconds=11)
    receiver.goto(f"/warnings/{warning.pk}/")
    press(receiver, "开始做题")
    answer_all(receiver)
    attempt = Attempt.objects.get()
    assert attempt.is_submitted
    officer.goto(f"/warnings/{warning.pk}/")
    officer.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    form = officer.locator("form[action$='/dismiss/']")
    form.get_by_label("排除原因").select_option("innocent")
    form.get_by_label("依据").fill("封印照片可以对上，属于录入笔误，已当场更正，差额不存在。")
    with officer.expect_navigation():
        form.get_by_role("button", name="排除并撤回提示").click()
    put_forward(clock, seconds=11)

    warning.refresh_from_db()
    attempt.refresh_from_db()
    assert warning.status == WarningStatus.DISMISSED
    assert attempt.is_voluntary
    assert not ReviewCard.objects.exists()
    told = Notification.objects.released(now=timezone.now()).get(recipient=station.receiver)
    receiver.goto(f"/messages/{told.pk}/")
    after = everything()
    for what, was in before.items():
        assert after[what] == was, what
    assert texts(officer, "/warnings/")["/warnings/"].count(TITLE_WORDS) == kpis[
        "/warnings/"
    ].count(TITLE_WORDS)
    receiver.goto("/messages/")
    row = receiver.locator("ul.msg li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("不计入")


def test_a_sealed_warning_changes_nothing_for_the_colleague_and_the_secretary(
    station: World, page_of: Callable[..., Page], clock: Any
) -> None:
    people = [page_of(p) for p in (station.colleague, station.secretary, station.receiver)]
    paths = [*STATION_PAGES, "/messages/", "/search/?q=疑似少收", "/search/?q=330100012345"]
    before = [texts(page, *paths) for page in people]
    branch = texts(page_of(station.secretary), "/branch/")
    run(
        finding(org_code=station.station.code, emp_no=station.receiver.emp_no, level="low"),
        now=timezone.now() - timedelta(seconds=1),
        is_backfill=True,
    )
    warning = RiskWarning.objects.get()
    officer = page_of(station.officer)

    officer.goto(f"/warnings/triage/?w={warning.pk}")
    officer.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    seal = officer.locator("form[action$='/seal/']")
    seal.get_by_label("理由").fill("先看明是算错还是串通，暂不惊动本所。")
    with officer.expect_navigation():
        seal.get_by_role("button").click()
    put_forward(clock, seconds=30)

    warning.refresh_from_db()
    assert warning.is_sealed
    assert [texts(page, *paths) for page in people] == before
    assert texts(page_of(station.secretary), "/branch/") == branch
    for page in people:
        for path in (f"/warnings/{warning.pk}/", "/warnings/", "/warnings/triage/"):
            answer = page.goto(path)
            assert answer is not None
            assert answer.status in {403, 404}
            assert warning.number not in page.content()
    assert not Notification.objects.filter(
        recipient__in=[station.colleague, station.secretary, station.receiver]
    ).exists()
