"""A live server, Debian's chromium, and what every page must hold.

``page`` is a fresh browser page at 1280 px; ``login(page, emp_no)`` signs an employee in;
``look_at(page, path)`` opens a page and fails on any accessibility violation or overflow.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_core_python
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = [
    *["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync"],
]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
NARROWEST = 320


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep a picture of what was on the screen when a test failed."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None and not page.is_closed():
        folder = Path(settings.BASE_DIR) / "var" / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        picture = folder / f"{item.name.replace('/', '-')}.png"
        page.screenshot(path=picture, full_page=True)
        report.sections.append(("screenshot", f"{page.url}\n{picture}"))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, started once for all tests."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is not installed: make test installs it"
    # Playwright's own loop runs in this thread; Django need not guard against it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """A function that opens a page in a browser of its own: another person, another device."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **{"viewport": DESKTOP, "reduced_motion": "reduce"} | options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A fresh page on a desktop; ``page.set_viewport_size(PHONE)`` makes it a phone."""
    return new_page()


@pytest.fixture
def login(live_server: Any) -> Callable[[Page, str], None]:
    """A function that signs an employee in by staff number, without the form."""
    from people.models import Employee
    from tests.factories import UserFactory

    def sign_in(page: Page, emp_no: str) -> None:
        employee = Employee.objects.get(emp_no=emp_no)
        client = Client()
        client.force_login(getattr(employee, "user", None) or UserFactory(employee=employee))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.clear_cookies()
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url, "httpOnly": True}]
        )

    return sign_in


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, one line each."""
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    # Evaluated, not inserted: the policy of our pages lets no foreign script in.
    page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", AXE_TAGS
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.fixture
def look_at() -> Callable[[Page, str], None]:
    """A function that opens a path and checks it on a phone, a desktop and the narrowest screen."""

    def look(page: Page, path: str) -> None:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            assert violations(page) == [], f"{path} at {size['width']} px"
            assert overflow(page) <= 0, f"{path} overflows at {size['width']} px"
        page.set_viewport_size({"width": NARROWEST, "height": PHONE["height"]})
        assert overflow(page) <= 0, f"{path} overflows at {NARROWEST} px"
        page.set_viewport_size(DESKTOP)

    return look
