"""A case before a second person: what the scan found, false alarms, the confirmation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from cases import services
from cases.exceptions import CaseRefusal, NotAChecker, NotChecked
from cases.forms import AcceptHitForm
from cases.identities import IdentityKind
from cases.models import CasePage
from cases.models.pages import KEEPERS
from people.models import Role, SignedInRequest


@login_required
@require_GET
def queue(request: SignedInRequest) -> HttpResponse:
    """Show the drafts that wait for a second person."""
    _require_keeper(request)
    rows = [
        (draft, request.user.pk in services.writers_of(draft))
        for draft in services.cases_to_check()
    ]
    return render(request, "cases/checks.html", {"rows": rows, "nav_current": "cases"})


@login_required
@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a draft with every hit of the scan; take acceptances, the confirmation, publication."""
    _require_keeper(request)
    page = get_object_or_404(CasePage, code=code.upper())
    form = None
    if request.method == "POST":
        form = _act(request, page)
        if form is None:
            return redirect("cases:check", page.code)
    draft = page.get_latest_revision_as_object()
    found = services.found_in(draft, roster=services.read_roster())
    held = draft.confirmed_check()
    context = {
        "case": draft,
        "digest": draft.text_digest(),
        "texts": [(where, text) for where, text in draft.texts().items() if text],
        "found": [(one, _form_for(one, form)) for one in found],
        "open_count": sum(one.accepted is None for one in found),
        "failed": form,
        "check": held,
        "is_own": held is None and request.user.pk in services.writers_of(page),
        "is_published": page.live and not page.has_unpublished_changes,
        "may_publish": request.user.scope.has(Role.EDITOR),
        "checks": page.checks.select_related("checked_by__employee").order_by("-checked_at"),
        "nav_current": "cases",
    }
    return render(request, "cases/check.html", context, status=422 if form else 200)


def _act(request: SignedInRequest, page: CasePage) -> AcceptHitForm | None:
    """Do what was asked; return the form that was not understood, with what was typed."""
    now, by = timezone.now(), request.user
    action = request.POST.get("action")
    try:
        if action == "accept":
            form = AcceptHitForm(request.POST)
            if not form.is_valid():
                return form
            services.accept_hit(
                case=page,
                kind=IdentityKind(form.cleaned_data["kind"]),
                text=form.cleaned_data["text"],
                reason=form.cleaned_data["reason"],
                by=by,
                now=now,
            )
            messages.success(request, f"“{form.cleaned_data['text']}”已认定为误报。")
        elif action == "reopen":
            accepted = get_object_or_404(page.accepted_hits, pk=request.POST.get("accepted"))
            services.take_back_acceptance(accepted=accepted, by=by, now=now)
            messages.success(request, f"“{accepted.text}”重新算作命中，确认前要处理。")
        elif action == "publish":
            services.publish_case(case=page, by=by, now=now)
            messages.success(request, f"“{page.code}”已发布。")
        else:
            services.confirm_deidentified(
                case=page, digest=request.POST.get("digest", ""), by=by, now=now
            )
            messages.success(request, "已确认这份文本看不出是谁，现在可以发布。")
    except (CaseRefusal, NotChecked) as refusal:
        messages.error(request, str(refusal))
    return None


def _form_for(found: services.checking.FoundHit, failed: AcceptHitForm | None) -> AcceptHitForm:
    hit = found.hit
    if failed is not None and (failed["kind"].value(), failed["text"].value()) == (
        hit.kind,
        hit.text,
    ):
        return failed
    return AcceptHitForm(
        initial={"kind": hit.kind, "text": hit.text}, auto_id=f"id_{hit.kind}_{hit.start}_%s"
    )


def _require_keeper(request: SignedInRequest) -> None:
    if not request.user.scope.has(*KEEPERS):
        raise PermissionDenied(str(NotAChecker()))
