"""The micro-lesson: learnt is what the server's clock bears out."""

from datetime import timedelta

import pytest
from django.urls import reverse

from courses.exceptions import NotCoveredYet
from courses.models import LessonMode, LessonView
from courses.services import complete_lesson, decide, open_lesson, record_progress
from courses.signals import lesson_completed
from tests.factories import MicroLessonPageFactory, PostingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson():
    return MicroLessonPageFactory()


@pytest.fixture
def employee():
    return PostingFactory().employee


@pytest.fixture
def view(employee, lesson, now):
    return open_lesson(employee=employee, lesson=lesson, now=now)


def play(view, start, end, at):
    return record_progress(view=view, mode=LessonMode.WATCH, start=start, end=end, now=at)


def choose(view, at, number=2, mode=LessonMode.WATCH):
    return decide(view=view, number=number, mode=mode, now=at)


def seconds(n):
    return timedelta(seconds=n)


def test_a_lesson_is_completed_when_it_was_really_played(view, now):
    play(view, 0, 15, now + seconds(15))
    play(view, 15, 30, now + seconds(30))
    choose(view, now + seconds(40))
    play(view, 30, 45, now + seconds(55))
    done = play(view, 45, 60, now + seconds(70))

    assert done.is_completed
    assert (done.seconds_covered, done.completed_by) == (60, LessonMode.WATCH)


def test_a_browsers_word_alone_completes_nothing(view, now):
    choose(view, now + seconds(1))

    for _ in range(50):
        view = play(view, 0, 60, now + seconds(2))

    assert view.seconds_covered <= 2
    assert not view.is_completed


def test_a_page_left_open_for_an_hour_is_not_a_lesson_learnt(view, now):
    choose(view, now + seconds(1))

    view = play(view, 0, 60, now + timedelta(hours=1))

    assert view.seconds_covered == 30
    assert not view.is_completed


def test_two_tabs_share_one_clock(view, now):
    play(view, 0, 15, now + seconds(15))

    both = play(view, 15, 30, now + seconds(16))

    assert both.seconds_covered == 16


def test_the_same_stretch_counts_once(view, now):
    for n in range(1, 6):
        view = play(view, 0, 15, now + seconds(15 * n))

    assert view.seconds_covered == 15


def test_nothing_behind_the_choice_counts_before_it_was_made(view, now):
    view = play(view, 30, 60, now + seconds(30))

    assert view.seconds_covered == 0
    assert view.position_seconds == 30


def test_a_lesson_goes_on_where_it_was_left(sign_in, employee, lesson, view, now):
    play(view, 0, 12, now + seconds(12))

    page = sign_in(employee).get(reverse("courses:lesson", args=[lesson.code]))

    assert 'data-position="12"' in page.content.decode()
    assert LessonView.objects.count() == 1


def test_comments_and_the_rest_of_the_script_come_only_after_the_choice(sign_in, employee, lesson):
    client = sign_in(employee)
    address = reverse("courses:lesson", args=[lesson.code])
    pages = {mode: client.get(address, {"mode": mode}).content.decode() for mode in LessonMode}
    view = LessonView.objects.get()

    client.post(reverse("courses:decide", args=[view.pk]), {"decision": "1", "mode": "read"})
    after = client.get(address, {"mode": "read"}).content.decode()

    secrets = ["少收就开始了", "封不了就不算停", "少一双眼睛", "三道锁", "可取的做法"]
    assert not [word for page in pages.values() for word in secrets if word in page]
    assert not [word for word in secrets if word not in after]
    assert "你选的" in after


def test_the_first_choice_stands(view, now):
    choose(view, now + seconds(1), number=1)

    again = choose(view, now + seconds(2), number=2)

    assert (again.decision, again.decided_well) == (1, False)


def test_going_on_without_a_choice_is_refused_with_a_sentence(sign_in, employee, view):
    client = sign_in(employee)

    page = client.post(reverse("courses:decide", args=[view.pk]), {}, follow=True)

    assert "还没有选，请先选一项" in page.content.decode()


