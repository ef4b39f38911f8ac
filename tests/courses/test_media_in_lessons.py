"""What learners get of uploaded files: in the micro-lesson, in lessons of courses; the plan."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from courses.exceptions import NotCoveredYet
from courses.models import LessonAttachment, LessonPage, MicroLessonPage
from courses.services import answer_check, finish_lesson, open_course_lesson
from people.models import Employee, Role
from tests import media
from tests.courses.acting import cycle
from tests.factories import (
    MediaFileFactory,
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in):
    return sign_in(PostingFactory().employee)


def shown(client, lesson, mode):
    return client.get(reverse("courses:lesson", args=[lesson.code]), {"mode": mode}).text


def test_each_mode_plays_what_was_uploaded_for_it_and_else_the_script(client):
    film = MediaFileFactory(kind="video", captions=media.VTT)
    sound = MediaFileFactory()
    full = MicroLessonPageFactory(video=film, recording=sound)
    bare = MicroLessonPageFactory()

    watched, heard = shown(client, full, "watch"), shown(client, full, "listen")
    assert "<video" in watched
    assert reverse("courses:file", args=[film.pk]) in watched
    assert reverse("courses:captions", args=[film.pk]) in watched
    assert "<audio" in heard
    assert reverse("courses:file", args=[sound.pk]) in heard
    for mode in ("watch", "listen", "read"):
        page = shown(client, bare, mode)
        assert "<video" not in page
        assert "<audio" not in page
    assert "<audio" not in shown(client, full, "read")


def test_listening_is_offered_by_the_page_where_there_is_a_recording_else_by_the_device(client):
    full, bare = MicroLessonPageFactory(recording=MediaFileFactory()), MicroLessonPageFactory()

    assert "data-listen" not in shown(client, full, "watch")
    assert "data-listen hidden" in shown(client, bare, "watch")


def test_the_months_without_a_lesson_reach_to_the_end_of_the_next_quarter():
    MicroLessonPageFactory(month="2026-12")
    MicroLessonPageFactory(month="2027-02", live=False)
    without = MicroLessonPage.objects.months_without

    assert without(on=date(2026, 11, 24)) == [date(2026, 11, 1), date(2027, 1, 1), date(2027, 3, 1)]
    assert without(on=date(2026, 12, 31))[0] == date(2027, 1, 1)
    assert without(on=date(2026, 3, 31))[-1] == date(2026, 6, 1)
    assert without(on=date(2026, 4, 1))[-1] == date(2026, 9, 1)


def test_the_editors_list_names_those_months_and_leads_to_a_new_lesson(sign_in, path, time_machine):
    time_machine.move_to("2026-11-24T09:00:00+08:00", tick=False)
    from wagtail.models import Site

    from courses.models import MicroLessonIndexPage

    shelf = MicroLessonIndexPage(title="微课", slug="micro")
    Site.objects.get(is_default_site=True).root_page.add_child(instance=shelf)
    for month in ("2026-12", "2027-01", "2027-03"):
        MicroLessonPageFactory(month=month)
    editor = sign_in(RoleGrantFactory(role=Role.EDITOR).employee)
    address = reverse("micro_lesson_pages:index")

    page = editor.get(address).text
    assert "还没有安排微课的月份：2026年11月、2027年2月。" in page
    add = reverse("wagtailadmin_pages:add", args=["courses", "microlessonpage", shelf.pk])
    assert add in page
    assert editor.get(add).status_code == 200

    for month in ("2026-11", "2027-02"):
        MicroLessonPageFactory(month=month)
    assert "还没有安排微课的月份" not in editor.get(address).text


def test_the_training_officer_sees_them_and_only_an_editor_gets_the_link(sign_in, time_machine):
    time_machine.move_to("2026-11-24T09:00:00+08:00", tick=False)
    officer = PostingFactory(position=PositionFactory(code="training_officer")).employee
    RoleGrantFactory(employee=officer, role=Role.TRAINING_OFFICER)
    address = reverse("assignments:training")
    link = reverse("micro_lesson_pages:index")

    page = sign_in(officer).get(address).text
    assert "还没有安排的月份：2026年11月、2026年12月、2027年1月" in page
    assert link not in page
    RoleGrantFactory(employee=officer, role=Role.EDITOR)
    assert link in sign_in(officer).get(address).text


@pytest.fixture
def filmed(formed, listed, path):
    """A new hire's cycle, whose first lesson has a video of ten minutes and an attachment."""
    formed(listed(count=1))
    hire = Employee.objects.get(emp_no="99000000")
    hire.user.must_change_password = False
    hire.user.save()
    lesson = LessonPage.objects.get(code="L1-1")
    lesson.video = MediaFileFactory(kind="video", captions=media.VTT, seconds=1200)
    lesson.recording = MediaFileFactory(seconds=90)
    paper = MediaFileFactory(kind="attachment", seconds=None, data=media.PDF, title="岗位对照表")
    lesson.attachments = [LessonAttachment(file=paper)]
    lesson.save()
    return cycle(hire, "L1")


def test_a_lesson_of_a_course_shows_its_files_and_offers_practice(filmed, sign_in):
    client = sign_in(filmed.employee)
    lesson = LessonPage.objects.get(code="L1-1")

    page = client.get(reverse("courses:course_lesson", args=[filmed.pk, "L1-1"])).text

    for file in (lesson.video, lesson.recording, lesson.attachments.get().file):
        assert reverse("courses:file", args=[file.pk]) in page
    assert reverse("courses:captions", args=[lesson.video_id]) in page
    assert "岗位对照表" in page
    assert "练3道题" in page
    point = lesson.risk_points.get()
    answer = client.post(
        reverse("quizzes:start"), {"risk_point": point.code, "next": "/courses/"}, follow=True
    )
    assert answer.status_code == 200


def test_a_lesson_with_a_video_takes_the_time_of_the_video(filmed, now):
    lesson = LessonPage.objects.get(code="L1-1")
    progress = open_course_lesson(enrollment=filmed, lesson=lesson, now=now)
    answer_check(progress=progress, code="c1", chosen=["B"], now=now)

    with pytest.raises(NotCoveredYet, match="比学完这一节一般要用的时间短"):
        finish_lesson(progress=progress, now=now + timedelta(minutes=5))
    done = finish_lesson(progress=progress, now=now + timedelta(minutes=20))

    assert done.completed_at is not None
