"""What a run hands back: plain frozen values, ready to be stored, shown or written to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Level = Literal["high", "medium", "low"]
Scalar = str | int | Decimal | bool | date | datetime | None

GateStatus = Literal["ran", "grey", "refused"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One source row that a finding rests on, with the values it had when it was judged.

    `row` is the row a person sees: 2 is the first row below the header of a CSV file or a sheet.
    """

    table: str
    key: Mapping[str, Scalar]
    file: str
    row: int
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class BatchRef:
    """A delivered file and the sha256 of its bytes."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One (theme, subject, period) with every rule that hit.

    个人信息：receiver_emp_no、evidence 中的工号。
    `warning` is the sentence for the receiver; places that only a platform can fill
    (`{due_date}`, a name behind an employee number) are still in braces: see `warning_text`.
    """

    theme: str
    subject: str
    period: str
    rules: tuple[str, ...]
    level: Level
    org_code: str | None
    risk_point: str
    receiver_position: str
    receiver_emp_no: str | None
    amount: Decimal | None
    measures: Mapping[str, Scalar]
    occurred_on: date
    evidence: tuple[Evidence, ...]
    fingerprint: str
    warning: str
    explanation: str
    rule_version: str
    parameters: Mapping[str, Mapping[str, object]]
    batches: tuple[BatchRef, ...]

    def warning_text(self, **places: str) -> str:
        """Fill the places that were left open; one that is still unknown reads 空."""
        text = self.warning
        for name, value in places.items():
            text = text.replace("{" + name + "}", value)
        return text


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """A subject that could not be judged fully, and the column whose value is missing (缺数据)."""

    theme: str
    subject: str
    period: str
    column: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was quarantined, or (row is None) a fault of a whole file or table."""

    table: str
    file: str
    row: int | None
    column: str
    value: str
    reason: str
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """One delivered file as it was read."""

    table: str
    file: str
    sha256: str
    delivered_on: date | None
    rows: int
    rejected: int
    normalised: int
    encoding: str
    extra_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableReport:
    """What became of the rows of one table in one theme.

    `unseen`: dated after as_of. `rejected`: quarantined. `duplicates`: the same row again.
    `corrected`: superseded by a later delivery of the same key.
    """

    table: str
    rows: int
    unseen: int
    rejected: int
    duplicates: int
    corrected: int


@dataclass(frozen=True, slots=True)
class Correction:
    """Two deliveries of one key that differ: the later one is used, the earlier is not."""

    table: str
    key: str
    old_file: str
    old_row: int
    new_file: str
    new_row: int


@dataclass(frozen=True, slots=True)
class Check:
    """One question the gate asked of one table, and the answer in a whole Chinese sentence."""

    name: Literal["present", "fresh", "complete", "keyed", "resolving", "vectors", "station"]
    table: str
    passed: bool
    reason: str
    org_code: str | None = None


@dataclass(frozen=True, slots=True)
class GateReport:
    """Whether a theme's findings count.

    `ran`: they do, but for the stations in `grey_stations`. `grey`: computed and kept apart.
    `refused`: an input of the theme is not fit to be read; nothing was computed.
    """

    theme: str
    status: GateStatus
    reasons: tuple[str, ...]
    grey_stations: Mapping[str, str]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class ThemeResult:
    """Everything one theme yielded; nothing is dropped without being counted."""

    theme: str
    rule_version: str
    gate: GateReport
    findings: tuple[Finding, ...]
    findings_grey: tuple[Finding, ...]
    inconclusive: tuple[Inconclusive, ...]
    subjects_seen: int
    tables: tuple[TableReport, ...]
    excluded: Mapping[str, int]
    excluded_total: int
    whitelisted: int
    seconds: float = field(default=0.0, compare=False)


@dataclass(frozen=True, slots=True)
class RunResult:
    """The outcome of one run over one set of extracts."""

    as_of: date
    since: date | None
    backend: str
    themes: tuple[ThemeResult, ...]
    rejects: tuple[Reject, ...]
    corrections: tuple[Correction, ...]
    batches: tuple[Batch, ...]
    notes: tuple[str, ...]
    provisional_years: tuple[int, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings that count: of no grey theme and no grey station."""
        return tuple(f for theme in self.themes for f in theme.findings)

    @property
    def findings_grey(self) -> tuple[Finding, ...]:
        """Return the findings that were computed on data that cannot be trusted."""
        return tuple(f for theme in self.themes for f in theme.findings_grey)

    @property
    def inconclusive(self) -> tuple[Inconclusive, ...]:
        """Return what could not be judged, over all themes."""
        return tuple(entry for theme in self.themes for entry in theme.inconclusive)

    @property
    def exit_code(self) -> int:
        """Return 3 when a theme was refused, 4 when one is grey (also for one station), else 0."""
        reports = [theme.gate for theme in self.themes]
        if any(report.status == "refused" for report in reports):
            return 3
        if any(report.status == "grey" or report.grey_stations for report in reports):
            return 4
        return 0
