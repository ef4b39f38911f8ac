"""What is done with cases: checked by a second person, published, shown, lectured from."""

from cases.services.checking import (
    accept_hit,
    cases_to_check,
    confirm_deidentified,
    found_in,
    keep_loaded_check,
    publish_case,
    read_roster,
    refuse_unchecked,
    take_back_acceptance,
    unchecked,
    writers_of,
)
from cases.services.lectures import group_figures, make_lecture_pack, start_practice
from cases.services.uses import forget_uses, note_use, note_uses

__all__ = [
    "accept_hit",
    "cases_to_check",
    "confirm_deidentified",
    "forget_uses",
    "found_in",
    "group_figures",
    "keep_loaded_check",
    "make_lecture_pack",
    "note_use",
    "note_uses",
    "publish_case",
    "read_roster",
    "refuse_unchecked",
    "start_practice",
    "take_back_acceptance",
    "unchecked",
    "writers_of",
]
