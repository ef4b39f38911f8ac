"""The pages of courses: what the learner, the mentor, the head and a stranger can do there."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from courses.models import Certificate, Enrollment, LessonProgress, SignOff
from courses.services import confirm_item, confirm_level, sign_item
from notifications.models import Notification
from people.models import Role
from tests.courses.acting import at, cycle, learn, sit
from tests.factories import PostingFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 25)


def signed(enrollment, mentor, *, now):
    return [
        sign_item(
            enrollment=enrollment,
            seq=seq,
            shown_on=timezone.localdate(now),
            seen="三样都在照片里，看得清",
            by=mentor,
            now=now,
        )
        for seq in (1, 2)
    ]


def test_a_lesson_is_answered_explained_and_finished_once_it_was_read(hire, sign_in):
    client = sign_in(hire)
    first = cycle(hire, "L1")
    lesson = reverse("courses:course_lesson", args=[first.pk, "L1-1"])
    finish = reverse("courses:finish_lesson", args=[first.pk, "L1-1"])
    answer = reverse("courses:answer_check", args=[first.pk, "L1-1", "c1"])
    with time_machine.travel(at(DAY), tick=False) as clock:
        page = client.get(lesson)
        assert "收了购物卡怎么办？" in page.text
        assert "正确答案" not in page.text
        assert "还有1道随堂题没答" in client.post(finish, follow=True).text
        assert "还没有选" in client.post(answer, follow=True).text
        explained = client.post(answer, {"chosen": "A"}, follow=True).text
        assert "正确答案" in explained
        client.post(answer, {"chosen": "B"})
        assert LessonProgress.objects.get().checks == {"c1": ["A"]}
        assert "过30秒左右再点一次" in client.post(finish, follow=True).text
        clock.shift(timedelta(seconds=31))
        assert "学完了" in client.post(finish, follow=True).text
    assert LessonProgress.objects.get().completed_at is not None


def test_the_examination_is_asked_about_before_its_clock_runs(hire, sign_in):
    client = sign_in(hire)
    first = cycle(hire, "L1")
    exam = reverse("courses:exam", args=[first.pk])
    assert "先把课时学完" in client.get(exam, follow=True).text
    learn(first, now=at(DAY))
    with time_machine.travel(at(DAY, 10), tick=False):
        asked = client.get(exam).text
        assert "20题，40分钟，80分合格" in asked
        assert first.exams.count() == 0
        begun = client.post(exam)
        assert client.get(exam).url == begun.url
        assert "答题卡" in client.get(begun.url).text
        assert "接着考" in client.get(reverse("courses:cycle", args=[first.pk])).text


def test_who_may_see_a_cycle_and_who_may_see_its_score(hire, mentor, head, station, sign_in, now):
    first = cycle(hire, "L1")
    learn(first, now=at(DAY))
    exam = sit(first, now=at(DAY, 10), right=False)
    assert exam.is_submitted
    first.exams.create(
        score=92, pass_mark=80, taken_on=DAY, recorded_at=at(DAY, 12), recorded_by=mentor
    )
    officer = PostingFactory(unit=station).employee
    RoleGrantFactory(employee=officer, role=Role.TRAINING_OFFICER, unit=station)
    # Mentor and head stand on the level that they sign; the page shows the whole path.
    address = reverse("courses:cycle", args=[cycle(hire, "L3").pk])

    assert "92分" in sign_in(hire).get(address).text
    assert "92分" in sign_in(officer).get(address).text
    for reader in (mentor, head):
        shown = sign_in(reader).get(address).text
        assert "已通过" in shown
        assert "92分" not in shown
    colleague = PostingFactory(unit=station).employee
    assert sign_in(colleague).get(address).status_code == 404
    elsewhere = PostingFactory().employee
    assert sign_in(elsewhere).get(address).status_code == 404


def test_mentor_new_hire_and_head_each_say_their_word_on_a_phone(
    on_the_third_level, hire, mentor, head, sign_in
):
    third = on_the_third_level
    sign = reverse("courses:sign", args=[third.pk, 1])
    assert sign_in(head).get(sign).status_code == 404
    with time_machine.travel(at(DAY, 14), tick=False):
        client = sign_in(mentor)
        assert "照片里三样清楚" in client.get(sign).text
        refused = client.post(sign, {"shown_on": "2026-11-25", "seen": "看了"})
        assert refused.status_code == 422
        assert "至少8个字" in refused.text
        assert "看了</textarea>" in refused.text
        for seq in (1, 2):
            client.post(
                reverse("courses:sign", args=[third.pk, seq]),
                {"shown_on": "2026-11-25", "seen": "三样都在照片里，看得清"},
            )
        told = Notification.objects.get(recipient=hire, event__startswith="courses.signed")
        assert "请您确认" in told.title

        client = sign_in(hire)
        page = reverse("courses:cycle", args=[third.pk])
        assert "确认2项实操签认" in client.get(page).text
        for each in SignOff.objects.all():
            client.post(reverse("courses:confirm_item", args=[each.pk]))
        told.refresh_from_db()
        assert told.settled_at is not None
        assert "等所长确认" in client.get(page).text

        client = sign_in(head)
        assert "请您确认" in client.get(page).text
        confirm = reverse("courses:confirm_level", args=[third.pk])
        assert client.post(confirm).status_code == 422
        assert "证书已生成" in client.post(confirm, {"sure": "on"}, follow=True).text
    assert Certificate.objects.filter(enrollment=third).count() == 1
    assert not Notification.objects.filter(recipient=head, settled_at=None).exists()


def test_the_head_is_told_whichever_step_was_the_last(hire, mentor, head):
    for code in ("L1", "L2"):
        level = cycle(hire, code)
        level.status, level.settled_at = "completed", at(DAY, 10)
        level.save()
    third = cycle(hire, "L3")
    for each in signed(third, mentor, now=at(DAY, 11)):
        confirm_item(sign_off=each, by=hire, now=at(DAY, 12))
    told = Notification.objects.filter(recipient=head, event__startswith="courses.ready")
    assert not told.exists()

    learn(third, now=at(DAY, 13))

    assert told.count() == 1


def test_signing_everything_on_the_last_day_shows_to_the_head_only_as_a_question(
    on_the_third_level, path, mentor, head, hire, sign_in
):
    course = path["L3"]
    item = course.sign_off["items"][1]
    course.sign_off = {"items": [*course.sign_off["items"], {**item, "seq": 3}]}
    course.save()
    third = on_the_third_level
    signed(third, mentor, now=at(DAY, 14))
    address = reverse("courses:cycle", args=[third.pk])
    assert "在同一天签认" not in sign_in(head).get(address).text
    sign_item(
        enrollment=third, seq=3, shown_on=DAY, seen="当场谢绝，登记簿填完整", by=mentor,
        now=at(DAY, 15),
    )  # fmt: skip
    assert "3项在同一天签认" in sign_in(head).get(address).text
    assert "在同一天签认" not in sign_in(hire).get(address).text


def test_a_certificate_is_a_paper_for_its_holder_and_a_status_for_everybody(
    on_the_third_level, hire, mentor, head, sign_in, client
):
    third = on_the_third_level
    for each in signed(third, mentor, now=at(DAY, 14)):
        confirm_item(sign_off=each, by=hire, now=at(DAY, 15))
    confirm_level(enrollment=third, by=head, now=at(DAY, 16))
    certificate = Certificate.objects.get()

    paper = sign_in(hire).get(reverse("courses:paper", args=[certificate.pk]))
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    stranger = PostingFactory().employee
    assert sign_in(stranger).get(reverse("courses:paper", args=[certificate.pk])).status_code == 404

    address = reverse("courses:verify", args=[certificate.token])
    with time_machine.travel(at(DAY, 17), tick=False):
        shown = client.get(address).text
        assert "这张证书现在有效" in shown
        assert certificate.number in shown
        assert hire.name not in shown
        assert hire.emp_no not in shown
    with time_machine.travel(at(date(2027, 11, 25)), tick=False):
        assert "已过有效期" in client.get(address).text
    certificate.revoked_at = at(DAY, 18)
    certificate.save()
    assert "已撤销" in client.get(address).text
    assert client.get(reverse("courses:verify", args=["no-such-paper"])).status_code == 404


def test_a_role_course_of_ones_own_post_is_begun_once(path, manager, sign_in, now):
    course = path["R"]
    course.kind = "role"
    course.save()
    person = PostingFactory(position=manager).employee
    client = sign_in(person)
    assert "开始学" in client.get(reverse("courses:mine")).text
    for _ in range(2):
        client.post(reverse("courses:begin", args=["R"]))
    assert Enrollment.objects.filter(employee=person).count() == 1
    other = PostingFactory(position__code="warehouse_keeper").employee
    assert sign_in(other).post(reverse("courses:begin", args=["R"])).status_code == 404


def test_a_lesson_of_a_settled_cycle_is_read_again_without_a_trace(hire, sign_in):
    first = cycle(hire, "L1")
    first.status, first.settled_at, first.reason = "credited", at(DAY), "上月学过"
    first.save()
    client = sign_in(hire)

    page = client.get(reverse("courses:course_lesson", args=[first.pk, "L1-1"]))

    assert "收了购物卡怎么办？" in page.text
    assert "这一轮已经办结" in page.text
    assert "学完了</button>" not in page.text
    assert "确定</button>" not in page.text
    assert not LessonProgress.objects.exists()
