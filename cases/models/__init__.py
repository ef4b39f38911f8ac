"""The library of warning cases.

Stores teaching cases and what they show, who checked that nobody can be told from them, where they
were shown, and the packs lectures are held from. Stores nothing about real persons, and no answers:
the questions at the turning points have no key.
"""

from cases.models.checks import AcceptedHit, DeidentificationCheck
from cases.models.pages import (
    AmountBand,
    CaseCitation,
    CaseControl,
    CaseIndexPage,
    CasePage,
    CaseQuerySet,
    Ending,
    FoundBy,
    TurningPoint,
    Visibility,
)
from cases.models.uses import CaseUse, LecturePack, LectureQuestion

__all__ = [
    "AcceptedHit",
    "AmountBand",
    "CaseCitation",
    "CaseControl",
    "CaseIndexPage",
    "CasePage",
    "CaseQuerySet",
    "CaseUse",
    "DeidentificationCheck",
    "Ending",
    "FoundBy",
    "LecturePack",
    "LectureQuestion",
    "TurningPoint",
    "Visibility",
]
