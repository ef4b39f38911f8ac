"""Uploaded video and recording, and the device's own voice, in one position with the text."""

import base64

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import LessonView
from tests import media
from tests.browser.conftest import PHONE
from tests.factories import MediaFileFactory, MicroLessonPageFactory, PostingFactory

pytestmark = pytest.mark.django_db(transaction=True)

OPENING = "各位同事，先算一道账。一台变压器停了三个月！账上却少收了半年的钱？"
SECONDS = "() => document.querySelector('[data-media]').currentTime"
PAUSED = "() => document.querySelector('[data-media]').paused"

# Speaks until the test says that a sentence is over.
VOICE = """
window.said = [];
window.finish = () => { window.current.onend(); };
const voice = {
  getVoices: () => [{ lang: "en-US" }, { lang: "zh-CN" }],
  speak: (words) => { window.said.push(words.text); window.current = words; },
  cancel: () => {},
  addEventListener: () => {},
};
Object.defineProperty(window, "speechSynthesis", { value: voice });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
NO_VOICE = """
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "en-US" }], cancel: () => {}, addEventListener: () => {},
} });
"""
# A picture that changes, filmed by the browser itself.
FILM = """async (seconds) => {
  const canvas = document.createElement("canvas");
  canvas.width = 320;
  canvas.height = 180;
  const pen = canvas.getContext("2d");
  const draw = setInterval(() => {
    pen.fillStyle = `hsl(${performance.now() / 10}, 60%, 40%)`;
    pen.fillRect(0, 0, 320, 180);
  }, 40);
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  const stopped = new Promise((done) => { recorder.onstop = done; });
  recorder.start();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  recorder.stop();
  await stopped;
  clearInterval(draw);
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


@pytest.fixture
def employee():
    return PostingFactory().employee


def eight_seconds(**files):
    lesson = MicroLessonPageFactory(duration_seconds=8, **files)
    lesson.script.update(seconds=2)
    first = lesson.script.order_by("sort_order").first()
    first.text = OPENING
    first.save()
    return lesson


@pytest.fixture
def recorded():
    return eight_seconds(recording=MediaFileFactory(data=media.wav(8), seconds=8))


@pytest.fixture
def spoken():
    return eight_seconds()


def open_lesson(page, login, employee, lesson, mode):
    login(page, employee.emp_no)
    page.goto(f"{reverse('courses:lesson', args=[lesson.code])}?mode={mode}")


def press_play(page):
    page.get_by_role("button", name="播放").click()


def reach(page, second):
    """Wait until the media have played to that second; the policy forbids Playwright's own way."""
    for _ in range(100):
        if page.evaluate(SECONDS) > second:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"still at second {page.evaluate(SECONDS)}")


def test_a_recording_really_plays_stops_at_the_choice_and_is_learnt(
    page, login, employee, recorded
):
    open_lesson(page, login, employee, recorded, "listen")
    press_play(page)
    reach(page, 1)
    expect(page.locator("[data-clock]")).not_to_have_text("0:00")
    assert page.evaluate("document.querySelector('[data-track]').value") > 0.5

    choice = page.locator("#choice")
    expect(choice).to_be_visible(timeout=10_000)
    assert page.evaluate(PAUSED)
    assert 3.9 <= page.evaluate(SECONDS) <= 4.8
    expect(page.get_by_text("已学4秒")).to_be_visible()
    choice.locator(".opt").nth(1).click()
    choice.get_by_role("button").click()
    press_play(page)
    reach(page, 4.5)

    expect(page.get_by_text("记住这一句")).to_be_visible(timeout=15_000)
    view = LessonView.objects.get()
    assert (view.seconds_covered, view.way) == (8, "听了8秒")


def test_what_was_passed_over_is_not_credited(page, login, employee, recorded):
    open_lesson(page, login, employee, recorded, "listen")
    press_play(page)
    reach(page, 0.4)
    page.evaluate("document.querySelector('[data-media]').currentTime = 3")

    expect(page.locator("#choice")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("已学1秒")).to_be_visible()
    assert LessonView.objects.get().covered == [[3, 4]]


def test_seeking_behind_the_choice_stops_at_it(page, login, employee, recorded):
    open_lesson(page, login, employee, recorded, "listen")
    press_play(page)
    reach(page, 0.2)
    page.evaluate("document.querySelector('[data-media]').currentTime = 7")

    expect(page.locator("#choice")).to_be_visible(timeout=5_000)
    assert page.evaluate(PAUSED)
    assert LessonView.objects.get().seconds_covered == 0


