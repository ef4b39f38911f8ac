"""GIFT, the plain-text format of Moodle: read as other programs write it, and written."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from quizzes.interchange.drafts import (
    CODE,
    FALSE,
    TRUE,
    Draft,
    Finding,
    Reading,
    decoded,
    judgement,
    options_of,
)
from quizzes.interchange.markup import plain, tidy
from quizzes.models.bank import Option, QuestionType

LOSES = [
    "岗位、难度、对应措施、依据、负责人、复核日期",
    "风险点只留主风险点（写成类别）",
    "情景题成为单选题",
    "填空题的单位和缘由，简答题的得分点和参考答案",
    "有参数的题",
]

_SPECIAL = "~=#{}:"
# An escaped sign is kept out of the way of the parser as one private character.
_HIDDEN = {sign: chr(0xE000 + n) for n, sign in enumerate(_SPECIAL + "\\n")}
_SHOWN = {hidden: ("\n" if sign == "n" else sign) for sign, hidden in _HIDDEN.items()}
_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_MARKUP = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?[\d.]+)%")
_BOOLEAN = re.compile(r"(T|TRUE|F|FALSE)(?=$|\s*#)", re.IGNORECASE)
_ITEM = re.compile(r"([=~])([^=~]*)")
GAP = "____"


@dataclass(frozen=True, slots=True)
class _Answer:
    is_right: bool
    weight: Decimal | None
    text: str
    feedback: str


def read(data: bytes) -> Reading:
    """Read a GIFT file; a question is named by the line where it begins.

    :raises UnreadableFile: if it is no text.
    """
    reading = Reading()
    category = ""
    for start, block in _blocks(decoded(data), reading):
        where = f"第{start}行"
        if block.startswith("$CATEGORY:"):
            category = block.removeprefix("$CATEGORY:").strip().split("/")[-1]
            continue
        try:
            draft = _question(where, block, reading)
        except ValueError as error:
            reading.problems.append(Finding(where, str(error)))
            continue
        if draft is not None:
            draft.category = category
            reading.drafts.append(draft)
    return reading


def write(drafts: Iterable[Draft]) -> tuple[str, list[Finding]]:
    """Return the questions as GIFT, and which could not be written."""
    parts, left_out, category = [], [], ""
    for draft in drafts:
        body = _written(draft)
        if body is None:
            left_out.append(Finding(draft.code, "GIFT放不下这道题的参数或选项，没有导出。"))
            continue
        if draft.category != category:
            category = draft.category
            parts.append(f"$CATEGORY: {category}")
        general = f"####{_escape(draft.explanation)}" if draft.explanation else ""
        parts.append(f"::{_escape(draft.code)}::{_escape(draft.stem)}{{{body}{general}}}")
    return "\n\n".join(parts) + "\n", left_out


def _blocks(text: str, reading: Reading) -> Iterable[tuple[int, str]]:
    """Yield each question with its line; blank lines separate, except inside braces."""
    lines: list[str] = []
    start = depth = 0
    for number, raw in enumerate(text.split("\n"), start=1):
        line = _ESCAPED.sub(lambda found: _HIDDEN[found[1]], raw)
        if line.lstrip().startswith("//"):
            continue
        if not lines and line.startswith("$CATEGORY:"):
            yield number, _restore(line)
            continue
        if not line.strip() and depth == 0:
            if lines:
                yield start, "\n".join(lines)
            lines = []
            continue
        start = start if lines else number
        lines.append(line)
        depth = max(0, depth + line.count("{") - line.count("}"))
    if depth:
        reading.problems.append(
            Finding(f"第{start}行", "从这里起有一个{没有配成对，请补上}，或在它前面加\\。")
        )
    elif lines:
        yield start, "\n".join(lines)


def _question(where: str, block: str, reading: Reading) -> Draft | None:
    """Return the draft, or None if it is of a type that is not kept.

    :raises ValueError: with the sentence that says what is wrong with it.
    """
    title = ""
    if found := _TITLE.match(block):
        title, block = _restore(found[1]).strip(), block[found.end() :]
    is_html = False
    if found := _MARKUP.match(block):
        is_html, block = found[1].lower() == "html", block[found.end() :]
    before, opened, rest = block.partition("{")
    if not opened:
        reading.skipped.append(Finding(where, "没有{}，是说明文字，不是题，没有导入。"))
        return None
    body, closed, after = rest.partition("}")
    if not closed:
        raise ValueError("有一个{没有配成对，请补上}，或在它前面加\\。")
    if "{" in after:
        reading.skipped.append(Finding(where, "一道题里有几处要填，这里没有这种题型，没有导入。"))
        return None
    stem = _shown(before, is_html, where, reading)
    if after.strip(" \n。.!?？！"):
        stem = f"{stem}{GAP}{_shown(after, is_html, where, reading)}"
    if not stem:
        raise ValueError("{前面没有题干，请补上。")
    body, _, general = body.partition("####")
    draft = Draft(
        where=where,
        type="",
        stem=stem,
        code=title if CODE.fullmatch(title) else "",
        explanation=_shown(general, is_html, where, reading),
    )
    return draft if _fill(draft, body.strip(), is_html, reading) else None


def _fill(draft: Draft, body: str, is_html: bool, reading: Reading) -> bool:
    """Give the draft its type and key; return whether it is of a type that is kept."""
    where = draft.where
    if not body:
        draft.type = QuestionType.SHORT.value
        return True
    if found := _BOOLEAN.match(body):
        is_true = found[1].upper().startswith("T")
        parts = [_shown(part, is_html, where, reading) for part in body.split("#")[1:]]
        why_wrong, why_right = (*parts, "", "")[:2]
        draft.type = QuestionType.JUDGE.value
        draft.options = judgement(
            is_true=is_true,
            why_true=why_right if is_true else why_wrong,
            why_false=why_wrong if is_true else why_right,
        )
        return True
    if body.startswith("#"):
        return _fill_number(draft, body[1:].strip(), reading)
    answers = [_answer(mark, text, is_html, where, reading) for mark, text in _ITEM.findall(body)]
    if not answers:
        raise ValueError("{}里读不出答案；选项用~或=开头，判断写T或F。")
    if all(answer.is_right and "->" in answer.text for answer in answers):
        reading.skipped.append(Finding(where, "这里没有连线题，没有导入。"))
        return False
    if all(answer.is_right for answer in answers):
        _fill_words(draft, answers, reading)
        return True
    _fill_choices(draft, answers, reading)
    return True


def _fill_words(draft: Draft, answers: list[_Answer], reading: Reading) -> None:
    full = [a for a in answers if a.weight is None or a.weight >= 100]
    if len(full) < len(answers):
        reading.notes.append(Finding(draft.where, "只得部分分的答案没有导入。"))
    if any(answer.feedback for answer in full):
        reading.notes.append(Finding(draft.where, "填空题各答案的反馈没有导入，请写进解析。"))
    draft.type = QuestionType.FILL.value
    draft.answers = [answer.text for answer in full]


def _fill_choices(draft: Draft, answers: list[_Answer], reading: Reading) -> None:
    weights = [answer.weight for answer in answers if not answer.is_right]
    rights = sum(answer.is_right for answer in answers)
    if rights == 0 and any(weight is not None and weight > 0 for weight in weights):
        positive = {w for w in weights if w is not None and w > 0}
        if len(positive) > 1:
            reading.notes.append(
                Finding(draft.where, "各正确选项的分值不同，这里要选全才算对，分值没有导入。")
            )
        draft.type = QuestionType.MULTIPLE.value
        chosen = [bool(a.weight is not None and a.weight > 0) for a in answers]
    else:
        if any(weight is not None and weight > 0 for weight in weights):
            reading.notes.append(Finding(draft.where, "只得部分分的选项按不对处理，分值没有导入。"))
        draft.type = (QuestionType.SINGLE if rights == 1 else QuestionType.MULTIPLE).value
        chosen = [answer.is_right for answer in answers]
    draft.options = options_of(
        [(a.text, right, a.feedback) for a, right in zip(answers, chosen, strict=True)]
    )


def _fill_number(draft: Draft, body: str, reading: Reading) -> bool:
    draft.type = QuestionType.FILL.value
    # Without “=”, what stands first is the answer; a “~” after it only says what is wrong.
    items = _ITEM.findall(body) if body.startswith("=") else [("=", body.partition("~")[0])]
    for _, item in items:
        text = item.partition("#")[0]
        if found := _WEIGHT.match(text):
            if Decimal(found[1]) < 100:
                reading.notes.append(Finding(draft.where, "只得部分分的答案没有导入。"))
                continue
            text = text[found.end() :]
        if ".." in text:
            reading.skipped.append(
                Finding(draft.where, "答案是一个区间，这里的填空只认准确值，没有导入。")
            )
            return False
        # A colon that was not escaped sets the tolerance off.
        value, _, tolerance = _restore(text).strip().partition(":")
        try:
            number, margin = Decimal(value.strip()), Decimal(tolerance.strip() or "0")
        except InvalidOperation as error:
            raise ValueError(f"“{value.strip()}”不是数，请改正#后面的答案。") from error
        if margin:
            reading.notes.append(Finding(draft.where, f"容许的误差±{margin}没有导入，只认准确值。"))
        draft.answers.append(f"{number:f}")
    return True


def _answer(mark: str, item: str, is_html: bool, where: str, reading: Reading) -> _Answer:
    text, _, feedback = item.partition("#")
    weight = None
    if found := _WEIGHT.match(text):
        try:
            weight = Decimal(found[1])
        except InvalidOperation as error:
            raise ValueError(f"“%{found[1]}%”不是分值，请改成%50%这样的写法。") from error
        text = text[found.end() :]
    if found := _MARKUP.match(text):
        is_html, text = found[1].lower() == "html", text[found.end() :]
    shown = _shown(text, is_html, where, reading)
    if not shown:
        raise ValueError("有一个选项没有文字，请补上。")
    return _Answer(mark == "=", weight, shown, _shown(feedback, is_html, where, reading))


def _shown(text: str, is_html: bool, where: str, reading: Reading) -> str:
    text = _restore(text)
    if not is_html:
        return tidy(text)
    words, media = plain(text)
    for kind in dict.fromkeys(media):
        reading.notes.append(Finding(where, f"{kind}没有导入，请在题干里用文字说明。"))
    return words


def _restore(text: str) -> str:
    return "".join(_SHOWN.get(sign, sign) for sign in text)


def _escape(text: str) -> str:
    escaped = "".join(f"\\{sign}" if sign in _SPECIAL + "\\" else sign for sign in text)
    return escaped.replace("\n", "\\n")


def _written(draft: Draft) -> str | None:
    """Return what stands between the braces, or None if GIFT has no place for it."""
    if draft.parameters:
        return None
    match QuestionType(draft.type):
        case QuestionType.SHORT:
            return ""
        case QuestionType.FILL:
            return " ".join(f"={_escape(answer)}" for answer in draft.answers)
        case QuestionType.JUDGE:
            return _written_judgement(draft.options)
        case QuestionType.MULTIPLE:
            share = Decimal(100) / sum(option["right"] for option in draft.options)
            weights = {True: f"%{share:.5f}%", False: "%-100%"}
            return "\n".join(
                f"~{weights[o['right']]}{_escape(o['text'])}{_feedback(o)}" for o in draft.options
            )
    return "\n".join(
        f"{'=' if o['right'] else '~'}{_escape(o['text'])}{_feedback(o)}" for o in draft.options
    )


def _written_judgement(options: list[Option]) -> str | None:
    if [option["text"] for option in options] != [TRUE, FALSE]:
        return None
    true, false = options
    sign, wrong, right = ("T", false, true) if true["right"] else ("F", true, false)
    return f"{sign}#{_escape(wrong['why'])}#{_escape(right['why'])}"


def _feedback(option: Option) -> str:
    return f"#{_escape(option['why'])}" if option["why"] else ""
