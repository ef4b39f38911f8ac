"""What other apps ask of courses: ways through micro-lessons, cycles, examinations, sign-offs."""

from courses.services.certificates import issue_certificate, revoke_certificate
from courses.services.class_figures import class_figures
from courses.services.classes import form_class, keep_list, plan_class
from courses.services.correcting import (
    Correction,
    Outcome,
    correct_paper_score,
    plan_correction,
    rests_on_lost_pass,
)
from courses.services.enrolling import (
    LessonStep,
    SignStep,
    Standing,
    except_enrollment,
    open_enrollment,
    open_many,
    open_path,
    open_renewals,
    refresher_of,
    settle_if_done,
    standing_of,
    valid_until,
)
from courses.services.examining import (
    enter_paper_score,
    exam_cause,
    open_exam_of,
    portions_of,
    record_exam,
    record_missed_exams,
    sit_exam,
    why_no_exam,
)
from courses.services.first_codes import issue_class_codes, may_issue_codes, members_waiting
from courses.services.learning import (
    answer_check,
    finish_lesson,
    mark_attended,
    open_course_lesson,
    pause_lesson,
)
from courses.services.loads import CycleLoad, loads_of
from courses.services.media import note_upload
from courses.services.micro_lessons import (
    complete_lesson,
    complete_together,
    decide,
    note_reading,
    open_lesson,
    reading_seconds_needed,
    record_progress,
)
from courses.services.signing import (
    confirm_item,
    confirm_level,
    may_confirm,
    name_mentor,
    sign_item,
)

__all__ = [
    "Correction",
    "CycleLoad",
    "LessonStep",
    "Outcome",
    "SignStep",
    "Standing",
    "answer_check",
    "class_figures",
    "complete_lesson",
    "complete_together",
    "confirm_item",
    "confirm_level",
    "correct_paper_score",
    "decide",
    "enter_paper_score",
    "exam_cause",
    "except_enrollment",
    "finish_lesson",
    "form_class",
    "issue_certificate",
    "issue_class_codes",
    "keep_list",
    "loads_of",
    "mark_attended",
    "may_confirm",
    "may_issue_codes",
    "members_waiting",
    "name_mentor",
    "note_reading",
    "note_upload",
    "open_course_lesson",
    "open_enrollment",
    "open_exam_of",
    "open_lesson",
    "open_many",
    "open_path",
    "open_renewals",
    "pause_lesson",
    "plan_class",
    "plan_correction",
    "portions_of",
    "reading_seconds_needed",
    "record_exam",
    "record_missed_exams",
    "record_progress",
    "refresher_of",
    "rests_on_lost_pass",
    "revoke_certificate",
    "settle_if_done",
    "sign_item",
    "sit_exam",
    "standing_of",
    "valid_until",
    "why_no_exam",
]
