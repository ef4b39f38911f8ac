"""Deliveries and their truth: repeatable, only ever added to, alive after months."""

import csv
import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from demo.deliveries import COLUMNS, ENCODINGS
from demo.extracts import truth, write_extracts
from demo.truth import read_truth
from demo.world import World, build_world

AS_OF = date(2026, 11, 26)
YESTERDAY = AS_OF - timedelta(days=1)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(seed=7, as_of=AS_OF)


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("extracts")
    write_extracts(world=world, folder=folder, until=YESTERDAY)
    return folder


def _deliveries(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.glob("deliveries/*/*.csv")}


def test_deliveries_end_yesterday_and_go_back_24_months(folder):
    dates = sorted(path.stem for path in folder.glob("deliveries/ami_daily_energy/*.csv"))

    assert dates[0] == "2024-11-30"
    assert dates[-1] == YESTERDAY.isoformat()


def test_a_later_day_only_adds_deliveries(world, folder, tmp_path):
    earlier = YESTERDAY - timedelta(days=40)
    write_extracts(world=build_world(seed=7, as_of=AS_OF), folder=tmp_path, until=earlier)
    before = _deliveries(tmp_path)

    write_extracts(world=world, folder=tmp_path, until=YESTERDAY)

    after = _deliveries(tmp_path)
    assert {name: after[name] for name in before} == before
    assert after == _deliveries(folder)


def test_a_day_that_was_delivered_adds_nothing(world, folder):
    assert write_extracts(world=world, folder=folder, until=YESTERDAY) == []


def test_a_broken_off_delivery_is_taken_up_again(world, folder, tmp_path):
    write_extracts(world=world, folder=tmp_path, until=YESTERDAY)
    (tmp_path / "delivered_until.txt").unlink()
    (tmp_path / "deliveries" / "mkt_bill" / "2026-10-31.csv").unlink()
    (tmp_path / "deliveries" / "dsc_repair_order" / "2026-11-25.part").write_text(
        "half", encoding="utf-8"
    )

    written = write_extracts(world=world, folder=tmp_path, until=YESTERDAY)

    assert [path.name for path in written] == ["2026-10-31.csv"]
    assert _deliveries(tmp_path) == _deliveries(folder)


def test_every_file_has_the_columns_of_its_table(folder):
    for table, columns in COLUMNS.items():
        for path in (folder / "deliveries" / table).glob("*.csv"):
            with path.open(encoding=ENCODINGS.get(table, "utf-8"), newline="") as stream:
                rows = list(csv.reader(stream))
            assert rows[0] == list(columns)
            assert {len(row) for row in rows} == {len(columns)}
            assert len(rows) > 1


def test_the_truth_file_says_what_the_scripts_say(world, folder):
    assert read_truth(folder / "truth.json") == truth(world=world, as_of=YESTERDAY)


def test_every_rule_of_the_three_themes_is_broken_at_every_level_it_has(folder):
    findings = read_truth(folder / "truth.json").findings

    broken = {(f.theme, rule) for f in findings for rule in f.rules}
    levels = {(f.theme, f.level) for f in findings}
    alone = {(f.theme, f.rules[0], f.level) for f in findings if len(f.rules) == 1}

    assert broken == {
        *(("T01", f"R{number}") for number in range(1, 6)),
        *(("T09", f"R{number}") for number in range(1, 5)),
        *(("T11", f"R{number}") for number in range(1, 4)),
    }
    assert len(levels) == 9
    assert {
        ("T01", "R1", "low"),
        ("T01", "R1", "medium"),
        ("T01", "R1", "high"),
        ("T01", "R2", "low"),
        ("T01", "R3", "high"),
        ("T01", "R4", "medium"),
        ("T01", "R4", "high"),
        ("T01", "R5", "low"),
        ("T01", "R5", "medium"),
        ("T09", "R1", "medium"),
        ("T09", "R2", "medium"),
        ("T09", "R3", "low"),
        ("T09", "R3", "medium"),
        ("T09", "R3", "high"),
        ("T09", "R4", "high"),
        ("T11", "R1", "low"),
        ("T11", "R1", "medium"),
        ("T11", "R1", "high"),
        ("T11", "R2", "high"),
        ("T11", "R3", "medium"),
    } <= alone


@pytest.mark.parametrize("theme", ["T01", "T09", "T11"])
def test_half_a_year_later_as_much_happens_as_on_the_first_day(world, theme):
    later = AS_OF + timedelta(days=183)

    def fresh(day):
        told = truth(world=world, as_of=day).findings
        return [f for f in told if f.theme == theme and f.occurred_on > day - timedelta(days=60)]

    assert len(fresh(later)) >= 0.6 * len(fresh(YESTERDAY)) > 3


def test_the_account_manager_of_the_walk_through_has_a_fresh_medium_warning(world):
    manager = world.named("周敏").emp_no

    told = truth(world=world, as_of=YESTERDAY).findings
    before = truth(world=world, as_of=YESTERDAY - timedelta(days=7)).findings
    mine = [f for f in told if f.receiver == manager and f not in before]

    assert [(f.theme, f.rules, f.level, f.period, str(f.amount)) for f in mine] == [
        ("T01", ("R1",), "medium", "202610", "4000.00")
    ]


def test_a_finding_goes_when_the_fee_is_collected_later(world):
    days = [YESTERDAY - timedelta(days=number) for number in range(45, -1, -5)]

    seen = [
        {(f.subject, f.period) for f in truth(world=world, as_of=day).findings if f.theme == "T01"}
        for day in days
    ]

    assert any(earlier - later for earlier, later in pairwise(seen))


def test_the_truth_of_a_day_before_the_first_import_is_refused(world):
    with pytest.raises(ValueError, match="before the first import"):
        truth(world=world, as_of=world.first_import_day - timedelta(days=2))


def test_amounts_are_written_to_the_cent(folder):
    document = json.loads((folder / "truth.json").read_text(encoding="utf-8"))

    amounts = [row["amount"] for row in document["findings"] if row["amount"] is not None]

    assert all(len(amount.rpartition(".")[2]) == 2 for amount in amounts)
