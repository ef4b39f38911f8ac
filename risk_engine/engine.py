"""The one way in: `run` reads the extracts once and judges every theme asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from .calendar import WorkCalendar
from .catalogue import Theme
from .results import RunResult
from .whitelist import WhitelistEntry


def themes() -> list[Theme]:
    """Return the themes of this package in code order."""
    raise NotImplementedError


def theme(code: str) -> Theme:
    """Return the theme of a code such as T09.

    :raises UsageError: if there is no such theme.
    """
    raise NotImplementedError


def run(
    *,
    extracts: Path | str | Mapping[str, Iterable[Mapping[str, object]]],
    as_of: date,
    since: date | None = None,
    themes: Sequence[str] | None = None,
    whitelist: Path | Iterable[WhitelistEntry] | None = None,
    calendar: Path | WorkCalendar | None = None,
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    backend: str = "duckdb",
    gate: bool = True,
) -> RunResult:
    """Judge the extracts as they stood at the end of day `as_of`.

    `extracts` is a folder, the URL of a PostgreSQL database (`postgresql://…`), or rows in memory
    by table. `themes` are codes, None for all. Only findings with since <= occurred_on <= as_of
    are returned. `parameters` overrides values: {"T11": {"internal_limit": "60000"}} is in force
    always, {"T11": {"internal_limit": [{"from": "2026-03-01", "value": "60000"}]}} from that day.
    `backend` is "duckdb" or a PostgreSQL URL. With `gate` False every row that is there is judged.

    :raises UsageError: if a theme, the whitelist or the calendar cannot be meant.
    :raises ConfigurationError: if a theme of the package is wrong.
    """
    raise NotImplementedError
