"""The two codes one signs in with: in the picture for 30 seconds, and six characters to read out.

Both are HMACs of the session and a step of the server's clock under the site's secret key: nothing
that opens the door lies in the database, and a picture sent to somebody else soon opens nothing.
The step before the present one is accepted too.
"""

from datetime import datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from education_sessions.models import EducationSession

SCAN_SECONDS = 30
SPOKEN_SECONDS = 300
# Without 0 and O, 1 and I, which sound or look alike.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SPOKEN_LENGTH = 6
_SALT = "education_sessions.codes"


def scan_token(session: EducationSession, *, now: datetime) -> str:
    """Return what the picture holds at that moment: 128 bits in hexadecimal."""
    return _token(session, _step(now, SCAN_SECONDS))


def is_scan_token(session: EducationSession, token: str, *, now: datetime) -> bool:
    """Return whether the picture holds the token now or held it in the step before."""
    step = _step(now, SCAN_SECONDS)
    return any(constant_time_compare(token, _token(session, s)) for s in (step, step - 1))


def spoken_code(session: EducationSession, *, now: datetime) -> str:
    """Return the six characters to read out at that moment."""
    return _spoken(session, _step(now, SPOKEN_SECONDS))


def is_spoken_code(session: EducationSession, code: str, *, now: datetime) -> bool:
    """Return whether these are the six characters of now, or of the five minutes before."""
    step = _step(now, SPOKEN_SECONDS)
    typed = "".join(code.split()).upper()
    return any(constant_time_compare(typed, _spoken(session, s)) for s in (step, step - 1))


def device_mark(session: EducationSession, device: str) -> str:
    """Return what tells devices apart within one session, and nowhere else."""
    return salted_hmac(_SALT, f"device:{session.uid}:{device}", algorithm="sha256").hexdigest()[:32]


def _step(now: datetime, seconds: int) -> int:
    return int(now.timestamp()) // seconds


def _token(session: EducationSession, step: int) -> str:
    return salted_hmac(_SALT, f"scan:{session.uid}:{step}", algorithm="sha256").hexdigest()[:32]


def _spoken(session: EducationSession, step: int) -> str:
    digest = salted_hmac(_SALT, f"spoken:{session.uid}:{step}", algorithm="sha256").digest()
    number = int.from_bytes(digest[:8], "big")
    letters = []
    for _ in range(SPOKEN_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)
