"""The themes as data: texts, rules, dated parameters, and who is asked to explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from risk_engine.results import Level

TipTime = Literal["at_once", "after_triage", "sealed"]
ParameterType = Literal["decimal", "bool", "string", "date", "rows"]
ReceiverLevel = Literal["station", "county", "department"]


@dataclass(frozen=True, slots=True)
class Source:
    """A table that a theme reads, and how this theme cuts, keys and trusts it.

    `event_date` is a column or an SQL expression over the columns; `references` names columns
    whose values must be found elsewhere: {"order_no": "dsc_repair_order.order_no"}.
    """

    table: str
    system: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    required: tuple[str, ...]
    event_date: str | None
    skip_null_event_date: bool
    later_as_null: tuple[str, ...]
    optional: bool
    fresh_days: int
    fresh_by: Literal["event", "delivery"]
    references: Mapping[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """The position asked to explain, where it sits, and the column that names the person."""

    position: str
    level: ReceiverLevel
    column: str | None


@dataclass(frozen=True, slots=True)
class Tip:
    """When the person asked to explain is told, for each level, and why so."""

    high: TipTime
    medium: TipTime
    low: TipTime
    why: str

    def for_level(self, level: Level) -> TipTime:
        """Return the policy of one level."""
        return {"high": self.high, "medium": self.medium, "low": self.low}[level]


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A value and the first day it is in force; None means that there is none from that day on.

    A value of type `rows` is a tuple of mappings, of any other type a scalar.
    """

    from_date: date
    value: object


@dataclass(frozen=True, slots=True)
class Parameter:
    """A dated parameter. `columns` names the columns and types of a value made of rows."""

    key: str
    label: str
    unit: str
    type: ParameterType
    values: tuple[ParameterValue, ...]
    columns: Mapping[str, str]
    note: str
    verified: str

    def on(self, day: date) -> object:
        """Return the value in force on a day, None before the first."""
        in_force = [value for value in self.values if value.from_date <= day]
        return in_force[-1].value if in_force else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it finds, its exact logic, and the one risk point that it shows."""

    code: str
    name: str
    risk_point: str
    finds: str
    logic: str
    amount: str
    measures: tuple[str, ...]
    evidence: tuple[str, ...]
    inconclusive_when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grading:
    """The condition of one level, as an auditor reads it."""

    level: Level
    condition: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A lawful look-alike: computed where data can tell, else entered by whitelist."""

    code: str
    text: str
    logic: str
    whitelist: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """A norm the theme rests on; `verified` is shown as it stands (已核, 部分核, 待核)."""

    ref: str
    text: str
    article: str
    verified: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What was unclear, how it was settled, and why."""

    question: str
    choice: str
    why: str


@dataclass(frozen=True, slots=True)
class Texts:
    """Sentence templates. `hints` and `ifs` hold a piece for each rule that hit."""

    warning: str
    explanation: str
    hints: Mapping[str, str]
    ifs: Mapping[str, str]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A named figure of a finding; figures in 元 are rounded half-up to the cent."""

    key: str
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One supervision theme with everything that screens and officers need from it."""

    code: str
    key: str
    name: str
    profession_code: str
    purpose: str
    schedule: str
    sources: tuple[Source, ...]
    subject_label: str
    subject_key: tuple[str, ...]
    period_kind: Literal["month", "day", "window", "none"]
    period_format: str
    judged_on: str
    occurred_on: str
    org_code: str
    receiver: Receiver
    tip: Tip
    amount: str
    parameters: tuple[Parameter, ...]
    definitions: Mapping[str, str]
    rules: tuple[Rule, ...]
    grading: tuple[Grading, ...]
    grading_note: str
    exclusions: tuple[Exclusion, ...]
    exclusion_note: str
    texts: Texts
    measures: tuple[Measure, ...]
    platform_places: tuple[str, ...]
    evidence_columns: tuple[str, ...]
    false_positives: tuple[str, ...]
    checklist: tuple[str, ...]
    cc: tuple[str, ...]
    risk_points: tuple[str, ...]
    basis: tuple[Basis, ...]
    choices: tuple[Choice, ...]
    rule_version: str

    def rule(self, code: str) -> Rule:
        """Return the rule of a code such as R3.

        :raises KeyError: if the theme has no such rule.
        """
        return {rule.code: rule for rule in self.rules}[code]

    def parameter(self, key: str) -> Parameter:
        """Return the parameter of a key.

        :raises KeyError: if the theme has no such parameter.
        """
        return {parameter.key: parameter for parameter in self.parameters}[key]
