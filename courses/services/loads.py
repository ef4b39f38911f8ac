"""What is left of cycles in minutes, part by part, and what of them was done this week."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from courses.models import (
    AssessmentKind,
    CourseKind,
    CoursePage,
    Enrollment,
    ExamResult,
    LessonPage,
    LessonProgress,
    LessonView,
    LessonWay,
    MicroLessonPage,
)
from courses.services.examining import CLOSED_BOOK_QUESTIONS, SCENARIO_QUESTIONS
from people.models import Posting
from planning.registry import Part, Span
from quizzes.services import SECONDS_A_QUESTION

# Who has read longer than a lesson takes still has its questions before them.
SHORTEST_REST = 60


@dataclass(frozen=True, slots=True)
class CycleLoad:
    """What is left of a cycle in its order, and how many seconds of it were done this week.

    It has to be done ``lead_days`` before the last day, so that what follows it finds time.
    """

    parts: tuple[Part, ...]
    done: int
    lead_days: int = 0


@dataclass(slots=True)
class _Rows:
    """What is known of many cycles; ten queries."""

    lessons: dict[str, list[LessonPage]] = field(default_factory=lambda: defaultdict(list))
    positions: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    held: dict[int, list[tuple[int, date | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    progress: dict[tuple[int, int], LessonProgress] = field(default_factory=dict)
    micro: dict[int, list[MicroLessonPage]] = field(default_factory=lambda: defaultdict(list))
    views: dict[tuple[int, int], list[datetime]] = field(default_factory=lambda: defaultdict(list))
    exams: dict[int, list[ExamResult]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, cycles: list[Enrollment]) -> "_Rows":
        rows = cls()
        people = {cycle.employee_id for cycle in cycles}
        keys = [cycle.pk for cycle in cycles]
        for lesson in LessonPage.objects.live().order_by("path"):
            rows.lessons[lesson.path[: -LessonPage.steplen]].append(lesson)
        for lesson_id, position in LessonPage.positions.through.objects.values_list(
            "lessonpage", "position"
        ):
            rows.positions[lesson_id].add(position)
        for employee, position, last in Posting.objects.filter(employee__in=people).values_list(
            "employee", "position", "valid_to"
        ):
            rows.held[employee].append((position, last))
        for progress in LessonProgress.objects.filter(enrollment__in=keys):
            rows.progress[progress.enrollment_id, progress.lesson_id] = progress
        wanted = CoursePage.micro_lessons.through.objects.filter(
            coursepage__in={cycle.course_id for cycle in cycles}
        ).values_list("coursepage", "microlessonpage")
        pages = MicroLessonPage.objects.live().in_bulk([lesson for _, lesson in wanted])
        for course, lesson_id in wanted:
            if lesson_id in pages:
                rows.micro[course].append(pages[lesson_id])
        for employee, lesson_id, completed_at in (
            LessonView.objects.filter(
                employee__in=people,
                lesson__in=list(pages),
                completed_at__gte=min(cycle.opened_at for cycle in cycles),
            )
            .order_by("completed_at")
            .values_list("employee", "lesson", "completed_at")
        ):
            rows.views[employee, lesson_id].append(cast(datetime, completed_at))
        results = ExamResult.objects.filter(enrollment__in=keys, replaced_by=None)
        for exam in results.select_related("attempt").order_by("recorded_at", "pk"):
            rows.exams[exam.enrollment_id].append(exam)
        return rows


def loads_of(enrollments: Iterable[Enrollment], *, span: Span) -> dict[int, CycleLoad]:
    """Return what is left and what was done this week of each cycle, by its key.

    The signing of a sheet takes no minutes of learning: it is work that somebody watches. Hours
    sat in a class are not counted as done. As many queries for a thousand cycles as for one.
    """
    cycles = list(enrollments)
    if not cycles:
        return {}
    rows = _Rows.of(cycles)
    return {cycle.pk: _load(cycle, rows, span) for cycle in cycles}


def questions_of(course: CoursePage) -> int:
    """Return how many questions the examination of a course has; 0 where it has none."""
    if not course.has_exam:
        return 0
    if course.quiz_blueprint:
        return sum(
            sum(map(int, wanted.values())) if isinstance(wanted, dict) else int(wanted)
            for wanted in course.quiz_blueprint.values()
        )
    is_scenario = course.assessment == AssessmentKind.SCENARIO
    return SCENARIO_QUESTIONS if is_scenario else CLOSED_BOOK_QUESTIONS


def _load(cycle: Enrollment, rows: _Rows, span: Span) -> CycleLoad:
    parts: list[Part] = []
    done = 0
    exams = rows.exams[cycle.pk]
    for lesson in _lessons_of(cycle, rows):
        progress = rows.progress.get((cycle.pk, lesson.pk))
        whole = int(lesson.minutes) * 60
        if progress is None or progress.completed_at is None:
            read = progress.reading_seconds if progress is not None else 0
            rest = max(SHORTEST_REST, whole - read)
            parts.append(Part(f"课时“{lesson.title}”", rest, splits=True))
        if progress is not None:
            done += _done_of_lesson(progress, whole=whole, span=span)
    for micro in rows.micro[cycle.course_id]:
        seen = next(
            (at for at in rows.views[cycle.employee_id, micro.pk] if at >= cycle.opened_at), None
        )
        if seen is None:
            parts.append(Part(f"微课“{micro.title}”", micro.duration_seconds))
        elif seen >= span.begins_at:
            done += micro.duration_seconds
    questions = questions_of(cycle.course)
    if questions and not any(exam.is_passed for exam in exams):
        parts.append(Part("考试", questions * SECONDS_A_QUESTION))
    done += sum(
        exam.attempt.question_count * SECONDS_A_QUESTION
        for exam in exams
        if exam.attempt is not None and exam.taken_on >= span.monday
    )
    skips = cycle.course.kind == CourseKind.REFRESHER and bool(exams) and exams[0].is_passed
    left = tuple(parts) if cycle.is_open and not skips else ()
    return CycleLoad(left, done, _lead_days(cycle.course, rows))


def _lead_days(course: CoursePage, rows: _Rows) -> int:
    """Return how many days what follows the lessons takes: the signing, or another try or two."""
    if course.has_exam:
        return int(course.exam_tries) - 1
    days = [lesson.due_days_after_joining or 0 for lesson in rows.lessons[course.path]]
    signed = course.sign_off.get("due_days_after_joining") or 0
    return max(0, signed - max(days)) if any(days) else 0


def _lessons_of(cycle: Enrollment, rows: _Rows) -> list[LessonPage]:
    held = {
        position
        for position, last in rows.held[cycle.employee_id]
        if last is None or last >= cycle.starts_on
    }
    return [
        lesson
        for lesson in rows.lessons[cycle.course.path]
        if not rows.positions[lesson.pk] or rows.positions[lesson.pk] & held
    ]


def _done_of_lesson(progress: LessonProgress, *, whole: int, span: Span) -> int:
    """Return how much of a lesson was done this week: what was left of it, if it was finished."""
    monday = span.monday.isoformat()
    read: int = sum(seconds for day, seconds in progress.seconds_by_day.items() if day >= monday)
    if progress.completed_at is None:
        return min(read, whole)
    if progress.completed_at < span.begins_at or progress.way == LessonWay.ATTENDED:
        return 0
    return whole - min(progress.reading_seconds - read, whole)
