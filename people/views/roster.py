"""The roster: brought in as a file, looked at person by person, applied once."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from people.forms import RosterForm
from people.models import Role, RosterUpload, SignedInRequest
from people.services import uploads
from people.services.accounts import FIRST_CODE_DAYS
from people.services.first_codes import MOST_CODES, CodesRefused, issue_codes, waiting_of
from people.services.roster import (
    LARGEST_FILE,
    RosterBraked,
    RosterPlan,
    UnreadableRoster,
)

# How many persons or faults of a plan are listed; the counts are of all.
MOST_SHOWN = 200
RECENT = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_http_methods(["GET", "POST"])
def rosters(request: SignedInRequest) -> HttpResponse:
    """Take a roster and lead to what it would do."""
    _check(request)
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = uploads.keep_roster(
                name=file.name,
                data=file.read(LARGEST_FILE + 1),
                by=request.user,
                now=timezone.now(),
            )
        except UnreadableRoster as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("people:roster", kept.pk)
    recent = (
        RosterUpload.objects.visible_to(request.user)
        .select_related("uploaded_by__employee")
        .defer("data")
        .order_by("-pk")[:RECENT]
    )
    context = {"form": form, "recent": recent, "nav_current": "roster"}
    return render(request, "people/rosters.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def roster(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a roster would do or did; do it once the administrator says so."""
    upload = _upload(request, pk)
    now = timezone.now()
    if request.method == "POST":
        _apply(request, upload, now=now)
        return redirect("people:roster", pk)
    unreadable, plan = "", RosterPlan()
    if upload.applied_at is None:
        try:
            plan = uploads.plan_upload(upload=upload, now=now)
        except UnreadableRoster as refusal:
            unreadable = str(refusal)
    waiting = waiting_of(upload.joiners.all(), now=now) if upload.added else []
    context = {
        "upload": upload,
        "plan": plan,
        "unreadable": unreadable,
        "share": round(100 * plan.changed / plan.known) if plan.known else 0,
        "faults": plan.faults[:MOST_SHOWN],
        "faults_left": max(0, len(plan.faults) - MOST_SHOWN),
        "shown": plan.changes[:MOST_SHOWN],
        "left": max(0, len(plan.changes) - MOST_SHOWN),
        "waiting": waiting[:MOST_CODES],
        "waiting_count": len(waiting),
        "nav_current": "roster",
    }
    return render(request, "people/roster.html", context)


@login_required
@require_POST
def first_codes(request: SignedInRequest, pk: int) -> HttpResponse:
    """Issue first codes to chosen joiners and show them, this once, to be printed and cut."""
    upload = _upload(request, pk)
    now = timezone.now()
    chosen = [int(value) for value in request.POST.getlist("employee") if value.isdecimal()]
    try:
        issued = issue_codes(
            waiting=waiting_of(upload.joiners.all(), now=now),
            chosen=chosen,
            by=request.user,
            now=now,
        )
    except CodesRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("people:roster", pk)
    context = {
        "issued": issued,
        "days": FIRST_CODE_DAYS,
        "trail": ("人员名册", reverse("people:rosters"), upload.name),
        "back_url": reverse("people:roster", args=[pk]),
        "back": "回到名册",
        "nav_current": "roster",
    }
    return render(request, "people/first_codes.html", context)


@login_required
@require_GET
def template(request: SignedInRequest) -> HttpResponse:
    """Send the workbook that administrators fill in."""
    _check(request)
    response = HttpResponse(uploads.roster_template(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="roster-template.xlsx"'
    return response


def _check(request: SignedInRequest) -> None:
    if not request.user.scope.has(Role.SYSTEM_ADMIN):
        raise PermissionDenied("名册只由系统管理员导入；人员有出入，请联系本公司的系统管理员。")


def _upload(request: SignedInRequest, pk: int) -> RosterUpload:
    _check(request)
    return get_object_or_404(RosterUpload.objects.visible_to(request.user), pk=pk)


def _apply(request: SignedInRequest, upload: RosterUpload, *, now: datetime) -> None:
    try:
        done = uploads.apply_upload(
            upload=upload,
            seen=request.POST.get("seen", ""),
            changes_many=request.POST.get("changes_many") == "on",
            by=request.user,
            now=now,
        )
    except (uploads.RosterRefused, RosterBraked, UnreadableRoster) as refusal:
        messages.error(request, str(refusal))
        return
    messages.success(request, f"已写入：新增{done.added}人，改动{done.changed}人。")
