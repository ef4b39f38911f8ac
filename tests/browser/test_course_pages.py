"""Courses as people use them: the new hire on a phone, mentor and head on theirs, the officer."""

# ruff: noqa: F811  fixtures of another folder are imported by name

import io
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

from courses.models import Certificate, ExamResult, LessonAttachment, LessonPage, TrainingClass
from courses.services import issue_certificate
from people.models import Employee, Role
from tests import media
from tests.browser.conftest import PHONE, violations
from tests.courses.acting import at, cycle, learn
from tests.courses.conftest import (  # noqa: F401  the same station, class and path
    formed,
    head,
    listed,
    manager,
    mentor,
    officer,
    path,
    station,
)
from tests.factories import MediaFileFactory, PostingFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 11, 25)


@pytest.fixture
def clock(live_server):
    with time_machine.travel(at(DAY), tick=False) as traveller:
        yield traveller


@pytest.fixture
def hire(clock, formed, listed):
    formed(listed(count=3))
    person = Employee.objects.get(emp_no="99000000")
    person.user.must_change_password = False
    person.user.save()
    return person


def phone_of(new_page, login, employee) -> Page:
    page = new_page(viewport=PHONE)
    login(page, employee.emp_no)
    return page


def test_a_new_hire_learns_is_examined_and_signed_off_on_phones(
    new_page,
    login,
    hire,
    mentor,
    head,
    clock,
):
    mine = phone_of(new_page, login, hire)
    mine.goto(reverse("courses:mine"))
    mine.get_by_role("link", name="新员工廉洁三级教育").click()
    mine.locator("main").get_by_role("link", name="去学").first.click()
    mine.get_by_text("登记", exact=True).click()
    mine.get_by_role("button", name="确定").click()
    expect(mine.get_by_text("正确答案")).to_be_visible()
    clock.shift(timedelta(minutes=2))
    mine.get_by_role("button", name="学完了").last.click()
    expect(mine.get_by_text("已记入您的学习记录")).to_be_visible()

    mine.get_by_role("link", name="去考").first.click()
    expect(mine.get_by_text("20题，40分钟，80分合格")).to_be_visible()
    mine.get_by_role("button", name="开始考试").click()
    mine.get_by_role("link", name="从第1题开始").last.click()
    for number in range(1, 21):
        expect(mine.get_by_role("heading", level=1)).to_be_visible()
        mine.locator("label.opt").first.click()
        mine.get_by_role("button", name="存好").click()
        if number == 3:
            # Another device goes on where this one stopped.
            mine = phone_of(new_page, login, hire)
            mine.goto(reverse("courses:exam", args=[cycle(hire, "L1").pk]))
            mine.get_by_role("link", name="接着答第4题").last.click()
    mine.get_by_role("button", name="交卷").last.click()
    expect(mine.get_by_role("heading", level=1)).to_contain_text("20题，答对")
    result = ExamResult.objects.get()
    mine.get_by_role("link", name="返回，看下一步").last.click()
    first = result.enrollment
    if not result.is_passed:
        expect(mine.get_by_text("明天再考").first).to_be_visible()
        first.status, first.settled_at = "completed", at(DAY, 12)
        first.save()
    second, third = cycle(hire, "L2"), cycle(hire, "L3")
    second.status, second.settled_at = "completed", at(DAY, 12)
    second.save()
    learn(third, now=at(DAY, 12))

    clock.move_to(at(DAY, 14))
    theirs = phone_of(new_page, login, mentor)
    theirs.goto(reverse("courses:mine"))
    theirs.get_by_role("link", name=hire.name).click()
    theirs.get_by_role("link", name="签认", exact=True).first.click()
    theirs.get_by_label("亲眼看到了什么").fill("当场做对，照片里三样都清楚")
    theirs.get_by_role("button", name="我看见了，签认这一项").click()
    theirs.get_by_role("link", name="签认", exact=True).first.click()
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(picture, format="JPEG")
    shot = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    theirs.get_by_label("现场照片").set_input_files([shot])
    theirs.get_by_role("button", name="我看见了，签认这一项").click()
    expect(theirs.get_by_text("待本人确认")).to_have_count(2)
    shown = theirs.get_by_role("img", name="的照片，看大图")
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    theirs.wait_for_function("document.querySelector('td img').naturalWidth === 400")
    assert violations(theirs) == []

    mine.goto(reverse("courses:cycle", args=[third.pk]))
    for _ in range(2):
        mine.get_by_role("button", name="我确认").first.click()
    expect(mine.get_by_text("等所长确认")).to_be_visible()

    last = phone_of(new_page, login, head)
    last.goto(reverse("courses:cycle", args=[third.pk]))
    last.get_by_role("link", name="看清楚，去确认").click()
    last.get_by_label("我看过逐项签认，同意结业").check()
    last.get_by_role("button", name="确认结业").click()
    expect(last.get_by_text("证书已生成").first).to_be_visible()

    certificate = Certificate.objects.get()
    stranger = new_page(viewport=PHONE)
    stranger.goto(reverse("courses:verify", args=[certificate.token]))
    expect(stranger.get_by_text("这张证书现在有效")).to_be_visible()


