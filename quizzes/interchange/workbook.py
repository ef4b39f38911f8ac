"""Excel, the editors' own way: one question a row, everything a question has."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from python_calamine import CalamineError, CalamineWorkbook

from quizzes.interchange.drafts import Draft, Finding, Reading, UnreadableFile, options_of
from quizzes.models.bank import LETTERS, MarkingPoint, QuestionType
from quizzes.models.clauses import BasisReference
from quizzes.parameters import Parameter

LOSES: list[str] = []

SHEET = "题库"
TYPES = {kind.label: kind.value for kind in QuestionType}
DIFFICULTIES = {"易": 1, "中": 2, "难": 3, "1": 1, "2": 2, "3": 3}

_LIST = re.compile(r"[,，、;；\s]+")
_POINT = re.compile(r"(\d+)\s*分\s*[:：]?\s*(.+)")
_RANGE = re.compile(r"(\S+?)\s*[=＝:：]\s*(.+?)\s*(?:\.\.|至|~|～)\s*(.+?)(?:\s*[/／]\s*(.+))?")
_WORDS = re.compile(r"(\S+?)\s*[=＝:：]\s*(.+\|.+)")

OPTION_COLUMNS = [name for letter in LETTERS for name in (f"选项{letter}", f"{letter}的缘由")]
COLUMNS = [
    "编码",
    "题型",
    "风险点",
    "岗位",
    "难度",
    "对应措施",
    "题干",
    *OPTION_COLUMNS,
    "正确选项",
    "可接受的答案",
    "单位",
    "得分点",
    "参考答案",
    "解析",
    "依据",
    "参数",
    "负责人工号",
    "复核日期",
]
REQUIRED = ("题型", "题干")
HELP = [
    ("编码", "字母、数字和-，如GF-09-1；已有的编码会改那道题，空着由系统编"),
    ("题型", "、".join(TYPES)),
    ("风险点", "编码，几个用顿号隔开，第一个是主风险点；空着用上传时选的那一个"),
    ("岗位", "岗位名称或编码，几个用顿号隔开；空着表示所有岗位"),
    ("难度", "易、中、难"),
    ("正确选项", "字母，如B；多选如ACD"),
    ("可接受的答案", "填空题，一行一个"),
    ("得分点", "简答题，一行一个，如“2分：说清封印日期”"),
    ("依据", "一行一个：依据编码，空一格，条款，如“GYTL 第二十七条”"),
    ("参数", "一行一个：容量=315..1600/5，启封日=2026-09-03..2026-09-26/1，单价=28|30"),
    ("复核日期", "如2027-03-01"),
]


def read(data: bytes) -> Reading:
    """Read the sheet 题库, or the first; a row is named by its number in Excel.

    :raises UnreadableFile: if it is no workbook, or has not the columns.
    """
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        name = SHEET if SHEET in book.sheet_names else book.sheet_names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise UnreadableFile("这个文件不是Excel工作簿，请另存为.xlsx后再上传。") from error
    header = [_cell(value) for value in rows[0]] if rows else []
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise UnreadableFile(
            f"第1行没有“{'”“'.join(missing)}”这一列，请下载模板，按模板的列名填写。"
        )
    reading = Reading()
    unknown = [name for name in header if name and name not in COLUMNS]
    for name in unknown:
        reading.notes.append(Finding("第1行", f"“{name}”这一列不认识，没有导入。"))
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(header, row, strict=False))
        if not any(_cell(value) for value in row):
            continue
        _read_row(f"第{number}行", cells, reading)
    return reading


def write(drafts: Iterable[Draft]) -> tuple[bytes, list[Finding]]:
    """Return the questions as a workbook; it holds all of them whole."""
    return _book([_row(draft) for draft in drafts]), []


def template() -> bytes:
    """Return an empty workbook with its help and one row to follow."""
    example = Draft(
        where="",
        type=QuestionType.SINGLE.value,
        stem="客户说“明天我自己停”，你怎么办？",
        risk_points=["GF-09"],
        positions=["客户经理（台区经理）"],
        difficulty=2,
        options=options_of(
            [
                ("加封日期先填今天，明天再来补封", False, "日期和现场对不上。"),
                ("约好停用时间，双人到场加封", True, "现场封了才能算。"),
            ]
        ),
        explanation="以加（启）封照片时间为计费依据。",
    )
    return _book([_row(example)])


def _read_row(where: str, cells: dict[str, Any], reading: Reading) -> None:
    problems: list[str] = []

    def parsed(name: str, parse: Callable[[str], Any]) -> Any:
        try:
            return parse(_cell(cells.get(name)))
        except ValueError as error:
            problems.append(f"{name}：{error}")
            return None

    kind = parsed("题型", _type)
    draft = Draft(
        where=where,
        type=kind or "",
        stem=_cell(cells.get("题干")),
        code=_cell(cells.get("编码")),
        risk_points=_list(_cell(cells.get("风险点"))),
        positions=_list(_cell(cells.get("岗位"))),
        difficulty=parsed("难度", _difficulty),
        control_seq=parsed("对应措施", _whole_number),
        answers=_cell(cells.get("可接受的答案")).splitlines(),
        unit=_cell(cells.get("单位")),
        marking_points=parsed("得分点", _marking_points) or [],
        model_answer=_cell(cells.get("参考答案")),
        explanation=_cell(cells.get("解析")),
        bases=_bases(_cell(cells.get("依据"))),
        parameters=parsed("参数", _parameters) or [],
        owner=_cell(cells.get("负责人工号")),
        review_on=parsed("复核日期", _day),
    )
    if not draft.stem:
        problems.append("题干：空着，请补上。")
    draft.options = parsed("正确选项", lambda right: _options(cells, right)) or []
    if problems:
        reading.problems += [Finding(where, problem) for problem in problems]
    else:
        reading.drafts.append(draft)


def _cell(value: Any) -> str:
    """Return a cell as text: whole numbers without a point, days as ISO, no outer blanks."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def _list(text: str) -> list[str]:
    return [part for part in _LIST.split(text) if part]


