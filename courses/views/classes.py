"""Classes of new hires as the training officer keeps them: list, roll, papers, exceptions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses import services
from courses.exceptions import CourseRefusal
from courses.forms import (
    ClassForm,
    CorrectionForm,
    ExceptionForm,
    ExtraTimeForm,
    MentorForm,
    ReasonForm,
    RollForm,
    ScoresForm,
)
from courses.models import (
    Certificate,
    CourseKind,
    CoursePage,
    Enrollment,
    EnrollmentStatus,
    ExamResult,
    LessonPage,
    LessonProgress,
    TrainingClass,
)
from courses.presentation import changes_of, scores_in_words
from courses.views.shared import asked, training_officer
from people.models import OrgUnit, Role, SignedInRequest
from people.services.accounts import FIRST_CODE_DAYS
from people.services.first_codes import MOST_CODES
from people.services.roster import LARGEST_FILE, RosterBraked, RosterPlan, UnreadableRoster
from people.services.uploads import roster_template
from quizzes.services import grant_extra_time, minutes_for

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# How many rows of a list are shown; the counts are of all.
MOST_SHOWN = 200


@login_required
@require_GET
def classes(request: SignedInRequest) -> HttpResponse:
    """Show the classes of the units in scope, the latest first."""
    training_officer(request)
    found = TrainingClass.objects.visible_to(request.user).defer("data")
    context = {"classes": found.select_related("unit", "created_by").order_by("-pk")}
    return render(request, "courses/classes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_class(request: SignedInRequest) -> HttpResponse:
    """Take a list and lead to what it would do."""
    training_officer(request)
    units = OrgUnit.objects.filter(request.user.scope.units(Role.TRAINING_OFFICER))
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ClassForm(*posted, units=units.order_by("path"))
    if posted and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = services.keep_list(
                name=form.cleaned_data["name"],
                unit=form.cleaned_data["unit"],
                file_name=file.name,
                data=file.read(LARGEST_FILE + 1),
                by=request.user,
                now=timezone.now(),
            )
        except CourseRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("courses:class", kept.pk)
    return render(
        request, "courses/new_class.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_GET
def class_template(request: SignedInRequest) -> HttpResponse:
    """Send the workbook that a list of new hires is filled into."""
    training_officer(request)
    response = HttpResponse(roster_template(of_class=True), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="class-template.xlsx"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def training_class(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a list would do and do it once the officer says so; then show how far all are."""
    training_officer(request)
    found = _class(request, pk)
    if request.method == "POST":
        try:
            services.form_class(training_class=found, by=request.user, now=timezone.now())
        except (CourseRefusal, UnreadableRoster, RosterBraked) as refusal:
            messages.error(request, str(refusal))
        return redirect("courses:class", pk)
    if found.formed_at is None:
        return _show_plan(request, found)
    waiting = (
        services.members_waiting(found, now=timezone.now())
        if services.may_issue_codes(found, request.user)
        else []
    )
    # Who has moved to a unit of another officer is on the list, and their file is not.
    trained = set(
        _in_scope(request)
        .filter(employee__class_membership__training_class=found)
        .values_list("employee", flat=True)
    )
    context = {
        "class": found,
        "members": [
            (row, row.member.employee_id in trained) for row in services.class_figures(found)
        ],
        "levels": _levels(),
        "waiting": waiting[:MOST_CODES],
        "waiting_count": len(waiting),
    }
    return render(request, "courses/class.html", context)


