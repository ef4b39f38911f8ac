"""What other apps ask of the question bank."""

from quizzes.services.attempts import (
    confirm_answer,
    retract_attempts,
    save_answer,
    start_attempt,
    start_position_attempt,
    submit_attempt,
)
from quizzes.services.bank import approve_question, note_edit, withdraw_question
from quizzes.services.review import rebuild_cards

__all__ = [
    "approve_question",
    "confirm_answer",
    "note_edit",
    "rebuild_cards",
    "retract_attempts",
    "save_answer",
    "start_attempt",
    "start_position_attempt",
    "submit_attempt",
    "withdraw_question",
]