def _type(text: str) -> str:
    if text not in TYPES:
        raise ValueError(f"“{text}”不是题型，请写{'、'.join(TYPES)}之一。")
    return TYPES[text]


def _difficulty(text: str) -> int | None:
    if not text:
        return None
    if text not in DIFFICULTIES:
        raise ValueError(f"“{text}”不是难度，请写易、中或难。")
    return DIFFICULTIES[text]


def _whole_number(text: str) -> int | None:
    if text and not text.isdecimal():
        raise ValueError(f"“{text}”不是序号，请写数字，或空着。")
    return int(text) if text else None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError as error:
        raise ValueError(f"“{text}”不是日期，请写成2027-03-01这样。") from error


def _options(cells: dict[str, Any], right: str) -> list[Any]:
    rows = [
        (letter, _cell(cells.get(f"选项{letter}")), _cell(cells.get(f"{letter}的缘由")))
        for letter in LETTERS
    ]
    filled = [(letter, text, why) for letter, text, why in rows if text or why]
    letters = {letter for letter in right.upper() if letter.isalpha()}
    if [letter for letter, _, _ in filled] != list(LETTERS[: len(filled)]):
        raise ValueError("选项中间空了一个，请从A起连着填。")
    unknown = letters - {letter for letter, _, _ in filled}
    if unknown:
        raise ValueError(f"{'、'.join(sorted(unknown))}不在填好的选项里，请改正。")
    return options_of([(text, letter in letters, why) for letter, text, why in filled])


def _marking_points(text: str) -> list[MarkingPoint]:
    points = []
    for line in text.splitlines():
        found = _POINT.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"“{line}”读不懂，请写成“2分：说清封印日期”这样。")
        points.append(MarkingPoint(text=found[2], score=int(found[1])))
    return points


def _bases(text: str) -> list[BasisReference]:
    bases = []
    for line in text.splitlines():
        ref, _, article = line.strip().partition(" ")
        if ref:
            bases.append(BasisReference(ref=ref, article=article.strip()))
    return bases


def _parameters(text: str) -> list[Parameter]:
    parameters = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if found := _WORDS.fullmatch(line):
            values = [value.strip() for value in found[2].split("|") if value.strip()]
            parameters.append(Parameter(kind="choice", name=found[1], values=values))
        elif found := _RANGE.fullmatch(line):
            name, low, high, step = found[1], found[2], found[3], found[4] or "1"
            kind = "date" if low.count("-") == 2 else "number"
            parameters.append(
                Parameter(kind="date", name=name, low=low, high=high, step=step)
                if kind == "date"
                else Parameter(kind="number", name=name, low=low, high=high, step=step)
            )
        else:
            raise ValueError(f"“{line}”读不懂，请写成“容量=315..1600/5”或“单价=28|30”这样。")
    return parameters


def _row(draft: Draft) -> list[Any]:
    values: dict[str, Any] = {
        "编码": draft.code,
        "题型": QuestionType(draft.type).label,
        "风险点": "、".join(draft.risk_points),
        "岗位": "、".join(draft.positions),
        "难度": {1: "易", 2: "中", 3: "难"}.get(draft.difficulty or 0, ""),
        "对应措施": draft.control_seq,
        "题干": draft.stem,
        "正确选项": "".join(option["key"] for option in draft.options if option["right"]),
        "可接受的答案": "\n".join(draft.answers),
        "单位": draft.unit,
        "得分点": "\n".join(
            f"{point['score']}分：{point['text']}" for point in draft.marking_points
        ),
        "参考答案": draft.model_answer,
        "解析": draft.explanation,
        "依据": "\n".join(f"{b['ref']} {b['article']}".strip() for b in draft.bases),
        "参数": "\n".join(_written_parameter(parameter) for parameter in draft.parameters),
        "负责人工号": draft.owner,
        "复核日期": draft.review_on,
    }
    for option in draft.options:
        values[f"选项{option['key']}"] = option["text"]
        values[f"{option['key']}的缘由"] = option["why"]
    return [values.get(name) or None for name in COLUMNS]


def _written_parameter(parameter: Parameter) -> str:
    if parameter["kind"] == "choice":
        return f"{parameter['name']}={'|'.join(parameter['values'])}"
    return f"{parameter['name']}={parameter['low']}..{parameter['high']}/{parameter['step']}"


def _book(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has a sheet")
    sheet.title = SHEET
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append(row)
    for number, name in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        sheet[f"{letter}1"].font = Font(bold=True)
        wide = name in {"题干", "解析"}
        sheet.column_dimensions[letter].width = 48 if wide else 18 if "选项" in name else 14
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            # Text stays text: what begins like a formula must not become one.
            if cell.data_type == "f":
                cell.data_type = "s"
    sheet.freeze_panes = "B2"
    _offer(sheet, "题型", list(TYPES))
    _offer(sheet, "难度", ["易", "中", "难"])
    guide = book.create_sheet("填写说明")
    for line_of_help in [("列", "怎么填"), *HELP]:
        guide.append(line_of_help)
    guide.column_dimensions["B"].width = 80
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _offer(sheet: Any, name: str, values: list[str]) -> None:
    letter = get_column_letter(COLUMNS.index(name) + 1)
    offer = DataValidation(type="list", formula1=f'"{",".join(values)}"', allow_blank=True)
    sheet.add_data_validation(offer)
    offer.add(f"{letter}2:{letter}2000")