def test_reading_takes_the_time_it_takes(view, employee, lesson, now):
    choose(view, now + seconds(10), mode=LessonMode.READ)
    with pytest.raises(NotCoveredYet) as refused:
        complete_lesson(employee=employee, lesson=lesson, now=now + seconds(12))

    done = complete_lesson(
        employee=employee, lesson=lesson, now=now + seconds(12 + refused.value.seconds_left)
    )

    assert done.completed_by == LessonMode.READ
    assert done.seconds_covered == 0


def test_parts_that_were_played_need_not_be_read(view, employee, lesson, now):
    play(view, 0, 15, now + seconds(15))
    play(view, 15, 30, now + seconds(30))
    choose(view, now + seconds(31))

    with pytest.raises(NotCoveredYet) as refused:
        complete_lesson(employee=employee, lesson=lesson, now=now + seconds(31))

    whole = sum(len(part.text) for part in lesson.timeline())
    assert refused.value.seconds_left < whole / 10


def test_reading_to_the_end_through_the_page(sign_in, employee, lesson, time_machine, now):
    time_machine.move_to(now, tick=False)
    client = sign_in(employee)
    address = reverse("courses:lesson", args=[lesson.code])
    client.get(address, {"mode": "read"})
    view = LessonView.objects.get()
    client.post(reverse("courses:decide", args=[view.pk]), {"decision": "2", "mode": "read"})

    early = client.post(reverse("courses:finish", args=[view.pk]), follow=True).content.decode()
    time_machine.move_to(now + seconds(60), tick=False)
    client.post(reverse("courses:finish", args=[view.pk]), {"next": "/duty/7/"})
    done = client.get(address, {"mode": "read", "next": "/duty/7/"}).content.decode()

    assert "比读完这些文字一般要用的时间短" in early
    assert "加封照片里哪三样要同框" in done
    assert 'href="/duty/7/"' in done
    assert "【教学示例】" in done


def test_completion_is_announced_once(
    view, employee, lesson, now, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, *, view, **kwargs):
        heard.append(view.pk)

    lesson_completed.connect(listen)
    choose(view, now, mode=LessonMode.READ)
    with django_capture_on_commit_callbacks(execute=True):
        for n in range(3):
            complete_lesson(employee=employee, lesson=lesson, now=now + seconds(100 + n))
    lesson_completed.disconnect(listen)

    assert heard == [view.pk]


def test_a_completed_lesson_can_be_learnt_again_and_nothing_is_overwritten(
    sign_in, employee, lesson, view, now
):
    choose(view, now, mode=LessonMode.READ)
    first = complete_lesson(employee=employee, lesson=lesson, now=now + seconds(100))
    client = sign_in(employee)

    client.post(reverse("courses:again", args=[lesson.code]))

    assert LessonView.objects.open().get() != first
    assert LessonView.objects.filter(completed_at__isnull=False).get() == first


def test_what_something_asked_for_is_a_way_of_its_own(sign_in, employee, lesson, view, now):
    asked = open_lesson(
        employee=employee, lesson=lesson, cause="risk_warnings.riskwarning:42", now=now
    )

    page = sign_in(employee).get(reverse("courses:view", args=[asked.pk]))

    assert asked != view
    assert reverse("courses:progress", args=[asked.pk]) in page.content.decode()


@pytest.mark.parametrize("name", ["decide", "progress", "finish"])
def test_a_colleague_cannot_touch_anothers_lesson(sign_in, view, name):
    colleague = sign_in(PostingFactory().employee)

    data = {"decision": "1", "start": 0, "end": 5}
    assert colleague.post(reverse(f"courses:{name}", args=[view.pk]), data).status_code == 404
    assert colleague.get(reverse("courses:view", args=[view.pk])).status_code == 404


def test_a_report_that_makes_no_sense_is_refused(sign_in, employee, view):
    client = sign_in(employee)

    refused = client.post(reverse("courses:progress", args=[view.pk]), {"start": "x", "end": -1})

    assert refused.status_code == 422
    assert "没有记上" in refused.json()["status"]


def test_the_list_shows_lessons_for_the_persons_posts_first(sign_in, employee, lesson):
    own = MicroLessonPageFactory(title="给客户经理的一课")
    own.positions.add(employee.postings.get().position)
    own.save()

    page = sign_in(employee).get(reverse("courses:list")).content.decode()

    assert page.index("与您岗位有关") < page.index("给客户经理的一课") < page.index("其他微课")
    assert page.index("其他微课") < page.index("一台睡着的变压器")
