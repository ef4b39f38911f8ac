"""What the scripts that planted the cases expect the engine to find; made without its rules."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExpectedFinding:
    """One finding that must be there, with everything that is compared."""

    theme: str
    subject: str
    period: str
    rules: tuple[str, ...]
    level: str
    amount: Decimal | None
    org_code: str
    receiver: str | None
    occurred_on: date


@dataclass(frozen=True, slots=True)
class ExpectedGap:
    """One entry that must be inconclusive: the subject, its period and the column that misses."""

    theme: str
    subject: str
    period: str
    column: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything that a run over the extracts of one day must yield, and nothing else."""

    as_of: date
    findings: tuple[ExpectedFinding, ...]
    gaps: tuple[ExpectedGap, ...]


def truth_of(
    *, as_of: date, findings: Iterable[ExpectedFinding], gaps: Iterable[ExpectedGap]
) -> Truth:
    """Return the truth of a day in the order in which it is written."""
    return Truth(
        as_of=as_of,
        findings=tuple(sorted(findings, key=lambda f: (f.theme, f.subject, f.period))),
        gaps=tuple(sorted(gaps, key=lambda g: (g.theme, g.subject, g.period, g.column))),
    )


def write_truth(truth: Truth, path: Path) -> None:
    """Write the truth as JSON, one finding a line, amounts as text to the cent."""
    findings = ",\n    ".join(_line(asdict(finding)) for finding in truth.findings)
    gaps = ",\n    ".join(_line(asdict(gap)) for gap in truth.gaps)
    path.write_text(
        f'{{\n  "as_of": "{truth.as_of}",\n'
        f'  "findings": [\n    {findings}\n  ],\n  "gaps": [\n    {gaps}\n  ]\n}}\n',
        encoding="utf-8",
    )


def read_truth(path: Path) -> Truth:
    """Read a truth file back."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return Truth(
        as_of=date.fromisoformat(document["as_of"]),
        findings=tuple(
            ExpectedFinding(
                **{
                    **row,
                    "rules": tuple(row["rules"]),
                    "amount": Decimal(row["amount"]) if row["amount"] is not None else None,
                    "occurred_on": date.fromisoformat(row["occurred_on"]),
                }
            )
            for row in document["findings"]
        ),
        gaps=tuple(ExpectedGap(**row) for row in document["gaps"]),
    )


def _line(row: dict[str, object]) -> str:
    return json.dumps({key: _plain(value) for key, value in row.items()}, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, Decimal | date):
        return str(value)
    return value
