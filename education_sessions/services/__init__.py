"""What other apps ask of sessions: plans, scheduling, signing in, make-up study, calendars."""

from education_sessions.outlines import OUTLINES
from education_sessions.services.clashes import clashes, free_times
from education_sessions.services.feeds import feed_of, renew_feed, sessions_in
from education_sessions.services.gaps import Standing, standings
from education_sessions.services.lists import people_meant
from education_sessions.services.making_up import (
    close_roll,
    close_rolls,
    complete_all,
    complete_of,
    lesson_done,
    lesson_of,
    my_make_up,
    point_of,
    questions_done,
)
from education_sessions.services.notices import told_and_read
from education_sessions.services.planning import confirm_year, propose_year
from education_sessions.services.proposing import (
    Agenda,
    DraftItem,
    ProposedPoint,
    agenda_for,
    points_for,
)
from education_sessions.services.scheduling import (
    ask_leave,
    cancel_session,
    move_session,
    refresh_lists,
    schedule_session,
)
from education_sessions.services.sheets import keep_sheet, note_reading
from education_sessions.services.signing_in import (
    mark,
    require_open,
    session_of_code,
    shared_devices,
    sign_in,
)
from education_sessions.services.together import (
    answer_together,
    answered_by,
    is_asking,
    show_hands,
)
from education_sessions.services.week import Thing, Week, week_of

__all__ = [
    "OUTLINES",
    "Agenda",
    "DraftItem",
    "ProposedPoint",
    "Standing",
    "Thing",
    "Week",
    "agenda_for",
    "answer_together",
    "answered_by",
    "ask_leave",
    "cancel_session",
    "clashes",
    "close_roll",
    "close_rolls",
    "complete_all",
    "complete_of",
    "confirm_year",
    "feed_of",
    "free_times",
    "is_asking",
    "keep_sheet",
    "lesson_done",
    "lesson_of",
    "mark",
    "move_session",
    "my_make_up",
    "note_reading",
    "people_meant",
    "point_of",
    "points_for",
    "propose_year",
    "questions_done",
    "refresh_lists",
    "renew_feed",
    "require_open",
    "schedule_session",
    "session_of_code",
    "sessions_in",
    "shared_devices",
    "show_hands",
    "sign_in",
    "standings",
    "told_and_read",
    "week_of",
]
