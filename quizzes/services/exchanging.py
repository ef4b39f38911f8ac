"""Files of questions: what they would do to the bank, doing it, and writing the bank out."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet

from audit.services import record
from people.models import Employee, Position, User
from quizzes.exceptions import ImportRefused
from quizzes.interchange.drafts import CODE, MOST_QUESTIONS, Draft, Finding, Reading
from quizzes.interchange.formats import FORMATS
from quizzes.loading import block_of
from quizzes.models import Question, QuestionBasis, QuestionType, QuestionUpload
from quizzes.models.bank import Option, problem_of
from risk_manual.models import LegalBasis, RiskPointPage

LARGEST_FILE = 5 * 1024 * 1024
LONGEST_OPTION = 120
LONGEST_UNIT = 10


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """One question of the file: what it would become, and what it still lacks to be approved."""

    draft: Draft
    code: str
    state: Literal["new", "changed", "same"]
    question: Question | None
    lacks: str


@dataclass(slots=True)
class ImportPlan:
    """What a file would do. With a problem it does nothing."""

    planned: list[PlannedQuestion] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    skipped: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def count(self, state: str) -> int:
        """Return how many questions are new, changed or the same."""
        return sum(planned.state == state for planned in self.planned)

    @property
    def is_applicable(self) -> bool:
        """Whether there is anything to do and nothing against it."""
        return not self.problems and self.count("new") + self.count("changed") > 0


@dataclass(frozen=True, slots=True)
class _Known:
    points: Mapping[str, RiskPointPage]
    positions: Mapping[str, Position]
    bases: Mapping[str, LegalBasis]
    employees: Mapping[str, Employee]
    questions: Mapping[str, Question]
    by_likeness: Mapping[object, Question]


def keep_upload(
    *,
    name: str,
    format_code: str,
    data: bytes,
    risk_point: RiskPointPage,
    by: User,
    now: datetime,
) -> QuestionUpload:
    """Keep a file as it came; nothing of it is read into the bank yet.

    :raises ImportRefused: if it is too large or empty.
    """
    if not data:
        raise ImportRefused("这个文件是空的，请重新选择。")
    if len(data) > LARGEST_FILE:
        raise ImportRefused("这个文件超过5MB，请分成几个文件上传。")
    return QuestionUpload.objects.create(
        name=name[-120:],
        format=format_code,
        data=data,
        digest=hashlib.sha256(data).hexdigest(),
        risk_point=risk_point,
        uploaded_by=by,
        uploaded_at=now,
    )


def plan_import(upload: QuestionUpload) -> ImportPlan:
    """Read the file and say what it would do; changes nothing.

    :raises UnreadableFile: if nothing of it can be read.
    """
    reading = FORMATS[upload.format].read(bytes(upload.data))
    plan = ImportPlan(problems=reading.problems, skipped=reading.skipped, notes=reading.notes)
    if len(reading.drafts) > MOST_QUESTIONS:
        plan.problems.append(
            Finding("整个文件", f"一次最多导入{MOST_QUESTIONS}题，请分成几个文件。")
        )
        return plan
    known = _known(reading)
    codes = _Codes(known, reading)
    for draft in reading.drafts:
        draft.risk_points = _points(draft, known, upload.risk_point)
        problems = list(_problems(draft, known, codes))
        if not problems:
            draft.positions = sorted({known.positions[name].name for name in draft.positions})
        if problems:
            plan.problems += [Finding(draft.where, sentence) for sentence in problems]
        else:
            plan.planned.append(_planned(draft, known, codes, FORMATS[upload.format].holds))
    return plan


def apply_import(*, upload: QuestionUpload, by: User, now: datetime) -> QuestionUpload:
    """Write what the plan says as drafts that a second person has to approve; all or nothing.

    A file is applied once: a second click finds it done.

    :raises ImportRefused: if a row is bad, or there is nothing to do.
    :raises UnreadableFile: if nothing of it can be read.
    """
    with transaction.atomic():
        upload = QuestionUpload.objects.select_for_update(of=("self",)).get(pk=upload.pk)
        if upload.applied_at is not None:
            return upload
        plan = plan_import(upload)
        if plan.problems:
            raise ImportRefused("文件里还有要改的地方，一题也没有导入；请改好后重新上传。")
        if not plan.is_applicable:
            raise ImportRefused("文件里没有新的或改动过的题，题库没有变。")
        known = _known(Reading(drafts=[planned.draft for planned in plan.planned]))
        for planned in plan.planned:
            if planned.state != "same":
                _write(planned, known, by=by, now=now)
        upload.applied_by, upload.applied_at = by, now
        upload.created, upload.changed = plan.count("new"), plan.count("changed")
        upload.save(update_fields=["applied_by", "applied_at", "created", "changed"])
        record(
            actor_id=by.pk,
            action="quizzes.questions.imported",
            subject=upload,
            now=now,
            data={"new": upload.created, "changed": upload.changed, "sha256": upload.digest},
        )
    return upload


def export_questions(
    *, questions: QuerySet[Question], format_code: str, by: User, now: datetime
) -> tuple[bytes, list[Finding]]:
    """Return the questions' texts as editors work on them, and what the format could not hold.

    :raises KeyError: if the format is only read.
    """
    write = FORMATS[format_code].write
    if write is None:
        raise KeyError(format_code)
    drafts = [draft_of(question) for question in with_everything(questions)]
    data, left_out = write(drafts)
    record(
        actor_id=by.pk,
        action="quizzes.questions.exported",
        subject=("quizzes.question", 0),
        now=now,
        data={"format": format_code, "questions": len(drafts) - len(left_out)},
    )
    return data, left_out


def with_everything(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Return the questions with all that a file holds, in a constant number of queries."""
    return (
        questions.select_related("primary_risk_point", "owner")
        .prefetch_related("risk_points", "positions", "bases__basis")
        .order_by("primary_risk_point__code", "code")
    )


