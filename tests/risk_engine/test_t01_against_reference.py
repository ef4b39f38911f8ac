"""Random worlds: the basic-fee rules in SQL say what a slow reading of the text says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import risk_engine
from risk_engine import Finding, ThemeResult, WhitelistEntry
from tests.risk_engine.reference_t01 import Judged, Month, cents, judge
from tests.risk_engine.worlds_t01 import World, make_world

URL = os.environ.get("DATABASE_URL", "")
BACKEND = URL if URL.startswith("postgres") else "duckdb"

REASONS = {"a": "单人到场", "b": "照片日期不符", "c": "封印重复"}


def run(world: World, backend: str = BACKEND) -> ThemeResult:
    """Judge a world with the engine."""
    (result,) = risk_engine.run(
        extracts=world.tables,
        as_of=world.as_of,
        themes=["T01"],
        whitelist=[
            WhitelistEntry(
                theme="T01",
                subject=entry["subject"],
                rule=entry["rule"],
                valid_from=date.fromisoformat(entry["valid_from"]),
                valid_to=date.fromisoformat(entry["valid_to"]),
            )
            for entry in world.whitelist
        ],
        parameters={
            "T01": {
                key: [{"from": start.isoformat(), "value": value} for start, value in values]
                for key, values in world.odd_parameters.items()
            }
        },
        backend=backend,
        gate=False,
    ).themes
    return result


def defaults() -> dict[str, list[tuple[date, Any]]]:
    """Return the theme's parameters as the reference takes them."""
    return {
        parameter.key: [
            (entry.from_date, list(entry.value) if parameter.type == "rows" else entry.value)
            for entry in parameter.values
        ]
        for parameter in risk_engine.theme("T01").parameters
    }


def said(finding: Finding) -> dict[str, Any]:
    """Return what the engine says of one subject and period."""
    figures = {name: value for name, value in finding.measures.items() if value is not None}
    return {
        "rules": finding.rules,
        "level": finding.level,
        "amount": finding.amount,
        "occurred_on": finding.occurred_on,
        "risk_point": finding.risk_point,
        "measures": figures,
    }


def meant(judged: Judged) -> dict[str, Any]:
    """Return what the reference says of one subject and period, in the same words."""
    fact = judged.measures
    figures: dict[str, Any] = {}
    if {"R1", "R3"} & set(judged.rules):
        figures |= {
            "expected_fee": cents(fact["expected"]),
            "billed_fee": cents(fact["billed"]),
            "diff": cents(fact["diff"]),
        }
        if fact["expected"] > 0:
            millionths = fact["diff"] / fact["expected"] * 1_000_000
            figures["ratio"] = Decimal((millionths + Fraction(1, 2)).__floor__()) / 1_000_000
        if fact["tol"] is not None:
            figures["tol"] = cents(fact["tol"])
    if "R1" in judged.rules:
        figures |= {"consec": fact["consec"], "cum12": cents(fact["cum12"])}
    if "R2" in judged.rules:
        figures |= {
            key: Decimal(fact[key].numerator) / Decimal(fact[key].denominator)
            for key in ("billed_capacity_kva", "full_kva")
        }
    if "R4" in judged.rules:
        figures |= {key: fact[key] for key in ("over_days", "over_streak")}
    if "R5" in judged.rules:
        names = {**REASONS, "d": f"累计暂停{fact.get('pause_days_year')}天"}
        figures["reasons"] = "、".join(names[reason] for reason in sorted(fact["reasons"]))
        if "d" in fact["reasons"]:
            figures["pause_days_year"] = fact["pause_days_year"]
    points: Mapping[str, str] = {"R4": "GF-11", "R5": "GF-11"}
    return {
        "rules": judged.rules,
        "level": judged.level,
        "amount": judged.amount,
        "occurred_on": Month.of(judged.period).last,
        "risk_point": points.get(judged.deciding[0], "GF-09"),
        "measures": figures,
    }


@pytest.mark.parametrize("seed", range(10))
def test_the_rules_say_what_a_slow_reading_of_the_text_says(seed: int) -> None:
    world = make_world(seed, defaults(), households=25)

    result = run(world)

    verdict = judge(
        tables=world.tables,
        as_of=world.as_of,
        parameters=world.parameters,
        whitelist=world.whitelist,
    )
    assert {(f.subject, f.period): said(f) for f in result.findings} == {
        (j.subject, j.period): meant(j) for j in verdict.findings
    }
    assert {(i.subject, i.period, i.column) for i in result.inconclusive} == verdict.inconclusive
    assert result.excluded_total == len(verdict.excluded)
