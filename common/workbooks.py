"""Tables as an Excel workbook: text stays text, the heading stays in sight."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its name, its heads with the width of each column, and its rows.

    ``note`` stands above the heads: what was asked for, as of when.
    """

    name: str
    heads: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[Value]]
    note: str = ""


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """Return the tables as an xlsx file; what begins like a formula is stored as text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in sheets:
        sheet = book.create_sheet(table.name)
        top = 1
        if table.note:
            _write(sheet, 1, [table.note])
            top = 2
        _write(sheet, top, [name for name, _ in table.heads], bold=True)
        for number, row in enumerate(table.rows, start=top + 1):
            _write(sheet, number, row)
        for number, (_, width) in enumerate(table.heads, start=1):
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.freeze_panes = f"A{top + 1}"
        # On paper no column falls on a page of its own.
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToHeight = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Worksheet, row: int, values: Sequence[Value], *, bold: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column, value=value)
        if isinstance(value, str):
            # A string that begins with = would otherwise be read as a formula.
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="center")
