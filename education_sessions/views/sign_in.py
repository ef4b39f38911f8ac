"""Signing in: the code on the wall, the scan that survives a log-in, the one tap."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from education_sessions import codes, services
from education_sessions.exceptions import SignInRefused
from education_sessions.forms import CodeForm
from education_sessions.models import Attendance, EducationSession, SignInWay
from education_sessions.presentation import counts_of, picture_of
from education_sessions.views.shared import kept_session, me
from people.models import Employee, SignedInRequest

# What a person has scanned in this browser, and when: kept through the log-in, never in an address.
SCANS = "education_sessions.scans"
# Time to log in, choose a first password and tap.
SCAN_HOLDS = timedelta(minutes=10)
DEVICE_COOKIE = "device"
_COOKIE_AGE = timedelta(days=400)
STALE = "这个签到码已经换了，请再扫一次大屏上现在的码。"


@require_GET
@never_cache
def scan(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """Take what a phone has scanned: note it in this browser and lead to the one tap.

    Who is not logged in logs in first; the scan still holds afterwards.
    """
    now = timezone.now()
    session = EducationSession.objects.filter(pk=pk).first()
    if session is None or not codes.is_scan_token(session, token, now=now):
        return _refused(request, STALE, status=410)
    try:
        services.require_open(session=session, now=now)
    except SignInRefused as refusal:
        return _refused(request, str(refusal), status=410)
    request.session[SCANS] = {**request.session.get(SCANS, {}), str(pk): now.timestamp()}
    target = reverse("education_sessions:sign_in", args=[pk])
    if not request.user.is_authenticated:
        return redirect_to_login(target)
    return redirect(target)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def sign_in(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer the one tap to who has scanned, and say that it is done."""
    session = get_object_or_404(EducationSession.objects.select_related("branch", "host"), pk=pk)
    employee, now = me(request), timezone.now()
    row = Attendance.objects.filter(session=session, employee=employee).first()
    if row is not None and row.is_present:
        return _done(request, session, row)
    if not _has_scanned(request, session, now=now):
        # Whether the session exists is known to its list, and to who was in the room.
        if row is None:
            raise Http404("Neither listed nor in the room")
        return _refused(request, "请扫一次大屏上的码，再签到。", status=410)
    if request.method == "GET":
        context = {"session": session, "is_guest": row is None}
        return render(request, "education_sessions/sign_in.html", context)
    return _signed_in(request, session, employee, way=SignInWay.SCAN, now=now)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def by_code(request: SignedInRequest) -> HttpResponse:
    """Sign in with the six characters, for who cannot scan."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    employee, now = me(request), timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            session = services.session_of_code(
                employee=employee, code=form.cleaned_data["code"], now=now
            )
        except SignInRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            return _signed_in(request, session, employee, way=SignInWay.CODE, now=now)
    return render(
        request,
        "education_sessions/by_code.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@login_required
@require_GET
@never_cache
def code(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer with the code and the numbers of now; 286 tells the page to stop asking."""
    session = kept_session(request, pk)
    now = timezone.now()
    if not session.is_open(now=now):
        context = {"session": session, "counts": counts_of(session)}
        return render(request, "education_sessions/code_closed.html", context, status=286)
    large = "screen" in request.GET
    return render(
        request,
        f"education_sessions/{'code_screen' if large else 'code'}.html",
        {
            "session": session,
            "counts": counts_of(session),
            **code_context(request, session, now=now),
        },
    )


@login_required
@require_GET
@never_cache
def screen(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the code large, for the wall; without script the page renews itself."""
    session = kept_session(request, pk)
    now = timezone.now()
    is_open = session.is_open(now=now)
    context = {
        "session": session,
        "counts": counts_of(session),
        "is_open": is_open,
        **(code_context(request, session, now=now) if is_open else {}),
    }
    return render(request, "education_sessions/screen.html", context)


def code_context(
    request: HttpRequest, session: EducationSession, *, now: datetime
) -> dict[str, Any]:
    """Return the code of now as a picture and as six characters."""
    token = codes.scan_token(session, now=now)
    address = reverse("education_sessions:scan", args=[session.pk, token])
    return {
        "picture": picture_of(request.build_absolute_uri(address)),
        "spoken": codes.spoken_code(session, now=now),
    }


def _signed_in(
    request: SignedInRequest,
    session: EducationSession,
    employee: Employee,
    *,
    way: SignInWay,
    now: datetime,
) -> HttpResponse:
    device = request.COOKIES.get(DEVICE_COOKIE, "") or secrets.token_hex(16)
    try:
        services.sign_in(
            session=session,
            employee=employee,
            way=way,
            device=device,
            now=now,
        )
    except SignInRefused as refusal:
        return _refused(request, str(refusal), status=422)
    response = redirect("education_sessions:sign_in", pk=session.pk)
    response.set_cookie(
        DEVICE_COOKIE,
        device,
        max_age=_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _has_scanned(request: HttpRequest, session: EducationSession, *, now: datetime) -> bool:
    scanned = request.session.get(SCANS, {}).get(str(session.pk))
    return scanned is not None and now.timestamp() - scanned <= SCAN_HOLDS.total_seconds()


def _done(request: HttpRequest, session: EducationSession, row: Attendance) -> HttpResponse:
    item = (
        session.agenda.filter(case__isnull=False).select_related("case").order_by("order").first()
    )
    lesson = services.lesson_of(session)
    answered = services.answered_by(session=session, employee=row.employee)
    asks = lesson is not None and services.is_asking(session=session, now=timezone.now())
    options = list(lesson.decision_options.all()) if lesson and (asks or answered) else []
    context = {
        "session": session,
        "row": row,
        "case": item.case if item else None,
        "lesson": lesson,
        "answered": answered,
        "asks": asks and answered is None,
        "options": [
            {"key": letter, "value": str(number), "text": option.text}
            for number, (letter, option) in enumerate(zip("ABCD", options, strict=False), 1)
        ],
        "chosen": options[answered.decision - 1] if answered and answered.decision else None,
    }
    return render(request, "education_sessions/signed_in.html", context)


def _refused(request: HttpRequest, sentence: str, *, status: int) -> HttpResponse:
    return render(
        request, "education_sessions/sign_in_refused.html", {"sentence": sentence}, status=status
    )