def draft_of(question: Question) -> Draft:
    """Return a stored question as files hold it; its main risk point comes first."""
    main = question.primary_risk_point.code
    others = sorted(p.code for p in question.risk_points.all() if p.code != main)
    return Draft(
        where=question.code,
        code=question.code,
        category=main,
        risk_points=[main, *others],
        positions=sorted(position.name for position in question.positions.all()),
        difficulty=question.difficulty,
        owner=question.owner.emp_no if question.owner else "",
        review_on=question.review_on,
        **question.text(),
    )


class _Codes:
    """Gives questions without a code of their own the next free one of their risk point."""

    def __init__(self, known: _Known, reading: Reading) -> None:
        self.given = Counter(draft.code for draft in reading.drafts if draft.code)
        self.taken = set(known.questions) | set(self.given)
        self.last: dict[str, int] = {}

    def next_for(self, point: str) -> str:
        number = self.last.get(point, 0) + 1
        while f"{point}-{number}" in self.taken:
            number += 1
        self.last[point] = number
        self.taken.add(f"{point}-{number}")
        return f"{point}-{number}"


def _known(reading: Reading) -> _Known:
    owners = {draft.owner for draft in reading.drafts if draft.owner}
    questions = list(with_everything(Question.objects.select_related("version")))
    return _Known(
        points={point.code: point for point in RiskPointPage.objects.prefetch_related("controls")},
        # Files of people say 客户经理, those of programs account_manager.
        positions={
            name: position
            for position in Position.objects.all()
            for name in (position.code, position.name)
        },
        bases={basis.code: basis for basis in LegalBasis.objects.all()},
        employees={e.emp_no: e for e in Employee.objects.filter(emp_no__in=owners)},
        questions={question.code: question for question in questions},
        by_likeness={_likeness(draft_of(question)): question for question in questions},
    )


def _points(draft: Draft, known: _Known, default: RiskPointPage) -> list[str]:
    """Return the points the file names, by themselves or by its category; else the chosen."""
    if draft.risk_points:
        return list(dict.fromkeys(draft.risk_points))
    named = re.search(r"(?:GF|GC|CW|ZH)-\d\d", draft.category.upper())
    if named and named[0] in known.points:
        return [named[0]]
    return [default.code]


