"""Writing sessions as iCalendar (RFC 5545), the way that calendar programs read it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from education_sessions.models import EducationSession

LONGEST_LINE = 75  # octets, without the line's end
DOMAIN = "education-sessions.qingfeng"


def calendar(*, name: str, sessions: Iterable[EducationSession], address: str) -> bytes:
    """Return the calendar; ``address`` is our root, without its slash.

    A session keeps its UID for ever, its SEQUENCE grows with each change, and one that was called
    off stays in as CANCELLED, so that programs take it out of theirs.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Qingfeng//Education sessions//ZH",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for session in sessions:
        lines += _event(session, address=address)
    lines.append("END:VCALENDAR")
    return b"".join(part + b"\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    """Return a text as a value: backslash, semicolon, comma and line's end are marked."""
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def folded(line: str) -> Iterator[bytes]:
    """Cut a line into pieces of 75 octets at most, never within a character."""
    piece, room = b"", LONGEST_LINE
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > room:
            yield piece
            piece = b" "
        piece += octets
    yield piece


def _event(session: EducationSession, *, address: str) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{session.uid}@{DOMAIN}",
        f"SEQUENCE:{session.sequence}",
        f"DTSTAMP:{_utc(session.changed_at)}",
        f"LAST-MODIFIED:{_utc(session.changed_at)}",
        f"DTSTART:{_utc(session.starts_at)}",
        f"DTEND:{_utc(session.ends_at)}",
        f"SUMMARY:{escaped(session.title)}",
        f"LOCATION:{escaped(session.place)}",
        f"URL:{address}/sessions/{session.pk}/",
        f"STATUS:{'CANCELLED' if session.is_cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
