"""The training officer's ledger as a workbook: the same figures and rows as on the screen."""

from django.utils import timezone

from assignments.services import training
from assignments.services.training import GROUPS, STATES, Question
from common.workbooks import Sheet, workbook_of
from people.models import User

FEW = "人数少，不显示"


def workbook_name(question: Question) -> str:
    """Return the name of the file."""
    return f"training-{question.on:%Y%m%d}.xlsx"


def training_workbook(user: User, question: Question, *, by: str) -> bytes:
    """Return the table and the rows behind it as an xlsx file."""
    rows = training.table_of(user, question, by=by)
    counted = "课程与廉政三分钟，终止的计到终止那天，撤回的不计"
    note = f"截至{question.on:%Y-%m-%d}，{training.in_words(user, question)}；{counted}"
    figures = [
        (row.name, row.due, row.done, row.open, row.overdue)
        for row in (*rows, training.total_of(rows, question))
    ]
    duties = [
        (
            duty.employee.emp_no,
            duty.employee.name,
            duty.unit_name,
            duty.title,
            duty.due_on,
            timezone.localdate(duty.completed_at) if duty.completed_at else None,
            STATES[training.state_of(duty, on=question.on)],
        )
        for duty in training.listed(user, question)
    ]
    positions = [
        (
            row.name,
            FEW if row.people is None else row.people,
            FEW if row.done is None else row.done,
        )
        for row in training.position_learning(user, question)
    ]
    late = [
        (duty.employee.emp_no, duty.employee.name, duty.unit_name, duty.due_on)
        for duty in training.late(user, question)
    ]
    return workbook_of(
        [
            Sheet(
                "汇总",
                [
                    (GROUPS[by][1:], 36), ("应学", 10), ("已学完", 10), ("未学完", 10),
                    ("已超期", 10),
                ],
                figures,
                note=note,
            ),
            Sheet(
                "名单",
                [
                    ("工号", 14), ("姓名", 12), ("单位", 20), ("学什么", 44), ("最迟完成日", 14),
                    ("学完", 14), ("状态", 10),
                ],
                duties,
                note=note,
            ),
            Sheet(
                "岗位学习",
                [("单位", 36), ("应学人数", 14), ("都学完了", 14)],
                positions,
                note="只有总数；超期的才列姓名",
            ),
            Sheet(
                "岗位学习超期",
                [("工号", 14), ("姓名", 12), ("单位", 20), ("最迟完成日", 14)],
                late,
                note="不写学什么",
            ),
        ]
    )  # fmt: skip
