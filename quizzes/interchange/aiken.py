"""Aiken: one stem, lettered options, and ``ANSWER: B``."""

import re

from quizzes.interchange.drafts import Draft, Finding, Reading, decoded, options_of
from quizzes.models.bank import QuestionType

LOSES = ["缘由和解析", "风险点、岗位、难度", "单选以外的题型"]

_OPTION = re.compile(r"\s*([A-Za-z])\s*[.)、．）]\s*(.*)")
_ANSWER = re.compile(r"\s*(?:ANSWER|答案)\s*[:：]\s*(.*?)\s*$", re.IGNORECASE)


def read(data: bytes) -> Reading:
    """Read a file of single choices; a question with a fault is reported by its line.

    :raises UnreadableFile: if it is no text.
    """
    reading = Reading()
    stem: list[str] = []
    choices: list[tuple[str, str]] = []
    start = 0
    for number, line in enumerate(decoded(data).split("\n"), start=1):
        if not line.strip():
            continue
        start = start or number
        if answer := _ANSWER.match(line):
            _close(reading, start, "\n".join(stem), choices, answer[1].upper())
            stem, choices, start = [], [], 0
        elif option := _OPTION.match(line):
            choices.append((option[1].upper(), option[2].strip()))
        elif choices:
            reading.problems.append(
                Finding(f"第{number}行", "选项后面应是下一个选项，或“ANSWER: B”这样的一行。")
            )
            stem, choices, start = [line.strip()], [], number
        else:
            stem.append(line.strip())
    if stem or choices:
        reading.problems.append(
            Finding(f"第{start}行", "这道题没有“ANSWER: B”这样的一行，请补上正确选项。")
        )
    return reading


def _close(
    reading: Reading, start: int, stem: str, choices: list[tuple[str, str]], right: str
) -> None:
    where = f"第{start}行"
    letters = [letter for letter, _ in choices]
    if not stem:
        reading.problems.append(Finding(where, "答案前面没有题干，请补上。"))
    elif len(choices) < 2:
        reading.problems.append(Finding(where, "至少要有两个选项，请补上。"))
    elif right not in letters:
        reading.problems.append(
            Finding(where, f"正确答案“{right}”不在选项里，请改成已有的选项字母。")
        )
    elif len(set(letters)) < len(letters):
        reading.problems.append(Finding(where, "有两个选项用了同一个字母，请改正。"))
    else:
        try:
            options = options_of([(text, letter == right, "") for letter, text in choices])
        except ValueError as error:
            reading.problems.append(Finding(where, str(error)))
            return
        reading.drafts.append(
            Draft(where=where, type=QuestionType.SINGLE.value, stem=stem, options=options)
        )
