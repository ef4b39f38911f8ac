"""What is learnt, by whom and how far: micro-lessons, courses with their cycles, certificates.

Stores the content as pages, who has seen which lesson, the cycles of each person with lessons,
examinations and sign-offs, the classes of new hires and their certificates. Stores no answers to
quizzes, and not by when something is due: that is the duty's. 个人信息：学习记录、成绩、签认。
"""

from courses.models.certificates import Certificate, CertificateStatus
from courses.models.classes import ClassMember, TrainingClass
from courses.models.courses import (
    AssessmentKind,
    CourseIndexPage,
    CourseKind,
    CoursePage,
    LessonAttachment,
    LessonPage,
    Renewal,
)
from courses.models.enrollments import (
    SETTLED_STATUSES,
    Enrollment,
    EnrollmentStatus,
    ExamResult,
    LessonProgress,
    LessonWay,
    SignOff,
)
from courses.models.media import MediaFile, MediaKind
from courses.models.micro_lessons import (
    DecisionOption,
    LessonPart,
    LessonQuestion,
    MicroLessonIndexPage,
    MicroLessonPage,
    TimedPart,
)
from courses.models.views import LessonMode, LessonView

__all__ = [
    "SETTLED_STATUSES",
    "AssessmentKind",
    "Certificate",
    "CertificateStatus",
    "ClassMember",
    "CourseIndexPage",
    "CourseKind",
    "CoursePage",
    "DecisionOption",
    "Enrollment",
    "EnrollmentStatus",
    "ExamResult",
    "LessonAttachment",
    "LessonMode",
    "LessonPage",
    "LessonPart",
    "LessonProgress",
    "LessonQuestion",
    "LessonView",
    "LessonWay",
    "MediaFile",
    "MediaKind",
    "MicroLessonIndexPage",
    "MicroLessonPage",
    "Renewal",
    "SignOff",
    "TimedPart",
    "TrainingClass",
]
