"""Lessons of a course: reading them with their questions, and being marked as present."""

import math
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from audit.services import record
from courses.exceptions import CourseRefusal, NotCoveredYet
from courses.models import Enrollment, LessonPage, LessonProgress, LessonWay
from courses.models.views import CHARACTERS_A_SECOND, COVERED_PERCENT
from courses.services.enrolling import settle_if_done
from courses.services.showing import note_cases_shown
from people.models import Employee
from people.services import account_id

# A page left open is not a lesson read.
LONGEST_READING_GAP = 600
_CREDITED = ["reading_seconds", "seconds_by_day", "last_act_at"]


def open_course_lesson(
    *, enrollment: Enrollment, lesson: LessonPage, now: datetime
) -> LessonProgress:
    """Note that the text is before the reader from now on.

    In a cycle that is settled nothing is noted: a lesson never begun comes back unsaved.
    """
    if not enrollment.is_open:
        return enrollment.progress.filter(lesson=lesson).first() or LessonProgress(
            enrollment=enrollment, lesson=lesson, opened_at=now, last_act_at=now
        )
    with transaction.atomic():
        progress, created = LessonProgress.objects.select_for_update().get_or_create(
            enrollment=enrollment,
            lesson=lesson,
            defaults={"opened_at": now, "last_act_at": now},
        )
        if not created and progress.completed_at is None:
            _credit(progress, now=now)
            progress.save(update_fields=_CREDITED)
    return progress


def answer_check(
    *, progress: LessonProgress, code: str, chosen: list[str], now: datetime
) -> LessonProgress:
    """Record the answer to a question in the lesson; the first one stands, and is explained.

    :raises CourseRefusal: if the lesson has no such question, or nothing usable was chosen.
    """
    check = next((each for each in progress.lesson.checks if each["code"] == code), None)
    if check is None:
        raise CourseRefusal("这节课里没有这道题，可能刚刚改过；请刷新页面再答。")
    keys = sorted(set(chosen) & {option["key"] for option in check["options"]})
    if not keys:
        raise CourseRefusal("还没有选，请先选一项，再按“确定”。")
    with transaction.atomic():
        held = LessonProgress.objects.select_for_update().get(pk=progress.pk)
        if code not in held.checks:
            held.checks[code] = keys
            _credit(held, now=now)
            held.save(update_fields=["checks", *_CREDITED])
    return held


def pause_lesson(*, progress: LessonProgress, now: datetime) -> LessonProgress:
    """Note how far a person read who goes on another day; nothing is asked of them."""
    with transaction.atomic():
        held = (
            LessonProgress.objects.select_for_update().select_related("lesson").get(pk=progress.pk)
        )
        if held.completed_at is None:
            _credit(held, now=now)
            held.save(update_fields=_CREDITED)
    return held


def finish_lesson(*, progress: LessonProgress, now: datetime) -> LessonProgress:
    """Complete a lesson that was read and whose questions were answered; twice is once.

    :raises CourseRefusal: if a question is left.
    :raises NotCoveredYet: if less time has passed than reading takes.
    """
    with transaction.atomic():
        held = (
            LessonProgress.objects.select_for_update(of=("self",))
            .select_related("lesson__video", "enrollment")
            .get(pk=progress.pk)
        )
        if held.completed_at is not None:
            return held
        unanswered = [c for c in held.lesson.checks if c["code"] not in held.checks]
        if unanswered:
            raise CourseRefusal(f"还有{len(unanswered)}道随堂题没答，请先答完，再点“学完了”。")
        _credit(held, now=now)
        left = seconds_needed(held.lesson) - held.reading_seconds
        if left <= 0:
            held.completed_at = now
            held.way = LessonWay.READ
            note_cases_shown(lesson=held.lesson, now=now)
        held.save()
    if left > 0:
        raise NotCoveredYet(left, what="学完这一节" if held.lesson.video else "读完这些文字")
    settle_if_done(enrollment=held.enrollment, now=now)
    return held


def mark_attended(
    *, enrollment: Enrollment, lesson: LessonPage, by: Employee, now: datetime
) -> LessonProgress:
    """Record from the roll of a class that a person sat in the lesson; what was read stays read."""
    with transaction.atomic():
        progress, _ = LessonProgress.objects.select_for_update().get_or_create(
            enrollment=enrollment,
            lesson=lesson,
            defaults={"opened_at": now, "last_act_at": now},
        )
        if progress.completed_at is None:
            progress.completed_at = now
            progress.way = LessonWay.ATTENDED
            progress.recorded_by = by
            progress.save()
            note_cases_shown(lesson=lesson, now=now)
            record(
                actor_id=account_id(by), action="courses.lesson.attended", subject=progress, now=now
            )
    settle_if_done(enrollment=enrollment, now=now)
    return progress


def seconds_needed(lesson: LessonPage) -> int:
    """Return how long a lesson takes at the least: its text read, its video seen to the end.

    The recording reads the text out: who listens need not read.
    """
    watching = (lesson.video.seconds or 0) * COVERED_PERCENT / 100 if lesson.video else 0
    return math.ceil(len(lesson.text) / CHARACTERS_A_SECOND + watching)


def _credit(progress: LessonProgress, *, now: datetime) -> None:
    passed = (now - progress.last_act_at).total_seconds()
    longest = max(LONGEST_READING_GAP, seconds_needed(progress.lesson))
    credited = int(min(max(0.0, passed), longest))
    # The page was before them after the act before; what was read then was read on that day.
    day = timezone.localdate(progress.last_act_at).isoformat()
    progress.reading_seconds += credited
    progress.seconds_by_day[day] = progress.seconds_by_day.get(day, 0) + credited
    progress.last_act_at = now