def test_course_pages_hold_at_every_size(page, login, look_at, hire, mentor, head):
    first, third = cycle(hire, "L1"), cycle(hire, "L3")
    login(page, hire.emp_no)
    look_at(page, reverse("courses:mine"))
    look_at(page, reverse("courses:cycle", args=[first.pk]))
    look_at(page, reverse("courses:course_lesson", args=[first.pk, "L1-1"]))
    learn(first, now=at(DAY))
    look_at(page, reverse("courses:course_lesson", args=[first.pk, "L1-1"]))
    look_at(page, reverse("courses:exam", args=[first.pk]))
    for level in (first, cycle(hire, "L2")):
        level.status, level.settled_at = "completed", at(DAY, 12)
        level.save()
    login(page, mentor.emp_no)
    look_at(page, reverse("courses:cycle", args=[third.pk]))
    look_at(page, reverse("courses:sign", args=[third.pk, 1]))
    certificate = issue_certificate(enrollment=third, on=DAY)
    page.context.clear_cookies()
    look_at(page, reverse("courses:verify", args=[certificate.token]))


def test_class_pages_hold_at_every_size(
    page,
    login,
    look_at,
    hire,
    station,
    officer,
):
    trainer = officer.employee
    PostingFactory(employee=trainer, unit=station)
    RoleGrantFactory(employee=trainer, role=Role.TRAINING_OFFICER, unit=station)
    found = TrainingClass.objects.get()
    login(page, trainer.emp_no)
    look_at(page, reverse("courses:classes"))
    look_at(page, reverse("courses:new_class"))
    look_at(page, reverse("courses:class", args=[found.pk]))
    look_at(page, reverse("courses:roll", args=[found.pk, "L1-1"]))
    look_at(page, reverse("courses:scores", args=[found.pk, "L1"]))
    look_at(page, reverse("courses:exempt", args=[cycle(hire, "L1").pk]))
    page.goto(reverse("courses:class", args=[found.pk]))
    page.get_by_role("button", name="发首次登录码").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    expect(page.locator("b.code")).to_have_count(3)
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert violations(page) == []
    TrainingClass.objects.update(formed_at=None)
    look_at(page, reverse("courses:class", args=[found.pk]))


def test_a_lesson_with_film_recording_and_attachment_holds_and_plays(page, login, look_at, hire):
    lesson = LessonPage.objects.get(code="L1-1")
    lesson.recording = MediaFileFactory(data=media.wav(3), seconds=3)
    lesson.video = MediaFileFactory(kind="video", captions=media.VTT, data=media.wav(3), seconds=3)
    paper = MediaFileFactory(
        kind="attachment", seconds=None, data=media.PDF, title="岗位对照表", name="p.pdf"
    )
    lesson.attachments = [LessonAttachment(file=paper)]
    lesson.save()
    address = reverse("courses:course_lesson", args=[cycle(hire, "L1").pk, "L1-1"])
    login(page, hire.emp_no)
    look_at(page, address)

    page.evaluate("document.querySelector('audio').play()")
    page.wait_for_timeout(1500)
    assert page.evaluate("document.querySelector('audio').currentTime") > 0.3
    with page.expect_download() as download:
        page.get_by_role("link", name="岗位对照表").click()
    assert download.value.suggested_filename == "岗位对照表.pdf"
    assert download.value.path().read_bytes() == media.PDF