def _problems(draft: Draft, known: _Known, codes: _Codes) -> Iterable[str]:
    """Yield what must be mended in the file before any of it is imported."""
    if draft.code and not CODE.fullmatch(draft.code):
        yield f"编码“{draft.code}”不能用，请只用字母、数字、-和_，不超过30个字。"
    if codes.given[draft.code] > 1:
        yield f"编码“{draft.code}”在文件里出现了{codes.given[draft.code]}次，请改成各不相同。"
    for what, wanted, there in (
        ("风险点", draft.risk_points, known.points),
        ("岗位", draft.positions, known.positions),
        ("依据", [basis["ref"] for basis in draft.bases], known.bases),
        ("负责人工号", [draft.owner] if draft.owner else [], known.employees),
    ):
        for code in wanted:
            if code not in there:
                yield f"没有{what}“{code}”，请改成已有的。"
    for option in draft.options:
        if len(option["text"]) > LONGEST_OPTION:
            yield f"选项{option['key']}超过{LONGEST_OPTION}个字，请缩短。"
    if len(draft.unit) > LONGEST_UNIT:
        yield f"单位超过{LONGEST_UNIT}个字，请缩短。"
    for point in draft.marking_points:
        if len(point["text"]) > LONGEST_OPTION or not 1 <= point["score"] <= 10:
            yield f"得分点“{point['text'][:20]}”应不超过{LONGEST_OPTION}个字，1至10分。"


def _planned(draft: Draft, known: _Known, codes: _Codes, holds: frozenset[str]) -> PlannedQuestion:
    existing = known.questions.get(draft.code)
    if existing is None and not draft.code:
        # The same file brought in again, or the same question from another one.
        existing = known.by_likeness.get(_likeness(draft))
    if existing is None:
        code = draft.code or codes.next_for(draft.risk_points[0])
        return PlannedQuestion(draft, code, "new", None, _lacks(draft))
    stored = draft_of(existing)
    merged = _merged(draft, stored, holds)
    state: Literal["changed", "same"] = (
        "same" if _content(merged) == _content(stored) else "changed"
    )
    return PlannedQuestion(merged, existing.code, state, existing, _lacks(merged))


def _merged(draft: Draft, stored: Draft, holds: frozenset[str]) -> Draft:
    """Return the stored question with what the file says; what it cannot hold stays."""
    parts = {part: getattr(draft, part) for part in holds - {"why", "code", "category"}}
    merged = replace(stored, **parts, where=draft.where)
    if draft.difficulty is None:
        merged.difficulty = stored.difficulty
    if {draft.type, stored.type} == {QuestionType.SINGLE, QuestionType.SCENARIO}:
        merged.type = stored.type
    if "why" not in holds:
        whys = {option["text"]: option["why"] for option in stored.options}
        merged.options = [Option(**{**o, "why": whys.get(o["text"], "")}) for o in draft.options]
    return merged


def _likeness(draft: Draft) -> object:
    """Return what two questions have in common that are the same to a reader."""
    options = tuple((option["text"], option["right"]) for option in draft.options)
    return draft.stem, options, tuple(draft.answers)


def _content(draft: Draft) -> object:
    return replace(draft, where="", category="")


def _lacks(draft: Draft) -> str:
    problem = problem_of(draft.text())
    if problem is not None:
        return problem[1]
    return "" if draft.explanation else "还没有解析，请补上。"


def _write(planned: PlannedQuestion, known: _Known, *, by: User, now: datetime) -> None:
    draft = planned.draft
    question = planned.question or Question(code=planned.code, difficulty=2)
    question.type = draft.type
    question.stem = draft.stem
    question.options = [
        ("option", {"text": o["text"], "right": o["right"], "why": o["why"]}) for o in draft.options
    ]
    question.answers = draft.answers
    question.unit = draft.unit
    question.marking_points = [("point", dict(point)) for point in draft.marking_points]
    question.parameters = [block_of(parameter) for parameter in draft.parameters]
    question.model_answer = draft.model_answer
    question.explanation = draft.explanation
    question.control_seq = draft.control_seq
    question.difficulty = draft.difficulty or question.difficulty
    question.primary_risk_point = known.points[draft.risk_points[0]]
    question.owner = known.employees[draft.owner] if draft.owner else question.owner
    question.review_on = draft.review_on or question.review_on
    question.edited_by, question.edited_at = by, now
    question.save()
    question.risk_points.set([known.points[code] for code in draft.risk_points])
    question.positions.set([known.positions[code] for code in draft.positions])
    QuestionBasis.objects.filter(question=question).delete()
    QuestionBasis.objects.bulk_create(
        QuestionBasis(
            question=question,
            basis=known.bases[basis["ref"]],
            article=basis["article"],
            sort_order=order,
        )
        for order, basis in enumerate(draft.bases)
    )
