"""Assigning, completing and taking back duties of learning."""

from assignments.services.assigning import (
    NoTrainingTrigger,
    assign_due_learning,
    assign_monthly_lesson,
    assign_remedial,
    assign_weekly_learning,
    follow_conclusion,
    lesson_for,
    refresh_due_dates,
    require,
)
from assignments.services.completing import (
    lesson_done,
    next_step,
    questions_done,
    record_attempt,
    record_lesson,
    sweep,
)
from assignments.services.figures import BranchFigures, branch_figures
from assignments.services.taking_back import (
    pause_learning,
    resume_learning,
    take_back,
    take_back_for,
)

__all__ = [
    "BranchFigures",
    "NoTrainingTrigger",
    "assign_due_learning",
    "assign_monthly_lesson",
    "assign_remedial",
    "assign_weekly_learning",
    "branch_figures",
    "follow_conclusion",
    "lesson_done",
    "lesson_for",
    "next_step",
    "pause_learning",
    "questions_done",
    "record_attempt",
    "record_lesson",
    "refresh_due_dates",
    "require",
    "resume_learning",
    "sweep",
    "take_back",
    "take_back_for",
]
