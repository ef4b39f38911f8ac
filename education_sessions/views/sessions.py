"""One session: agenda, sign-in, roll; moving, cancelling, leave and make-up study."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.formats import zh_date
from courses.services import open_lesson
from education_sessions import services
from education_sessions.exceptions import SessionRefusal
from education_sessions.forms import CancelForm, LeaveForm, RollForm, SheetForm, WhenForm
from education_sessions.models import (
    AttendanceStatus,
    EducationSession,
    HandCount,
    kept_branches,
)
from education_sessions.presentation import agenda_rows, counts_of, roll_rows
from education_sessions.views.shared import kept_session, me, seen_session
from education_sessions.views.sign_in import code_context
from people.models import SignedInRequest
from quizzes.exceptions import NoQuestions
from quizzes.services import start_attempt

QUESTIONS = 3


@login_required
@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """Show one's own sessions, those to come first."""
    now = timezone.now()
    rows = me(request).attendances.select_related("session__branch", "make_up")
    coming = rows.filter(session__ends_at__gt=now).order_by("session__starts_at", "pk")
    past = rows.filter(session__ends_at__lte=now).order_by("-session__starts_at", "-pk")
    return render(
        request,
        "education_sessions/mine.html",
        {"coming": coming, "past": past[:20], "today": timezone.localdate(now)},
    )


