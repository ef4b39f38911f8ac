"""What a Party branch plans and holds to teach its people, and who was there.

Stores year plans, sessions with their agenda, who was to come and who came, leave, make-up study,
films and the addresses of calendars. Stores no fact of a warning, no place of a phone and no
answer to a question. 个人信息：出席、请假、补学。
"""

from education_sessions.models.attendance import Attendance, MakeUp
from education_sessions.models.choices import (
    ABSENT_STATUSES,
    AttendanceStatus,
    Audience,
    ItemKind,
    Period,
    SessionKind,
    SessionStatus,
    SignInWay,
)
from education_sessions.models.feeds import CalendarFeed
from education_sessions.models.films import Film
from education_sessions.models.plans import PlanItem, YearPlan
from education_sessions.models.sessions import (
    AgendaItem,
    EducationSession,
    HandCount,
    SessionDuty,
)
from education_sessions.models.sheets import PaperSheet
from education_sessions.models.sight import kept_branches, seen_branches

__all__ = [
    "ABSENT_STATUSES",
    "AgendaItem",
    "Attendance",
    "AttendanceStatus",
    "Audience",
    "CalendarFeed",
    "EducationSession",
    "Film",
    "HandCount",
    "ItemKind",
    "MakeUp",
    "PaperSheet",
    "Period",
    "PlanItem",
    "SessionDuty",
    "SessionKind",
    "SessionStatus",
    "SignInWay",
    "YearPlan",
    "kept_branches",
    "seen_branches",
]
