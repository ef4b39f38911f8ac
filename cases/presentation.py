"""A case as it is told in a room: facts before questions, questions before the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cases.models import CasePage, LecturePack
from quizzes.models import QuestionVersion
from quizzes.models.bank import LETTERS, Option

# About what a wall shows in large letters; a longer stretch of the story becomes two steps.
LONGEST_STEP = 150


@dataclass(frozen=True, slots=True)
class AskedOption:
    """An option with its letter; ``state`` is right or dim, and empty before the answer."""

    key: str
    text: str
    state: str = ""
    why: str = ""

    @property
    def note(self) -> str:
        """What stands beside it once it is known."""
        return "正确答案" if self.state == "right" else ""


@dataclass(frozen=True, slots=True)
class Step:
    """One screen: what it is, a heading, a text, and what can be chosen or is listed."""

    kind: str
    title: str
    text: str = ""
    points: list[str] = field(default_factory=list)
    options: list[AskedOption] = field(default_factory=list)

    @property
    def is_answer(self) -> bool:
        """Whether the options are told apart, and the text says why."""
        return any(option.state for option in self.options)


@dataclass(frozen=True, slots=True)
class PaperQuestion:
    """A question as it is printed, and its key."""

    number: int
    stem: str
    kind: str
    options: list[AskedOption]
    right: str
    explanation: str


def steps_of(pack: LecturePack) -> list[Step]:
    """Return the screens of a lecture: facts, turning points, what came of it, talk, questions."""
    case = pack.case
    steps = [Step(case.edition_label.strip("【】"), case.title, case.disclaimer)]
    number = 0
    for text, turn in case.story_in_turns():
        steps += [Step("经过", "", stretch) for stretch in _stretches(text)]
        if turn is not None:
            number += 1
            steps.append(Step(f"转折点{number}", turn.at, turn.question, list(turn.options)))
            steps.append(Step(f"转折点{number}", turn.at, turn.comment))
    steps.append(Step("怎么处理", "", case.consequences))
    controls = case.controls_with_texts()
    if controls:
        lines = [
            f"{control['label']}{'守住了' if control['held'] else '没守住'}：{control['text']}"
            for control in controls
        ]
        steps.append(Step("守住与没守住", "", "", lines))
    steps += [Step("支部讨论", question) for question in case.discussion_questions]
    steps.append(Step("一句话", "", case.lesson))
    for version in _versions(pack):
        options = _options(version.options)
        steps.append(Step("一起练", version.stem, _hint(version), [], options))
        answered = _answered(version.options)
        steps.append(Step("一起练", version.stem, version.explanation, [], answered))
    return steps


def paper_questions(pack: LecturePack) -> list[PaperQuestion]:
    """Return the questions of a pack for paper."""
    return [
        PaperQuestion(
            number=number,
            stem=version.stem,
            kind=version.get_type_display(),
            options=_options(version.options),
            right="、".join(option["key"] for option in version.options if option["right"]),
            explanation=version.explanation,
        )
        for number, version in enumerate(_versions(pack), start=1)
    ]


def facts_of(case: CasePage) -> list[tuple[str, str]]:
    """Return the head of a case as keys and values."""
    points = case.risk_points.filter(live=True).order_by("code")
    return [
        ("岗位", "、".join(position.name for position in case.positions.all())),
        ("风险点", "、".join(f"{point.code}{point.title}" for point in points)),
        ("金额", case.get_amount_band_display()),
        ("怎么发现", case.get_found_by_display()),
    ]


def _versions(pack: LecturePack) -> list[QuestionVersion]:
    rows = pack.questions.select_related("version").order_by("number")
    return [row.version.filled(row.drawn) for row in rows]


def _hint(version: QuestionVersion) -> str:
    return "可能不止一项，选全了才算对" if version.takes_several else ""


def _options(options: Sequence[Option]) -> list[AskedOption]:
    return [
        AskedOption(letter, option["text"])
        for letter, option in zip(LETTERS, options, strict=False)
    ]


def _answered(options: Sequence[Option]) -> list[AskedOption]:
    return [
        AskedOption(letter, option["text"], "right" if option["right"] else "dim", option["why"])
        for letter, option in zip(LETTERS, options, strict=False)
    ]


def _stretches(text: str) -> list[str]:
    """Return a text cut at ends of sentences into stretches that a screen can hold."""
    pieces: list[str] = []
    rest = text.strip()
    while len(rest) > LONGEST_STEP:
        cut = max(rest.rfind(mark, 0, LONGEST_STEP) for mark in "。！？；")
        # A closing quotation mark stays with its sentence; a text without an end is cut anywhere.
        end = LONGEST_STEP if cut <= 0 else cut + 1 + (rest[cut + 1 : cut + 2] == "”")
        pieces.append(rest[:end])
        rest = rest[end:].strip()
    return [*pieces, rest] if rest else pieces
