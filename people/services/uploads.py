"""Rosters as files: kept as they came, planned, applied once."""

import hashlib
from datetime import datetime
from io import BytesIO

from django.db import transaction
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Font

from audit.services import record
from people.models import (
    Employee,
    EmploymentType,
    OrgUnit,
    Position,
    PostingKind,
    RosterUpload,
    User,
)
from people.services.roster import (
    COLUMNS,
    EXAMPLE_NAME,
    LARGEST_FILE,
    RosterPlan,
    UnreadableRoster,
    apply_roster,
    plan_roster,
)


class RosterRefused(Exception):
    """The roster was not written; the message is one sentence for the reader."""


def keep_roster(*, name: str, data: bytes, by: User, now: datetime) -> RosterUpload:
    """Keep a roster as it came; nothing of it is written yet.

    :raises UnreadableRoster: if it is empty or too large.
    """
    if not data:
        raise UnreadableRoster("文件是空的，请填好名册再上传。")
    if len(data) > LARGEST_FILE:
        raise UnreadableRoster("文件超过5MB，请只留名册这一张表，再上传。")
    return RosterUpload.objects.create(
        name=name[-120:],
        data=data,
        digest=hashlib.sha256(data).hexdigest(),
        uploaded_by=by,
        uploaded_at=now,
    )


def plan_upload(*, upload: RosterUpload, now: datetime) -> RosterPlan:
    """Say what a kept roster would do today; changes nothing.

    :raises UnreadableRoster: if it is no roster.
    """
    return plan_roster(name=upload.name, data=bytes(upload.data), today=timezone.localdate(now))


def apply_upload(
    *, upload: RosterUpload, seen: str, by: User, now: datetime, changes_many: bool = False
) -> RosterUpload:
    """Write what was seen, all of it or nothing; a second click finds it done.

    ``seen`` is the fingerprint of the plan that was looked at.

    :raises RosterRefused: if a row is bad, nothing would change, or it is not what was seen.
    :raises RosterBraked: if a large share would change and nobody said so.
    :raises UnreadableRoster: if it is no roster.
    """
    with transaction.atomic():
        upload = RosterUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if upload.applied_at is not None:
            return upload
        plan = plan_upload(upload=upload, now=now)
        if plan.faults:
            raise RosterRefused("名册里还有要改的地方，一个人也没有写入；请改好后重新上传。")
        if not plan.changes:
            raise RosterRefused("名册和系统里一样，没有要写入的。")
        if plan.fingerprint != seen:
            raise RosterRefused(
                "您查看之后系统里的人员有了变化，先没有写入；请看过下面的新差异再确认。"
            )
        apply_roster(plan=plan, by=by, now=now, changes_many=changes_many)
        upload.applied_by, upload.applied_at = by, now
        upload.added, upload.changed, upload.same = plan.new, plan.changed, plan.same
        upload.save(update_fields=["applied_by", "applied_at", "added", "changed", "same"])
        new = [change.row.emp_no for change in plan.changes if change.is_new]
        upload.joiners.set(Employee.objects.filter(emp_no__in=new))
        record(
            actor_id=by.pk,
            action="people.roster_file.applied",
            subject=upload,
            now=now,
            data={"new": plan.new, "changed": plan.changed, "sha256": upload.digest},
        )
    return upload


def roster_template(*, of_class: bool = False) -> bytes:
    """Return the workbook to fill in: headings with one example, and a sheet of hints.

    A class of new hires has columns for the mentor and the phone in place of leaving.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("名册")
    sheet.append([*COLUMNS, *(("师傅工号", "用手机") if of_class else ("离职日期",))])
    unit = OrgUnit.objects.stations().order_by("path").first()
    position = Position.objects.order_by("order", "pk").first()
    sheet.append(
        [
            "9900000001",
            EXAMPLE_NAME,
            EmploymentType.DIRECT.label,
            "否",
            "2026-11-02",
            unit.name if unit is not None else "",
            position.name if position is not None else "",
            PostingKind.REGULAR.label,
            "2026-11-02",
            *(("9900000002", "是") if of_class else ("",)),
        ]
    )
    hints = book.create_sheet("填写说明")
    for line in _HINTS:
        hints.append(line)
    hints.append(["单位（名称）", "单位（编码）"])
    for unit in OrgUnit.objects.order_by("path"):
        hints.append([unit.name, unit.code])
    hints.append([])
    hints.append(["岗位（名称）", "岗位（编码）"])
    for position in Position.objects.order_by("order", "pk"):
        hints.append([position.name, position.code])
    for page in (sheet, hints):
        for cell in page[1]:
            cell.font = Font(bold=True)
        for letter in "ABCDEFGHIJK":
            page.column_dimensions[letter].width = 18
    out = BytesIO()
    book.save(out)
    return out.getvalue()


_HINTS = [
    ["列", "怎么填"],
    ["工号、姓名、入职日期、单位", "必填，一人一行"],
    ["用工性质", "、".join(EmploymentType.labels)],
    ["中共党员", "是 或 否"],
    ["日期", "写成2026-11-02这样"],
    ["岗位", "写下面的名称或编码；空着是见习（未定岗）"],
    ["任职性质", "、".join(PostingKind.labels)],
    ["任职起日", "换岗的人必填：新岗位从哪天起"],
    ["离职日期", "离职的人填；在岗的人空着"],
    ["师傅工号、用手机", "新员工班用：谁带；没有手机的写 否，改为点名和纸笔考试"],
    ["不想改的列", "整列删去，就不改动；名册里没有的人不受影响"],
    [],
]
