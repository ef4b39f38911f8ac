"""Which formats there are, how each is called, and what it cannot hold."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from quizzes.interchange import aiken, gift, moodle_xml, quiz_app, workbook
from quizzes.interchange.drafts import Draft, Finding, Reading

Written = tuple[bytes, list[Finding]]


@dataclass(frozen=True, slots=True)
class Format:
    """One file format. ``write`` is None where files are only read.

    ``holds`` names the parts of a draft that a file can say something about; the others of a
    question that is already in the bank stay as they are.
    """

    code: str
    label: str
    suffix: str
    content_type: str
    loses: list[str]
    holds: frozenset[str]
    read: Callable[[bytes], Reading]
    write: Callable[[Iterable[Draft]], Written] | None = None

    @property
    def is_written(self) -> bool:
        """Whether the bank can be taken out in it."""
        return self.write is not None


def _encoded(
    write: Callable[[Iterable[Draft]], tuple[str, list[Finding]]],
) -> Callable[[Iterable[Draft]], Written]:
    def written(drafts: Iterable[Draft]) -> Written:
        text, left_out = write(drafts)
        return text.encode(), left_out

    return written


_TEXT = frozenset({"type", "stem", "options", "answers"})
_ALL = [
    Format(
        "xlsx",
        "Excel",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        workbook.LOSES,
        frozenset(Draft.__dataclass_fields__) | {"why"},
        workbook.read,
        workbook.write,
    ),
    Format(
        "gift",
        "GIFT",
        "txt",
        "text/plain",
        gift.LOSES,
        _TEXT | {"why", "explanation"},
        gift.read,
        _encoded(gift.write),
    ),
    Format(
        "moodle",
        "Moodle XML",
        "xml",
        "application/xml",
        moodle_xml.LOSES,
        _TEXT | {"why", "explanation", "risk_points", "positions", "difficulty", "model_answer"},
        moodle_xml.read,
        _encoded(moodle_xml.write),
    ),
    Format("aiken", "Aiken", "txt", "text/plain", aiken.LOSES, _TEXT, aiken.read),
    Format(
        "quiz_app",
        "django-quiz-app数据（dumpdata）",
        "json",
        "application/json",
        quiz_app.LOSES,
        _TEXT | {"explanation"},
        quiz_app.read,
    ),
]
FORMATS = {each.code: each for each in _ALL}
