"""Parquet: the file says its own types; the staging converts them without a detour by text."""

from __future__ import annotations

from pathlib import Path

import duckdb

from risk_engine.contracts import Table
from risk_engine.readers.delivery import (
    Delivery,
    FileFault,
    delivered_on,
    header_fault,
    sha256_of,
)


def inspect_parquet(path: Path, name: str, table: Table, scratch: Path) -> Delivery | FileFault:
    """Settle hash and columns of a Parquet file."""
    try:
        with duckdb.connect() as connection:
            rows = connection.execute(
                "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(?))",
                [str(path)],
            ).fetchall()
    except duckdb.Error:
        return FileFault(name, "", "Parquet 文件读不出来，可能被截断，请重新交付。")
    header = tuple(str(row[0]) for row in rows)
    fault = header_fault(name, header)
    if fault is not None:
        return fault
    return Delivery(
        name=name,
        path=path,
        kind="parquet",
        header=header,
        sha256=sha256_of(path),
        encoding="parquet",
        delivered_on=delivered_on(path.name),
        types=tuple(str(row[1]) for row in rows),
    )
