"""The other commands: check, explain, replay, themes, vectors, bench."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from risk_engine.cli import main
from tests.risk_engine.conftest import Extracts, Outcome
from tests.risk_engine.healthy import healthy_t09

Run = Callable[..., Outcome]


def test_importing_the_engine_pulls_in_no_framework() -> None:
    program = (
        "import sys, risk_engine, risk_engine.cli; "
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'django', 'wagtail', 'celery'}))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_the_module_runs_from_the_command_line_with_its_exit_code(extracts: Extracts) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "risk_engine", "check"),
            *("--extracts", str(extracts.folder), "--as-of", "2026-03-31", "--themes", "T11"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 4
    assert "没有收到表 erp_purchase_order" in done.stderr


def test_json_on_stdout_counts_what_the_files_hold(extracts: Extracts, run_cli: Run) -> None:
    extracts.vector("T09", "V02")

    outcome = run_cli("--gate", "off", "--json", as_of="2026-03-10")

    summary = json.loads(outcome.stdout)
    assert summary == outcome.gate
    theme = summary["themes"]["T09"]
    assert (theme["findings"], theme["levels"]) == (3, {"medium": 3})
    assert theme["inconclusive"] == {
        "dsc_repair_crew.sign_lat": 1,
        "dsc_repair_crew.sign_lon": 1,
    }
    assert [entry["column"] for entry in outcome.inconclusive] == [
        "dsc_repair_crew.sign_lat",
        "dsc_repair_crew.sign_lon",
    ]


def test_explain_tells_why_a_finding_fired_and_from_which_rows(
    extracts: Extracts, run_cli: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    extracts.vector("T09", "V05")
    outcome = run_cli("--gate", "off", as_of="2026-03-10")
    fingerprint = outcome.findings[0]["fingerprint"]

    code = main(["explain", fingerprint[:12], "--out", str(outcome.out)])

    said = capsys.readouterr().out
    assert code == 0
    assert "T09-R1 单人出工" in said
    assert "则不会触发" in said
    assert "证据 dsc_repair_crew.csv 第 2 行" in said


def test_explaining_a_fingerprint_nobody_knows_ends_with_2(
    extracts: Extracts, run_cli: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    extracts.vector("T09", "V05")
    outcome = run_cli("--gate", "off", as_of="2026-03-10")

    code = main(["explain", "0000", "--out", str(outcome.out)])

    assert code == 2
    assert "0 条预警" in capsys.readouterr().err


def test_check_holds_the_extracts_against_the_contract_and_judges_nothing(
    extracts: Extracts, capsys: pytest.CaptureFixture[str]
) -> None:
    world = healthy_t09()
    world["dsc_repair_order"][0]["source"] = "boss"
    for name, rows in world.items():
        extracts.csv(name, rows)

    code = main(
        ["check", "--extracts", str(extracts.folder), "--as-of", "2027-01-01", "--themes", "T09"]
    )

    assert code == 0
    assert "dsc_repair_order.csv 第 2 行 source “boss”" in capsys.readouterr().out


def test_replay_judges_as_of_past_months_and_says_what_is_new(
    extracts: Extracts,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    extracts.vector("T11", "V05")
    out = tmp_path_factory.mktemp("replay")

    code = main(
        [
            *("replay", "--extracts", str(extracts.folder), "--out", str(out), "--json"),
            *("--from", "2026-01", "--to", "2026-03", "--themes", "T11"),
        ]
    )

    table = json.loads(capsys.readouterr().out)
    assert code == 0
    assert [(line["as_of"], line["findings"], line["new"]) for line in table] == [
        ("2026-01-31", 0, 0),
        ("2026-02-28", 2, 2),
        ("2026-03-31", 2, 0),
    ]
    assert (out / "2026-02-28" / "findings.jsonl").exists()


def test_themes_lists_rules_with_their_risk_points(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["themes"])

    said = capsys.readouterr().out
    assert code == 0
    assert "T09-R4 外委抢修无事件佐证 [GC-13]" in said
    assert "T11-R2 合并达到必须招标限额 [GC-03]" in said


def test_vectors_runs_the_examples_of_a_theme(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["vectors", "--themes", "T11"])

    assert code == 0
    assert capsys.readouterr().out.count("通过") == 13


def test_bench_compares_with_a_raw_scan(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["bench", "--rows", "2400", "--themes", "T09,T11", "--json"])

    measured = json.loads(capsys.readouterr().out)
    assert code == 0
    assert set(measured["themes"]) == {"T09", "T11"}
    assert measured["themes"]["T09"]["ratio"] > 0
    assert measured["peak_mib"] > 0
