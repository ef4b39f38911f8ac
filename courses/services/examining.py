"""The examination of a course: its paper, its tries, and scores from paper."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit.services import record
from courses.exceptions import CourseRefusal
from courses.models import AssessmentKind, Enrollment, ExamResult
from courses.services.enrolling import Standing, settle_if_done, standing_of
from people.models import Employee
from people.services import account_id
from quizzes.models import Attempt, AttemptMode, QuestionType
from quizzes.services import Portion, start_exam
from risk_manual.models import RiskPointPage

CLOSED_BOOK_QUESTIONS = 20
SCENARIO_QUESTIONS = 10


def exam_cause(enrollment: Enrollment) -> str:
    """Return the cause that the examinations of a cycle carry."""
    return f"{enrollment.cause}:exam"


def open_exam_of(enrollment: Enrollment) -> Attempt | None:
    """Return the examination of a cycle that was begun and not handed in, if any."""
    return Attempt.objects.open().filter(cause=exam_cause(enrollment)).first()


def sit_exam(*, enrollment: Enrollment, now: datetime) -> Attempt:
    """Start the examination, or resume the one that is open.

    :raises CourseRefusal: if it is not its turn yet, was passed, or no try is left today.
    :raises quizzes.exceptions.NoQuestions: if the bank has nothing for it.
    """
    standing = standing_of(enrollment)
    if open_exam_of(enrollment) is None and (reason := why_no_exam(standing, now=now)):
        raise CourseRefusal(reason)
    course = enrollment.course
    return start_exam(
        employee=enrollment.employee,
        cause=exam_cause(enrollment),
        portions=portions_of(standing),
        reason=f"{course.title}，{course.get_assessment_display()}考试。",
        minutes=course.exam_minutes,
        pass_mark=course.pass_mark,
        now=now,
    )


def why_no_exam(standing: Standing, *, now: datetime) -> str:
    """Return why the examination cannot be begun now, as a sentence; empty where it can."""
    enrollment = standing.enrollment
    course = enrollment.course
    if not enrollment.is_open or standing.passed is not None:
        return "这门课的考试已经通过，不用再考。"
    if standing.blocked_by is not None:
        return f"先通过{standing.blocked_by.level_name}，再考这一级。"
    is_pretest = bool(standing.micro_lessons) and not standing.exams
    if not standing.is_learnt and not is_pretest:
        return "先把课时学完，再考试。"
    if Attempt.objects.awaiting_marks().filter(cause=exam_cause(enrollment)).exists():
        return "上一份考卷的简答题还在批改，批好了会通知您。"
    on_phone = [exam for exam in standing.exams if not exam.is_paper]
    if len(on_phone) >= course.exam_tries:
        return f"手机上的{course.exam_tries}次考试都用完了，请联系培训专责安排补考。"
    if on_phone and on_phone[-1].taken_on >= timezone.localdate(now):
        return "今天已经考过一次，看看讲解，明天再考。"
    return ""


def portions_of(standing: Standing) -> list[Portion]:
    """Return the paper of a cycle: the course's blueprint, else the points of its lessons."""
    course = standing.enrollment.course
    if course.quiz_blueprint:
        points = RiskPointPage.objects.live().in_bulk(
            list(course.quiz_blueprint), field_name="code"
        )
        return [
            Portion(points[code], count, difficulty, types)
            for code, wanted in course.quiz_blueprint.items()
            if code in points
            for difficulty, types, count in _counts(wanted)
        ]
    is_scenario = course.assessment == AssessmentKind.SCENARIO
    total = SCENARIO_QUESTIONS if is_scenario else CLOSED_BOOK_QUESTIONS
    lessons = [step.lesson.pk for step in standing.lessons]
    of_lessons = list(
        RiskPointPage.objects.live().filter(lessons__in=lessons).distinct().order_by("code")
    )
    counts = dict.fromkeys(of_lessons, 0)
    for turn in range(total if counts else 0):
        counts[of_lessons[turn % len(of_lessons)]] += 1
    types = (QuestionType.SCENARIO.value,) if is_scenario else None
    return [Portion(point, count, types=types) for point, count in counts.items() if count]


