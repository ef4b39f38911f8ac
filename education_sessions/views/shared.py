"""What the pages have in common: whose row it is, and saying why not."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from education_sessions.exceptions import SessionRefusal
from education_sessions.models import EducationSession, kept_branches, seen_branches
from people.models import Employee, PartyBranch, SignedInRequest


def me(request: SignedInRequest) -> Employee:
    """Return the person who asks; an account without an employee has nothing here."""
    employee = request.user.scope.employee
    if employee is None:
        raise Http404("An account without an employee has no sessions")
    return employee


def seen_branch(request: SignedInRequest, pk: int) -> PartyBranch:
    """Return a branch whose plan the person sees, or answer 404."""
    return get_object_or_404(
        seen_branches(request.user.scope).select_related("unit__parent"), pk=pk
    )


def kept_branch(request: SignedInRequest, pk: int) -> PartyBranch:
    """Return a branch whose secretary or discipline member the person is, or answer 404."""
    kept = PartyBranch.objects.filter(pk__in=kept_branches(request.user.scope))
    return get_object_or_404(kept.select_related("unit__parent"), pk=pk)


def kept_session(request: SignedInRequest, pk: int) -> EducationSession:
    """Return a session whose roll the person keeps, or answer 404."""
    kept = EducationSession.objects.kept_by(request.user)
    return get_object_or_404(kept.select_related("branch__unit", "host", "recorder"), pk=pk)


def seen_session(request: SignedInRequest, pk: int) -> EducationSession:
    """Return a session that the person sees, or answer 404."""
    seen = EducationSession.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("branch__unit", "host", "recorder"), pk=pk)


def done_or_said(
    request: SignedInRequest, act: Callable[[], object], *, to: str, said: str = ""
) -> HttpResponse:
    """Do it and say so, or say why not; lead to the same place either way."""
    try:
        act()
    except SessionRefusal as refusal:
        messages.warning(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect(to)
