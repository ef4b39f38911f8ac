"""The list of cases, and the page of a case."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from cases.forms import MINE, CaseFilterForm
from cases.models import CasePage
from people.models import SignedInRequest
from risk_manual.models import RiskAreaPage


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One case of the list."""

    case: CasePage
    positions: list[str]
    point_codes: list[str]
    is_mine: bool

    def is_under(self, wanted: str) -> bool:
        """Return whether the case belongs to a filter: all, own posts, or an area."""
        if wanted == MINE:
            return self.is_mine
        return wanted == "" or any(code.startswith(f"{wanted}-") for code in self.point_codes)


@login_required
@require_GET
def cases(request: SignedInRequest) -> HttpResponse:
    """Show the cases, filtered by words and by own posts or area."""
    areas = list(RiskAreaPage.objects.live().order_by("path"))
    form = CaseFilterForm(request.GET, areas=areas)
    chosen = form.chosen
    position_ids = request.user.scope.position_ids()
    pages = CasePage.objects.live().prefetch_related("positions", "risk_points").order_by("code")
    rows = [_shown(case, position_ids) for case in pages]
    found = _with_words(rows, chosen.get("q", ""))
    context = {
        "q": chosen.get("q", ""),
        "total": len(rows),
        "own_count": sum(row.is_mine for row in rows),
        "rows": [row for row in found if row.is_under(chosen.get("show", ""))],
        "filters": _filters(areas, found, chosen),
        "is_filtered": bool(chosen),
    }
    return render(request, "cases/list.html", context)


def _shown(case: CasePage, position_ids: set[int]) -> ShownCase:
    positions = list(case.positions.all())
    return ShownCase(
        case=case,
        positions=[position.name for position in positions],
        point_codes=sorted(point.code for point in case.risk_points.all()),
        is_mine=any(position.pk in position_ids for position in positions),
    )


def _with_words(rows: list[ShownCase], words: str) -> list[ShownCase]:
    if not words:
        return rows
    hits = {case.pk for case in CasePage.objects.live().search(words, order_by_relevance=False)}
    return [row for row in rows if row.case.pk in hits]


def _filters(
    areas: list[RiskAreaPage], rows: list[ShownCase], chosen: Mapping[str, str]
) -> list[dict[str, object]]:
    current = chosen.get("show", "")
    words = {"q": chosen["q"]} if "q" in chosen else {}
    return [
        {
            "label": label,
            "url": f"?{urlencode({**words, 'show': key} if key else words)}",
            "count": sum(row.is_under(key) for row in rows),
            "current": key == current,
        }
        for key, label in [
            ("", "全部"),
            (MINE, "我的岗位"),
            *((area.code, area.title) for area in areas),
        ]
    ]


@login_required
@require_GET
def case(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a case with its turning points."""
    page = get_object_or_404(CasePage.objects.live(), code=code.upper())
    return render(request, page.get_template(request), page.get_context(request))
