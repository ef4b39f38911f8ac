"""Moodle XML: read as Moodle and the many tools that imitate it write it, and written."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from quizzes.interchange.drafts import (
    CODE,
    FALSE,
    TRUE,
    Draft,
    Finding,
    Reading,
    UnreadableFile,
    decoded,
    judgement,
    options_of,
)
from quizzes.interchange.markup import plain, tidy
from quizzes.models.bank import QuestionType

LOSES = [
    "对应措施、依据、负责人、复核日期",
    "情景题成为单选题",
    "填空题的单位，简答题的得分点",
    "有参数的题",
]

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SPLIT_TAG = re.compile(r"(风险点|岗位|难度)[:：](.+)")
_UNKEPT = {
    "cloze": "填空和选择混排",
    "matching": "连线",
    "description": "说明文字",
    "calculated": "计算",
    "calculatedmulti": "计算选择",
    "calculatedsimple": "简单计算",
    "randomsamatch": "随机连线",
    "ordering": "排序",
    "gapselect": "选词填空",
    "ddwtos": "拖放填空",
    "ddimageortext": "拖放到图",
    "ddmarker": "拖放标记",
}


def read(data: bytes) -> Reading:
    """Read a Moodle XML file; a question is named by its number and name.

    :raises UnreadableFile: if it is no such file.
    """
    text = decoded(data)
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise UnreadableFile("文件里有DOCTYPE或实体定义，题库文件用不到它们；请去掉后再上传。")
    try:
        # The declared encoding is of no use any more, the text is decoded already.
        root = ElementTree.fromstring(_DECLARATION.sub("", text))  # noqa: S314  # no DTD, see above
    except ElementTree.ParseError as error:
        line, column = error.position
        raise UnreadableFile(
            f"第{line}行第{column + 1}个字起不是合格的XML，请从原系统重新导出后再上传。"
        ) from error
    if root.tag != "quiz":
        raise UnreadableFile(f"最外层应是<quiz>，这个文件是<{root.tag}>，不是Moodle题库文件。")
    reading, category = Reading(), ""
    number = 0
    for question in root.findall("question"):
        kind = question.get("type", "")
        if kind == "category":
            category = _words(question.find("category")).split("/")[-1]
            continue
        number += 1
        name = _words(question.find("name"))
        where = f"第{number}题（{name}）" if name else f"第{number}题"
        if kind not in _READERS:
            told = _UNKEPT.get(kind, kind or "没有写明")
            reading.skipped.append(Finding(where, f"这里没有“{told}”这种题型，没有导入。"))
            continue
        try:
            draft = _draft(question, where, category, reading)
            _READERS[kind](question, draft, reading)
        except ValueError as error:
            reading.problems.append(Finding(where, str(error)))
        else:
            reading.drafts.append(draft)
    return reading


def write(drafts: Iterable[Draft]) -> tuple[str, list[Finding]]:
    """Return the questions as Moodle XML, and which could not be written."""
    root, left_out, category = Element("quiz"), list[Finding](), ""
    for draft in drafts:
        kind = QuestionType(draft.type)
        is_odd = kind == QuestionType.JUDGE and [o["text"] for o in draft.options] != [TRUE, FALSE]
        if draft.parameters or is_odd:
            left_out.append(Finding(draft.code, "Moodle XML放不下这道题的参数或选项，没有导出。"))
            continue
        if draft.category != category:
            category = draft.category
            _text(_text_parent(root, "question", "category", type="category"), category)
        _write_question(root, draft, kind)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{_serialised(root)}\n', left_out


def _draft(question: Element, where: str, category: str, reading: Reading) -> Draft:
    stem = _plain(question.find("questiontext"), where, reading)
    if not stem:
        raise ValueError("题干里没有文字，请在原系统里补上再导出。")
    code = _words(question.find("idnumber")) or _words(question.find("name"))
    draft = Draft(
        where=where,
        type="",
        stem=stem,
        code=code if CODE.fullmatch(code) else "",
        category=category,
        explanation=_plain(question.find("generalfeedback"), where, reading),
    )
    for tag in question.findall("tags/tag"):
        found = _SPLIT_TAG.fullmatch(_words(tag))
        if found is None:
            continue
        if found[1] == "风险点":
            draft.risk_points.append(found[2])
        elif found[1] == "岗位":
            draft.positions.append(found[2])
        elif found[2] in {"1", "2", "3"}:
            draft.difficulty = int(found[2])
    return draft


def _read_multichoice(question: Element, draft: Draft, reading: Reading) -> None:
    rows = []
    for answer in question.findall("answer"):
        text = _plain(answer, draft.where, reading)
        if not text:
            raise ValueError("有一个选项没有文字，请在原系统里补上再导出。")
        feedback = _plain(answer.find("feedback"), draft.where, reading)
        rows.append((text, _fraction(answer), feedback))
    if not rows:
        raise ValueError("没有选项，请在原系统里补上再导出。")
    is_single = _words(question, tag="single").lower() not in {"false", "0"}
    if is_single:
        if any(0 < fraction < 100 for _, fraction, _ in rows):
            reading.notes.append(Finding(draft.where, "只得部分分的选项按不对处理，分值没有导入。"))
        rights = [fraction >= 100 for _, fraction, _ in rows]
        draft.type = QuestionType.SINGLE.value
    else:
        rights = [fraction > 0 for _, fraction, _ in rows]
        if len({fraction for _, fraction, _ in rows if fraction > 0}) > 1:
            reading.notes.append(
                Finding(draft.where, "各正确选项的分值不同，这里要选全才算对，分值没有导入。")
            )
        draft.type = QuestionType.MULTIPLE.value
    draft.options = options_of(
        [(text, right, why) for (text, _, why), right in zip(rows, rights, strict=True)]
    )


def _read_truefalse(question: Element, draft: Draft, reading: Reading) -> None:
    whys, is_true = {"true": "", "false": ""}, None
    for answer in question.findall("answer"):
        word = _words(answer).lower()
        if word not in whys:
            raise ValueError("判断题的答案应是true或false，请在原系统里改好再导出。")
        whys[word] = _plain(answer.find("feedback"), draft.where, reading)
        if _fraction(answer) >= 100:
            is_true = word == "true"
    if is_true is None:
        raise ValueError("判断题没有写明对错，请在原系统里改好再导出。")
    draft.type = QuestionType.JUDGE.value
    draft.options = judgement(is_true=is_true, why_true=whys["true"], why_false=whys["false"])


def _read_shortanswer(question: Element, draft: Draft, reading: Reading) -> None:
    answers = question.findall("answer")
    full = [_plain(answer, draft.where, reading) for answer in answers if _fraction(answer) >= 100]
    if not full:
        raise ValueError("没有一个答案得满分，请在原系统里改好再导出。")
    if len(full) < len(answers):
        reading.notes.append(Finding(draft.where, "只得部分分的答案没有导入。"))
    if any("*" in answer for answer in full):
        reading.notes.append(Finding(draft.where, "答案里的*不再代表任意文字，请逐个写出。"))
    if _words(question, tag="usecase") == "1":
        reading.notes.append(Finding(draft.where, "这里不分大小写。"))
    draft.type = QuestionType.FILL.value
    draft.answers = full


def _read_numerical(question: Element, draft: Draft, reading: Reading) -> None:
    _read_shortanswer(question, draft, reading)
    for answer in question.findall("answer"):
        margin = _words(answer, tag="tolerance")
        if margin.strip("0."):
            reading.notes.append(Finding(draft.where, f"容许的误差±{margin}没有导入，只认准确值。"))


def _read_essay(question: Element, draft: Draft, reading: Reading) -> None:
    draft.type = QuestionType.SHORT.value
    draft.model_answer = _plain(question.find("graderinfo"), draft.where, reading)


_READERS = {
    "multichoice": _read_multichoice,
    "truefalse": _read_truefalse,
    "shortanswer": _read_shortanswer,
    "numerical": _read_numerical,
    "essay": _read_essay,
}


def _fraction(answer: Element) -> Decimal:
    try:
        return Decimal(answer.get("fraction", "0").strip() or "0")
    except InvalidOperation as error:
        raise ValueError(f"分值“{answer.get('fraction')}”不是数，请改正。") from error


def _words(parent: Element | None, *, tag: str = "") -> str:
    """Return what stands in an element, or in its <text>, or in its <text> under a tag."""
    element = parent.find(tag) if parent is not None and tag else parent
    if element is None:
        return ""
    inner = element.find("text")
    return "".join((inner if inner is not None else element).itertext()).strip()


def _plain(element: Element | None, where: str, reading: Reading) -> str:
    if element is None:
        return ""
    inner = element.find("text")
    written = (inner if inner is not None else element).text or ""
    # Files of other tools often leave the format out and write HTML all the same.
    is_html = element.get("format") == "html" or bool(re.search(r"[<&]", written))
    if is_html and element.get("format") not in {"plain_text", "markdown"}:
        words, media = plain(written)
    else:
        words, media = tidy(written), list[str]()
    if element.find("file") is not None and not media:
        media = ["附件"]
    for kind in dict.fromkeys(media):
        reading.notes.append(Finding(where, f"{kind}没有导入，请在题干里用文字说明。"))
    return words


def _write_question(root: Element, draft: Draft, kind: QuestionType) -> None:
    names = {
        QuestionType.JUDGE: "truefalse",
        QuestionType.FILL: "shortanswer",
        QuestionType.SHORT: "essay",
    }
    question = SubElement(root, "question", type=names.get(kind, "multichoice"))
    _text(SubElement(question, "name"), draft.code)
    _text(SubElement(question, "questiontext", format="plain_text"), draft.stem)
    _text(SubElement(question, "generalfeedback", format="plain_text"), draft.explanation)
    SubElement(question, "idnumber").text = draft.code
    if kind == QuestionType.SHORT:
        _text(SubElement(question, "graderinfo", format="plain_text"), draft.model_answer)
    elif kind == QuestionType.FILL:
        for answer in draft.answers:
            _text(SubElement(question, "answer", fraction="100", format="plain_text"), answer)
    else:
        _write_options(question, draft, kind)
    tags = SubElement(question, "tags")
    named = [("风险点", code) for code in draft.risk_points]
    named += [("岗位", code) for code in draft.positions]
    named += [("难度", str(draft.difficulty))] if draft.difficulty else []
    for name, value in named:
        _text(SubElement(tags, "tag"), f"{name}:{value}")


def _write_options(question: Element, draft: Draft, kind: QuestionType) -> None:
    rights = sum(option["right"] for option in draft.options)
    share = f"{Decimal(100) / max(rights, 1):.5f}" if kind == QuestionType.MULTIPLE else "100"
    if kind != QuestionType.JUDGE:
        is_single = str(kind != QuestionType.MULTIPLE).lower()
        SubElement(question, "single").text = is_single
    for option in draft.options:
        fraction = share if option["right"] else "0"
        answer = SubElement(question, "answer", fraction=fraction, format="plain_text")
        words = {TRUE: "true", FALSE: "false"}
        text = words[option["text"]] if kind == QuestionType.JUDGE else option["text"]
        _text(answer, text)
        _text(SubElement(answer, "feedback", format="plain_text"), option["why"])


def _text_parent(root: Element, outer: str, inner: str, **attributes: str) -> Element:
    return SubElement(SubElement(root, outer, attributes), inner)


def _text(parent: Element, words: str) -> None:
    SubElement(parent, "text").text = words


def _serialised(root: Element) -> str:
    return ElementTree.tostring(root, encoding="unicode")
