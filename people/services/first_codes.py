"""First codes for people who never logged in: issued to those chosen, readable once, on paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from people.models import Employee, FirstCode, User
from people.services.accounts import issue_first_code

# Codes are hashed slowly on purpose: a sheet of more would keep its reader waiting.
MOST_CODES = 40


class CodesRefused(Exception):
    """No code was issued; the message is one sentence for the reader."""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A first code at the only moment it can be read."""

    employee: Employee
    code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who never logged in, with the code that still works, if any."""

    employee: Employee
    code: FirstCode | None


def waiting_of(people: QuerySet[Employee], *, now: datetime) -> list[Waiting]:
    """Return those who never chose a password, who has no code first; one query."""
    rows = [
        Waiting(person, code if code is not None and code.is_usable(now=now) else None)
        for person in people.select_related("user__first_code").order_by("emp_no")
        if not person.user.has_usable_password()
        for code in [getattr(person.user, "first_code", None)]
    ]
    return sorted(rows, key=lambda row: row.code is not None)


def issue_codes(
    *, waiting: Sequence[Waiting], chosen: Iterable[int], by: User, now: datetime
) -> list[IssuedCode]:
    """Issue first codes to those chosen of who waits; what was issued to them before ends.

    :raises CodesRefused: if nobody was chosen who waits, or too many at once.
    """
    wanted = set(chosen)
    people = [row.employee for row in waiting if row.employee.pk in wanted]
    if not people:
        raise CodesRefused("没有选中还要首次登录码的人，请勾选后再发。")
    if len(people) > MOST_CODES:
        raise CodesRefused(f"一次最多发{MOST_CODES}人，请分几次勾选。")
    with transaction.atomic():
        return [
            IssuedCode(person, issue_first_code(user=person.user, actor=by, now=now))
            for person in people
        ]
