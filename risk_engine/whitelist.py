"""The whitelist: subjects that a person has looked into and cleared, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class WhitelistEntry:
    """Clear one subject of one rule, or with no rule of all; both ends are inclusive."""

    theme: str
    subject: str
    rule: str | None
    valid_from: date
    valid_to: date
    reason: str = ""
    approver: str = ""
