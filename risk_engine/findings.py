"""From the rows a theme's SQL yields to findings: grading texts, frozen evidence, fingerprint."""

from __future__ import annotations

import hashlib


def fingerprint(*, theme: str, subject: str, period: str) -> str:
    """Return the sha256 of `theme|subject|period` in hex: equal on every machine."""
    return hashlib.sha256(f"{theme}|{subject}|{period}".encode()).hexdigest()
