"""Workbooks, Parquet and databases are read as the CSV they came from."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import psycopg
import pytest

import risk_engine
from tests.risk_engine.conftest import POSTGRES, Extracts, Outcome
from tests.risk_engine.healthy import AS_OF, healthy_t09

Run = Callable[..., Outcome]


@pytest.fixture
def with_a_finding(extracts: Extracts) -> Extracts:
    """Extracts of T09 in which one person did every order alone."""
    world = healthy_t09()
    world["dsc_repair_crew"] = [r for r in world["dsc_repair_crew"] if r["emp_no"] == "E1"]
    for name, rows in world.items():
        extracts.csv(name, rows)
    return extracts


def essentials(findings: list[dict]) -> list[tuple]:
    return [(f["subject"], f["rules"], f["amount"], f["measures"]) for f in findings]


def to_workbook(path: Path) -> None:
    """Turn a CSV into a workbook whose cells are dates and numbers, with a blank line inside."""
    with duckdb.connect() as connection:
        table = connection.read_csv(str(path), all_varchar=True)
        header, rows = table.columns, table.fetchall()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(header)
    for number, row in enumerate(rows):
        if number == 3:
            sheet.append([])
        sheet.append([_cell(column, value) for column, value in zip(header, row, strict=True)])
    book.save(path.with_suffix(".xlsx"))
    path.unlink()


def _cell(column: str, value: str | None) -> object:
    if value is None:
        return None
    if column.endswith("_time"):
        return datetime.fromisoformat(value)
    if column.endswith("_date"):
        return date.fromisoformat(value)
    if column.endswith("_flag"):
        return value == "true"
    if column in ("qty", "unit_price", "sign_lon", "sign_lat"):
        return float(value)
    return value


def test_a_workbook_is_read_as_its_csv(with_a_finding: Extracts, run_cli: Run) -> None:
    expected = run_cli()
    for path in sorted(with_a_finding.folder.glob("*.csv")):
        to_workbook(path)

    outcome = run_cli()

    assert outcome.exit_code == 0
    assert essentials(outcome.findings) == essentials(expected.findings)
    assert len(outcome.findings) == 108


def test_rows_of_a_workbook_keep_the_numbers_a_person_sees(
    with_a_finding: Extracts, run_cli: Run
) -> None:
    path = with_a_finding.folder / "dsc_repair_order.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[5] = lines[5].replace("customer", "boss")
    path.write_text("\n".join(lines), encoding="utf-8")
    to_workbook(path)

    outcome = run_cli()

    # line 6 of the text, one row further down because of the blank row above it
    assert [(r["file"], r["row"], r["value"]) for r in outcome.rejects] == [
        ("dsc_repair_order.xlsx", "7", "boss")
    ]


def test_blank_lines_in_a_csv_keep_the_numbers_a_person_sees(
    with_a_finding: Extracts, run_cli: Run
) -> None:
    path = with_a_finding.folder / "dsc_repair_order.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[5] = lines[5].replace("customer", "boss")
    lines.insert(2, "")
    path.write_text("\n".join(lines), encoding="utf-8")

    outcome = run_cli()

    assert [reject["row"] for reject in outcome.rejects] == ["7"]


@pytest.mark.parametrize("typed", [True, False])
def test_parquet_is_read_as_its_csv(with_a_finding: Extracts, run_cli: Run, typed: bool) -> None:
    expected = run_cli()
    with duckdb.connect() as connection:
        for path in sorted(with_a_finding.folder.glob("*.csv")):
            table = connection.read_csv(str(path), all_varchar=not typed)
            table.write_parquet(str(path.with_suffix(".parquet")))
            path.unlink()

    outcome = run_cli()

    assert outcome.exit_code == 0
    assert essentials(outcome.findings) == essentials(expected.findings)


def test_parquet_decimals_stay_exact_and_floats_are_read_as_written(
    extracts: Extracts, run_cli: Run
) -> None:
    extracts.vector("T09", "V05")
    (extracts.folder / "erp_goods_issue.csv").unlink()
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 'I1' AS issue_no, 'Q1' AS work_order_no, 'M1' AS material_code, "
            f"CAST(2 AS DOUBLE) AS qty, CAST(35.125 AS DECIMAL(38, 9)) AS unit_price, "
            f"TIMESTAMP '2026-03-01' AS issue_date) "
            f"TO '{extracts.folder / 'erp_goods_issue.parquet'}'"
        )

    outcome = run_cli("--gate", "off", as_of="2026-03-10")

    assert [finding["amount"] for finding in outcome.findings] == ["70.25"]


@pytest.fixture
def database(with_a_finding: Extracts) -> Iterator[str]:
    """The same extracts as tables of a PostgreSQL schema that is dropped afterwards."""
    schema = f"extracts_{uuid.uuid4().hex[:12]}"
    types = {"_time": "timestamp", "_date": "date", "_flag": "boolean", "qty": "numeric"}
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
        for path in sorted(with_a_finding.folder.glob("*.csv")):
            with path.open("rb") as stream:
                header = stream.readline().decode().strip().split(",")
                columns = ", ".join(
                    f"{name} "
                    + next((kind for end, kind in types.items() if name.endswith(end)), "text")
                    for name in header
                )
                connection.execute(f'CREATE TABLE "{schema}".{path.stem} ({columns})')
                with connection.cursor().copy(
                    f'COPY "{schema}".{path.stem} FROM STDIN (FORMAT csv)'
                ) as copy:
                    copy.write(stream.read())
        separator = "&" if "?" in POSTGRES else "?"
        yield f"{POSTGRES}{separator}options=-csearch_path%3D{schema}"
        connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


if POSTGRES:

    def test_a_database_is_read_as_its_csv(
        database: str, with_a_finding: Extracts, run_cli: Run
    ) -> None:
        expected = run_cli()

        result = risk_engine.run(extracts=database, as_of=AS_OF, themes=["T09"])

        assert result.exit_code == 0
        assert [finding.subject for finding in result.findings] == [
            finding["subject"] for finding in expected.findings
        ]
        assert result.findings[0].evidence[0].file == "database:dsc_repair_order"

    def test_a_table_the_database_lacks_is_absent(database: str) -> None:
        result = risk_engine.run(extracts=database, as_of=AS_OF, themes=["T11"])

        assert result.exit_code == 4
        assert result.themes[0].gate.reasons[0].startswith("没有收到表 erp_purchase_order")

    def test_both_backends_write_the_same_findings(with_a_finding: Extracts) -> None:
        here, there = (
            risk_engine.run(
                extracts=with_a_finding.folder, as_of=AS_OF, themes=["T09"], backend=backend
            )
            for backend in ("duckdb", POSTGRES)
        )

        assert here.findings == there.findings
        assert len(here.findings) == 108


def test_a_database_that_cannot_be_reached_is_a_usage_error() -> None:
    with pytest.raises(risk_engine.UsageError, match="连接不上"):
        risk_engine.run(extracts="postgresql://nobody@127.0.0.1:1/none", as_of=AS_OF)


def test_rows_in_memory_take_decimals_dates_and_booleans() -> None:
    order = {
        "order_no": "Q1",
        "accept_time": datetime(2026, 3, 1, 8),
        "finish_time": datetime(2026, 3, 1, 10),
        "need_material": True,
        "outsource_flag": True,
        "source": "customer",
    }
    issue = {
        "issue_no": "I1",
        "work_order_no": "Q1",
        "qty": Decimal("3"),
        "unit_price": Decimal("0.005"),
        "issue_date": date(2026, 3, 1),
    }

    result = risk_engine.run(
        extracts={"dsc_repair_order": [order], "erp_goods_issue": [issue]},
        as_of=date(2026, 3, 10),
        themes=["T09"],
        gate=False,
    )

    assert [finding.amount for finding in result.findings] == [Decimal("0.02")]


def test_an_unknown_column_in_memory_is_a_mistake_of_the_program() -> None:
    with pytest.raises(risk_engine.ConfigurationError, match="dsc_repair_order"):
        risk_engine.run(extracts={"dsc_repair_order": [{"nr": 1}]}, as_of=AS_OF)


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "mixed"])
def test_line_ends_of_any_kind_are_read_alike(
    with_a_finding: Extracts, run_cli: Run, line_end: str
) -> None:
    expected = run_cli()
    for path in sorted(with_a_finding.folder.glob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        ends = ["\r\n", "\n"] if line_end == "mixed" else [line_end]
        text = "".join(line + ends[n % len(ends)] for n, line in enumerate(lines))
        path.write_bytes(text.encode())

    outcome = run_cli()

    assert outcome.exit_code == 0
    assert essentials(outcome.findings) == essentials(expected.findings)


def test_commas_quotes_and_line_breaks_inside_a_cell_belong_to_it(
    with_a_finding: Extracts, run_cli: Run
) -> None:
    path = with_a_finding.folder / "dsc_repair_order.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("断线", '"断线, ""两处""\n含支线"', 1),
        encoding="utf-8",
    )

    outcome = run_cli()

    assert outcome.exit_code == 0
    assert len(outcome.findings) == 108
    counted = {batch["file"]: batch["rows"] for batch in outcome.gate["batches"]}
    assert counted["dsc_repair_order.csv"] == 120
