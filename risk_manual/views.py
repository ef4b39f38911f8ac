"""Browsing the manual, and the page of a risk point."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from people.models import Position, PositionLevel, SignedInRequest
from risk_manual.forms import MINE, BrowseForm
from risk_manual.models import (
    ManualEdition,
    RiskAreaPage,
    RiskLevel,
    RiskPointEdition,
    RiskPointPage,
)

LATEST_REVISIONS = 8


@dataclass(frozen=True, slots=True)
class ShownArea:
    """One area with those of its points that are shown."""

    area: RiskAreaPage
    points: list[RiskPointPage]

    @property
    def high_count(self) -> int:
        """How many of them are of the high level."""
        return sum(point.level == RiskLevel.HIGH for point in self.points)


@login_required
@require_GET
def browse(request: SignedInRequest) -> HttpResponse:
    """Show the points by area, filtered by words, area, position and level."""
    areas = list(RiskAreaPage.objects.live().order_by("path"))
    position_ids = request.user.scope.position_ids()
    held = [posting.position for posting in request.user.scope.postings]
    points = list(RiskPointPage.objects.live().with_posts().order_by("path"))
    form = BrowseForm(
        request.GET,
        areas=areas,
        positions=_stations(),
        own=[
            position
            for position in dict.fromkeys(held)
            if any(position.pk in (p.position_id, p.reviewer_id) for p in points)
        ],
    )
    chosen = form.chosen
    found = _filtered(points, chosen, position_ids)
    shown = [p for p in found if chosen.get("area") in (None, p.area_code)]
    context = {
        "form": form,
        "total": len(points),
        "edition": ManualEdition.objects.in_force(on=timezone.localdate()).first(),
        "areas": _by_area(areas, shown, drop_empty=bool(chosen)),
        "filters": _area_filters(areas, found, chosen),
        "is_filtered": bool(chosen),
        "shown_count": len(shown),
        "own_points": [point for point in points if point.position_id in position_ids],
        "position_ids": position_ids,
    }
    return render(request, "risk_manual/browse.html", context)


def _stations() -> list[Position]:
    return list(Position.objects.filter(level=PositionLevel.STATION).order_by("order", "code"))


def _filtered(
    points: list[RiskPointPage], chosen: dict[str, str], position_ids: set[int]
) -> list[RiskPointPage]:
    """Return the points that the words, the position and the level leave."""
    if "q" in chosen:
        hits = RiskPointPage.objects.live().search(chosen["q"], order_by_relevance=False)
        ids = {point.pk for point in hits}
        points = [point for point in points if point.pk in ids]
    if "level" in chosen:
        points = [point for point in points if point.level == chosen["level"]]
    wanted = chosen.get("position")
    if wanted == MINE:
        return [p for p in points if {p.position_id, p.reviewer_id} & position_ids]
    if wanted:
        return [point for point in points if point.position.code == wanted]
    return points


def _by_area(
    areas: list[RiskAreaPage], points: list[RiskPointPage], *, drop_empty: bool
) -> list[ShownArea]:
    shown = [ShownArea(area, [p for p in points if p.area_code == area.code]) for area in areas]
    return [each for each in shown if each.points or not drop_empty]


def _area_filters(
    areas: list[RiskAreaPage], points: list[RiskPointPage], chosen: dict[str, str]
) -> list[dict[str, object]]:
    def link(code: str) -> str:
        rest = {key: value for key, value in chosen.items() if key != "area"}
        return f"?{urlencode({**rest, 'area': code} if code else rest)}"

    current = chosen.get("area", "")
    return [
        {
            "label": label,
            "url": link(code),
            "count": sum(code in ("", point.area_code) for point in points),
            "current": code == current,
        }
        for code, label in [("", "全部"), *((area.code, area.title) for area in areas)]
    ]


@login_required
@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """Lead to the points of the person's own posts."""
    return redirect(f"{reverse('risk_manual:browse')}?{urlencode({'position': MINE})}")


@login_required
@require_GET
def point(request: SignedInRequest, code: str) -> HttpResponse:
    """Show a risk point: risk, controls, case, lesson and questions on one page."""
    points = RiskPointPage.objects.live().with_posts()
    page = get_object_or_404(points, code=code.upper())
    return render(request, page.get_template(request), page.get_context(request))


@login_required
@require_GET
def edition(request: SignedInRequest) -> HttpResponse:
    """Show the edition in force: its contents by area and by position, and its revisions."""
    in_force = get_object_or_404(ManualEdition.objects.in_force(on=timezone.localdate()))
    areas = list(RiskAreaPage.objects.live().order_by("path"))
    points = list(RiskPointPage.objects.live().order_by("path"))
    counts = Counter(each.position_id for each in points)
    revisions = (
        RiskPointEdition.objects.filter(manual=in_force, number__gt=1)
        .select_related("point")
        .order_by("-effective_from", "-pk")[:LATEST_REVISIONS]
    )
    context = {
        "edition": in_force,
        "areas": _by_area(areas, points, drop_empty=False),
        "positions": [(position, counts[position.pk]) for position in _stations()],
        "facts": [
            ("风险点", f"{len(points)}个"),
            ("责任岗位", f"{len(counts)}个"),
            ("高风险", f"{sum(each.level == RiskLevel.HIGH for each in points)}个"),
            ("版本", in_force.edition_label),
        ],
        "revisions": revisions,
    }
    return render(request, "risk_manual/edition.html", context)
