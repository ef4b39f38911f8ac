"""The list of cases: searched by words, post, risk point and theme."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from cases.forms import MINE, CaseFilterForm, Choices
from cases.models import CasePage
from cases.models.pages import KEEPERS
from cases.registry import theme_names
from people.models import Position, SignedInRequest
from risk_manual.models import RiskAreaPage, RiskPointPage

PAGE_SIZE = 24
SHOW = "show"
CHOSEN_BELOW = ("position", "point", "theme")
# Codes are typed as GF09, gf-09 or GF 09; the index knows their two parts.
CODE = re.compile(r"\b([A-Za-z]{2})-?(\d{2})\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a case is filtered by; positions and points by code."""

    pk: int
    positions: frozenset[str]
    points: frozenset[str]
    themes: frozenset[str]
    is_mine: bool

    def is_under(self, wanted: str) -> bool:
        """Return whether the case belongs to a filter: all, own posts, or an area."""
        if wanted == MINE:
            return self.is_mine
        return wanted == "" or any(code.startswith(f"{wanted}-") for code in self.points)

    def fits(self, chosen: Mapping[str, str]) -> bool:
        """Return whether the case has the post, the risk point and the theme that were chosen."""
        held = {"position": self.positions, "point": self.points, "theme": self.themes}
        return all(chosen[key] in held[key] for key in CHOSEN_BELOW if key in chosen)


@dataclass(frozen=True, slots=True)
class ShownCase:
    """One case of the list."""

    case: CasePage
    positions: list[str]
    point_codes: list[str]
    is_mine: bool


@login_required
@require_GET
def cases(request: SignedInRequest) -> HttpResponse:
    """Show the cases a person may see, a page at a time."""
    entries = _entries(request)
    areas = list(RiskAreaPage.objects.live().order_by("path"))
    choices = _choices(entries, areas)
    form = CaseFilterForm(request.GET, choices=choices)
    chosen = form.chosen
    found = [entry for entry in _with_words(entries, chosen.get("q", "")) if entry.fits(chosen)]
    shown = [entry for entry in found if entry.is_under(chosen.get(SHOW, ""))]
    page = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    context = {
        "q": chosen.get("q", ""),
        "form": form,
        "total": len(entries),
        "own_count": sum(entry.is_mine for entry in entries),
        "page": page,
        "rows": _shown(page.object_list),
        "filters": _areas(found, chosen, choices[SHOW]),
        "chosen_filters": _removable(chosen, choices),
        "kept": [(key, value) for key, value in chosen.items() if key in {"q", SHOW}],
        "is_filtered": bool(chosen),
        "checks_cases": request.user.scope.has(*KEEPERS),
    }
    return render(request, "cases/list.html", context)


def _entries(request: SignedInRequest) -> list[Entry]:
    """Return all cases the person may see, by code, as they are filtered; four queries."""
    visible = CasePage.objects.visible_to(request.user).order_by("code")
    own = request.user.scope.position_ids()
    posts: dict[int, dict[str, int]] = {}
    through = CasePage.positions.through.objects.filter(casepage__in=visible.values("pk"))
    for case, code, position in through.values_list("casepage", "position__code", "position"):
        posts.setdefault(case, {})[code] = position
    points: dict[int, set[str]] = {}
    about = CasePage.risk_points.through.objects.filter(
        casepage__in=visible.values("pk"), riskpointpage__live=True
    )
    for case, code in about.values_list("casepage", "riskpointpage__code"):
        points.setdefault(case, set()).add(code)
    return [
        Entry(
            pk=pk,
            positions=frozenset(posts.get(pk, ())),
            points=frozenset(points.get(pk, ())),
            themes=frozenset(themes),
            is_mine=not own.isdisjoint(posts.get(pk, {}).values()),
        )
        for pk, themes in visible.values_list("pk", "themes")
    ]


def _with_words(entries: list[Entry], words: str) -> list[Entry]:
    if not words:
        return entries
    live = CasePage.objects.live()
    hits = {case.pk for case in live.search(CODE.sub(r"\1 \2", words), order_by_relevance=False)}
    return [entry for entry in entries if entry.pk in hits]


def _shown(entries: Iterable[Entry]) -> list[ShownCase]:
    wanted = list(entries)
    pages = CasePage.objects.filter(pk__in=[entry.pk for entry in wanted])
    by_pk = {case.pk: case for case in pages.prefetch_related("positions")}
    return [
        ShownCase(
            case=by_pk[entry.pk],
            positions=[position.name for position in by_pk[entry.pk].positions.all()],
            point_codes=sorted(entry.points),
            is_mine=entry.is_mine,
        )
        for entry in wanted
    ]


def _choices(entries: list[Entry], areas: list[RiskAreaPage]) -> dict[str, Choices]:
    """Return what can be chosen: only what some visible case has; two queries."""
    posts = Position.objects.filter(code__in=_all(entry.positions for entry in entries))
    points = RiskPointPage.objects.filter(code__in=_all(entry.points for entry in entries))
    names = theme_names()
    return {
        SHOW: [(MINE, "我的岗位"), *((area.code, area.title) for area in areas)],
        "position": list(posts.order_by("order", "pk").values_list("code", "name")),
        "point": [
            (code, f"{code} {title}")
            for code, title in points.order_by("code").values_list("code", "title")
        ],
        "theme": [
            (code, f"{code} {names[code]}" if code in names else code)
            for code in sorted(_all(entry.themes for entry in entries))
        ],
    }


def _all(sets: Iterable[frozenset[str]]) -> set[str]:
    return set().union(*sets)


def _areas(
    entries: list[Entry], chosen: Mapping[str, str], choices: Choices
) -> list[dict[str, object]]:
    current = chosen.get(SHOW, "")
    return [
        {
            "label": label,
            "url": _url({**chosen, SHOW: key}),
            "count": sum(entry.is_under(key) for entry in entries),
            "current": key == current,
        }
        for key, label in [("", "全部"), *choices]
    ]


def _removable(
    chosen: Mapping[str, str], choices: Mapping[str, Choices]
) -> list[dict[str, object]]:
    """Return a chip for each choice below the areas; pressing it takes the choice back."""
    labels = {"position": "岗位", "point": "风险点", "theme": "主题"}
    return [
        {
            "label": f"{labels[key]}：{dict(choices[key])[chosen[key]]}　×",
            "url": _url({name: value for name, value in chosen.items() if name != key}),
            "count": None,
            "current": True,
        }
        for key in CHOSEN_BELOW
        if key in chosen
    ]


def _url(chosen: Mapping[str, str]) -> str:
    return f"?{urlencode({key: value for key, value in chosen.items() if value})}"
