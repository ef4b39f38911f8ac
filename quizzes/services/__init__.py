"""What other apps ask of the question bank."""

from quizzes.services.attempts import (
    REVIEW_QUESTIONS,
    confirm_answer,
    retract_attempts,
    save_answer,
    start_attempt,
    start_position_attempt,
    start_review,
    submit_attempt,
)
from quizzes.services.bank import approve_question, note_edit, withdraw_question
from quizzes.services.explaining import explain
from quizzes.services.review import rebuild_cards

__all__ = [
    "REVIEW_QUESTIONS",
    "approve_question",
    "confirm_answer",
    "explain",
    "note_edit",
    "rebuild_cards",
    "retract_attempts",
    "save_answer",
    "start_attempt",
    "start_position_attempt",
    "start_review",
    "submit_attempt",
    "withdraw_question",
]
