"""What is learnt: micro-lessons, courses with their lessons, and who has seen which lesson.

Stores the content as pages and one row a person, lesson and cause. Stores no answers to quizzes.
个人信息：学习记录。
"""

from courses.models.courses import (
    AssessmentKind,
    CourseIndexPage,
    CourseKind,
    CoursePage,
    LessonPage,
)
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
    "AssessmentKind",
    "CourseIndexPage",
    "CourseKind",
    "CoursePage",
    "DecisionOption",
    "LessonMode",
    "LessonPage",
    "LessonPart",
    "LessonQuestion",
    "LessonView",
    "MicroLessonIndexPage",
    "MicroLessonPage",
    "TimedPart",
]
