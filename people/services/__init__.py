"""What other apps ask of people: accounts, the roster from files, what was signed and declared."""

from people.services.accounts import (
    account_id,
    choose_password,
    issue_first_code,
    login_wait,
    note_login,
    note_login_failure,
    set_preferences,
)
from people.services.statements import (
    FileState,
    declared_with,
    file_state_of,
    related_colleagues,
)

__all__ = [
    "FileState",
    "account_id",
    "choose_password",
    "declared_with",
    "file_state_of",
    "issue_first_code",
    "login_wait",
    "note_login",
    "note_login_failure",
    "related_colleagues",
    "set_preferences",
]
