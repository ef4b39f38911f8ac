"""The roster: a file of employees and their posts, read, compared with what is known, and applied.

Nothing is deleted by a file: who is not in it stays as they are. A row that cannot be meant stops
the whole file, and a file that would change a large share of the company is stopped by a brake.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from python_calamine import CalamineError, CalamineWorkbook

from audit.services import record
from people.models import (
    Employee,
    EmploymentType,
    OrgUnit,
    Position,
    PositionLevel,
    Posting,
    PostingKind,
    User,
)

LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 20_000
# A file that changes more people than this, and a larger share of all, wants a second look.
BRAKE_PEOPLE = 20
BRAKE_SHARE = 0.2

# So that the template's row to follow never becomes a person.
EXAMPLE_NAME = "张三（示例，请删去这一行）"

TRAINEE_CODE = "trainee"
TRAINEE_NAME = "见习（未定岗）"

COLUMNS = (
    "工号",
    "姓名",
    "用工性质",
    "中共党员",
    "入职日期",
    "单位",
    "岗位",
    "任职性质",
    "任职起日",
)
OPTIONAL = ("离职日期", "师傅工号", "用手机")
_REQUIRED = ("工号", "姓名", "入职日期", "单位")
_YES = {"是", "有", "党员", "y", "yes", "1", "true", "√"}
_NO = {"", "否", "无", "群众", "n", "no", "0", "false", "×"}
_TYPES = {label: value for value, label in EmploymentType.choices}
_KINDS = {label: value for value, label in PostingKind.choices}


class UnreadableRoster(Exception):
    """The file is no roster at all; the message is one sentence for the reader."""


class RosterBraked(Exception):
    """The file would change a large share of the company; the message is for the reader."""

    def __init__(self, plan: "RosterPlan") -> None:
        super().__init__(
            f"这份名册会改动{plan.changed}人，占在册{plan.known}人的两成以上，先没有写入；"
            "请核对是不是拿错了文件，确实要改再确认一次。"
        )


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row, by its line in the file, and what to do."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row as it was meant; of a column that is not in ``columns`` it says nothing."""

    line: int
    emp_no: str
    name: str
    employment_type: str
    is_party_member: bool
    joined_on: date
    left_on: date | None
    unit: OrgUnit
    position: Position | None
    kind: str
    from_day: date
    is_from_given: bool
    mentor_no: str
    has_phone: bool
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a row would do to one person, in words; ``is_new`` is who is not known yet."""

    row: RosterRow
    is_new: bool
    words: tuple[str, ...]
    fields: tuple[str, ...]
    is_moved: bool
    leaves: Posting | None = None


@dataclass(slots=True)
class RosterPlan:
    """What a file would do."""

    rows: list[RosterRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    known: int = 0

    @property
    def new(self) -> int:
        """How many persons would be added."""
        return sum(change.is_new for change in self.changes)

    @property
    def changed(self) -> int:
        """How many known persons would change."""
        return len(self.changes) - self.new

    @property
    def same(self) -> int:
        """How many rows say what is known already."""
        return len(self.rows) - len(self.changes)

    @property
    def fingerprint(self) -> str:
        """What the changes amount to: the same for the same changes, so that none slips in."""
        lines = (f"{change.row.emp_no}\t{'；'.join(change.words)}\n" for change in self.changes)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def is_braked(self) -> bool:
        """Whether so many known persons would change that somebody must say so twice."""
        return self.changed > BRAKE_PEOPLE and self.changed > self.known * BRAKE_SHARE


def plan_roster(*, name: str, data: bytes, today: date) -> RosterPlan:
    """Read a file and compare it with what is known; nothing is written.

    :raises UnreadableRoster: if it is neither a workbook nor a table of text, or lacks columns.
    """
    reader = _Reader(today=today)
    plan = RosterPlan(known=Employee.objects.employed(on=today).count())
    for line, cells in _table(name, data):
        row = reader.row(line, cells)
        if row is not None:
            plan.rows.append(row)
    plan.faults = reader.faults
    if not plan.rows and not plan.faults:
        raise UnreadableRoster("文件里没有一行人员，请从第二行起一人一行填写。")
    if not plan.faults:
        plan.changes = _changes(plan.rows)
        plan.faults = [fault for c in plan.changes for fault in _undated(c, today=today)]
        if plan.faults:
            plan.changes = []
    return plan


def apply_roster(
    *, plan: RosterPlan, by: User, now: datetime, changes_many: bool = False
) -> list[Employee]:
    """Write what the plan says, all of it, and return the persons of its rows in their order.

    New persons get an account that cannot log in before a first code was handed out.
    ``changes_many`` is somebody's word that a large share of the company is meant to change.

    :raises RosterBraked: if a large share would change and nobody said so.
    :raises ValueError: if the plan has faults: it must not have been offered.
    """
    if plan.faults:
        raise ValueError("A plan with faults is not applied")
    if plan.is_braked and not changes_many:
        raise RosterBraked(plan)
    changes = {change.row.emp_no: change for change in plan.changes}
    persons = []
    with transaction.atomic():
        for row in plan.rows:
            change = changes.get(row.emp_no)
            persons.append(
                Employee.objects.get(emp_no=row.emp_no)
                if change is None
                else _written(change, by=by, now=now)
            )
    return persons


def _written(change: Change, *, by: User, now: datetime) -> Employee:
    row = change.row
    if change.is_new:
        employee = Employee.objects.create(
            emp_no=row.emp_no,
            name=row.name,
            employment_type=row.employment_type,
            is_party_member=row.is_party_member,
            joined_on=row.joined_on,
            left_on=row.left_on,
        )
        user = User(username=row.emp_no, employee=employee, must_change_password=True)
        user.set_unusable_password()
        user.save()
    else:
        employee = Employee.objects.select_for_update().get(emp_no=row.emp_no)
        for name in change.fields:
            setattr(employee, name, getattr(row, name))
        if change.fields:
            employee.save(update_fields=change.fields)
    if change.is_moved:
        _move(employee, row)
    record(
        actor_id=by.pk,
        action="people.roster.applied",
        subject=employee,
        now=now,
        data={"fields": list(change.fields), "moved": change.is_moved, "new": change.is_new},
    )
    return employee


def _move(employee: Employee, row: RosterRow) -> None:
    """End the main post on the day before, and begin the new one; the past stays as it was."""
    for posting in Posting.objects.filter(employee=employee, is_main=True, valid_to=None):
        if posting.valid_from >= row.from_day:
            # It never came to hold: what begins on the same day or later takes its place.
            posting.is_main = False
            posting.valid_to = posting.valid_from
        else:
            posting.valid_to = row.from_day - timedelta(days=1)
        posting.save(update_fields=["is_main", "valid_to"])
    Posting.objects.create(
        employee=employee,
        unit=row.unit,
        position=row.position or trainee_position(),
        kind=row.kind,
        valid_from=row.from_day,
    )


def trainee_position() -> Position:
    """Return the post of who has none yet."""
    position, _ = Position.objects.get_or_create(
        code=TRAINEE_CODE,
        defaults={"name": TRAINEE_NAME, "level": PositionLevel.DEPARTMENT, "order": 99},
    )
    return position


def _changes(rows: Iterable[RosterRow]) -> list[Change]:
    rows = list(rows)
    known = {
        employee.emp_no: employee
        for employee in Employee.objects.filter(emp_no__in=[row.emp_no for row in rows])
    }
    mains = {
        posting.employee_id: posting
        for posting in Posting.objects.filter(
            employee__in=known.values(), is_main=True, valid_to=None
        ).select_related("unit", "position")
    }
    changes = []
    for row in rows:
        employee = known.get(row.emp_no)
        where = f"{row.unit}{row.position or TRAINEE_NAME}"
        if employee is None:
            added = f"新增，{row.joined_on:%Y-%m-%d}入职，{where}"
            changes.append(Change(row, is_new=True, words=(added,), fields=(), is_moved=True))
            continue
        main = mains.get(employee.pk)
        row = _completed(row, main)
        where = f"{row.unit}{row.position or TRAINEE_NAME}"
        words, fields = _differences(employee, row)
        code = row.position.code if row.position is not None else TRAINEE_CODE
        moved = main is None or (main.unit_id, main.position.code, main.kind) != (
            row.unit.pk,
            code,
            row.kind,
        )
        if moved:
            before = f"{main.unit}{main.position}" if main is not None else "没有岗位"
            words += (f"岗位：{before} → {where}，{row.from_day:%Y-%m-%d}起",)
        if words:
            changes.append(Change(row, False, words, fields, moved, main if moved else None))
    return changes


def _undated(change: Change, *, today: date) -> Iterable[RowFault]:
    """Yield why a transfer cannot be dated: it must not shorten a post to never having held."""
    left, row = change.leaves, change.row
    if left is None:
        return
    if not row.is_from_given and left.valid_from < today:
        yield RowFault(row.line, "任职起日", f"{row.name}换了岗位，请填从哪天起。")
    elif row.from_day < left.valid_from:
        yield RowFault(
            row.line,
            "任职起日",
            f"{row.from_day}早于现在岗位的起日{left.valid_from}，请核对后改正。",
        )


def _completed(row: RosterRow, main: Posting | None) -> RosterRow:
    """Return the row with the present post where the file has no column that speaks of it."""
    if main is None or "岗位" in row.columns:
        return row
    kind = row.kind if "任职性质" in row.columns else main.kind
    return replace(row, position=main.position, kind=kind)


def _differences(employee: Employee, row: RosterRow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    labels = {
        "name": "姓名",
        "employment_type": "用工性质",
        "is_party_member": "中共党员",
        "joined_on": "入职日期",
        "left_on": "离职日期",
    }
    words, fields = [], []
    for name, label in labels.items():
        before, after = getattr(employee, name), getattr(row, name)
        if label in row.columns and before != after:
            words.append(f"{label}：{_word(before)} → {_word(after)}")
            fields.append(name)
    return tuple(words), tuple(fields)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "无"
    return str(EmploymentType(value).label if value in EmploymentType.values else value)


class _Reader:
    """Reads rows against units, posts and persons that are known; collects what is wrong."""

    def __init__(self, *, today: date) -> None:
        self.today = today
        self.faults: list[RowFault] = []
        self.units = _by_name(OrgUnit.objects.all())
        self.positions = _by_name(Position.objects.all())
        self.seen: dict[str, int] = {}
        self.known = set(Employee.objects.values_list("emp_no", flat=True))

    def row(self, line: int, cells: Mapping[str, str]) -> RosterRow | None:
        before = len(self.faults)
        for column in _REQUIRED:
            if not cells.get(column):
                self._fault(line, column, f"{column}是空的，请补上。")
        if cells.get("姓名") == EXAMPLE_NAME:
            self._fault(line, "姓名", "这是模板里的示例，请把这一行删去。")
        emp_no = cells.get("工号", "")
        if emp_no in self.seen:
            self._fault(line, "工号", f"工号{emp_no}与第{self.seen[emp_no]}行重复，请只留一行。")
        self.seen[emp_no] = line
        joined_on = self._day(line, "入职日期", cells)
        left_on = self._day(line, "离职日期", cells)
        from_day = self._day(line, "任职起日", cells) or joined_on
        if joined_on and left_on and left_on < joined_on:
            self._fault(line, "离职日期", "离职日期早于入职日期，请改正。")
        if joined_on and joined_on > self.today + timedelta(days=366):
            self._fault(line, "入职日期", f"入职日期{joined_on}在一年以后，请核对。")
        unit = self._known(line, "单位", cells, self.units)
        position = self._known(line, "岗位", cells, self.positions) if cells.get("岗位") else None
        kind = cells.get("任职性质") or ("任职" if position is not None else "见习")
        if kind not in _KINDS:
            self._fault(line, "任职性质", f"任职性质“{kind}”不认识，请写{'、'.join(_KINDS)}。")
        employment = cells.get("用工性质") or "直签"
        if employment not in _TYPES:
            self._fault(
                line, "用工性质", f"用工性质“{employment}”不认识，请写{'、'.join(_TYPES)}。"
            )
        member = self._flag(line, "中共党员", cells, default=False)
        has_phone = self._flag(line, "用手机", cells, default=True)
        mentor_no = cells.get("师傅工号", "")
        if mentor_no and mentor_no not in self.known:
            self._fault(line, "师傅工号", f"师傅工号{mentor_no}不在名册里，请核对。")
        if mentor_no and mentor_no == emp_no:
            self._fault(line, "师傅工号", "师傅不能是学员本人，请改正。")
        if len(self.faults) > before or unit is None or joined_on is None or from_day is None:
            return None
        return RosterRow(
            line=line,
            emp_no=emp_no,
            name=cells["姓名"],
            employment_type=_TYPES[employment],
            is_party_member=member,
            joined_on=joined_on,
            left_on=left_on,
            unit=unit,
            position=position,
            kind=_KINDS[kind],
            from_day=from_day,
            is_from_given=bool(cells.get("任职起日")),
            mentor_no=mentor_no,
            has_phone=has_phone,
            columns=frozenset(cells),
        )

    def _known(
        self, line: int, column: str, cells: Mapping[str, str], known: Mapping[str, list[Any]]
    ) -> Any:
        word = cells.get(column, "")
        found = known.get(word, [])
        if len(found) == 1:
            return found[0]
        if word:
            reason = (
                f"{column}“{word}”有{len(found)}个同名的，请改写编码。"
                if found
                else f"没有{column}“{word}”，请写系统里的名称或编码。"
            )
            self._fault(line, column, reason)
        return None

    def _day(self, line: int, column: str, cells: Mapping[str, str]) -> date | None:
        word = cells.get(column, "")
        if not word:
            return None
        for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"):
            try:
                return datetime.strptime(word, pattern).date()  # noqa: DTZ007  a plain day
            except ValueError:
                continue
        self._fault(line, column, f"{column}“{word}”不是日期，请写成2026-11-02这样。")
        return None

    def _flag(self, line: int, column: str, cells: Mapping[str, str], *, default: bool) -> bool:
        word = cells.get(column)
        if word is None or (word == "" and default):
            return default
        if word.lower() in _YES:
            return True
        if word.lower() not in _NO:
            self._fault(line, column, f"{column}“{word}”不认识，请写“是”或“否”。")
        return False

    def _fault(self, line: int, column: str, reason: str) -> None:
        self.faults.append(RowFault(line, column, reason))


def _by_name(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        for word in {row.code, row.name}:
            found.setdefault(word, []).append(row)
    return found


def _table(name: str, data: bytes) -> list[tuple[int, dict[str, str]]]:
    """Return the rows below the heading with their line in the file, blank ones left out."""
    if len(data) > LARGEST_FILE:
        raise UnreadableRoster("文件超过5MB，请只留名册这一张表，再上传。")
    lines = _text_lines(data) if name.lower().endswith(".csv") else _sheet_lines(data)
    rows = [(number, cells) for number, cells in enumerate(lines, start=1) if any(cells)]
    if not rows:
        raise UnreadableRoster("文件是空的，请填好名册再上传。")
    heads = rows[0][1]
    missing = [column for column in _REQUIRED if column not in heads]
    if missing:
        raise UnreadableRoster(
            f"第{rows[0][0]}行应是表头，缺少{'、'.join(missing)}；请下载模板对照。"
        )
    unknown = [head for head in heads if head and head not in (*COLUMNS, *OPTIONAL)]
    if unknown:
        raise UnreadableRoster(f"不认识表头“{'”“'.join(unknown)}”，请对照模板改名或删去这一列。")
    if len(rows) - 1 > MOST_ROWS:
        raise UnreadableRoster(f"一次最多{MOST_ROWS}人，请分成几个文件。")
    return [
        (number, {head: cell for head, cell in zip(heads, cells, strict=False) if head})
        for number, cells in rows[1:]
    ]


def _sheet_lines(data: bytes) -> list[list[str]]:
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_cell(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, IndexError) as error:
        raise UnreadableRoster(
            "打不开这个文件，它不是Excel工作簿，或者加了密码；请另存为xlsx再上传。"
        ) from error


def _text_lines(data: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
        except csv.Error as error:
            raise UnreadableRoster("CSV的引号没有配对，请另存为xlsx再上传。") from error
    raise UnreadableRoster("文字的编码认不出来，请另存为xlsx再上传。")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
