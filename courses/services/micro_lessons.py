"""The way through a micro-lesson: what counts as learnt is what the server's clock bears out."""

import math
from datetime import datetime

from django.db import transaction

from audit.services import record
from courses.exceptions import NoSuchOption, NotCoveredYet, NotDecidedYet
from courses.models import LessonMode, LessonView, MicroLessonPage
from courses.models.views import CHARACTERS_A_SECOND, WATCHED_TOGETHER
from courses.services.showing import note_cases_shown
from courses.signals import lesson_completed
from people.models import Employee

# The player reports every 15 seconds. Time between reports counts no further than this, so that a
# page left open is not a lesson learnt.
LONGEST_PLAYED_GAP = 30
LONGEST_READING_GAP = 120


def open_lesson(
    *, employee: Employee, lesson: MicroLessonPage, cause: str = "", now: datetime
) -> LessonView:
    """Begin a lesson, or resume the one that is open for this cause.

    ``cause`` is given by apps above, never by a browser.
    """
    with transaction.atomic():
        _hold(employee.pk)
        view, _ = LessonView.objects.open().get_or_create(
            employee=employee,
            lesson=lesson,
            cause=cause,
            defaults={"started_at": now, "last_act_at": now},
        )
    return view


def note_reading(*, view: LessonView, now: datetime) -> LessonView:
    """Note that the text is before the reader from now on."""
    LessonView.objects.filter(pk=view.pk, completed_at=None).update(last_act_at=now)
    view.last_act_at = now
    return view


def record_progress(
    *, view: LessonView, mode: LessonMode, start: int, end: int, now: datetime
) -> LessonView:
    """Credit a stretch that was played, as far as the server's clock bears it out.

    ``start`` and ``end`` are seconds of the lesson. More than the time that has passed since the
    last report is not credited, nor anything behind the choice before it was made. The lesson is
    completed when nearly all of it was played.
    """
    with transaction.atomic():
        view = _held(view)
        if view.is_completed:
            return view
        duration = view.lesson.duration_seconds
        limit = duration if view.is_decided else view.lesson.decision_second()
        start, end = min(start, limit), min(end, limit)
        _move_clock(view, mode=mode, now=now)
        played = min(end - start, math.floor(view.allowance))
        if played > 0:
            view.cover(start, start + played)
            view.allowance -= played
        view.position_seconds = end
        view.save()
        if view.is_decided and view.is_played(duration=duration):
            _complete(view, by=mode, now=now)
    return view


def decide(*, view: LessonView, number: int, mode: LessonMode, now: datetime) -> LessonView:
    """Record the choice in the middle of the lesson; the first one stands.

    ``number`` counts the options from 1.

    :raises NoSuchOption: if there is no such option.
    """
    with transaction.atomic():
        view = _held(view)
        if view.is_decided:
            return view
        options = list(view.lesson.decision_options.all())
        if not 1 <= number <= len(options):
            raise NoSuchOption
        _move_clock(view, mode=mode, now=now)
        view.decision = number
        view.decided_well = options[number - 1].is_good
        view.decided_at = now
        view.position_seconds = view.lesson.decision_second()
        view.save()
    return view


def complete_lesson(
    *, employee: Employee, lesson: MicroLessonPage, cause: str = "", now: datetime
) -> LessonView:
    """Complete a lesson that was read: the choice was made and reading took the time it takes.

    Parts that were played need not be read. Completing twice is completing once.

    :raises NotDecidedYet: if the choice was not made.
    :raises NotCoveredYet: if less time has passed than reading takes.
    """
    with transaction.atomic():
        _hold(employee.pk)
        views = LessonView.objects.filter(employee=employee, lesson=lesson, cause=cause)
        view = views.select_related("lesson").order_by("-started_at", "-pk").first()
        if view is None:
            raise NotDecidedYet
        if view.is_completed:
            return view
        if not view.is_decided:
            raise NotDecidedYet
        _move_clock(view, mode=LessonMode.READ, now=now)
        view.save()
        left = reading_seconds_needed(view) - view.reading_seconds
        if left <= 0:
            _complete(view, by=LessonMode.READ, now=now)
    # Only now, so that the reading done so far stays credited.
    if left > 0:
        raise NotCoveredYet(left)
    return view


def complete_together(
    *,
    employee: Employee,
    lesson: MicroLessonPage,
    cause: str,
    number: int | None,
    now: datetime,
) -> LessonView:
    """Complete a lesson that ran on a wall for many; the caller vouches that the person was there.

    ``number`` is the option chosen on the person's own phone, counted from 1; None where hands were
    shown and nobody knows whose. Completing twice for a cause is completing once.

    :raises NoSuchOption: if there is no such option.
    """
    with transaction.atomic():
        _hold(employee.pk)
        views = LessonView.objects.filter(employee=employee, lesson=lesson, cause=cause)
        view = views.order_by("-started_at", "-pk").first()
        if view is not None and view.is_completed:
            return view
        options = list(lesson.decision_options.all())
        if number is not None and not 1 <= number <= len(options):
            raise NoSuchOption
        view = view or LessonView(
            employee=employee, lesson=lesson, cause=cause, started_at=now, last_act_at=now
        )
        view.decision = number
        view.decided_well = options[number - 1].is_good if number is not None else None
        view.decided_at = now
        view.last_act_at = now
        view.save()
        _complete(view, by=WATCHED_TOGETHER, now=now)
    return view


def reading_seconds_needed(view: LessonView) -> int:
    """Return how long the parts that were not played take to read, at the fastest."""
    unplayed = (part for part in view.lesson.timeline() if not view.covers(part.start, part.end))
    return math.ceil(sum(len(part.text) for part in unplayed) / CHARACTERS_A_SECOND)


def _move_clock(view: LessonView, *, mode: LessonMode, now: datetime) -> None:
    """Let the time since the last act count for the way the person is learning."""
    elapsed = max(0.0, (now - view.last_act_at).total_seconds())
    if mode == LessonMode.READ:
        view.reading_seconds += int(min(elapsed, LONGEST_READING_GAP))
    else:
        view.allowance = min(view.allowance + elapsed, LONGEST_PLAYED_GAP)
    view.last_act_at = now


def _complete(view: LessonView, *, by: str, now: datetime) -> None:
    view.completed_at = now
    view.completed_by = by
    view.position_seconds = view.lesson.duration_seconds
    view.save(update_fields=["completed_at", "completed_by", "position_seconds"])
    record(
        actor_id=None,
        action="courses.lesson.completed",
        subject=view,
        now=now,
        data={"by": by, "seconds": view.seconds_covered},
    )
    note_cases_shown(lesson=view.lesson, now=now)
    transaction.on_commit(lambda: _announce(view))


def _announce(view: LessonView) -> None:
    lesson_completed.send(sender=LessonView, view=view)


def _hold(employee_id: int) -> None:
    Employee.objects.select_for_update(no_key=True).get(pk=employee_id)


def _held(view: LessonView) -> LessonView:
    _hold(view.employee_id)
    return LessonView.objects.select_related("lesson").get(pk=view.pk)
