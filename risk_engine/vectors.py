"""A theme's worked examples, run by the code that is about to judge, once a version."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Protocol

from risk_engine.calendar import WorkCalendar
from risk_engine.catalogue import Theme
from risk_engine.results import RunResult, ThemeResult
from risk_engine.themes import vectors
from risk_engine.whitelist import WhitelistEntry

Expected = Mapping[str, Any]

WORKERS = min(4, os.cpu_count() or 1)


class Judge(Protocol):
    """What `risk_engine.run` does; handed in, because the gate is part of it."""

    def __call__(
        self,
        *,
        extracts: Mapping[str, Any],
        as_of: date,
        themes: Sequence[str],
        whitelist: list[WhitelistEntry],
        calendar: WorkCalendar,
        parameters: Mapping[str, Mapping[str, object]],
        backend: str,
        gate: bool,
    ) -> RunResult: ...


def run_vector(theme: str, vector: Expected, backend: str, judge: Judge) -> list[str]:
    """Run one example and return how its outcome differs from what it expects, in English."""
    calendar = vector.get("calendar", {})
    result = judge(
        extracts=vector["tables"],
        as_of=_day(vector["as_of"]),
        themes=[theme],
        whitelist=[
            WhitelistEntry(
                theme=theme,
                subject=entry["subject"],
                rule=entry.get("rule"),
                valid_from=_day(entry["valid_from"]),
                valid_to=_day(entry["valid_to"]),
            )
            for entry in vector.get("whitelist", ())
        ],
        calendar=WorkCalendar.weekdays(
            rest=map(_day, calendar.get("rest", ())), work=map(_day, calendar.get("work", ()))
        ),
        parameters={theme: vector.get("parameters", {})},
        backend=backend,
        gate=False,
    ).themes[0]
    return list(_differences(vector, result))


def run_vectors(
    theme: Theme, backend: str, dialect: str, judge: Judge
) -> list[tuple[str, list[str]]]:
    """Run every example of a theme and return its code with its differences, in their order.

    That all passed is remembered for this version.
    """
    examples = vectors(theme.code)
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        # each example is a run of its own; DuckDB and PostgreSQL work outside Python's lock
        found = pool.map(lambda vector: run_vector(theme.code, vector, backend, judge), examples)
        outcomes = [
            (str(vector["code"]), differences)
            for vector, differences in zip(examples, found, strict=True)
        ]
    remembered = _remembered(theme.code, dialect)
    if remembered is not None and not any(differences for _, differences in outcomes):
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.touch()
    return outcomes


def failing_vectors(theme: Theme, backend: str, dialect: str, judge: Judge) -> list[str]:
    """Return the codes of the examples that fail; none are run where this version has passed."""
    remembered = _remembered(theme.code, dialect)
    if remembered is not None and remembered.exists():
        return []
    outcomes = run_vectors(theme, backend, dialect, judge)
    return [code for code, differences in outcomes if differences]


def _differences(vector: Expected, result: ThemeResult) -> Iterator[str]:
    expected = {
        (
            str(item["subject"]),
            str(item["period"]),
            tuple(item["rules"]),
            item["level"],
            None if item["amount"] is None else Decimal(str(item["amount"])),
        )
        for item in vector["expect"]
    }
    found = {(f.subject, f.period, f.rules, f.level, f.amount) for f in result.findings}
    for item in sorted(expected - found, key=str):
        yield f"missing {item}"
    for item in sorted(found - expected, key=str):
        yield f"unexpected {item}"
    lacking = len(result.inconclusive)
    if lacking != vector.get("inconclusive", 0):
        entries = [(entry.subject, entry.period, entry.column) for entry in result.inconclusive]
        yield f"{lacking} inconclusive: {entries}"
    if "excluded" in vector and result.excluded_total != vector["excluded"]:
        yield f"{result.excluded_total} excluded"


def _remembered(code: str, dialect: str) -> Path | None:
    """Return the file whose presence says that this version passed, None if none can be kept."""
    versions = "|".join(version(package) for package in ("duckdb", "sqlglot"))
    digest = hashlib.sha256(versions.encode())
    for name, content in sorted(_sources(resources.files("risk_engine"), "", code)):
        digest.update(name.encode())
        digest.update(content)
    base = os.environ.get("RISK_ENGINE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    try:
        folder = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:
        return None
    if not os.access(_nearest(folder), os.W_OK):
        return None
    return folder / "risk_engine" / f"{code}-{dialect}-{digest.hexdigest()[:32]}.passed"


def _nearest(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _sources(folder: Traversable, path: str, code: str) -> Iterator[tuple[str, bytes]]:
    """Yield every file the outcome hangs on; of the themes, only this one's folder."""
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            if path != "/themes" or entry.name.startswith(code.lower()):
                yield from _sources(entry, name, code)
        elif entry.name.endswith((".py", ".yaml", ".sql")):
            yield name, entry.read_bytes()


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
