"""Which cases are like another, and why: what they share, weighed by one table, said in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cases.models import AmountBand, CaseControl, CasePage, CaseQuerySet

T = TypeVar("T")

# What each shared thing weighs. How it was found and how much it was about make no likeness of
# their own; they only order what is alike already.
CONTROL_WEIGHT = 5
POINT_WEIGHT = 3
POSITION_WEIGHT = 2
FOUND_WEIGHT = 1
AMOUNT_WEIGHT = 1
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Features:
    """What a case is compared by; controls are those that were not kept."""

    controls: frozenset[tuple[str, int]]
    points: frozenset[str]
    positions: frozenset[str]
    found_by: str
    amount_band: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """A case that is like another, with the reason as one phrase."""

    case: CasePage
    weight: int
    reason: str


def similar_cases(case: CasePage, *, among: CaseQuerySet) -> list[Likeness]:
    """Return up to three of the cases most like one; four queries, however many there are."""
    pool = list(among.exclude(pk=case.pk).order_by("code"))
    features = _features([case, *pool])
    mine = features[case.pk]
    found = [
        Likeness(other, weight, reason)
        for other in pool
        for weight, reason in [likeness(mine, features[other.pk])]
        if weight
    ]
    return sorted(found, key=lambda one: (-one.weight, one.case.code))[:MOST_SHOWN]


def likeness(one: Features, other: Features) -> tuple[int, str]:
    """Return how much two cases share and what, heaviest first; 0 without a common subject."""
    weight = 0
    reasons: list[str] = []
    controls = sorted(one.controls & other.controls)
    if controls:
        weight += CONTROL_WEIGHT * len(controls)
        names = "、".join(f"{code}措施{seq}" for code, seq in controls)
        reasons.append(f"同样没守住{names}")
    points = sorted(one.points & other.points)
    if points:
        weight += POINT_WEIGHT * len(points)
        reasons.append(f"同一风险点{'、'.join(points)}")
    positions = sorted(one.positions & other.positions)
    if positions:
        weight += POSITION_WEIGHT * len(positions)
        reasons.append(f"同一岗位：{'、'.join(positions)}")
    if not weight:
        return 0, ""
    if one.found_by == other.found_by:
        weight += FOUND_WEIGHT
        reasons.append("发现的方式相同")
    if one.amount_band == other.amount_band != AmountBand.NONE:
        weight += AMOUNT_WEIGHT
        reasons.append(f"金额同在{AmountBand(one.amount_band).label}")
    return weight, "；".join(reasons)


def _features(cases: Sequence[CasePage]) -> Mapping[int, Features]:
    keys = [case.pk for case in cases]
    controls = CaseControl.objects.filter(case__in=keys, held=False)
    by_control = _grouped(
        (case, (code, seq))
        for case, code, seq in controls.values_list("case", "point__code", "seq")
    )
    points = CasePage.risk_points.through.objects.filter(
        casepage__in=keys, riskpointpage__live=True
    )
    by_point = _grouped(points.values_list("casepage", "riskpointpage__code"))
    positions = CasePage.positions.through.objects.filter(casepage__in=keys)
    by_position = _grouped(positions.values_list("casepage", "position__name"))
    return {
        case.pk: Features(
            controls=frozenset(by_control.get(case.pk, ())),
            points=frozenset(by_point.get(case.pk, ())),
            positions=frozenset(by_position.get(case.pk, ())),
            found_by=case.found_by,
            amount_band=case.amount_band,
        )
        for case in cases
    }


def _grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, set[T]]:
    groups: dict[int, set[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, set()).add(value)
    return groups
