"""What the page of a risk point shows of the case library."""

from typing import Any

from wagtail.models import Page

from cases.models import CasePage
from people.models import SignedInRequest
from risk_manual.registry import point_parts

OPENING_LENGTH = 110


@point_parts.register("cases", template="cases/point_part.html")
def cases_of_point(point: Page, request: SignedInRequest) -> dict[str, Any] | None:
    """Show one case in short, and the titles of the others."""
    cases = list(
        CasePage.objects.visible_to(request.user).filter(risk_points=point).order_by("code")
    )
    if not cases:
        return None
    first, *others = cases
    return {
        "case": first,
        "url": first.get_url(request),
        "opening": first.opening(OPENING_LENGTH),
        "others": [
            {
                "title": case.title,
                "detail": f"{case.code}　{case.handled}",
                "url": case.get_url(request),
            }
            for case in others
        ],
    }
