"""Courses as the learner meets them: what I am on, one cycle, a lesson, the examination."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import CasePage
from courses import services
from courses.exceptions import CourseRefusal, LessonRefusal
from courses.models import (
    Certificate,
    CourseKind,
    CoursePage,
    Enrollment,
    ExamResult,
    LessonPage,
    LessonProgress,
)
from courses.presentation import Viewer, levels_of, next_act, study_hours
from courses.registry import due_dates_of
from courses.views.shared import done_or_said, learner, own_cycle, path_of, visible
from people.models import SignedInRequest
from people.services import file_state_of
from planning.services import Share, week_of
from quizzes.exceptions import NoQuestions
from quizzes.services import minutes_for

LETTERS = "ABCDEFGH"


@dataclass(frozen=True, slots=True)
class Check:
    """A question in a lesson: its options, and after the answer what comes of each."""

    code: str
    stem: str
    several: bool
    options: list[dict[str, str]]
    chosen: list[str]
    answered: list[dict[str, str]]
    is_right: bool
    explanation: str


@login_required
@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """Show the courses I am on, those I may begin, those I did, and whom I am mentor of."""
    employee = learner(request)
    scope = request.user.scope
    cycles = list(
        Enrollment.objects.filter(employee=employee)
        .select_related("course", "certificate")
        .order_by("course__order", "-cycle")
    )
    path = [cycle for cycle in cycles if cycle.course.kind == CourseKind.ONBOARDING]
    open_ = [cycle for cycle in cycles if cycle.is_open]
    dues = due_dates_of(open_)
    week = week_of(employee=employee, now=timezone.now())
    on_path = [cycle for cycle in path if cycle.is_open]
    others = [cycle for cycle in open_ if cycle not in on_path]
    begun = {cycle.course_id for cycle in open_} | {
        cycle.course_id for cycle in cycles if cycle.holds_on(scope.on)
    }
    offered = (
        CoursePage.objects.live()
        .filter(kind=CourseKind.ROLE, positions__in=scope.position_ids())
        .exclude(pk__in=begun)
        .distinct()
        .order_by("order")
    )
    context = {
        "path": on_path[0] if on_path else None,
        "path_due": max((dues[c.pk] for c in on_path if c.pk in dues), default=None),
        "path_share": next(filter(None, (week.share_of(cycle.cause) for cycle in on_path)), None),
        "others": [(cycle, dues.get(cycle.pk), week.share_of(cycle.cause)) for cycle in others],
        "offered": offered,
        "settled": sorted(
            (cycle for cycle in cycles if not cycle.is_open),
            key=lambda cycle: (cycle.settled_at or cycle.opened_at, cycle.pk),
            reverse=True,
        ),
        "mentored": Enrollment.objects.open()
        .filter(mentor=employee)
        .select_related("employee", "course"),
        "today": scope.on,
    }
    return render(request, "courses/mine.html", context)


@login_required
@require_GET
def cycle(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a cycle; the path of a new hire is shown whole, whichever level is asked for."""
    now = timezone.now()
    found = get_object_or_404(visible(request), pk=pk)
    is_path = found.course.kind == CourseKind.ONBOARDING
    enrollments = path_of(found.employee) if is_path else [found]
    # Mentor and head stand on the level that they sign.
    viewer = Viewer.of(request.user, enrollments[-1])
    levels = levels_of(enrollments, viewer=viewer, now=now)
    hours_done, hours = study_hours(levels)
    last = enrollments[-1]
    certificate = (
        Certificate.objects.filter(enrollment__in=enrollments)
        .select_related("enrollment__course")
        .first()
    )
    context = {
        "enrollment": found,
        "last": last,
        "person": found.employee,
        "viewer": viewer,
        "is_path": is_path,
        "levels": levels,
        "act": next_act(levels, now=now) if viewer.is_self else None,
        "done": sum(level.standing.done for level in levels),
        "total": sum(level.standing.total for level in levels),
        "due_on": max((level.due_on for level in levels if level.due_on), default=None),
        "file": file_state_of(found.employee, on=timezone.localdate(now)),
        "hours_done": hours_done,
        "hours": hours,
        "certificate": certificate,
        # Also those of a cycle before this one: that is where a wrong correction is put right.
        "papers": ExamResult.objects.filter(
            enrollment__employee=found.employee,
            enrollment__course__in=[each.course_id for each in enrollments],
            attempt=None,
            replaced_by=None,
        )
        .select_related("enrollment__course")
        .order_by("taken_on", "pk")
        if viewer.trains
        else [],
        "must_look_at": viewer.trains
        and certificate is not None
        and certificate.revoked_at is None
        and services.rests_on_lost_pass(certificate),
        "shares": _shares(enrollments, now=now) if viewer.is_self else [],
        "awaits_head": viewer.may_confirm and levels[-1].standing.awaits_head,
    }
    return render(request, "courses/cycle.html", context)


