"""Readers: find the deliveries of each table and make them readable for DuckDB.

A reader loops over files, never over rows. What a file says about itself (hash, encoding, header)
is settled here; what its cells say is settled in `risk_engine.staging`, in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from risk_engine.contracts import Table
from risk_engine.errors import UsageError
from risk_engine.readers.csv_file import inspect_csv
from risk_engine.readers.delivery import Delivery, FileFault, delivered_on
from risk_engine.readers.parquet_file import inspect_parquet
from risk_engine.readers.xlsx_file import inspect_xlsx

INSPECTORS = {".csv": inspect_csv, ".parquet": inspect_parquet, ".xlsx": inspect_xlsx}


@dataclass(slots=True)
class TableDeliveries:
    """What was found of one table, oldest delivery first."""

    table: Table
    deliveries: list[Delivery] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def present(self) -> bool:
        """Say whether anything of the table was delivered, readable or not."""
        return bool(self.deliveries or self.faults)


def read_folder(
    folder: Path, tables: Iterable[Table], scratch: Path
) -> Mapping[str, TableDeliveries]:
    """Find and inspect the deliveries of every table in a folder of extracts.

    :raises UsageError: if there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"抽取目录 {folder} 不存在，请检查 --extracts 的路径。")
    return {table.name: _read_table(folder, table, scratch) for table in tables}


def _read_table(folder: Path, table: Table, scratch: Path) -> TableDeliveries:
    found = TableDeliveries(table=table)
    forms = list(_forms(folder, table.name))
    if len(forms) > 1:
        names = "、".join(path.name for path in forms)
        found.faults.append(
            FileFault(forms[0].name, "", f"同一张表有几种来源（{names}），请只留一种。")
        )
        return found
    for form in forms:
        paths = sorted(form.iterdir(), key=_delivery_order) if form.is_dir() else [form]
        for path in paths:
            name = path.relative_to(folder).as_posix()
            inspect = INSPECTORS.get(path.suffix.lower())
            if path.name.startswith(".") or not path.is_file():
                continue
            if inspect is None:
                found.notes.append(f"文件 {name} 不是 csv、parquet 或 xlsx，没有读取。")
                continue
            outcome = inspect(path, name, table, scratch)
            if isinstance(outcome, FileFault):
                found.faults.append(outcome)
            else:
                found.deliveries.append(outcome)
    return found


def _forms(folder: Path, name: str) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        is_folder = entry.is_dir() and entry.name == name
        if is_folder or (entry.stem == name and entry.suffix.lower() in INSPECTORS):
            yield entry


def _delivery_order(path: Path) -> tuple[str, str]:
    day = delivered_on(path.name)
    return (day.isoformat() if day else "", path.name)
