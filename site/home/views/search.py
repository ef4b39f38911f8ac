"""Search over the risk points, the cases and the micro-lessons.

Questions are not searched: their text gives answers away. Warnings are not searched either.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET
from wagtail.query import PageQuerySet

from cases.models import CasePage
from common.formats import zh_duration
from courses.models import MicroLessonPage
from home.excerpts import excerpt, marked, words_in
from people.models import SignedInRequest, User
from risk_manual.models import RiskPointPage

LONGEST_QUERY = 60
MOST_HITS = 20
# Codes are typed as GF09, gf-09 or GF 09; the index knows their two parts.
CODE = re.compile(r"\b([A-Za-z]{2})-?(\d{2})\b")


@dataclass(frozen=True, slots=True)
class Hit:
    """One page that was found."""

    kind: str
    note: str
    title: SafeString
    text: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one kind, the first of them as hits."""

    key: str
    label: str
    count: int
    hits: list[Hit]


@login_required
@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    """Show what holds the words that were typed."""
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    groups = _search(CODE.sub(r"\1 \2", query), request.user) if words_in(query) else []
    wanted = request.GET.get("kind", "")
    if wanted not in {group.key for group in groups}:
        wanted = ""
    shown = [group for group in groups if wanted in ("", group.key)]
    context = {
        "q": query,
        "filters": _filters(groups, query, wanted),
        "hits": [hit for group in shown for hit in group.hits],
        "total": sum(group.count for group in shown),
        "most": MOST_HITS,
        "nav_current": "",
        "is_cut": any(group.count > len(group.hits) for group in shown),
    }
    return render(request, "search/results.html", context)


def _search(query: str, user: User) -> list[Found]:
    words = words_in(query)

    def found(key: str, label: str, pages: PageQuerySet, hit: Callable[..., Hit]) -> Found:
        results = pages.search(query)
        return Found(
            key, label, results.count(), [hit(page, words) for page in results[:MOST_HITS]]
        )

    points = RiskPointPage.objects.live().prefetch_related("controls")
    readable = list(CasePage.objects.visible_to(user).values_list("pk", flat=True))
    cases = CasePage.objects.filter(pk__in=readable)
    lessons = MicroLessonPage.objects.live().prefetch_related("script")
    return [
        found("points", "风险点", points, _point_hit),
        found("cases", "案例", cases, _case_hit),
        found("lessons", "微课", lessons, _lesson_hit),
    ]


def _point_hit(point: RiskPointPage, words: list[str]) -> Hit:
    controls = (control.text for control in point.controls.all())
    return Hit(
        kind="风险点",
        note=point.code,
        title=marked(point.title, words),
        text=excerpt(
            [point.risk_description, *point.typical_behaviours, *controls, point.power], words
        ),
        url=point.url,
    )


def _case_hit(case: CasePage, words: list[str]) -> Hit:
    return Hit(
        kind="案例",
        note=case.code,
        title=marked(case.title, words),
        text=excerpt([case.story, case.lesson, case.consequences], words),
        url=case.url,
    )


def _lesson_hit(lesson: MicroLessonPage, words: list[str]) -> Hit:
    return Hit(
        kind="微课",
        note=zh_duration(lesson.duration_seconds),
        title=marked(lesson.title, words),
        text=excerpt([*(part.text for part in lesson.script.all()), lesson.key_sentence], words),
        url=reverse("courses:lesson", args=[lesson.code]),
    )


def _filters(groups: Iterable[Found], query: str, wanted: str) -> list[dict[str, object]]:
    groups = list(groups)
    every = Found("", "全部", sum(group.count for group in groups), [])
    return [
        {
            "label": group.label,
            "url": f"?{urlencode({'q': query, 'kind': group.key} if group.key else {'q': query})}",
            "count": group.count,
            "current": group.key == wanted,
        }
        for group in [every, *groups]
    ]
