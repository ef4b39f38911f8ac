"""The small scripts of site/static/js against a server that answers as our views do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Browser, Page, expect

from common.middleware import SecurityHeadersMiddleware

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Answers:
    """Pages by path, what was posted, and how each address answers a POST or a later GET."""

    def __init__(self) -> None:
        self.pages: dict[str, list[str]] = {}
        self.posts: list[tuple[str, str]] = []
        self.statuses: list[int] = []


class Handler(BaseHTTPRequestHandler):
    answers: Answers
    policy: str

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith(settings.STATIC_URL):
            found = Path(str(finders.find(path.removeprefix(settings.STATIC_URL))))
            self.answer(200, found.read_bytes(), TYPES.get(found.suffix, "font/woff2"))
        elif path in self.answers.pages:
            bodies = self.answers.pages[path]
            body = bodies.pop(0) if len(bodies) > 1 else bodies[0]
            self.answer(200, body.encode(), "text/html; charset=utf-8")
        else:
            self.answer(404, b"", "text/html")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answers.posts.append((self.path, raw))
        status = self.answers.statuses.pop(0) if self.answers.statuses else 200
        self.answer(status, '{"status": "10:42已自动保存"}'.encode(), "application/json")

    def answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def serving(answers: Answers) -> Iterator[str]:
    response = SecurityHeadersMiddleware(lambda _: HttpResponse())(RequestFactory().get("/"))
    policy = response.headers["Content-Security-Policy"]
    handler = type("Bound", (Handler,), {"answers": answers, "policy": policy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def page(answers: Answers, browser: Browser) -> Iterator[Page]:
    """A page whose console must stay empty: a CSP violation is an error there."""
    said: list[str] = []
    with serving(answers) as base:
        opened = browser.new_page(base_url=base)
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        yield opened
        opened.close()
    assert [words for words in said if "Failed to load resource" not in words] == []


def body(content: str, scripts: str = "") -> str:
    source = (
        '{% extends "base.html" %}{% load ui static %}'
        "{% block content %}" + content + "{% endblock %}"
        "{% block scripts %}" + scripts + "{% endblock %}"
    )
    return engines["django"].from_string(source).render({}, RequestFactory().get("/"))


def script(name: str) -> str:
    return '<script type="module" src="{% static \'js/' + name + "' %}\"></script>"


def test_a_double_click_sends_a_form_once_and_says_that_it_is_sending(page, answers):
    answers.pages["/"] = [body('<form method="post" action="/do/"><button>提交</button></form>')]
    answers.statuses = [204, 204]  # "no content" leaves the page where it is
    page.goto("/")

    with page.expect_response("**/do/"):
        page.locator("main button").dblclick()

    expect(page.locator("main button")).to_have_text("提交中…")
    page.wait_for_load_state("networkidle")
    assert len(answers.posts) == 1


def test_the_name_of_the_pressed_button_is_sent(page, answers):
    answers.pages["/"] = [
        body(
            '<form method="post" action="/do/"><button name="do" value="return">退回</button>'
            '<button name="do" value="close">通过</button></form>'
        )
    ]
    page.goto("/")

    page.get_by_role("button", name="通过").click()

    page.wait_for_url("**/do/")
    assert answers.posts == [("/do/", "do=close")]


def test_the_error_summary_takes_the_focus(page, answers):
    answers.pages["/"] = [body('<div tabindex="-1" data-error-summary>还没有提交</div>')]

    page.goto("/")

    expect(page.locator("[data-error-summary]")).to_be_focused()


def test_text_size_and_theme_apply_at_once_and_are_stored(page, answers):
    answers.pages["/"] = [body("<h1>题</h1>")]
    page.goto("/")

    page.locator(".display summary").click()
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="关怀").click()
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="深色").click()

    expect(page.locator("html")).to_have_attribute("data-size", "care")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="关怀")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="标准")).to_have_attribute("aria-pressed", "false")
    assert [path for path, _ in answers.posts] == ["/preferences/", "/preferences/"]
    assert "care" in answers.posts[0][1]


def test_a_choice_of_display_that_was_not_stored_is_said(page, answers):
    answers.pages["/"] = [body("<h1>题</h1>")]
    answers.statuses = [500]
    page.goto("/")

    page.locator(".display summary").click()
    page.get_by_role("button", name="特大").click()

    expect(page.locator("#live")).to_contain_text("没有存上")


def test_the_menu_closes_by_escape_and_gives_the_focus_back(page, answers):
    answers.pages["/"] = [body("<h1>题</h1>")]
    page.goto("/")
    page.locator(".display summary").click()

    page.keyboard.press("Escape")

    expect(page.locator(".display")).not_to_have_attribute("open", "")
    expect(page.locator(".display summary")).to_be_focused()


def test_the_offer_to_undo_goes_when_its_time_is_over(page, answers):
    answers.pages["/"] = [
        body(
            '{% include "components/undo.html" with action="/undo/" sentence="已转。" seconds=2 %}'
        )
    ]
    page.goto("/")
    expect(page.locator(".undo")).to_be_visible()

    expect(page.locator(".undo")).to_have_count(0, timeout=4000)


def test_a_job_is_followed_to_its_end(page, answers):
    def progress(state: str) -> str:
        return f'<section data-job-state="{state}">{state}</section>'

    running = body(
        '<div data-job-poll="/progress/">' + progress("running") + "</div>", script("job.js")
    )
    answers.pages["/"] = [running, body("<h1>导出好了</h1>")]
    answers.pages["/progress/"] = [progress("running"), progress("done")]
    page.goto("/")

    expect(page.get_by_role("heading", name="导出好了")).to_be_visible(timeout=8000)


FORM = (
    '<form method="post" data-autosave="/save/"><label><input type="radio" name="a" value="B">乙'
    '</label><textarea name="words" aria-label="说明"></textarea>'
    '<p role="status" data-autosave-status></p></form>'
)


def test_an_answer_is_saved_when_it_is_chosen(page, answers):
    answers.pages["/"] = [body(FORM, script("autosave.js"))]
    page.goto("/")

    page.get_by_label("乙").check()

    expect(page.locator("[data-autosave-status]")).to_have_text("10:42已自动保存")
    assert 'name="a"\r\n\r\nB' in answers.posts[0][1]


def test_what_could_not_be_saved_is_sent_when_the_network_is_back(page, answers):
    answers.pages["/"] = [body(FORM, script("autosave.js"))]
    answers.statuses = [503]
    page.goto("/")

    page.get_by_label("说明").fill("封印照片可以对上")
    expect(page.locator("[data-autosave-status]")).to_contain_text("待上传")
    page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(page.locator("[data-autosave-status]")).to_have_text("10:42已自动保存")
    assert len(answers.posts) == 2


KEYS = (
    '<button type="button" data-keys-toggle></button><form>'
    '<label><input type="radio" name="a" data-key="b">乙</label><textarea aria-label="说明">'
    "</textarea></form>"
)


def test_a_letter_chooses_but_not_while_the_reader_types(page, answers):
    answers.pages["/"] = [body(KEYS, script("keys.js"))]
    page.goto("/")

    page.get_by_label("说明").press("b")
    expect(page.get_by_label("乙")).not_to_be_checked()
    page.get_by_label("说明").evaluate("element => element.blur()")
    page.keyboard.press("b")

    expect(page.get_by_label("乙")).to_be_checked()


def test_single_letter_keys_can_be_turned_off(page, answers):
    answers.pages["/"] = [body(KEYS, script("keys.js"))]
    page.goto("/")

    page.get_by_role("button", name="快捷键：开").click()
    page.keyboard.press("b")

    expect(page.get_by_role("button", name="快捷键：关")).to_be_visible()
    expect(page.get_by_label("乙")).not_to_be_checked()
