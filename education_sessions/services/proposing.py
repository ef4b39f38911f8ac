"""A session made of a template: which risk point, which material, when.

A risk point is proposed to a branch for what was concluded in the whole county and for what its
people answer wrong as a group, never for a warning, and never for what concerns a single station:
in a branch of eighteen a proposal would name somebody.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from cases.models import CasePage
from courses.models import MicroLessonPage
from education_sessions.models import AgendaItem, Film, ItemKind, SessionStatus
from education_sessions.outlines import Outline, focus_of
from people.models import Employee, OrgUnit, PartyBranch, Posting, UnitKind
from quizzes.models import Answer
from risk_manual.models import RiskLevel, RiskPointPage
from risk_warnings.models import ADVERSE_CONCLUSIONS, RiskWarning, WorkOrder

SMALLEST_GROUP = 5
# A conclusion speaks for a point only where it can no longer be traced to a station.
FEWEST_ORDERS, FEWEST_UNITS = 3, 2
LOOK_BACK = timedelta(days=365)
SHOWN_POINTS = 3

_LEVEL_WEIGHT = {RiskLevel.HIGH.value: 3.0, RiskLevel.MEDIUM.value: 2.0, RiskLevel.LOW.value: 1.0}
_FOCUS_WEIGHT, _CONCLUDED_WEIGHT, _WRONG_WEIGHT = 2.0, 2.0, 4.0
_TAUGHT_LATELY, _LATELY = 6.0, timedelta(days=120)


@dataclass(frozen=True, slots=True)
class ProposedPoint:
    """A risk point with its weight and the reasons that may be told."""

    point: RiskPointPage
    weight: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftItem:
    """One item of a proposed agenda."""

    kind: ItemKind
    title: str
    minutes: int
    risk_point: RiskPointPage | None = None
    lesson: MicroLessonPage | None = None
    case: CasePage | None = None
    film: Film | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """A proposed agenda: title of the session, its point and items."""

    title: str
    point: RiskPointPage | None
    items: list[DraftItem] = field(default_factory=list)


def points_for(*, branch: PartyBranch, now: datetime) -> list[ProposedPoint]:
    """Return the risk points of the posts held in the branch, the weightiest first; six queries."""
    today = timezone.localdate(now)
    people = Employee.objects.employed(on=today).of_branch(branch, on=today)
    held = Posting.objects.in_force(on=today).filter(employee__in=people).values("position")
    points = list(RiskPointPage.objects.live().filter(position__in=held).order_by("code"))
    concluded = _concluded_in_county(branch, now=now)
    wrong = _answered_wrong(people, now=now)
    lately = _taught(branch, since=now - _LATELY)
    focus = focus_of(today.month)
    found = []
    for point in points:
        weight, reasons = _LEVEL_WEIGHT[point.level], []
        if point.code in focus.points:
            weight += _FOCUS_WEIGHT
            reasons.append(f"这两个月的重点：{focus.words}")
        if point.pk in concluded:
            weight += _CONCLUDED_WEIGHT
            reasons.append("全县近一年查实较多")
        if point.pk in wrong:
            weight += _WRONG_WEIGHT * wrong[point.pk]
            reasons.append(f"本支部的题约{wrong[point.pk]:.0%}答错")
        if point.pk in lately:
            weight -= _TAUGHT_LATELY
            reasons.append("近四个月学过")
        found.append(ProposedPoint(point, weight, tuple(reasons)))
    return sorted(found, key=lambda proposed: (-proposed.weight, proposed.point.code))


def agenda_for(
    *,
    outline: Outline,
    branch: PartyBranch,
    point: RiskPointPage | None,
    now: datetime,
) -> Agenda:
    """Return the agenda of a template about a risk point, with the material used least so far."""
    teaching = [kind for kind in outline.items if kind != ItemKind.TOPIC]
    if not teaching:
        point = None
    topics = iter(outline.topics)
    items = []
    for kind in outline.items:
        item = _item(kind, branch=branch, point=point, topic=next(topics, ""), now=now)
        if item is not None:
            items.append(item)
    title = f"{outline.title.partition('：')[0]}：{point.title}" if point else outline.title
    return Agenda(title=title[:60], point=point, items=_spread(items, minutes=outline.minutes))


def _item(
    kind: ItemKind, *, branch: PartyBranch, point: RiskPointPage | None, topic: str, now: datetime
) -> DraftItem | None:
    if kind == ItemKind.TOPIC:
        return DraftItem(kind, topic, 15)
    if kind == ItemKind.LESSON:
        lesson = _least_used(MicroLessonPage.objects.live().about(point), branch) if point else None
        if lesson is None:
            return None
        minutes = -(-lesson.duration_seconds // 60)
        return DraftItem(kind, f"微课：{lesson.title}", minutes, risk_point=point, lesson=lesson)
    if kind == ItemKind.CASE:
        case = _least_used(CasePage.objects.live().filter(risk_points=point), branch)
        return case and DraftItem(kind, f"案例讨论：{case.title}", 20, risk_point=point, case=case)
    if kind == ItemKind.FILM:
        about = _least_used(Film.objects.about(point), branch) if point else None
        film = about or _least_used(Film.objects.all(), branch)
        return film and DraftItem(
            kind,
            f"警示教育片：{film}",
            film.minutes,
            risk_point=point if about else None,
            film=film,
        )
    if kind == ItemKind.CHECK:
        return DraftItem(kind, "对照检查：本所2—3条要求", 10, risk_point=point)
    return DraftItem(kind, "现场测验", 5, risk_point=point) if point else None


def _spread(items: list[DraftItem], *, minutes: int) -> list[DraftItem]:
    """Give what is left of the time to the talk, the longest item that is no film or lesson."""
    fixed = {ItemKind.LESSON, ItemKind.FILM}
    left = minutes - sum(item.minutes for item in items)
    talks = [item for item in items if item.kind not in fixed]
    if not talks or not left:
        return items
    longest = max(talks, key=lambda item: item.minutes)
    given = max(5, longest.minutes + left)
    return [
        DraftItem(item.kind, item.title, given, item.risk_point, item.lesson, item.case, item.film)
        if item is longest
        else item
        for item in items
    ]


def _least_used(rows: QuerySet[Any], branch: PartyBranch) -> Any:
    """Return the page or film that this branch, then any branch, has used least; None if none."""
    standing = Q(agenda_items__session__status=SessionStatus.PLANNED)
    here = standing & Q(agenda_items__session__branch=branch)
    return (
        rows.annotate(
            used_here=Count("agenda_items", filter=here),
            used=Count("agenda_items", filter=standing),
            last_used=Max("agenda_items__session__starts_at", filter=here),
        )
        .order_by("used_here", "used", "last_used", "code")
        .first()
    )


def _concluded_in_county(branch: PartyBranch, *, now: datetime) -> set[int]:
    unit = branch.unit
    county: OrgUnit = unit.parent if unit.kind == UnitKind.STATION and unit.parent else unit
    orders = WorkOrder.objects.filter(
        conclusion__in=ADVERSE_CONCLUSIONS,
        overturned_at=None,
        effective_at__gt=now - LOOK_BACK,
        effective_at__lte=now,
        unit__path__startswith=county.path,
        warnings__in=RiskWarning.objects.standing(),
    )
    counted = orders.values("risk_point").annotate(
        orders=Count("pk", distinct=True), units=Count("unit", distinct=True)
    )
    return set(
        counted.filter(orders__gte=FEWEST_ORDERS, units__gte=FEWEST_UNITS).values_list(
            "risk_point", flat=True
        )
    )


def _answered_wrong(people: QuerySet[Employee], *, now: datetime) -> dict[int, float]:
    """Return the share of wrong answers a point, where five people or more stand behind it."""
    answers = Answer.objects.filter(
        attempt__employee__in=people,
        attempt__submitted_at__gt=now - LOOK_BACK,
        attempt__submitted_at__lte=now,
        attempt__retracted_at=None,
        is_right__isnull=False,
    ).exclude(attempt__cause__startswith="risk_warnings.")
    rows = answers.values("version__question__primary_risk_point").annotate(
        given=Count("pk"),
        wrong=Count("pk", filter=Q(is_right=False)),
        people=Count("attempt__employee", distinct=True),
        wrong_people=Count("attempt__employee", filter=Q(is_right=False), distinct=True),
    )
    return {
        row["version__question__primary_risk_point"]: row["wrong"] / row["given"]
        for row in rows
        if row["people"] >= SMALLEST_GROUP and row["wrong_people"] >= SMALLEST_GROUP
    }


def _taught(branch: PartyBranch, *, since: datetime) -> set[int | None]:
    items = AgendaItem.objects.filter(
        session__branch=branch,
        session__status=SessionStatus.PLANNED,
        session__starts_at__gt=since,
        risk_point__isnull=False,
    )
    return set(items.values_list("risk_point", flat=True))
