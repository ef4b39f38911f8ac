"""The branch's pages: this week, the month, the year plan, a new session in three taps."""

from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from common.formats import zh_date, zh_weekday
from education_sessions import services
from education_sessions.exceptions import Clashing, SessionRefusal
from education_sessions.forms import ScheduleForm
from education_sessions.models import (
    Audience,
    EducationSession,
    MakeUp,
    PlanItem,
    YearPlan,
    kept_branches,
    seen_branches,
)
from education_sessions.outlines import OUTLINES, Outline
from education_sessions.presentation import counts_of, month_of
from education_sessions.views.shared import kept_branch, me, seen_branch
from people.models import Employee, PartyBranch, SignedInRequest
from risk_manual.models import RiskPointPage

DEFAULT_PLACE = "党员活动室"
# A notice shorter than this is no notice.
FEWEST_DAYS_AHEAD = 3
SHOWN_POINTS = 3


@login_required
@require_GET
def planner(request: SignedInRequest) -> HttpResponse:
    """Show a branch's week and month; who sees no branch is led to their own sessions."""
    scope = request.user.scope
    me(request)
    branches = list(seen_branches(scope).order_by("code"))
    if not branches:
        return redirect("education_sessions:mine")
    branch = _chosen(request, branches)
    keeps = branch.pk in kept_branches(scope)
    now = timezone.now()
    today = timezone.localdate(now)
    first = _first_of_month(request.GET.get("month", ""), today=today)
    last = first + timedelta(days=41)
    start = first - timedelta(days=7)
    sessions = EducationSession.objects.standing().filter(branch=branch).between(start, last)
    make_ups = MakeUp.objects.open().filter(
        attendance__session__branch=branch, due_on__gte=start, due_on__lte=last
    )
    items = PlanItem.objects.filter(
        plan__branch=branch, planned_on__gte=max(start, today), planned_on__lte=last, session=None
    )
    week = services.week_of(branch=branch, now=now)
    members = services.people_meant(branch=branch, audience=Audience.MEMBERS, on=today).count()
    everyone = services.people_meant(branch=branch, audience=Audience.ALL_STAFF, on=today).count()
    context = {
        "branch": branch,
        "branches": branches,
        "keeps": keeps,
        "week": week,
        "today_rows": [(session, counts_of(session)) for session in week.today],
        "members": members,
        "everyone": everyone,
        "month": month_of(
            first,
            sessions=list(sessions.order_by("starts_at", "pk")),
            items=list(items.select_related("plan").order_by("planned_on", "pk")),
            make_ups=list(make_ups.select_related("attendance__session")) if keeps else [],
            keeps=keeps,
            now=now,
        ),
        "year": today.year,
    }
    return render(request, "education_sessions/planner.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def plan(request: SignedInRequest, pk: int, year: int) -> HttpResponse:
    """Show the year as confirmed, or as proposed; confirm it in one step."""
    branch = seen_branch(request, pk)
    now = timezone.now()
    today = timezone.localdate(now)
    if not today.year - 5 <= year <= today.year + 1:
        raise Http404("Plans reach from five years ago to next year")
    if request.method == "POST":
        branch = kept_branch(request, pk)
        try:
            services.confirm_year(branch=branch, year=year, by=me(request), now=now)
        except SessionRefusal as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"{year}年学习计划已确认。到日子前一周会提醒您排上。")
        return redirect("education_sessions:plan", pk=pk, year=year)
    confirmed = (
        YearPlan.objects.visible_to(request.user)
        .filter(branch=branch, year=year)
        .select_related("confirmed_by")
        .first()
    )
    rows = (
        confirmed.items.select_related("session").order_by("planned_on", "pk")
        if confirmed
        else services.propose_year(year=year, on=today)
    )
    keeps = branch.pk in kept_branches(request.user.scope)
    context = {
        "branch": branch,
        "year": year,
        "plan": confirmed,
        "keeps": keeps,
        "rows": [_plan_row(row, branch=branch, keeps=keeps, today=today) for row in rows],
        "standings": services.standings(branch=branch, now=now),
    }
    return render(request, "education_sessions/plan.html", context)


