"""Tells the case library in which months a lesson led people to its cases."""

from datetime import datetime

from django.utils import timezone

from cases.services import note_uses
from courses.models import LessonPage, MicroLessonPage

LESSON_USE = "lesson"


def note_cases_shown(*, lesson: MicroLessonPage | LessonPage, now: datetime) -> None:
    """Note the use of a lesson's cases, once a lesson and month, however many people finish it."""
    month = timezone.localdate(now)
    kind = "微课" if isinstance(lesson, MicroLessonPage) else "课时"
    note_uses(
        cases=lesson.cases.all(),
        kind=LESSON_USE,
        subject=f"{lesson._meta.label_lower}:{lesson.pk}:{month:%Y-%m}",
        title=f"{month.year}年{month.month}月{kind}{lesson.code}",
        now=now,
    )
