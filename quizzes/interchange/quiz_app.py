"""The fixtures of django-quiz-app: ``manage.py dumpdata quiz multichoice true_false essay``."""

import json
from collections import defaultdict
from typing import Any

from quizzes.interchange.drafts import (
    Draft,
    Finding,
    Reading,
    UnreadableFile,
    decoded,
    judgement,
    options_of,
)
from quizzes.interchange.markup import tidy
from quizzes.models.bank import QuestionType

LOSES = ["选项的缘由", "风险点、岗位、难度（分类名写着风险点编码的除外）", "测验的设置和答题记录"]

_TYPES = {"multichoice.mcquestion", "true_false.tf_question", "essay.essay_question"}
# Settings and records of the old application, which have another place here.
_OTHER = {"quiz.quiz", "quiz.progress", "quiz.sitting", "quiz.subcategory", "quiz.category"}


def read(data: bytes) -> Reading:
    """Read the questions of a fixture; rows are named by their model and key.

    :raises UnreadableFile: if it is no such fixture.
    """
    try:
        rows = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile("这个文件不是JSON，请用dumpdata重新导出后再上传。") from error
    if not isinstance(rows, list) or not all(_is_row(row) for row in rows):
        raise UnreadableFile("这个文件不是dumpdata导出的数据：每一项都要有model、pk和fields。")
    reading = Reading()
    by_model: dict[str, dict[str, Any]] = defaultdict(dict)
    answers: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        model, fields = row["model"].lower(), row["fields"]
        by_model[model][str(row.get("pk"))] = fields
        if model == "multichoice.answer":
            answers[str(fields.get("question"))].append(fields)
        elif model not in _TYPES | _OTHER | {"quiz.question"}:
            reading.skipped.append(
                Finding(f"{row['model']} {row.get('pk')}", "不是题目，没有导入。")
            )
    categories = by_model["quiz.category"]
    for model in sorted(_TYPES):
        for key, own in by_model[model].items():
            where = f"{model} {key}"
            # A dump keeps what all questions share in the parent's row.
            shared = by_model["quiz.question"].get(key, {})
            fields = {**shared, **own}
            stem = tidy(str(fields.get("content") or ""))
            if not stem:
                reading.problems.append(
                    Finding(where, f"找不到题干；导出时请把quiz.question {key}一起导出。")
                )
                continue
            category = categories.get(str(fields.get("category")), {})
            draft = Draft(
                where=where,
                type="",
                stem=stem,
                category=str(category.get("category") or ""),
                explanation=tidy(str(fields.get("explanation") or "")),
            )
            if fields.get("figure"):
                reading.notes.append(Finding(where, "配图没有导入，请在题干里用文字说明。"))
            problem = _fill(draft, model, fields, answers[key])
            if draft.type == QuestionType.MULTIPLE:
                reading.notes.append(
                    Finding(where, "原来选对一项就算对，这里成了多选题，要选全才算对。")
                )
            if problem:
                reading.problems.append(Finding(where, problem))
            else:
                reading.drafts.append(draft)
    return reading


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and isinstance(row.get("model"), str)
        and isinstance(row.get("fields"), dict)
    )


def _fill(draft: Draft, model: str, fields: dict[str, Any], answers: list[Any]) -> str:
    """Give the draft its type and its key; return the sentence that says why it cannot be."""
    if model == "essay.essay_question":
        draft.type = QuestionType.SHORT.value
        return ""
    if model == "true_false.tf_question":
        draft.type = QuestionType.JUDGE.value
        draft.options = judgement(is_true=fields.get("correct") is True)
        return ""
    right = sum(answer.get("correct") is True for answer in answers)
    if right == 0:
        return "没有一个选项标为正确，请在原系统里改好再导出。"
    draft.type = (QuestionType.SINGLE if right == 1 else QuestionType.MULTIPLE).value
    try:
        draft.options = options_of(
            [
                (tidy(str(answer.get("content") or "")), answer.get("correct") is True, "")
                for answer in answers
            ]
        )
    except ValueError as error:
        return str(error)
    return ""
