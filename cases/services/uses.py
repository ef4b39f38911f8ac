"""The log of where and when a case was shown."""

from collections.abc import Iterable
from datetime import datetime

from cases.models import CasePage, CaseUse
from cases.registry import knows_use
from people.models import OrgUnit, User


def note_use(
    *,
    case: CasePage,
    kind: str,
    subject: str,
    title: str,
    now: datetime,
    url: str = "",
    unit: OrgUnit | None = None,
    by: User | None = None,
) -> CaseUse:
    """Note that a case was shown; the same subject is noted once.

    ``subject`` names what showed it (``education_sessions.educationsession:7``), ``title`` says
    where in words, without any person. ``by`` is None where it was shown by itself.

    :raises ValueError: if no app has registered this way of showing.
    """
    if not knows_use(kind):
        raise ValueError(f"Nobody has registered the use {kind!r}: cases.registry")
    use, _ = CaseUse.objects.get_or_create(
        case=case,
        kind=kind,
        subject=subject,
        defaults={"title": title, "url": url, "unit": unit, "used_by": by, "used_at": now},
    )
    return use


def forget_uses(*, kind: str, subject: str) -> None:
    """Forget that something showed cases, because it is taken back as if it had never been."""
    CaseUse.objects.filter(kind=kind, subject=subject).delete()


def note_uses(
    *, cases: Iterable[CasePage], kind: str, subject: str, title: str, now: datetime, url: str = ""
) -> None:
    """Note the same use of several cases."""
    for case in cases:
        note_use(case=case, kind=kind, subject=subject, title=title, now=now, url=url)
