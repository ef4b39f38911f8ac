"""What other apps ask of the question bank."""

from quizzes.services.attempts import (
    REVIEW_QUESTIONS,
    close_exams,
    confirm_answer,
    retract_attempts,
    save_answer,
    start_attempt,
    start_exam,
    start_position_attempt,
    start_review,
    submit_attempt,
)
from quizzes.services.bank import approve_question, note_edit, withdraw_question
from quizzes.services.drawing import Portion
from quizzes.services.explaining import explain
from quizzes.services.review import rebuild_cards

__all__ = [
    "REVIEW_QUESTIONS",
    "Portion",
    "approve_question",
    "close_exams",
    "confirm_answer",
    "explain",
    "note_edit",
    "rebuild_cards",
    "retract_attempts",
    "save_answer",
    "start_attempt",
    "start_exam",
    "start_position_attempt",
    "start_review",
    "submit_attempt",
    "withdraw_question",
]
