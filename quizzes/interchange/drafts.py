"""What every format reads into and is written from: a question that may still lack something."""

import re
from dataclasses import dataclass, field
from datetime import date

from quizzes.models.bank import LETTERS, MarkingPoint, Option, QuestionText
from quizzes.models.clauses import BasisReference
from quizzes.parameters import Parameter

CODE = re.compile(r"[-A-Za-z0-9_]{1,30}")
TRUE, FALSE = "正确", "错误"
MOST_QUESTIONS = 2_000


class UnreadableFile(Exception):
    """Nothing of a file can be read; the text is a sentence for the editor."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about one place of a file: “第12行”, “第3题（停电）”."""

    where: str
    sentence: str


@dataclass(slots=True)
class Draft:
    """One question of a file. What the format does not hold stays empty."""

    where: str
    type: str
    stem: str
    code: str = ""
    category: str = ""
    risk_points: list[str] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    difficulty: int | None = None
    control_seq: int | None = None
    options: list[Option] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    unit: str = ""
    marking_points: list[MarkingPoint] = field(default_factory=list)
    model_answer: str = ""
    explanation: str = ""
    bases: list[BasisReference] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    owner: str = ""
    review_on: date | None = None

    def text(self) -> QuestionText:
        """Return what a learner reads, as a version would freeze it."""
        return QuestionText(
            type=self.type,
            stem=self.stem,
            options=self.options,
            answers=self.answers,
            unit=self.unit,
            marking_points=self.marking_points,
            model_answer=self.model_answer,
            explanation=self.explanation,
            bases=self.bases,
            control_seq=self.control_seq,
            parameters=self.parameters,
        )


@dataclass(slots=True)
class Reading:
    """What a file holds. ``problems`` must be mended in the file; ``skipped`` is what this bank has
    no type for; ``notes`` say what was read but not kept whole."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    skipped: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


def options_of(choices: list[tuple[str, bool, str]]) -> list[Option]:
    """Return lettered options of text, whether it is right, and why.

    :raises ValueError: if there are more than there are letters.
    """
    if len(choices) > len(LETTERS):
        raise ValueError(f"选项多于{len(LETTERS)}个，请删到{len(LETTERS)}个以内。")
    return [
        Option(key=letter, text=text, right=right, why=why)
        for letter, (text, right, why) in zip(LETTERS, choices, strict=False)
    ]


def judgement(*, is_true: bool, why_true: str = "", why_false: str = "") -> list[Option]:
    """Return the two options of a true-or-false question."""
    return options_of([(TRUE, is_true, why_true), (FALSE, not is_true, why_false)])


def decoded(data: bytes) -> str:
    """Return a text file in whatever Chinese or Western editor wrote it.

    :raises UnreadableFile: if it is no text.
    """
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return _text_in(data, [encoding])
    return _text_in(data, ["utf-8", "gb18030"])


def _text_in(data: bytes, encodings: list[str]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise UnreadableFile("这个文件不是文字文件，或者编码认不出来；请用UTF-8编码另存后再上传。")
