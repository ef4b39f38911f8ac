"""The page of a case."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.likeness import similar_cases
from cases.models import CasePage, CaseUse
from cases.models.pages import KEEPERS, LECTURERS
from cases.registry import dependants_of
from common.formats import zh_date
from people.models import SignedInRequest

USES_SHOWN = 5


@login_required
@require_GET
def case(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a case, the cases like it and, to its keepers, where it was shown."""
    page = readable(request, code)
    user = request.user
    keeps = user.scope.has(*KEEPERS)
    is_expired = page.is_expired(on=user.scope.on)
    uses = CaseUse.objects.visible_to(user).filter(case=page).select_related("used_by__employee")
    context = page.get_context(request) | {
        "similar": similar_cases(page, among=CasePage.objects.visible_to(user)),
        "is_expired": is_expired,
        "keeps": keeps,
        "may_lecture": user.scope.has(*LECTURERS) and not is_expired,
        "use_count": uses.count() if keeps else 0,
        "uses": [_use_item(use) for use in uses.order_by("-used_at", "-pk")[:USES_SHOWN]]
        if keeps
        else [],
    }
    return render(request, page.get_template(request), context)


def _use_item(use: CaseUse) -> dict[str, str]:
    """Return a use as the component ``basis`` shows it."""
    when = zh_date(use.used_at, today=timezone.localdate())
    return {
        "title": f"{use.kind_label}：{use.title}",
        "detail": f"{when}　{use.used_by}" if use.used_by else when,
        "url": use.url,
    }


def readable(request: SignedInRequest, code: str) -> CasePage:
    """Return a case the person may read; an expired one only where something rests on it.

    :raises Http404: where it does not exist for this person.
    """
    page: CasePage | None = CasePage.objects.open_to(request.user).filter(code=code.upper()).first()
    if page is None:
        raise Http404
    scope = request.user.scope
    is_kept = not page.is_expired(on=scope.on) or scope.has(*KEEPERS) or bool(dependants_of(page))
    if not is_kept:
        raise Http404
    return page