@login_required
@require_GET
def outlines(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer the templates, those that close a gap first: the second of three taps."""
    branch = kept_branch(request, pk)
    found = services.standings(branch=branch, now=timezone.now())
    missing = {one.cadence.kind: one for one in found if one.missing}
    rows = []
    for outline in OUTLINES.values():
        closes = [missing[kind] for kind in outline.duties if kind in missing]
        closes = [one for one in closes if outline.audience.includes(one.cadence.audience)]
        words = "、".join(one.cadence.kind.label for one in closes)
        rows.append((outline, f"补上：{words}" if closes else "", len(closes)))
    rows.sort(key=lambda row: -row[2])
    return render(request, "education_sessions/outlines.html", {"branch": branch, "rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, pk: int, key: str) -> HttpResponse:
    """Show a session as proposed, clashes included; one more tap puts it on the calendar."""
    branch = kept_branch(request, pk)
    if key not in OUTLINES:
        raise Http404("No such template")
    outline, now, by = OUTLINES[key], timezone.now(), me(request)
    item = _plan_item(request, branch, outline)
    points = services.points_for(branch=branch, now=now)
    point = _chosen_point(request, [one.point for one in points])
    agenda = services.agenda_for(outline=outline, branch=branch, point=point, now=now)
    today = timezone.localdate(now)
    first = max(item.planned_on if item else today, today + timedelta(days=FEWEST_DAYS_AHEAD))
    times = services.free_times(branch=branch, outline=outline, host=by, first=first, now=now)
    people = services.people_meant(branch=branch, audience=Audience.ALL_STAFF, on=today)
    form = ScheduleForm(
        request.POST if request.method == "POST" else None,
        people=people.order_by("emp_no"),
        initial=_proposed(request, branch, outline, agenda.title, times, by),
    )
    clashing: list[str] = []
    if request.method == "POST" and form.is_valid():
        starts_at, ends_at = form.span()
        try:
            session = services.schedule_session(
                branch=branch,
                outline=outline,
                title=form.cleaned_data["title"],
                starts_at=starts_at,
                ends_at=ends_at,
                place=form.cleaned_data["place"],
                host=form.cleaned_data["host"],
                recorder=form.cleaned_data["recorder"],
                items=agenda.items,
                plan_item=item,
                submission=form.cleaned_data["idempotency_key"],
                despite_clashes=form.cleaned_data["despite"],
                by=by,
                now=now,
            )
        except Clashing as refusal:
            clashing = refusal.sentences
            form.add_error(None, str(refusal))
        except SessionRefusal as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, f"已排上，通知已发给应到的{session.attendances.count()}人。")
            return redirect("education_sessions:session", pk=session.pk)
    context = {
        "branch": branch,
        "outline": outline,
        "form": form,
        "agenda": agenda,
        "points": points[:SHOWN_POINTS] if agenda.point else [],
        "item": item,
        "clashing": clashing,
        "listed": services.people_meant(branch=branch, audience=outline.audience, on=today).count(),
        "times": [
            (f"{zh_date(time, today=today)}{zh_weekday(time)}", timezone.localdate(time))
            for time in times
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "education_sessions/new.html", context, status=status)


def _proposed(
    request: SignedInRequest,
    branch: PartyBranch,
    outline: Outline,
    title: str,
    times: list[datetime],
    by: Employee,
) -> dict[str, object]:
    """Return what the form is filled with, so that nothing has to be typed."""
    last = EducationSession.objects.filter(branch=branch).order_by("-created_at", "-pk").first()
    wanted = request.GET.get("day", "")
    days = [timezone.localdate(time) for time in times]
    chosen = next((day for day in days if day.isoformat() == wanted), days[0] if days else None)
    return {
        "title": title,
        "day": chosen,
        "time": outline.at,
        "minutes": outline.minutes,
        "place": last.place if last else DEFAULT_PLACE,
        "host": by.pk,
        "recorder": last.recorder_id if last else None,
    }


def _chosen(request: SignedInRequest, branches: list[PartyBranch]) -> PartyBranch:
    wanted = request.GET.get("branch", "")
    kept = kept_branches(request.user.scope)
    own = next((branch for branch in branches if branch.pk in kept), branches[0])
    if not wanted:
        return own
    for branch in branches:
        if str(branch.pk) == wanted:
            return branch
    raise Http404("No such branch in sight")


def _first_of_month(words: str, *, today: date) -> date:
    try:
        return date.fromisoformat(f"{words}-01")
    except ValueError:
        return today.replace(day=1)


def _plan_item(request: SignedInRequest, branch: PartyBranch, outline: Outline) -> PlanItem | None:
    wanted = request.GET.get("item", "")
    if not wanted:
        return None
    if not wanted.isdigit():
        raise Http404("No such planned item")
    items = PlanItem.objects.filter(plan__branch=branch, outline=outline.key)
    return get_object_or_404(items, pk=int(wanted))


def _chosen_point(request: SignedInRequest, points: list[RiskPointPage]) -> RiskPointPage | None:
    wanted = request.GET.get("point", "")
    named = next((point for point in points if point.code == wanted), None)
    return named or (points[0] if points else None)


def _plan_row(row: object, *, branch: PartyBranch, keeps: bool, today: date) -> dict[str, object]:
    """Return one line of the plan: proposed, planned, scheduled or held."""
    if not isinstance(row, PlanItem):
        return {"day": row.planned_on, "title": row.title, "duties": row.outline.duties}  # type: ignore[attr-defined]  # Proposed
    session = getattr(row, "session", None)
    url = ""
    if session is not None:
        url = reverse("education_sessions:session", args=[session.pk])
    elif keeps:
        url = reverse("education_sessions:new", args=[branch.pk, row.outline]) + f"?item={row.pk}"
    return {
        "day": row.planned_on,
        "title": row.title,
        "duties": OUTLINES[row.outline].duties,
        "session": session,
        "url": url,
        "is_late": session is None and row.planned_on < today,
    }