def test_the_three_ways_share_one_position(page, login, employee, recorded):
    open_lesson(page, login, employee, recorded, "listen")
    press_play(page)
    reach(page, 2.3)
    page.get_by_role("link", name="看", exact=True).click()

    page.wait_for_url("**mode=watch**")
    assert page.locator("[data-lesson]").get_attribute("data-position") == "2"
    expect(page.locator("[data-clock]")).to_have_text("0:02")
    expect(page.locator("[data-part]")).to_have_text("讲案")
    page.get_by_role("link", name="读文字").click()
    page.wait_for_url("**mode=read**#text-2")
    page.get_by_role("link", name="听", exact=True).click()
    page.wait_for_url("**mode=listen")
    press_play(page)
    reach(page, 2.2)


def test_the_voice_speaks_sentence_by_sentence_and_each_is_marked(page, login, employee, spoken):
    page.add_init_script(VOICE)
    open_lesson(page, login, employee, spoken, "watch")
    page.get_by_role("link", name="听", exact=True).click()
    page.wait_for_url("**mode=listen")
    mark = page.locator(".parts mark")
    expect(mark).to_have_count(0)
    press_play(page)

    expect(mark).to_have_text("各位同事，先算一道账。")
    page.wait_for_timeout(1500)
    assert page.evaluate("window.said") == ["各位同事，先算一道账。"]
    expect(mark).to_have_text("各位同事，先算一道账。")
    page.evaluate("window.finish()")
    expect(mark).to_have_text("一台变压器停了三个月！")
    page.evaluate("window.finish()")
    expect(mark).to_have_text("账上却少收了半年的钱？")
    assert page.evaluate("window.said") == [
        "各位同事，先算一道账。",
        "一台变压器停了三个月！",
        "账上却少收了半年的钱？",
    ]
    assert page.locator(".parts li p").first.inner_text() == OPENING
    expect(mark).to_have_count(1)
    page.evaluate("window.finish()")
    expect(page.locator("[data-part]")).to_have_text("讲案")
    expect(mark).to_have_text("我们看一个教学案例。")


def test_where_nothing_speaks_listening_is_not_offered(page, login, employee, spoken):
    page.add_init_script(NO_VOICE)
    open_lesson(page, login, employee, spoken, "watch")
    expect(page.get_by_role("link", name="看", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="听", exact=True)).to_be_hidden()

    page.goto(f"{reverse('courses:lesson', args=[spoken.code])}?mode=listen")
    press_play(page)
    expect(page.get_by_text("这台设备没有中文语音")).to_be_visible()
    expect(page.locator("[data-clock]")).to_have_text("0:00")


@pytest.fixture
def filmed(page, live_server):
    page.goto("about:blank")
    data = base64.b64decode(page.evaluate(FILM, 9))
    film = MediaFileFactory(
        data=data, kind="video", content_type="video/webm", name="film.webm", seconds=8,
        captions=media.VTT,
    )  # fmt: skip
    return eight_seconds(video=film)


def test_a_video_plays_with_its_captions_and_stops_at_the_choice(page, login, employee, filmed):
    open_lesson(page, login, employee, filmed, "watch")
    press_play(page)

    expect(page.locator("[data-caption]")).to_contain_text("先算一道账")
    expect(page.locator("[data-caption]")).to_have_text("我们看一个案例。")
    assert page.evaluate("document.querySelector('video').videoWidth") == 320
    expect(page.locator("#choice")).to_be_visible(timeout=10_000)
    assert page.evaluate(PAUSED)
    expect(page.get_by_text("已学4秒")).to_be_visible()


def test_lessons_with_files_hold_at_every_size(page, login, look_at, employee, recorded, filmed):
    login(page, employee.emp_no)
    look_at(page, f"{reverse('courses:lesson', args=[recorded.code])}?mode=listen")
    look_at(page, reverse("courses:lesson", args=[filmed.code]))


def test_without_script_the_lesson_is_read(new_page, login, employee, recorded):
    page = new_page(java_script_enabled=False, viewport=PHONE)
    open_lesson(page, login, employee, recorded, "listen")
    page.get_by_role("link", name="读文字").click()
    page.locator("#choice .opt").nth(1).click()
    page.locator(".dock").get_by_role("button").click()
    expect(page.get_by_text("可取的做法，你选的")).to_be_visible()
