"""Loads ``content/questions/*.yaml`` into the question bank, and makes the blueprints.

A changed row gives the question a new version; attempts keep the version they saw.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from common.loading import ContentFolder, Row
from people.models import Position
from quizzes.models import (
    Question,
    QuestionBasis,
    QuestionStatus,
    QuestionType,
    QuestionVersion,
    Quiz,
)
from quizzes.models.bank import LETTERS, QuestionText, problem_of
from quizzes.parameters import Parameter
from risk_manual.models import LegalBasis, RiskLevel, RiskPointPage

FILES = ("questions/GF.yaml", "questions/GC.yaml", "questions/CW.yaml", "questions/ZH.yaml")
REQUIRED = (
    "code",
    "type",
    "risk_points",
    "positions",
    "difficulty",
    "stem",
    "explanation",
    "basis",
)
TYPES = {kind.value: kind.value for kind in QuestionType}
DIFFICULTIES = {"1": "1", "2": "2", "3": "3"}
COMMON_QUIZ = "common"


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows may refer to, by code; read once."""

    points: dict[str, RiskPointPage]
    positions: dict[str, Position]
    bases: dict[str, LegalBasis]
    control_seqs: dict[str, set[int]]

    @classmethod
    def read(cls) -> "_Known":
        points = RiskPointPage.objects.prefetch_related("controls")
        return cls(
            points={point.code: point for point in points},
            positions={position.code: position for position in Position.objects.all()},
            bases={basis.code: basis for basis in LegalBasis.objects.all()},
            control_seqs={
                point.code: {control.seq for control in point.controls.all()} for point in points
            },
        )


@dataclass(frozen=True, slots=True)
class _Planned:
    """One row that is written: the question with its new text and what belongs to it."""

    question: Question
    wanted: Mapping[str, Any]
    is_new: bool


def load(source: ContentFolder, *, now: datetime) -> None:
    """Load the question bank, and make the blueprints that are missing."""
    known = _Known.read()
    stored = {question.code: question for question in _stored_questions()}
    codes: dict[str, str] = {}
    plan: list[_Planned] = []
    for name in FILES:
        for row in source.rows(name, "questions", required=REQUIRED):
            if row["code"] in codes:
                source.reject(
                    name, row, f"编码在{codes[row['code']]}里已经用过，请改成唯一的编码。"
                )
                continue
            codes[row["code"]] = name
            wanted = _wanted(source, name, row, known)
            if wanted is not None:
                _settle(source, row["code"], wanted, stored.get(row["code"]), plan, now)
    _write(plan, known, now=now)
    _make_blueprints(known)


def _stored_questions() -> list[Question]:
    return list(
        Question.objects.select_related("version", "primary_risk_point").prefetch_related(
            "bases__basis", "risk_points", "positions"
        )
    )


def _settle(
    source: ContentFolder,
    code: str,
    wanted: dict[str, Any],
    stored: Question | None,
    plan: list[_Planned],
    now: datetime,
) -> None:
    question = stored or Question(code=code)
    planned = _Planned(question, wanted, is_new=stored is None)

    def write() -> None:
        question.edited_at = now
        question.edited_by = None
        plan.append(planned)

    source.settle(
        model=Question,
        code=code,
        wanted=wanted,
        stored=_fields_of(stored) if stored is not None else None,
        write=write,
    )


