"""The report of cases that want a look, for editors."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.reviewing import review_of_cases
from people.models import SignedInRequest


@require_GET
def report(request: SignedInRequest) -> HttpResponse:
    """Show what is overdue for review, expired, without owner, or not confirmed any more."""
    rows = review_of_cases(on=timezone.localdate())
    wanting = [row for row in rows if row.faults]
    everything = request.GET.get("all") == "1"
    context = {
        "rows": rows if everything else wanting,
        "wanting": len(wanting),
        "total": len(rows),
        "everything": everything,
    }
    return TemplateResponse(request, "cases/editor/review.html", context)
