"""The gate: fresh, complete, keyed, resolving, stations, and the theme's own examples."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from risk_engine.themes import vectors
from tests.risk_engine.conftest import Extracts, Outcome
from tests.risk_engine.healthy import AS_OF, healthy_t09, healthy_t11

Run = Callable[..., Outcome]


def write(extracts: Extracts, tables: dict[str, list[dict]]) -> None:
    for name, rows in tables.items():
        extracts.csv(name, rows)


def failed(outcome: Outcome, theme: str = "T09") -> list[tuple[str, str]]:
    checks = outcome.gate["themes"][theme]["checks"]
    return [(check["name"], check["table"]) for check in checks if not check["passed"]]


@pytest.mark.parametrize(("days", "exit_code"), [(3, 0), (4, 4)])
def test_events_may_be_as_old_as_fresh_days(
    extracts: Extracts, run_cli: Run, days: int, exit_code: int
) -> None:
    write(extracts, healthy_t09())

    outcome = run_cli(as_of=str(AS_OF + timedelta(days)))

    assert outcome.exit_code == exit_code


@pytest.mark.parametrize(("name", "exit_code"), [("2026-03-24", 0), ("2026-03-23", 4)])
def test_a_delivery_may_be_as_old_as_fresh_days_by_its_name(
    extracts: Extracts, run_cli: Run, name: str, exit_code: int
) -> None:
    world = healthy_t11()
    extracts.csv("law_contract", world["law_contract"])
    extracts.csv("erp_purchase_order", world["erp_purchase_order"], file=f"{name}.csv")

    outcome = run_cli(themes="T11")

    assert outcome.exit_code == exit_code
    assert failed(outcome, "T11") == ([] if exit_code == 0 else [("fresh", "erp_purchase_order")])


@pytest.mark.parametrize(("left", "exit_code"), [(2, 0), (1, 4)])
def test_the_newest_day_needs_half_the_median_of_the_six_before(
    extracts: Extracts, run_cli: Run, left: int, exit_code: int
) -> None:
    world = healthy_t09()
    today = [row for row in world["erp_goods_issue"] if row["issue_date"] == str(AS_OF)]
    for row in today[left:]:
        world["erp_goods_issue"].remove(row)
    write(extracts, world)

    outcome = run_cli()

    assert outcome.exit_code == exit_code
    if exit_code:
        assert failed(outcome) == [("complete", "erp_goods_issue")]
        assert "最近一天 1 行，此前 6 个时段的中位数 4 行" in outcome.stderr


def test_the_newest_delivery_needs_half_the_median_of_the_six_before(
    extracts: Extracts, run_cli: Run
) -> None:
    world = healthy_t11()
    extracts.csv("law_contract", world["law_contract"])
    rows = world["erp_purchase_order"]
    for number in range(7):
        share = rows[number * 4 : number * 4 + (4 if number else 1)]
        extracts.csv("erp_purchase_order", share, file=f"{AS_OF - timedelta(number)}.csv")

    outcome = run_cli(themes="T11")

    assert outcome.exit_code == 4
    assert failed(outcome, "T11") == [("complete", "erp_purchase_order")]


@pytest.mark.parametrize(("conflicts", "exit_code"), [(1, 0), (2, 4)])
def test_conflicting_keys_must_stay_under_one_percent(
    extracts: Extracts, run_cli: Run, conflicts: int, exit_code: int
) -> None:
    world = healthy_t09()
    for row in world["erp_goods_issue"][:conflicts]:
        world["erp_goods_issue"].append(dict(row, qty="9"))
    write(extracts, world)

    outcome = run_cli()

    # 1 of 120 keys is under one per cent, 2 are not
    assert outcome.exit_code == exit_code
    assert failed(outcome) == ([] if exit_code == 0 else [("keyed", "erp_goods_issue")])


@pytest.mark.parametrize(("strangers", "exit_code"), [(1, 0), (2, 4)])
def test_references_must_be_found_for_99_percent(
    extracts: Extracts, run_cli: Run, strangers: int, exit_code: int
) -> None:
    world = healthy_t09()
    for number, row in enumerate(world["dsc_repair_material"][:strangers]):
        row["order_no"] = f"没有这张单{number}"
    write(extracts, world)

    outcome = run_cli()

    assert outcome.exit_code == exit_code
    assert failed(outcome) == ([] if exit_code == 0 else [("resolving", "dsc_repair_material")])


def test_a_silent_station_is_grey_and_the_others_are_not(extracts: Extracts, run_cli: Run) -> None:
    world = healthy_t09()
    silent_since = f"{AS_OF - timedelta(4)}"
    gone = {
        row["order_no"]
        for row in world["dsc_repair_order"]
        if row["org_code"] == "ORG02" and row["accept_time"] > silent_since
    }
    for name, column in (
        ("dsc_repair_order", "order_no"),
        ("dsc_repair_crew", "order_no"),
        ("dsc_repair_material", "order_no"),
    ):
        world[name] = [row for row in world[name] if row[column] not in gone]
    crew = [r for r in world["dsc_repair_crew"] if r["sign_time"] > "2026-03-03"]
    world["dsc_repair_crew"] = crew + [
        row
        for row in world["dsc_repair_crew"]
        if row["sign_time"] < "2026-03-03" and row["emp_no"] == "E1"
    ]
    write(extracts, world)

    outcome = run_cli()

    assert outcome.exit_code == 4
    assert outcome.gate["themes"]["T09"]["status"] == "ran"
    assert list(outcome.gate["themes"]["T09"]["grey_stations"]) == ["ORG02"]
    assert {finding["org_code"] for finding in outcome.findings} == {"ORG01"}
    assert {finding["org_code"] for finding in outcome.findings_grey} == {"ORG02"}


def test_a_station_that_was_never_regular_is_not_missed(extracts: Extracts, run_cli: Run) -> None:
    world = healthy_t09()
    for row in world["dsc_repair_order"]:
        if row["accept_time"] > "2026-03-10" or row["accept_time"][9] != "5":
            row["org_code"] = "ORG01"
    write(extracts, world)

    outcome = run_cli()

    assert outcome.exit_code == 0


def test_a_theme_whose_examples_fail_is_grey(
    extracts: Extracts, run_cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(extracts, healthy_t09())
    monkeypatch.setenv("RISK_ENGINE_CACHE", str(tmp_path / "cache"))
    broken = [dict(vector) for vector in vectors("T09")[:1]]
    broken[0]["expect"] = []
    monkeypatch.setattr("risk_engine.vectors.vectors", lambda code: broken)

    outcome = run_cli()

    assert outcome.exit_code == 4
    assert "T09 的样例 V01 没有通过" in outcome.stderr
    assert not (tmp_path / "cache").exists()
