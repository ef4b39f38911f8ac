"""The one way a list of warnings leaves the system: as a workbook, in scope, and logged."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from common.workbooks import Sheet, Value, workbook_of
from people.models import Employee
from risk_warnings.limits import day_of
from risk_warnings.models import RiskWarning, SourceBatch
from risk_warnings.services.acting import log

HEADS = (
    ("编号", 16), ("级别", 6), ("状态", 12), ("主题", 8), ("预警事项", 44), ("风险点", 10),
    ("单位", 20), ("发生日", 12), ("入库日", 12), ("天数", 8), ("金额（元）", 14), ("工单", 12),
    ("期限", 18),
)  # fmt: skip
EXPORT_LIMIT = 5000


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
    cells = [_cells(warning, now=now) for warning in rows]
    batch = SourceBatch.objects.order_by("-pk").first()
    log(
        "board.exported",
        batch if batch is not None else ("risk_warnings.sourcebatch", 0),
        by=by,
        now=now,
        rows=len(rows),
        filters=filters,
    )
    return workbook_of([Sheet("廉洁预警", HEADS, cells)])


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
