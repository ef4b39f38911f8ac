"""Excel: the first sheet, its first row the header. Cells become text as a person reads them."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from risk_engine.contracts import Table
from risk_engine.readers.csv_file import write_rows
from risk_engine.readers.delivery import (
    Delivery,
    FileFault,
    delivered_on,
    header_fault,
    sha256_of,
)


def inspect_xlsx(path: Path, name: str, table: Table, scratch: Path) -> Delivery | FileFault:
    """Settle hash and header of a workbook and write its cells down as CSV."""
    try:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError):
        return FileFault(name, "", "Excel 文件读不出来，可能被截断，请重新交付。")
    if not rows:
        return FileFault(name, "", "工作表是空的，连表头也没有，请重新交付。")
    header = tuple(str(cell).strip() for cell in rows[0])
    fault = header_fault(name, header)
    if fault is not None:
        return fault
    kinds = {column.name: column.type for column in table.columns}
    types = [kinds.get(column, "string") for column in header]
    sha256 = sha256_of(path)
    readable = scratch / f"{sha256}.csv"
    blank = tuple(
        number
        for number, row in enumerate(rows[1:], start=2)
        if all(cell in ("", None) for cell in row)
    )
    skipped = frozenset(blank)
    write_rows(
        readable,
        header,
        [
            [_text(cell, kind) for cell, kind in zip(row, types, strict=True)]
            for number, row in enumerate(rows[1:], start=2)
            if number not in skipped
        ],
    )
    return Delivery(
        name=name,
        path=readable,
        kind="csv",
        header=header,
        sha256=sha256,
        encoding="xlsx",
        delivered_on=delivered_on(path.name),
        skipped=blank,
    )


def _text(cell: object, kind: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(Decimal(repr(cell)), "f").removesuffix(".0")
    if isinstance(cell, datetime):
        if kind == "date" and cell.time() == time():
            return cell.date().isoformat()
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return f"{cell.isoformat()} 00:00:00" if kind == "datetime" else cell.isoformat()
    return str(cell)