@login_required
@require_GET
def session(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a session: its list sees the agenda and their own row, its keepers code and roll."""
    found = seen_session(request, pk)
    employee, now = me(request), timezone.now()
    keeps = found.branch_id in kept_branches(request.user.scope)
    own = found.attendances.filter(employee=employee).first()
    agenda = agenda_rows(found, now=now)
    points = found.agenda.filter(risk_point__isnull=False).order_by("order")
    codes = dict.fromkeys(points.values_list("risk_point__code", flat=True))
    told, read = services.told_and_read(found)
    counts = counts_of(found)
    make_up = services.my_make_up(session=found, employee=employee)
    shared = services.shared_devices(session=found) if keeps else set()
    context = {
        "session": found,
        "keeps": keeps,
        "own": own,
        "agenda": agenda,
        "facts": [
            (label, value)
            for label, value in (
                ("载体", found.get_kind_display()),
                ("计入", "、".join(str(duty) for duty in found.duties.order_by("pk"))),
                ("应到", found.get_audience_display()),
                ("主持", found.host),
                ("记录", found.recorder or ""),
                ("风险点", "、".join(codes)),
            )
            if value
        ],
        "counts": counts,
        "told": told,
        "read": read,
        "is_open": found.is_open(now=now),
        "is_running": found.is_running(now=now),
        "is_over": found.is_over(now=now),
        "has_begun": found.starts_at <= now,
        "has_opened": found.opens_at <= now,
        "make_up": make_up,
        "may_leave": own is not None
        and own.is_expected
        and own.status == AttendanceStatus.EXPECTED
        and not found.is_cancelled
        and now < found.closes_at,
        "may_show_hands": keeps
        and found.starts_at <= now
        and not found.is_cancelled
        and services.lesson_of(found) is not None
        and not HandCount.objects.filter(session=found).exists(),
        "sheets": list(found.sheets.order_by("uploaded_at", "pk")) if keeps else [],
        "sheet_form": SheetForm() if keeps else None,
        "shared": len(shared),
        "rows": roll_rows(found, shared=shared, now=now) if keeps else [],
        **(code_context(request, found, now=now) if keeps and found.is_open(now=now) else {}),
    }
    return render(request, "education_sessions/session.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask when and where instead, and tell the list."""
    found = kept_session(request, pk)
    starts = timezone.localtime(found.starts_at)
    form = WhenForm(
        request.POST if request.method == "POST" else None,
        initial={
            "day": starts.date(),
            "time": starts.time(),
            "minutes": found.minutes,
            "place": found.place,
        },
    )
    if request.method == "POST" and form.is_valid():
        starts_at, ends_at = form.span()
        try:
            services.move_session(
                session=found,
                starts_at=starts_at,
                ends_at=ends_at,
                place=form.cleaned_data["place"],
                despite_clashes=form.cleaned_data["despite"],
                by=me(request),
                now=timezone.now(),
            )
        except SessionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已改，应到的人都会收到新的时间地点，日历也会跟着改。")
            return redirect("education_sessions:session", pk=pk)
    return _asked(
        request,
        found,
        form,
        title="改时间或地点",
        consequences=[f"应到的{found.attendances.count()}人会收到新的通知。"],
        action="改好，通知大家",
        icon="calendar",
    )


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask why, and call the session off."""
    found = kept_session(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_session(
                session=found,
                reason=form.cleaned_data["reason"],
                by=me(request),
                now=timezone.now(),
            )
        except SessionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已取消，应到的人都会收到通知。")
            return redirect("education_sessions:session", pk=pk)
    return _asked(
        request,
        found,
        form,
        title=f"取消“{found.title}”？",
        consequences=[
            f"应到的{found.attendances.count()}人会收到取消的通知，日历里标成已取消。",
            "计划里的这一项还在，可以另排一次。",
        ],
        action="取消这次学习",
        icon="ban",
    )


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask why somebody on the list cannot come, and note the leave."""
    found = seen_session(request, pk)
    if not found.attendances.filter(employee=me(request)).exists():
        raise Http404("Not on the list")
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_leave(
                session=found,
                employee=me(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except SessionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已请假。要是来得了，到场扫码照样算实到。")
            return redirect("education_sessions:session", pk=pk)
    return _asked(
        request,
        found,
        form,
        title="这次学习请假",
        consequences=["支部书记会看到事由。", "会后在手机上补学，记录写“补学”。"],
        action="请假",
        icon="calendar",
    )


@login_required
@require_http_methods(["GET", "POST"])
def roll(request: SignedInRequest, pk: int, row: int) -> HttpResponse:
    """Ask the keeper of the roll what to write of one person, and why."""
    found = kept_session(request, pk)
    attendance = get_object_or_404(found.attendances.select_related("employee"), pk=row)
    form = RollForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.mark(
                attendance=attendance,
                status=AttendanceStatus(form.cleaned_data["status"]),
                reason=form.cleaned_data["reason"],
                by=me(request),
                now=timezone.now(),
            )
        except SessionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(reverse("education_sessions:session", args=[pk]) + "#roll")
    return _asked(
        request,
        found,
        form,
        title=f"{attendance.employee}：现在是“{attendance.get_status_display()}”",
        consequences=["谁改的、什么时候、什么理由都会留下。"],
        action="登记",
        icon="user-check",
    )


@login_required
@require_POST
def make_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead the person to what is left of their make-up: the lesson, then the questions."""
    found = seen_session(request, pk)
    employee, now = me(request), timezone.now()
    mine = services.my_make_up(session=found, employee=employee)
    if mine is None:
        raise Http404("Nothing to catch up with")
    here = reverse("education_sessions:session", args=[pk])
    lesson, point = services.lesson_of(found), services.point_of(found)
    if lesson is not None and services.lesson_done(mine) is None:
        view = open_lesson(employee=employee, lesson=lesson, cause=mine.cause, now=now)
        return redirect(f"{reverse('courses:view', args=[view.pk])}?next={here}")
    if point is not None and services.questions_done(mine) is None:
        try:
            attempt = start_attempt(
                employee=employee, risk_point=point, cause=mine.cause, count=QUESTIONS, now=now
            )
        except NoQuestions as refusal:
            messages.warning(request, str(refusal))
            return redirect(here)
        return redirect(f"{reverse('quizzes:attempt', args=[attempt.pk])}?next={here}")
    return redirect(here)


def _asked(
    request: SignedInRequest,
    found: EducationSession,
    form: CancelForm | LeaveForm | RollForm | WhenForm,
    *,
    title: str,
    consequences: list[str],
    action: str,
    icon: str,
) -> HttpResponse:
    starts = timezone.localtime(found.starts_at)
    day = zh_date(starts, today=timezone.localdate())
    context = {
        "title": title,
        "lead": f"{day}{starts:%H:%M}　{found.title}",
        "form": form,
        "consequences": consequences,
        "icon": icon,
        "action": action,
        "back_url": reverse("education_sessions:session", args=[found.pk]),
        "nav_current": "education_sessions",
    }
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)
