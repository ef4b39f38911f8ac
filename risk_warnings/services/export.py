"""The one way a list of warnings leaves the system: as a workbook, in scope, and logged."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from people.models import Employee
from risk_warnings.limits import day_of
from risk_warnings.models import RiskWarning, SourceBatch
from risk_warnings.services.acting import log

HEADS = (
    "编号", "级别", "状态", "主题", "预警事项", "风险点", "单位", "发生日", "入库日",
    "天数", "金额（元）", "工单", "期限",
)  # fmt: skip
WIDTHS = (16, 6, 12, 8, 44, 10, 20, 12, 12, 8, 14, 12, 18)
EXPORT_LIMIT = 5000

Value = str | int | Decimal | date | None


@transaction.atomic
def export_board(
    *, warnings: QuerySet[RiskWarning], by: Employee, filters: str, now: datetime
) -> bytes:
    """Write the warnings, which the caller has already narrowed to the reader's scope, to xlsx.

    Text stays text: a cell that begins like a formula is stored as a string and reads unchanged.
    A transferred order leaves only that it was transferred.
    """
    rows = list(
        warnings.select_related("unit", "risk_point", "order").order_by("-stored_at", "pk")[
            :EXPORT_LIMIT
        ]
    )
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("廉洁预警")
    _write(sheet, 1, HEADS, bold=True)
    for number, warning in enumerate(rows, start=2):
        _write(sheet, number, _cells(warning, now=now))
    for number, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[chr(64 + number)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    batch = SourceBatch.objects.order_by("-pk").first()
    log(
        "board.exported",
        batch if batch is not None else ("risk_warnings.sourcebatch", 0),
        by=by,
        now=now,
        rows=len(rows),
        filters=filters,
    )
    return out.getvalue()


def _cells(warning: RiskWarning, *, now: datetime) -> Sequence[Value]:
    order = warning.order
    hidden = order is not None and order.is_transferred
    due = warning.due_at()
    return (
        warning.number,
        warning.get_level_display(),
        "已移交" if hidden else warning.get_status_display(),
        warning.theme,
        "已移交" if hidden else warning.title,
        warning.risk_point.code,
        warning.unit.name if warning.unit else "公司收件箱",
        warning.occurred_on,
        day_of(warning.stored_at),
        warning.age_days(today=day_of(now)),
        None if hidden else warning.amount,
        str(order.number or "草稿") if order is not None else "",
        day_of(due) if due is not None else None,
    )


def _write(sheet: Worksheet, row: int, values: Sequence[Value], *, bold: bool = False) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column, value=value)
        if isinstance(value, str):
            # A string that begins with = would otherwise be read as a formula.
            cell.data_type = "s"
        if bold:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="center")
