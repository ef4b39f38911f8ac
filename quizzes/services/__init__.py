"""What other apps ask of the question bank."""

from quizzes.services.attempts import (
    close_exams,
    confirm_answer,
    is_over,
    longest_text,
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
from quizzes.services.extra_time import ExtraTimeRefused, grant_extra_time, minutes_for
from quizzes.services.group import draw_for_group, group_results, start_group_attempt
from quizzes.services.marking import mark_answer, marks_by, piles_for, waiting_for
from quizzes.services.regrading import carry_out_regrade, order_regrade, plan_regrade
from quizzes.services.review import rebuild_cards
from quizzes.services.review_days import SECONDS_A_QUESTION, review_day

__all__ = [
    "SECONDS_A_QUESTION",
    "ExtraTimeRefused",
    "Portion",
    "approve_question",
    "carry_out_regrade",
    "close_exams",
    "confirm_answer",
    "draw_for_group",
    "explain",
    "grant_extra_time",
    "group_results",
    "is_over",
    "longest_text",
    "mark_answer",
    "marks_by",
    "minutes_for",
    "note_edit",
    "order_regrade",
    "piles_for",
    "plan_regrade",
    "rebuild_cards",
    "retract_attempts",
    "review_day",
    "save_answer",
    "start_attempt",
    "start_exam",
    "start_group_attempt",
    "start_position_attempt",
    "start_review",
    "submit_attempt",
    "waiting_for",
    "withdraw_question",
]
