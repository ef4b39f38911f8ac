"""What other apps ask of people: accounts and their passwords, and the roster from files."""

from people.services.accounts import (
    account_id,
    choose_password,
    issue_first_code,
    login_wait,
    note_login,
    note_login_failure,
    set_preferences,
)

__all__ = [
    "account_id",
    "choose_password",
    "issue_first_code",
    "login_wait",
    "note_login",
    "note_login_failure",
    "set_preferences",
]
