"""Random worlds, judged by the engine and by the plain references: the outcomes are the same."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import risk_engine
from tests.risk_engine import reference_t09, reference_t11
from tests.risk_engine.random_worlds import World, t09_world, t11_world
from tests.risk_engine.reference_reading import Expected

FIELDS = (
    "theme",
    "subject",
    "period",
    "level",
    "org_code",
    "risk_point",
    "receiver_position",
    "receiver_emp_no",
    "amount",
    "occurred_on",
    "fingerprint",
)


def judged_by_engine(world: World, folder: Path, backend: str = "duckdb") -> Any:
    """Run one world through the engine."""
    world.write(folder)
    return risk_engine.run(
        extracts=folder,
        as_of=world.as_of,
        since=world.since,
        themes=[world.theme],
        calendar=risk_engine.WorkCalendar.weekdays(rest=world.rest, work=world.work),
        parameters={
            world.theme: {
                key: [{"from": start.isoformat(), "value": value} for start, value in values]
                for key, values in world.parameters.items()
            }
        },
        backend=backend,
        gate=False,
    ).themes[0]


def judged_by_reference(world: World) -> Expected:
    """Judge one world by plain loops."""
    circumstances: dict[str, Any] = {
        "files": world.files,
        "as_of": world.as_of,
        "since": world.since,
        "parameters": world.parameters,
        "whitelist": world.whitelist,
    }
    if world.theme == "T09":
        return reference_t09.judge(**circumstances)
    return reference_t11.judge(**circumstances, rest=world.rest, work=world.work)


def comparable(finding: Any) -> dict[str, Any]:
    """Lay a finding of the engine out as the reference does."""
    plain = {name: getattr(finding, name) for name in FIELDS}
    plain["rules"] = list(finding.rules)
    plain["measures"] = dict(finding.measures)
    plain["evidence"] = {
        (item.table, tuple(item.key.items()), item.file, item.row, tuple(item.values.items()))
        for item in finding.evidence
    }
    assert len(plain["evidence"]) == len(finding.evidence)
    return plain


def differences(result: Any, expected: Expected) -> list[str]:
    """Say where two outcomes differ."""
    found = [comparable(finding) for finding in result.findings]
    wanted = sorted(expected.findings, key=lambda f: (f["subject"], f["period"]))
    said = list(compare_findings(found, wanted))
    missing = {(e.subject, e.period, e.column) for e in result.inconclusive}
    said += [f"inconclusive, engine only: {e}" for e in sorted(missing - expected.inconclusive)]
    said += [f"inconclusive, reference only: {e}" for e in sorted(expected.inconclusive - missing)]
    if len(missing) != len(result.inconclusive):
        said.append("the same inconclusive entry twice")
    if dict(result.excluded) != expected.excluded:
        said.append(f"excluded: {dict(result.excluded)} != {expected.excluded}")
    for table in result.tables:
        told = table.unseen + table.rejected + table.duplicates + table.corrected
        if table.rows != told + expected.kept[table.table]:
            said.append(f"rows counted: {table}, kept {expected.kept[table.table]}")
    return said


def compare_findings(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> Iterable[str]:
    """Compare findings field by field."""
    ours = {(f["subject"], f["period"]): f for f in found}
    theirs = {(f["subject"], f["period"]): f for f in wanted}
    for key in sorted(ours.keys() - theirs.keys()):
        yield f"finding, engine only: {key} {ours[key]['rules']}"
    for key in sorted(theirs.keys() - ours.keys()):
        yield f"finding, reference only: {key} {theirs[key]['rules']}"
    for key in sorted(theirs.keys() & ours.keys()):
        for name, value in theirs[key].items():
            other = ours[key][name]
            if name == "measures":
                for measure in value.keys() | other.keys():
                    a, b = other.get(measure, "absent"), value.get(measure, "absent")
                    if not equal(a, b):
                        yield f"{key} measure {measure}: {a!r} != {b!r}"
            elif name == "evidence":
                for item in sorted(map(str, other - value)):
                    yield f"{key} evidence, engine only: {item}"
                for item in sorted(map(str, value - other)):
                    yield f"{key} evidence, reference only: {item}"
            elif other != value:
                yield f"{key} {name}: {other!r} != {value!r}"


def equal(a: Any, b: Any) -> bool:
    """Compare measures; minutes that are no whole number are shown to two decimals."""
    if isinstance(b, Fraction) and isinstance(a, Decimal | int):
        return abs(Fraction(a) - b) <= Fraction(1, 200)
    return type(a) is type(b) and a == b if isinstance(b, bool) else a == b


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("make", [t09_world, t11_world])
def test_a_random_world_is_judged_as_the_text_says(
    make: Callable[..., World], seed: int, backend: str, tmp_path: Path
) -> None:
    world = make(seed, overridden=seed % 2 == 0)

    result = judged_by_engine(world, tmp_path, backend)

    assert differences(result, judged_by_reference(world)) == []
