"""Log-ins that fail, first codes, passwords, preferences."""

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from audit.services import record
from people.models import Employee, FirstCode, LoginFailure, TextSize, ThemeChoice, User

FREE_FAILURES = 4
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FAILURES_FADE_AFTER = timedelta(hours=1)
FIRST_CODE_DAYS = 14
# Without letters and digits that look alike on paper.
_CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def account_id(employee: Employee | None) -> int | None:
    """Return the id of a person's account for the log; costs one query where it is not loaded."""
    if employee is None:
        return None
    user = getattr(employee, "user", None)
    return user.pk if user is not None else None


def login_wait(*, username: str, address: str, now: datetime) -> timedelta:
    """Return how long this name must wait at this address before the next try; zero if it may.

    The wait belongs to the pair of name and address, so that nobody can lock out another for long.
    """
    failure = LoginFailure.objects.filter(username=username, address=address).first()
    if failure is None or failure.blocked_until is None or failure.blocked_until <= now:
        return timedelta(0)
    return failure.blocked_until - now


def note_login_failure(*, username: str, address: str, now: datetime) -> LoginFailure:
    """Count a failed log-in; from the fifth on the wait doubles from 30 seconds to 15 minutes."""
    with transaction.atomic():
        failure, _ = LoginFailure.objects.select_for_update().get_or_create(
            username=username, address=address, defaults={"last_at": now}
        )
        if now - failure.last_at > FAILURES_FADE_AFTER:
            failure.count = 0
        failure.count += 1
        failure.last_at = now
        over = failure.count - FREE_FAILURES
        failure.blocked_until = (
            now + min(FIRST_WAIT * 2 ** min(over - 1, 10), LONGEST_WAIT) if over > 0 else None
        )
        failure.save()
    return failure


def note_login(*, user: User, address: str, now: datetime) -> None:
    """Forget the failures of this name at this address, and log the log-in."""
    LoginFailure.objects.filter(username=user.username, address=address).delete()
    record(actor_id=user.pk, action="people.user.logged_in", subject=user, now=now)


def issue_first_code(*, user: User, actor: User | None, now: datetime) -> str:
    """Issue a one-time code for a first log-in and return it; it is shown once, to be printed.

    An earlier code of the account stops working. It is valid for 14 days.
    """
    code = "-".join("".join(secrets.choice(_CODE_ALPHABET) for _ in range(4)) for _ in range(3))
    with transaction.atomic():
        FirstCode.objects.update_or_create(
            user=user,
            defaults={
                "code_hash": make_password(code),
                "expires_at": now + timedelta(days=FIRST_CODE_DAYS),
                "used_at": None,
            },
        )
        record(
            actor_id=actor.pk if actor else None,
            action="people.first_code.issued",
            subject=user,
            now=now,
        )
    return code


def choose_password(*, user: User, password: str, now: datetime) -> None:
    """Set the password that the person chose, and let them go on."""
    with transaction.atomic():
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        record(actor_id=user.pk, action="people.password.chosen", subject=user, now=now)


def set_preferences(
    *, user: User, text_size: TextSize | None = None, theme: ThemeChoice | None = None
) -> None:
    """Keep the size of letters and the theme that the person chose."""
    if text_size is not None:
        user.text_size = text_size
    if theme is not None:
        user.theme = theme
    user.save(update_fields=["text_size", "theme"])
