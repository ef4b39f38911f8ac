"""Calendars: the page with their addresses, and what calendar programs read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from education_sessions import services
from education_sessions.icalendar import calendar
from education_sessions.models import CalendarFeed, kept_branches
from education_sessions.views.shared import me
from people.models import PartyBranch, SignedInRequest


@login_required
@require_GET
def feeds(request: SignedInRequest) -> HttpResponse:
    """Show the addresses of one's own calendar and of the branches one keeps."""
    employee, now = me(request), timezone.now()
    branches = PartyBranch.objects.filter(pk__in=kept_branches(request.user.scope)).order_by("code")
    rows = []
    for branch in (None, *branches):
        feed = services.feed_of(employee=employee, branch=branch, now=now)
        address = reverse("education_sessions:ics", args=[feed.token])
        rows.append((feed, request.build_absolute_uri(address)))
    return render(request, "education_sessions/feeds.html", {"rows": rows})


@login_required
@require_POST
def renew(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give one of one's own calendars a new address."""
    feed = get_object_or_404(CalendarFeed.objects.filter(employee=me(request)), pk=pk)
    services.renew_feed(feed=feed, now=timezone.now())
    messages.success(request, "已换新地址，旧地址马上失效；请在日历里删掉旧的，订阅新的。")
    return redirect("education_sessions:feeds")


@require_safe
def ics(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar program that knows the address; the person need not be logged in."""
    feed = get_object_or_404(CalendarFeed.objects.select_related("employee", "branch"), token=token)
    sessions = services.sessions_in(feed=feed, now=timezone.now())
    if sessions is None:
        raise Http404("The right to this calendar has ended")
    name = f"{feed.branch.name if feed.branch else '我的'}集中学习"
    body = calendar(
        name=name, sessions=sessions, address=request.build_absolute_uri("/").rstrip("/")
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="sessions.ics"'
    response["Cache-Control"] = "private, max-age=300"
    return response
