"""Rows in memory (worked examples, tests) go the same way as files: through CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from risk_engine.contracts import table as contract_table
from risk_engine.errors import ConfigurationError
from risk_engine.readers.csv_file import write_rows


def write_memory(tables: Mapping[str, Iterable[Mapping[str, object]]], scratch: Path) -> Path:
    """Write tables as a folder of extracts; columns that no row names are there and empty."""
    folder = scratch / "memory"
    folder.mkdir()
    for name, rows in tables.items():
        header = tuple(column.name for column in contract_table(name).columns)
        rows = list(rows)
        unknown = {column for row in rows for column in row} - set(header)
        if unknown:
            raise ConfigurationError(f"Table {name} has no columns {sorted(unknown)}")
        write_rows(
            folder / f"{name}.csv",
            header,
            [[_text(row.get(column)) for column in header] for row in rows],
        )
    return folder


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
