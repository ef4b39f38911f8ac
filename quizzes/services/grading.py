"""Right or wrong: choices by their keys, written answers by what they mean."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from quizzes.models import QuestionVersion

_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_HAN_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?")
_NOISE = re.compile(r"[\s,;:!?\"'“”‘’。、；：！？()_]+")
_PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# Words for the same unit; anything else has to be written as the question writes it.
_SAME_UNIT = {"日": ("日", "天"), "人": ("人", "名"), "小时": ("个小时", "小时", "h"), "%": ("%",)}


def is_right(version: QuestionVersion, response: list[str]) -> bool:
    """Grade a response: chosen keys, or one written text.

    :raises ValueError: if the question is one that a person has to mark.
    """
    if version.has_options:
        return set(response) == set(version.right_keys())
    if not version.answers:
        raise ValueError(f"Version {version.pk} of type {version.type} is not graded by machine")
    given = canonical(" ".join(response), unit=version.unit)
    return any(given == canonical(answer, unit=version.unit) for answer in version.answers)


def canonical(text: str, *, unit: str = "") -> str:
    """Return the form in which two written answers that mean the same are equal.

    Full-width signs, blanks, punctuation, 三十 or 30, 百分之十 or 10%, a repeated unit and trailing
    zeros make no difference: 　３０ 日 ＝ 三十天 ＝ 30.
    """
    text = _NOISE.sub("", unicodedata.normalize("NFKC", text)).lower()
    text = re.sub(r"^百分之(.+)$", r"\1%", text)
    for word in _SAME_UNIT.get(unit, (unit,) if unit else ()):
        if text.endswith(word) and text != word:
            text = text.removesuffix(word)
            break
    text = _HAN_NUMBER.sub(lambda found: _number_of(found[0]), text)
    if _PLAIN_NUMBER.fullmatch(text):
        return _trimmed(text)
    return text


def _trimmed(number: str) -> str:
    try:
        return f"{Decimal(number).normalize():f}"
    except InvalidOperation as error:
        raise ValueError(f"{number!r} is not a number") from error


def _number_of(written: str) -> str:
    whole, _, fraction = written.partition("点")
    value = str(_whole_number_of(whole))
    return value + ("." + "".join(str(_DIGITS[sign]) for sign in fraction) if fraction else "")


def _whole_number_of(written: str) -> int:
    if all(sign in _DIGITS for sign in written):
        return int("".join(str(_DIGITS[sign]) for sign in written))
    total, section, digit = 0, 0, 0
    for sign in written:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _PLACES:
            section += (digit or 1) * _PLACES[sign]
            digit = 0
        else:
            large = 10_000 if sign == "万" else 100_000_000
            total = (total + section + digit or 1) * large
            section = digit = 0
    return total + section + digit
