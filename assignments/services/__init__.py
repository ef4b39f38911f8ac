"""Assigning, completing and taking back duties of learning."""

from assignments.services.allotting import carry_out
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
from assignments.services.claims import duties_of
from assignments.services.completing import (
    lesson_done,
    next_step,
    questions_done,
    record_attempt,
    record_lesson,
    sweep,
)
from assignments.services.courses import (
    due_dates_of_cycles,
    end_duties,
    open_paths_of_joiners,
    record_course,
    require_course,
    sweep_courses,
)
from assignments.services.figures import BranchFigures, branch_figures
from assignments.services.recomputing import recompute
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
    "carry_out",
    "due_dates_of_cycles",
    "duties_of",
    "end_duties",
    "follow_conclusion",
    "lesson_done",
    "lesson_for",
    "next_step",
    "open_paths_of_joiners",
    "pause_learning",
    "questions_done",
    "recompute",
    "record_attempt",
    "record_course",
    "record_lesson",
    "refresh_due_dates",
    "require",
    "require_course",
    "resume_learning",
    "sweep",
    "sweep_courses",
    "take_back",
    "take_back_for",
]