def _wanted(source: ContentFolder, name: str, row: Row, known: _Known) -> dict[str, Any] | None:
    """Return the row in the shape of ``_fields_of``; report what is wrong and return None."""
    before = len(source.bad)
    kind = source.choice(name, row, "type", TYPES)
    difficulty = source.choice(name, row, "difficulty", DIFFICULTIES)
    points = source.pick(name, row, "risk_points", known.points, what="风险点")
    positions = source.pick(name, row, "positions", known.positions, what="岗位")
    text = _text_of(source, name, row, kind)
    named = Row(code=row["code"], basis=[basis["ref"] for basis in text["bases"]])
    named.line = row.line
    source.pick(name, named, "basis", known.bases, what="依据")
    fields = ("code", "stem", "unit", "model_answer", "explanation")
    plain = {key: text[key] for key in fields[1:]}  # type: ignore[literal-required]  # from above
    source.check(name, row, Question(code=row["code"], **plain), fields)
    # A point whose own row is bad is reported there.
    if len(source.bad) > before or not points:
        return None
    control = text["control_seq"]
    if control is not None and control not in known.control_seqs[points[0].code]:
        source.reject(name, row, f"{points[0].code}没有第{control}条措施，请改成已有的序号。")
        return None
    problem = problem_of(text)
    if problem is not None:
        source.reject(name, row, problem[1])
        return None
    return {
        **text,
        "difficulty": int(difficulty),
        "primary_risk_point": points[0].code,
        "risk_points": sorted(point.code for point in points),
        "positions": sorted(position.code for position in positions),
    }


def _text_of(source: ContentFolder, name: str, row: Row, kind: str) -> QuestionText:
    return QuestionText(
        type=kind,
        stem=source.text(name, row, "stem"),
        options=[
            {
                "key": letter,
                "text": source.text(name, option, "text"),
                "right": option.get("right") is True,
                "why": source.text(name, option, "why"),
            }
            for letter, option in zip(LETTERS, _rows_in(source, name, row, "options"), strict=False)
        ],
        answers=source.lines(name, row, "answers"),
        unit=source.text(name, row, "unit"),
        marking_points=[
            {"text": source.text(name, point, "text"), "score": source.number(name, point, "score")}
            for point in _rows_in(source, name, row, "points")
        ],
        model_answer=source.text(name, row, "model_answer"),
        explanation=source.text(name, row, "explanation"),
        bases=[
            {
                "ref": source.text(name, basis, "ref"),
                "article": source.text(name, basis, "article"),
            }
            for basis in _rows_in(source, name, row, "basis")
        ],
        control_seq=None if row.get("control") is None else source.number(name, row, "control"),
        parameters=[
            _parameter_of(source, name, parameter)
            for parameter in _rows_in(source, name, row, "parameters")
        ],
    )


def _parameter_of(source: ContentFolder, name: str, row: Row) -> Parameter:
    """Return a parameter as a frozen version keeps it; its limits are checked with the text."""
    kind = source.choice(
        name, row, "kind", {"number": "number", "date": "date", "choice": "choice"}
    )
    if kind == "choice":
        return Parameter(
            kind="choice",
            name=source.text(name, row, "name"),
            values=source.lines(name, row, "values"),
        )
    return Parameter(
        kind="date" if kind == "date" else "number",
        name=source.text(name, row, "name"),
        low=str(row.get("low", "")),
        high=str(row.get("high", "")),
        step=str(row.get("step", "1")),
    )


def _rows_in(source: ContentFolder, name: str, row: Row, key: str) -> list[Row]:
    """Return the rows of a list inside a row; report anything else."""
    rows = row.get(key) or []
    if isinstance(rows, list) and all(isinstance(each, Row) for each in rows):
        return rows
    source.reject(name, row, f"{key}应是一列“名称: 内容”，每项以“- ”开头，请对照其他题改正。")
    return []


def _fields_of(question: Question) -> dict[str, Any]:
    return {
        **question.text(),
        "difficulty": question.difficulty,
        "primary_risk_point": question.primary_risk_point.code,
        "risk_points": sorted(point.code for point in question.risk_points.all()),
        "positions": sorted(position.code for position in question.positions.all()),
    }


def _write(rows: list[_Planned], known: _Known, *, now: datetime) -> None:
    """Write all rows in a constant number of statements."""
    for planned in rows:
        _fill(planned.question, planned.wanted, known)
    new = [planned.question for planned in rows if planned.is_new]
    Question.objects.bulk_create(new)
    _write_relations(rows, known)
    versions = _next_versions(rows, now=now)
    QuestionVersion.objects.bulk_create(versions)
    for version in versions:
        version.question.version = version
        if version.number == 1:
            version.question.status = QuestionStatus.PUBLISHED
    # New rows were written whole; only what needs the version's id is still missing.
    Question.objects.bulk_update(new, ["version", "status"], batch_size=100)
    Question.objects.bulk_update(
        [planned.question for planned in rows if not planned.is_new],
        [
            "type",
            "version",
            "difficulty",
            "primary_risk_point",
            "control_seq",
            "stem",
            "parameters",
            "options",
            "answers",
            "unit",
            "marking_points",
            "model_answer",
            "explanation",
            "edited_by",
            "edited_at",
        ],
        batch_size=100,
    )