def _shares(enrollments: Iterable[Enrollment], *, now: datetime) -> list[Share]:
    """Return what of the cycles the person's week asks for."""
    open_ = [enrollment for enrollment in enrollments if enrollment.is_open]
    if not open_:
        return []
    week = week_of(employee=open_[0].employee, now=now)
    return [share for each in open_ if (share := week.share_of(each.cause)) is not None]


@login_required
@require_POST
def begin(request: SignedInRequest, code: str) -> HttpResponse:
    """Begin a role course of one's own post; beginning twice is once."""
    course = get_object_or_404(
        CoursePage.objects.live()
        .filter(kind=CourseKind.ROLE, positions__in=request.user.scope.position_ids())
        .distinct(),
        code=code,
    )
    now = timezone.now()
    enrollment = services.open_enrollment(
        employee=learner(request), course=course, starts_on=timezone.localdate(now), now=now
    )
    return redirect("courses:cycle", enrollment.pk)


@login_required
@require_GET
def course_lesson(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Show a lesson with its questions; the time it is open counts from now on."""
    enrollment = own_cycle(request, pk)
    lesson = _lesson(enrollment, code)
    progress = services.open_course_lesson(enrollment=enrollment, lesson=lesson, now=timezone.now())
    return _show_lesson(request, enrollment, progress)


@login_required
@require_POST
def answer_check(request: SignedInRequest, pk: int, code: str, check: str) -> HttpResponse:
    """Take the answer to a question in a lesson; the explanation comes with the page."""
    enrollment = own_cycle(request, pk)
    progress = _progress(enrollment, code)
    here = reverse("courses:course_lesson", args=[pk, code])
    return done_or_said(
        request,
        lambda: services.answer_check(
            progress=progress,
            code=check,
            chosen=request.POST.getlist("chosen"),
            now=timezone.now(),
        ),
        to=f"{here}#check-{check}",
    )


@login_required
@require_POST
def pause_lesson(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Keep how far the person read, and go back to the course."""
    progress = _progress(own_cycle(request, pk), code)
    services.pause_lesson(progress=progress, now=timezone.now())
    messages.success(request, "先学到这里，学到哪儿都记着，下次接着来。")
    return redirect("courses:cycle", pk)


@login_required
@require_POST
def finish_lesson(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Complete a lesson and go back to the course, or say what is left."""
    enrollment = own_cycle(request, pk)
    progress = _progress(enrollment, code)
    try:
        services.finish_lesson(progress=progress, now=timezone.now())
    except (CourseRefusal, LessonRefusal) as refusal:
        messages.warning(request, str(refusal))
        return redirect("courses:course_lesson", pk, code)
    messages.success(request, f"“{progress.lesson.title}”学完了，已记入您的学习记录。")
    return redirect("courses:cycle", pk)


@login_required
@require_http_methods(["GET", "POST"])
def exam(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether to begin the examination, and begin it; one that is open is gone on with."""
    enrollment = own_cycle(request, pk)
    here = reverse("courses:cycle", args=[pk])
    now = timezone.now()
    is_open = services.open_exam_of(enrollment) is not None
    if request.method == "POST" or is_open:
        try:
            attempt = services.sit_exam(enrollment=enrollment, now=now)
        except (CourseRefusal, NoQuestions) as refusal:
            messages.warning(request, str(refusal))
            return redirect(here)
        return redirect(f"{reverse('quizzes:attempt', args=[attempt.pk])}?next={here}")
    standing = services.standing_of(enrollment)
    if reason := services.why_no_exam(standing, now=now):
        messages.warning(request, reason)
        return redirect(here)
    course = enrollment.course
    count = sum(portion.count for portion in services.portions_of(standing))
    minutes = minutes_for(
        employee=enrollment.employee, minutes=course.exam_minutes, on=timezone.localdate(now)
    )
    extra = "（含加时）" if minutes > course.exam_minutes else ""
    tries = course.exam_tries - sum(not exam.is_paper for exam in standing.exams)
    context = {
        "title": "现在开始考试？",
        "lead": f"{course.title}，{course.get_assessment_display()}",
        "consequences": [
            f"{count}题，{minutes}分钟{extra}，{course.pass_mark}分合格；到时间自动收卷。",
            "答案随答随存，换一台设备也能接着答，但时间不停。",
            f"一天只能考一次，手机上还能考{tries}次；没考过可以补考，不影响别的学习。",
        ],
        "action": "开始考试",
        "icon": "clipboard-check",
        "back_url": here,
    }
    return render(request, "page_confirm.html", context)


def _show_lesson(
    request: SignedInRequest, enrollment: Enrollment, progress: LessonProgress
) -> HttpResponse:
    lesson = progress.lesson
    checks = [_check(check, progress.checks.get(check["code"])) for check in lesson.checks]
    context = {
        "enrollment": enrollment,
        "lesson": lesson,
        "progress": progress,
        "checks": checks,
        "attachments": list(lesson.attachments.select_related("file").order_by("sort_order", "pk")),
        "unanswered": sum(not check.chosen for check in checks),
        "risk_points": list(lesson.risk_points.live().order_by("code")),
        "cases": list(
            CasePage.objects.visible_to(request.user).filter(lessons=lesson).order_by("code")
        ),
        "micro_lessons": list(lesson.micro_lessons.live().order_by("code")),
        "here": reverse("courses:course_lesson", args=[enrollment.pk, lesson.code]),
    }
    return render(request, "courses/course_lesson.html", context)


def _check(check: dict[str, object], chosen: list[str] | None) -> Check:
    options = [option for option in check["options"] if isinstance(option, dict)]  # type: ignore[attr-defined]  # what the loader and the editor's form let in
    right = {option["key"] for option in options if option["right"]}
    picked = chosen or []
    answered = []
    for option in options:
        mine = option["key"] in picked
        state = "right" if option["right"] else "wrong" if mine else "dim"
        words = ["正确答案"] if option["right"] else []
        words += ["您选的"] if mine else []
        note = "，".join(words) + (f"　{option['key']}" if words else "")
        answered.append(
            {
                "key": option["key"],
                "text": option["text"],
                "state": state,
                "note": note,
                "why": option.get("why", ""),
            }
        )
    return Check(
        code=str(check["code"]),
        stem=str(check["stem"]),
        several=len(right) > 1,
        options=[
            {"key": option["key"], "value": option["key"], "text": option["text"]}
            for option in options
        ],
        chosen=picked,
        answered=answered if picked else [],
        is_right=set(picked) == right,
        explanation=str(check.get("explanation", "")) if picked else "",
    )


def _lesson(enrollment: Enrollment, code: str) -> LessonPage:
    lesson: LessonPage = get_object_or_404(
        LessonPage.objects.child_of(enrollment.course).live(), code=code
    )
    return lesson


def _progress(enrollment: Enrollment, code: str) -> LessonProgress:
    """Return the person's progress; a form that was sent had the lesson before it."""
    return get_object_or_404(
        enrollment.progress.select_related("lesson", "enrollment__course"), lesson__code=code
    )
