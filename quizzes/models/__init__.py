"""The question bank, the attempts made on it, and when each person meets a risk point again.

Stores questions with their frozen versions, blueprints, attempts with every answer, and one review
card a person and risk point. Stores nothing about why an attempt was asked for but a short cause:
whose warning or task it was is known to the apps above. 个人信息：答题记录。
"""

from quizzes.models.attempts import (
    OWN_CAUSES,
    REVIEW_CAUSE,
    Answer,
    Attempt,
    AttemptMode,
    Confidence,
    Quiz,
    ReviewCard,
)
from quizzes.models.bank import (
    CHOICE_TYPES,
    DRAWN_TYPES,
    SEVERAL_TYPES,
    Question,
    QuestionBasis,
    QuestionStatus,
    QuestionType,
    QuestionVersion,
)
from quizzes.models.extra_time import ExtraTime
from quizzes.models.flags import FlagKind, QuestionFlag
from quizzes.models.marks import AnswerMark, Regrade, RegradedAnswer, RegradeWay
from quizzes.models.uploads import QuestionUpload

__all__ = [
    "CHOICE_TYPES",
    "DRAWN_TYPES",
    "OWN_CAUSES",
    "REVIEW_CAUSE",
    "SEVERAL_TYPES",
    "Answer",
    "AnswerMark",
    "Attempt",
    "AttemptMode",
    "Confidence",
    "ExtraTime",
    "FlagKind",
    "Question",
    "QuestionBasis",
    "QuestionFlag",
    "QuestionStatus",
    "QuestionType",
    "QuestionUpload",
    "QuestionVersion",
    "Quiz",
    "Regrade",
    "RegradeWay",
    "RegradedAnswer",
    "ReviewCard",
]