def _fill(question: Question, wanted: Mapping[str, Any], known: _Known) -> None:
    for name in ("type", "stem", "unit", "model_answer", "explanation", "control_seq", "answers"):
        setattr(question, name, wanted[name])
    question.difficulty = wanted["difficulty"]
    question.primary_risk_point = known.points[wanted["primary_risk_point"]]
    question.options = [
        ("option", {"text": o["text"], "right": o["right"], "why": o["why"]})
        for o in wanted["options"]
    ]
    question.marking_points = [("point", dict(point)) for point in wanted["marking_points"]]
    question.parameters = [block_of(parameter) for parameter in wanted["parameters"]]


def block_of(parameter: Parameter) -> tuple[str, dict[str, Any]]:
    """Return a parameter as the form of editors keeps it."""
    kind, name = parameter["kind"], parameter["name"]
    if kind == "choice":
        return kind, {"name": name, "values": "\n".join(parameter["values"])}
    low, high, step = parameter["low"], parameter["high"], parameter["step"]
    if kind == "date":
        days = {"low": date.fromisoformat(low), "high": date.fromisoformat(high)}
        return kind, {"name": name, **days, "step": int(step)}
    return kind, {"name": name, "low": Decimal(low), "high": Decimal(high), "step": Decimal(step)}


def _write_relations(rows: list[_Planned], known: _Known) -> None:
    ids = [planned.question.pk for planned in rows]
    on_points = Question.risk_points.through
    on_positions = Question.positions.through
    for through in (on_points, on_positions, QuestionBasis):
        through.objects.filter(question__in=ids).delete()
    on_points.objects.bulk_create(
        on_points(question=planned.question, riskpointpage=known.points[code])
        for planned in rows
        for code in planned.wanted["risk_points"]
    )
    on_positions.objects.bulk_create(
        on_positions(question=planned.question, position=known.positions[code])
        for planned in rows
        for code in planned.wanted["positions"]
    )
    QuestionBasis.objects.bulk_create(
        QuestionBasis(
            question=planned.question,
            basis=known.bases[basis["ref"]],
            article=basis["article"],
            sort_order=order,
        )
        for planned in rows
        for order, basis in enumerate(planned.wanted["bases"])
    )


def _next_versions(rows: list[_Planned], *, now: datetime) -> list[QuestionVersion]:
    """Return the versions of the rows whose text changed, not only where it belongs."""
    versions = []
    for planned in rows:
        text = _text_in(planned.wanted)
        last = planned.question.version
        version = QuestionVersion.of(
            planned.question, text, number=(last.number if last else 0) + 1, created_at=now
        )
        if last is None or last.digest != version.digest:
            versions.append(version)
    return versions


def _text_in(wanted: Mapping[str, Any]) -> QuestionText:
    return cast(QuestionText, {name: wanted[name] for name in QuestionText.__annotations__})


def _make_blueprints(known: _Known) -> None:
    """Give every position that holds or reviews a point its quiz, and all others the common one."""
    busy = {point.position_id for point in known.points.values()}
    busy |= {point.reviewer_id for point in known.points.values()}
    for position in known.positions.values():
        if position.pk in busy:
            Quiz.objects.get_or_create(
                position=position,
                defaults={"code": position.code, "title": f"{position.name}岗位测验"},
            )
    common, created = Quiz.objects.get_or_create(
        code=COMMON_QUIZ, defaults={"title": "公司共同测验"}
    )
    if created:
        high = [point for point in known.points.values() if point.level == RiskLevel.HIGH]
        common.risk_points.set(high)
