"""The loop the product exists for, as its people walk it, on two years of deliveries."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from assignments.models import CompletionEvidence, TrainingAssignment
from demo.extracts import write_extracts
from demo.services.people import load_people
from demo.world import build_world
from home.loading import load_content
from people.models import Employee
from quizzes.models import Attempt
from risk_warnings.models import RiskWarning, WarningStatus, WorkOrder
from risk_warnings.services import import_batch, sweep

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 26)
MORNING = timezone.make_aware(datetime(2026, 11, 26, 9, 0))
OPINION = "差额超过容差，近期没有退补单，请本人说明启封日期。"


@pytest.fixture
def clock() -> Iterator[Any]:
    """A clock that runs from Thursday morning and can be put forward."""
    with time_machine.travel(MORNING, tick=True) as traveller:
        yield traveller


@pytest.fixture
def warning(clock: Any, live_server: Any, tmp_path: Path) -> RiskWarning:
    """The medium warning of last month that asks Zhou Min, found in two years of deliveries."""
    world = build_world(seed=7, as_of=TODAY)
    load_content(folder=settings.CONTENT_DIR, now=timezone.now())
    load_people(world, now=timezone.now())
    write_extracts(world=world, folder=tmp_path, until=TODAY - timedelta(days=1))
    import_batch(
        extracts=tmp_path / "deliveries", as_of=TODAY - timedelta(days=1), now=timezone.now()
    )
    return RiskWarning.objects.get(
        receiver__name="周敏", theme="T01", level="medium", occurred_on=date(2026, 10, 31)
    )


@pytest.fixture
def person(
    new_page: Callable[..., Page], login: Callable[[Page, str], None]
) -> Callable[[str], Page]:
    """A function that gives a named person's own browser, opened once."""
    pages: dict[str, Page] = {}

    def page_of(name: str) -> Page:
        if name not in pages:
            pages[name] = new_page()
            login(pages[name], Employee.objects.get(name=name).emp_no)
        return pages[name]

    return page_of


def press(page: Page, button: str) -> None:
    """Press a button that sends its form, and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).first.click()


def verify(page: Page, order: WorkOrder) -> None:
    page.goto(f"/orders/{order.pk}/")
    form = page.locator("#do-verify")
    form.get_by_label("核查日期").fill("2026-11-26")
    form.get_by_role("textbox", name="方式").fill("现场查看、调阅封印台账")
    form.get_by_label("看到的事实").fill(
        "封印照片是10月17日，系统登记的启封日是10月12日，录入有误。"
    )
    press(page, "提交核查")
    expect(page.get_by_text("核查已提交。")).to_be_visible()


def learn(page: Page, clock: Any) -> None:
    """Read the lesson as text, take its decision, and answer the questions one by one."""
    with page.expect_navigation():
        page.locator("form[action$='/start/'] button").first.click()
    with page.expect_navigation():
        page.get_by_role("link", name="读文字").first.click()
    page.locator(".opt").first.click()
    press(page, "选好了，接着学")
    clock.shift(timedelta(minutes=4))
    press(page, "读完了")


def test_from_a_real_warning_to_a_trained_employee(
    warning: RiskWarning, person: Callable[[str], Page], clock: Any
) -> None:
    officer = person("林致远")

    # The officer opens the warning, reads why it fired, and makes an order of it.
    officer.goto("/warnings/")
    officer.goto(f"/warnings/triage/?w={warning.pk}")
    expect(officer.get_by_text("30,900.00").first).to_be_visible()
    expect(officer.get_by_text("则不会触发").first).to_be_visible()
    officer.get_by_label("依据一两句").fill(OPINION)
    with officer.expect_navigation():
        officer.get_by_role("button", name="转工单").first.click()
    clock.shift(timedelta(seconds=11))
    sweep(now=timezone.now())
    order = WorkOrder.objects.get(warnings=warning)
    officer.goto(f"/orders/{order.pk}/")
    officer.get_by_label("需说明事项").fill("请说明10月启封日期，附启封工单和封印照片。")
    press(officer, "下发")

    # The account manager accepts and answers; the head names two; the two verify; the head signs.
    manager, head = person("周敏"), person("许建平")
    manager.goto("/messages/")
    manager.goto(f"/orders/{order.pk}/")
    press(manager, "签收")
    head.goto(f"/orders/{order.pk}/")
    for field, name in (("第一核查人", "许燕"), ("第二核查人", "沈力")):
        emp_no = Employee.objects.get(name=name).emp_no
        head.get_by_label(field).select_option(label=f"{name}（{emp_no}）")
    press(head, "指定")
    for name in ("许燕", "沈力"):
        verify(person(name), order)
    manager.goto(f"/orders/{order.pk}/")
    answer = manager.locator("#do-answer")
    answer.get_by_role("radio").first.check(force=True)
    answer.get_by_label("原因和经过").fill("启封日录成了12日，已向核算员申请更正并补收差额。")
    press(manager, "提交反馈")
    head.goto(f"/orders/{order.pk}/")
    head.get_by_label("所长意见").fill("核查和反馈一致，差额已申请追补。")
    press(head, "签字并提交")

    # The officer concludes.
    officer.goto(f"/orders/{order.pk}/")
    press(officer, "开始审核")
    conclude = officer.locator("#do-conclude")
    conclude.get_by_label("业务差错").check(force=True)
    conclude.get_by_label("认定理由").fill("启封日期录入有误，差额4000元已申请追补。")
    press(officer, "提交结论")
    order.refresh_from_db()
    assert order.status == "closed"
    assert order.effective_at is not None

    # The account manager learns, and sees the proof.
    duty = TrainingAssignment.objects.get(employee=warning.receiver, sources__work_order=order)
    manager.goto("/")
    expect(manager.get_by_text(duty.title).first).to_be_visible()
    manager.goto(f"/learning/{duty.pk}/")
    expect(manager.get_by_text(order.number).first).to_be_visible()
    learn(manager, clock)
    manager.goto(f"/learning/{duty.pk}/")
    press(manager, "开始做题")
    answer_all(manager)
    manager.goto(f"/learning/{duty.pk}/")
    expect(manager.get_by_role("heading", name="完成证据")).to_be_visible()
    proof = CompletionEvidence.objects.get(assignment=duty)
    assert proof.work_order == order
    assert proof.attempt.cause == duty.cause

    # The secretary sees the own branch's completion, not another's, and no sign of the warning.
    secretary = person("赵立民")
    secretary.goto("/branch/")
    text = secretary.locator("main").inner_text()
    assert order.number not in text
    assert "预警" not in text
    for path in (f"/warnings/{warning.pk}/", f"/orders/{order.pk}/", f"/learning/{duty.pk}/"):
        assert secretary.goto(path).status == 404
    warning.refresh_from_db()
    assert warning.status == WarningStatus.RESOLVED


def answer_all(page: Page) -> None:
    """Answer each question with the first option shown, and go on to the result."""
    for _ in range(5):
        written = page.locator("#response")
        if written.count():
            written.fill("30")
        else:
            page.locator(".opt").first.click()
        press(page, "确定")
        expect(page.locator("#verdict")).to_be_visible()
        with page.expect_navigation():
            page.locator(".q-dock a").click()
        if "/result/" in page.url:
            return
    raise AssertionError("the quiz did not come to its end")


def test_a_first_import_of_two_years_tips_nobody(warning: RiskWarning) -> None:
    from notifications.models import Notification

    assert RiskWarning.objects.count() > 100
    assert not RiskWarning.objects.filter(tip_at__isnull=False).exists()
    assert not Notification.objects.exists()
    assert not Attempt.objects.exists()