@login_required
@require_POST
def first_codes(request: SignedInRequest, pk: int) -> HttpResponse:
    """Issue first codes to chosen members and show them, this once, to be printed and cut."""
    training_officer(request)
    found = _class(request, pk)
    chosen = [int(value) for value in request.POST.getlist("employee") if value.isdecimal()]
    try:
        issued = services.issue_class_codes(
            training_class=found, chosen=chosen, by=request.user, now=timezone.now()
        )
    except CourseRefusal as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:class", pk)
    context = {
        "issued": issued,
        "days": FIRST_CODE_DAYS,
        "trail": ("新员工班", reverse("courses:classes"), found.name),
        "back_url": reverse("courses:class", args=[pk]),
        "back": "回到这个班",
    }
    return render(request, "people/first_codes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def roll(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Record who sat in a lesson; who is recorded already stays recorded."""
    me = training_officer(request)
    found = _class(request, pk)
    lesson = get_object_or_404(LessonPage.objects.live(), code=code)
    done = LessonProgress.objects.filter(
        enrollment=OuterRef("pk"), lesson=lesson, completed_at__isnull=False
    )
    cycles = _open_cycles(found, lesson.get_parent().pk).annotate(is_done=Exists(done))
    form = RollForm(
        _posted(request),
        enrollments=[each for each in cycles if not each.is_done],
    )

    def act(cleaned: dict[str, Any]) -> str:
        with transaction.atomic():
            for enrollment in cleaned["present"]:
                services.mark_attended(
                    enrollment=enrollment, lesson=lesson, by=me, now=timezone.now()
                )
        return f"“{lesson.title}”已登记{len(cleaned['present'])}人到课。"

    return asked(
        request,
        form,
        act,
        to=reverse("courses:class", args=[pk]),
        title=f"{lesson.title}：谁到课了？",
        lead=f"{found}，{lesson.minutes}分钟。已经登记或自学过的不再列出。",
        consequences=["到课的人这一课时记为学完；没有到的人可以自学，或下次再登记。"],
        icon="users",
        action="登记到课",
    )


@login_required
@require_http_methods(["GET", "POST"])
def scores(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Enter the scores of a paper examination of one level, all or none of them."""
    me = training_officer(request)
    found = _class(request, pk)
    course = get_object_or_404(CoursePage.objects.live(), code=code)
    if not course.has_exam:
        messages.warning(request, f"{course.level_name}由师傅逐项签认，没有考试成绩可以登记。")
        return redirect("courses:class", pk)
    cycles = list(_open_cycles(found, course.pk))
    form = ScoresForm(_posted(request), enrollments=cycles)
    if request.method == "POST" and form.is_valid():
        entered = form.scores()
        try:
            with transaction.atomic():
                for enrollment, score in entered:
                    services.enter_paper_score(
                        enrollment=enrollment,
                        score=score,
                        taken_on=form.cleaned_data["taken_on"],
                        by=me,
                        now=timezone.now(),
                    )
        except CourseRefusal as refusal:
            form.add_error("taken_on", str(refusal))
        else:
            messages.success(request, f"已登记{len(entered)}人的纸笔成绩。")
            return redirect("courses:class", pk)
    papers = ExamResult.objects.filter(
        enrollment__in=_in_scope(request),
        enrollment__course=course,
        enrollment__employee__class_membership__training_class=found,
        attempt=None,
        replaced_by=None,
    ).select_related("enrollment__employee")
    context = {
        "class": found,
        "course": course,
        "form": form,
        "papers": papers.order_by("-recorded_at", "pk"),
    }
    return render(request, "courses/scores.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Replace a paper score that was typed wrong."""
    me = training_officer(request)
    result = get_object_or_404(
        ExamResult.objects.select_related("enrollment__employee", "enrollment__course").filter(
            enrollment__in=_in_scope(request)
        ),
        pk=pk,
    )
    who = result.enrollment.employee.name
    so_far = scores_in_words(result, today=timezone.localdate())
    page: dict[str, Any] = {
        "title": f"更正{who}的成绩？",
        "lead": f"{result.enrollment.course.title}，{so_far}，{result.pass_mark}分合格。",
        "icon": "pencil",
    }
    form = CorrectionForm(_posted(request))
    back = reverse("courses:cycle", args=[result.enrollment_id])
    if form.is_valid() and not ExamResult.objects.filter(replaces=result).exists():
        plan = services.plan_correction(result=result, score=form.cleaned_data["score"])
        if form.cleaned_data["confirmed"] != plan.meaning:
            page |= {
                "form": form.asked_again(plan.meaning),
                "consequences": changes_of(plan, result),
                "action": f"确认更正为{plan.score}分",
                "back_url": back,
            }
            return render(request, "page_confirm.html", page)

    def act(cleaned: dict[str, Any]) -> str:
        corrected = services.correct_paper_score(
            result=result,
            score=cleaned["score"],
            reason=cleaned["reason"],
            by=me,
            now=timezone.now(),
        )
        return f"{who}的成绩已更正为{corrected.score}分，原来的成绩和原因留档。"

    return asked(
        request,
        form,
        act,
        to=back,
        consequences=["下一步先看会改变什么，再确认。原来的成绩留档，不删除。"],
        action="看看会改变什么",
        **page,
    )


@login_required
@require_http_methods(["GET", "POST"])
def mentor(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name who shows a new hire the work."""
    me = training_officer(request)
    enrollment = get_object_or_404(_in_scope(request).filter(status=EnrollmentStatus.OPEN), pk=pk)

    def act(cleaned: dict[str, Any]) -> str:
        services.name_mentor(
            enrollment=enrollment, mentor=cleaned["emp_no"], by=me, now=timezone.now()
        )
        return "师傅已指定，已发消息告诉师傅。"

    return asked(
        request,
        MentorForm(_posted(request)),
        act,
        to=reverse("courses:cycle", args=[pk]),
        title=f"谁带{enrollment.employee.name}？",
        lead=f"现在的师傅：{enrollment.mentor or '还没有指定'}",
        consequences=["换师傅以后，原来签过的项目照样算数。"],
        action="指定师傅",
        icon="user-check",
    )


@login_required
@require_http_methods(["GET", "POST"])
def exempt(request: SignedInRequest, pk: int) -> HttpResponse:
    """Waive a cycle, or credit it with recent equal learning."""
    me = training_officer(request)
    enrollment = get_object_or_404(_in_scope(request).filter(status=EnrollmentStatus.OPEN), pk=pk)

    def act(cleaned: dict[str, Any]) -> str:
        services.except_enrollment(
            enrollment=enrollment,
            status=EnrollmentStatus(cleaned["status"]),
            reason=cleaned["reason"],
            by=me,
            now=timezone.now(),
        )
        return "已办理，原因已留档。"

    return asked(
        request,
        ExceptionForm(_posted(request)),
        act,
        to=reverse("courses:cycle", args=[pk]),
        title=f"{enrollment.employee.name}可以不学{enrollment.course.title}？",
        lead="免修和折抵都要写明凭据，本人和审计员看得到原因。",
        consequences=["这一轮立即办结，不发证书；有效期从今天起算。"],
        action="办理",
        icon="file-check",
    )


@login_required
@require_http_methods(["GET", "POST"])
def extra_time(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a person take longer over examinations, or end that."""
    me = training_officer(request)
    enrollment = get_object_or_404(_in_scope(request), pk=pk)
    person = enrollment.employee
    now_has = minutes_for(employee=person, minutes=100, on=timezone.localdate()) - 100

    def act(cleaned: dict[str, Any]) -> str:
        grant_extra_time(employee=person, percent=cleaned["percent"], by=me, now=timezone.now())
        return "加时已办理，从下一场考试起算。"

    return asked(
        request,
        ExtraTimeForm(_posted(request)),
        act,
        to=reverse("courses:cycle", args=[pk]),
        title=f"给{person}考试加时？",
        lead=f"现在加时{now_has}%" if now_has else "现在没有加时",
        consequences=["只有本人和培训专责知道；正在考的这一场不变。"],
        action="办理",
        icon="clock",
    )


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a certificate back."""
    me = training_officer(request)
    certificate = get_object_or_404(
        Certificate.objects.filter(enrollment__in=_in_scope(request)), pk=pk
    )

    def act(cleaned: dict[str, Any]) -> str:
        services.revoke_certificate(
            certificate=certificate, by=me, reason=cleaned["reason"], now=timezone.now()
        )
        return "证书已撤销，查验页立即显示。"

    return asked(
        request,
        ReasonForm(_posted(request)),
        act,
        to=reverse("courses:cycle", args=[certificate.enrollment_id]),
        title=f"撤销证书{certificate.number}？",
        lead=f"{certificate.name}，{certificate.title}",
        consequences=["查验页会显示“已撤销”；学习记录不变。撤销不能收回。"],
        action="撤销证书",
        icon="ban",
    )


def _posted(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _show_plan(request: SignedInRequest, found: TrainingClass) -> HttpResponse:
    unreadable, plan = "", RosterPlan()
    try:
        plan = services.plan_class(found, now=timezone.now())
    except UnreadableRoster as error:
        unreadable = str(error)
    context = {
        "class": found,
        "plan": plan,
        "unreadable": unreadable,
        "faults": plan.faults[:MOST_SHOWN],
        "changes": plan.changes[:MOST_SHOWN],
        "without_phone": sum(not row.has_phone for row in plan.rows),
        "without_mentor": sum(not row.mentor_no for row in plan.rows),
    }
    return render(request, "courses/class_plan.html", context)


def _levels() -> list[tuple[CoursePage, list[LessonPage]]]:
    levels = CoursePage.objects.live().filter(kind=CourseKind.ONBOARDING).order_by("order")
    return [
        (level, list(LessonPage.objects.child_of(level).live().order_by("path")))
        for level in levels
    ]


def _class(request: SignedInRequest, pk: int) -> TrainingClass:
    found = TrainingClass.objects.visible_to(request.user).select_related("unit", "created_by")
    return get_object_or_404(found, pk=pk)


def _open_cycles(found: TrainingClass, course_pk: int) -> Any:
    return (
        Enrollment.objects.open()
        .filter(course=course_pk, employee__class_membership__training_class=found)
        .select_related("employee", "course")
        .order_by("employee__emp_no")
    )


def _in_scope(request: SignedInRequest) -> Any:
    """Return the cycles that the training officer may act on: in scope, and not their own."""
    return (
        Enrollment.objects.trained_by(request.user)
        .exclude(employee=request.user.scope.employee)
        .select_related("employee", "course", "mentor")
    )
