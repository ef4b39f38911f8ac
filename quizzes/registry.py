"""What the apps above add to the result of an attempt: which task it completed, and where to go."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quizzes.models import Attempt


@dataclass(frozen=True, slots=True)
class ResultNote:
    """One sentence on the result page, with a link."""

    sentence: str
    url: str = ""
    action: str = ""


NoteSource = Callable[["Attempt"], "ResultNote | None"]

_sources: list[NoteSource] = []


def register_result_note(source: NoteSource) -> NoteSource:
    """Register what an app above says of an attempt on its result page; nothing if None."""
    _sources.append(source)
    return source


def result_notes(attempt: "Attempt") -> list[ResultNote]:
    """Return what the apps above say of an attempt."""
    notes = (source(attempt) for source in _sources)
    return [note for note in notes if note is not None]
