"""What a run leaves in a folder: findings, the gate's word, rejects, what was inconclusive."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from risk_engine.results import Finding, RunResult

FINDINGS, FINDINGS_GREY = "findings.jsonl", "findings_grey.jsonl"
PARQUET_COLUMNS = {
    "theme": "VARCHAR",
    "subject": "VARCHAR",
    "period": "VARCHAR",
    "rules": "VARCHAR[]",
    "level": "VARCHAR",
    "org_code": "VARCHAR",
    "risk_point": "VARCHAR",
    "receiver_position": "VARCHAR",
    "receiver_emp_no": "VARCHAR",
    "amount": "DECIMAL(18, 2)",
    "measures": "JSON",
    "occurred_on": "DATE",
    "evidence": "JSON",
    "fingerprint": "VARCHAR",
    "warning": "VARCHAR",
    "explanation": "VARCHAR",
    "rule_version": "VARCHAR",
    "parameters": "JSON",
    "batches": "JSON",
}


def write_run(result: RunResult, folder: Path) -> None:
    """Write every file of a run; the same run gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_findings(folder / FINDINGS, result.findings)
    _write_findings(folder / FINDINGS_GREY, result.findings_grey)
    _write_parquet(folder)
    summary = json.dumps(summarise(result), ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "gate.json").write_text(summary + "\n", encoding="utf-8")
    _write_csv(
        folder / "rejects.csv",
        ("file", "row", "column", "value", "reason", "table", "themes"),
        (
            (r.file, r.row, r.column, r.value, r.reason, r.table, " ".join(r.themes))
            for r in result.rejects
        ),
    )
    _write_csv(
        folder / "corrections.csv",
        ("table", "key", "old_file", "old_row", "new_file", "new_row"),
        (
            (c.table, c.key, c.old_file, c.old_row, c.new_file, c.new_row)
            for c in result.corrections
        ),
    )
    _write_csv(
        folder / "inconclusive.csv",
        ("theme", "subject", "period", "column"),
        ((entry.theme, entry.subject, entry.period, entry.column) for entry in result.inconclusive),
    )


def summarise(result: RunResult) -> dict[str, object]:
    """Count what a run found, and say of each theme whether its findings count."""
    return {
        "as_of": result.as_of.isoformat(),
        "since": result.since.isoformat() if result.since else None,
        "backend": result.backend,
        "exit_code": result.exit_code,
        "provisional_years": list(result.provisional_years),
        "notes": list(result.notes),
        "themes": {
            theme.theme: {
                "status": theme.gate.status,
                "reasons": list(theme.gate.reasons),
                "grey_stations": dict(theme.gate.grey_stations),
                "checks": [to_json(check) for check in theme.gate.checks],
                "rule_version": theme.rule_version,
                "findings": len(theme.findings),
                "findings_grey": len(theme.findings_grey),
                "levels": _counts(finding.level for finding in theme.findings),
                "subjects_seen": theme.subjects_seen,
                "excluded": dict(theme.excluded),
                "whitelisted": theme.whitelisted,
                "inconclusive": _counts(entry.column for entry in theme.inconclusive),
                "tables": [to_json(table) for table in theme.tables],
            }
            for theme in result.themes
        },
        "rejects": len(result.rejects),
        "corrections": len(result.corrections),
        "batches": [to_json(batch) for batch in result.batches],
    }


def to_json(value: object) -> object:
    """Turn a value into what JSON can hold exactly: money and quantities become text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value


def read_findings(folder: Path) -> list[dict[str, object]]:
    """Read the findings of an earlier run, the grey ones marked."""
    found: list[dict[str, object]] = []
    for name in (FINDINGS, FINDINGS_GREY):
        path = folder / name
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [json.loads(line) | {"grey": name == FINDINGS_GREY} for line in lines]
    return found


def _write_findings(path: Path, findings: Iterable[Finding]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for finding in findings:
            stream.write(json.dumps(to_json(finding), ensure_ascii=False) + "\n")


def _write_parquet(folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        source = connection.read_json(
            str(folder / FINDINGS),
            format="newline_delimited",
            columns=PARQUET_COLUMNS,
        )
        source.write_parquet(str(folder / "findings.parquet"))


def _write_csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _counts(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