def _counts(wanted: object) -> list[tuple[int | None, tuple[str, ...] | None, int]]:
    """Return difficulty, types and number of ``3``, ``{"1": 2, "2": 1}`` or ``{"short": 1}``."""
    if not isinstance(wanted, dict):
        return [(None, None, int(str(wanted)))]
    return [
        (None, (key,), int(count)) if key in QuestionType.values else (int(key), None, int(count))
        for key, count in wanted.items()
    ]


def record_exam(*, attempt: Attempt) -> ExamResult | None:
    """Record an examination that is graded, once; None where it belongs to no cycle.

    A better score after a correction replaces the earlier row; a pass once given stands.
    """
    if not attempt.is_exam or attempt.submitted_at is None or attempt.score is None:
        return None
    prefix, _, rest = attempt.cause.partition("courses.enrollment:")
    pk, _, what = rest.partition(":")
    if prefix or what != "exam" or not pk.isdigit():
        return None
    enrollment = Enrollment.objects.select_related("course").get(pk=int(pk))
    with transaction.atomic():
        Enrollment.objects.select_for_update().get(pk=enrollment.pk)
        known = ExamResult.objects.filter(attempt=attempt, replaced_by=None).first()
        if known is not None and attempt.score <= known.score:
            return known
        result = ExamResult.objects.create(
            enrollment=enrollment,
            attempt=attempt,
            score=attempt.score,
            pass_mark=attempt.pass_mark or 0,
            taken_on=timezone.localdate(attempt.submitted_at),
            recorded_at=attempt.submitted_at,
            replaces=known,
        )
    # The day it was handed in counts, however late it is recorded.
    settle_if_done(enrollment=enrollment, now=attempt.submitted_at)
    return result


def record_missed_exams() -> int:
    """Record what was graded, or graded anew, and whose signal was lost; return how many."""
    recorded = ExamResult.objects.filter(
        attempt=OuterRef("pk"), replaced_by=None, score__gte=OuterRef("score")
    )
    missed = (
        Attempt.objects.counted()
        .filter(~Exists(recorded), mode=AttemptMode.EXAM, cause__startswith="courses.enrollment:")
        .order_by("submitted_at")
    )
    return sum(record_exam(attempt=attempt) is not None for attempt in missed)


def enter_paper_score(
    *, enrollment: Enrollment, score: int, taken_on: date, by: Employee, now: datetime
) -> ExamResult:
    """Enter the score of an examination that was sat on paper.

    :raises CourseRefusal: if the course has none, was passed, or the day cannot be meant.
    """
    if not enrollment.course.has_exam:
        raise CourseRefusal("这一级由师傅逐项签认，没有考试成绩可以登记。")
    if not enrollment.starts_on <= taken_on <= timezone.localdate(now):
        raise CourseRefusal(
            f"考试日期要在{enrollment.starts_on:%Y-%m-%d}到今天之间，请改正后再保存。"
        )
    if not 0 <= score <= 100:
        raise CourseRefusal("成绩要在0到100之间，请改正后再保存。")
    with transaction.atomic():
        held = Enrollment.objects.select_for_update().select_related("course").get(pk=enrollment.pk)
        if not held.is_open:
            raise CourseRefusal("这门课已经办结，不能再登记成绩；录错的请在原来的成绩上更正。")
        result = ExamResult.objects.create(
            enrollment=held,
            score=score,
            pass_mark=held.course.pass_mark,
            taken_on=taken_on,
            recorded_at=now,
            recorded_by=by,
        )
        record(actor_id=account_id(by), action="courses.exam.entered", subject=result, now=now)
    settle_if_done(enrollment=held, now=now)
    return result
