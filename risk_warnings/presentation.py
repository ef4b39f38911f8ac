"""How a finding is written for people: its title, facts and evidence, by theme and from data."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import yaml

import risk_engine
from common.formats import money, thousands, yuan
from risk_engine import Theme
from risk_warnings.models import FindingVersion, ReplyChoice

TEXTS = Path(__file__).with_name("presentation.yaml")
# The last sentence of an explanation says when the rule would not have fired.
UNLESS = re.compile(r"(?P<facts>.*?)(?P<unless>若[^。]*则不会触发。)\s*$", re.DOTALL)
MASKED_KEEP = 4
EMPTY = "空"


@cache
def _texts() -> Mapping[str, Mapping[str, Any]]:
    loaded: Mapping[str, Mapping[str, Any]] = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))
    return loaded


@cache
def themes() -> Mapping[str, Theme]:
    """Return the themes of the engine by code."""
    return {theme.code: theme for theme in risk_engine.themes()}


@cache
def _columns() -> Mapping[str, Mapping[str, Any]]:
    return {
        table.name: {"label": table.label, "columns": {c.name: c for c in table.columns}}
        for system in risk_engine.systems()
        for table in system.tables
    }


@cache
def system_names() -> Mapping[str, str]:
    """Return the name of the system that delivers each table."""
    return {table.name: system.name for system in risk_engine.systems() for table in system.tables}


def theme_name(code: str) -> str:
    """Return the name of a theme; its code where the engine no longer has it."""
    theme = themes().get(code)
    return theme.name if theme is not None else code


@dataclass(frozen=True, slots=True)
class Figure:
    """One named figure, ready to be read."""

    label: str
    number: str
    unit: str = ""

    @property
    def text(self) -> str:
        """Number and unit as they are read."""
        return f"{self.number}{self.unit}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What should be, what is, and the difference."""

    should: Figure
    actual: Figure
    gap: Figure
    share: str


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """The source rows of one table, with the heads that a reader knows."""

    system: str
    label: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str

    @property
    def records(self) -> list[list[tuple[str, str]]]:
        """Each row as pairs of head and value, without what is empty."""
        return [
            [(head, cell) for head, cell in zip(self.heads, row, strict=True) if cell != EMPTY]
            for row in self.rows
        ]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the first part of a warning's page shows."""

    sentence: str
    facts: str
    unless: str
    comparison: Comparison | None
    figures: tuple[Figure, ...]
    tables: tuple[EvidenceTable, ...]
    rules: tuple[Figure, ...]
    source: str


def title_of(
    *,
    theme: str,
    rules: Iterable[str],
    period: str,
    amount: Decimal | None,
    measures: Mapping[str, Any],
    year: int,
) -> str:
    """Return the title of a warning: what is suspected, with the figure that matters.

    A month of ``year`` is written without it.
    """
    texts = _texts().get(theme, {})
    titles: Mapping[str, str] = texts.get("titles", {})
    template = next((titles[rule] for rule in rules if rule in titles), "{theme}")
    places = {key: _plain(value) for key, value in measures.items()}
    places |= {
        "month": month_text(period, year=year),
        "amount": yuan(amount) if amount is not None else "",
        "theme": f"疑似{theme_name(theme)}",
    }
    return re.sub(r"\{(\w+)\}", lambda place: places.get(place[1], ""), template)[:120]


def month_text(period: str, *, year: int | None = None) -> str:
    """Return 2026年10月 for 202610, in the year itself 10月; other periods stay as they are."""
    if not re.fullmatch(r"\d{6}", period):
        return period
    month = f"{int(period[4:])}月"
    return month if period[:4] == str(year) else f"{period[:4]}年{month}"


def mask_name(name: str) -> str:
    """Return 江**塑料制品厂 for a long name and 江** for a short one: the first character stays."""
    if len(name) <= 4:
        return name[:1] + "*" * max(1, len(name) - 1)
    return f"{name[:1]}**{name[3:]}"


def mask_code(code: str) -> str:
    """Return 3301****0427: the first and last four characters stay."""
    if len(code) <= 2 * MASKED_KEEP:
        return code
    return f"{code[:MASKED_KEEP]}****{code[-MASKED_KEEP:]}"


def subject_text(theme: str, subject: str, *, masked: bool) -> str:
    """Return what the warning is about, with its kind: 客户3301****0427."""
    texts = _texts().get(theme, {})
    codes = texts.get("mask", {}).get("codes", [])
    shown = mask_code(subject) if masked and codes else subject
    return f"{texts.get('subject', '对象')}{shown}"


def choices_of(theme: str) -> list[tuple[str, str]]:
    """Return the choices of a reply in the words of the theme."""
    words = _texts().get(theme, {}).get("choices", {})
    return [(choice.value, words.get(choice.value, choice.label)) for choice in ReplyChoice]


def choice_text(theme: str, choice: str) -> str:
    """Return a choice of a reply in the words of the theme."""
    return dict(choices_of(theme)).get(choice, "")


def facts_of(
    version: FindingVersion, *, theme: str, masked: bool, due: str, name: str, unit: str
) -> Facts:
    """Return the facts of a finding's version as they are shown.

    ``masked`` hides names and codes of customers. ``due``, ``name`` (of the person asked) and
    ``unit`` fill the places that the engine leaves to the platform.
    """
    sentence = _fill(version.sentence, due=due, name=name, unit=unit)
    explained = UNLESS.match(version.explanation)
    measures: Mapping[str, Any] = version.measures
    spec: Mapping[str, Mapping[str, Any]] = _texts().get(theme, {}).get("measures", {})
    figures = {
        key: _figure(value, spec[key])
        for key, value in measures.items()
        if value is not None and key in spec
    }
    comparison, compared = _comparison(theme, figures)
    hide = _masker(theme) if masked else _show
    return Facts(
        sentence=_masked_text(sentence, version, hide),
        facts=_masked_text(explained["facts"] if explained else version.explanation, version, hide),
        unless=_masked_text(explained["unless"] if explained else "", version, hide),
        comparison=comparison,
        figures=tuple(figure for key, figure in figures.items() if key not in compared),
        tables=_tables(version, hide),
        rules=rules_of(theme, version.rules),
        source=_source(theme, version),
    )


def _fill(text: str, *, due: str, name: str, unit: str) -> str:
    places = {"due_date": due, "org_name": unit}
    return re.sub(r"\{(\w+)\}", lambda place: places.get(place[1], name), text)


def _comparison(
    theme: str, figures: Mapping[str, Figure]
) -> tuple[Comparison | None, frozenset[str]]:
    """Return what should be beside what is, and which figures that uses up."""
    spec: Mapping[str, str] = _texts().get(theme, {}).get("compare", {})
    needed = [spec.get(part) for part in ("should", "actual", "gap")]
    if not all(key in figures for key in needed):
        return None, frozenset()
    should, actual, gap = (figures[str(key)] for key in needed)
    share = figures.get(spec.get("share", ""))
    used = frozenset(value for value in spec.values() if value in figures)
    return Comparison(should, actual, gap, share.text if share is not None else ""), used


def rules_of(theme: str, codes: Iterable[str]) -> tuple[Figure, ...]:
    """Return the rules of these codes with what each finds."""
    known = {rule.code: rule for rule in themes()[theme].rules} if theme in themes() else {}
    return tuple(
        Figure(f"{theme}-{code} {known[code].name}", known[code].finds)
        for code in codes
        if code in known
    )


def _source(theme: str, version: FindingVersion) -> str:
    tables = {row["table"] for row in version.evidence}
    systems = sorted({system_names().get(table, table) for table in tables})
    rules = "、".join(f"{theme}-{code}" for code in version.rules)
    day = version.stored_at.date()
    return (
        f"数据：{'、'.join(systems)}，{day.month}月{day.day}日批次；"
        f"规则{rules}，版本{version.rule_version[:12]}"
    )


def _masker(theme: str) -> Any:
    spec = _texts().get(theme, {}).get("mask", {})
    names, codes = frozenset(spec.get("names", ())), frozenset(spec.get("codes", ()))

    def hide(column: str, value: str) -> str:
        if column in names:
            return mask_name(value)
        return mask_code(value) if column in codes else value

    return hide


def _show(column: str, value: str) -> str:
    return value


def _masked_text(text: str, version: FindingVersion, hide: Any) -> str:
    """Hide in a sentence what is hidden in the evidence."""
    for row in version.evidence:
        for column, value in row["values"].items():
            if isinstance(value, str) and value:
                hidden = hide(column, value)
                if hidden != value:
                    text = text.replace(value, hidden)
    return text


def _tables(version: FindingVersion, hide: Any) -> tuple[EvidenceTable, ...]:
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in version.evidence:
        grouped.setdefault(row["table"], []).append(row)
    return tuple(_table(name, rows, hide) for name, rows in grouped.items())


def _table(name: str, rows: list[Mapping[str, Any]], hide: Any) -> EvidenceTable:
    contract = _columns().get(name, {"label": name, "columns": {}})
    columns = [
        key
        for key in dict.fromkeys(key for row in rows for key in row["values"])
        if any(row["values"].get(key) is not None for row in rows)
    ]
    files = sorted({row["file"] for row in rows})
    return EvidenceTable(
        system=system_names().get(name, name),
        label=contract["label"],
        heads=tuple(_head(contract["columns"].get(key), key) for key in columns),
        rows=tuple(
            tuple(
                _cell(contract["columns"].get(key), key, row["values"].get(key), hide)
                for key in columns
            )
            for row in rows
        ),
        source="、".join(files[:3]) + ("等" if len(files) > 3 else ""),
    )


def _head(column: Any, key: str) -> str:
    if column is None:
        return key
    return f"{column.label}（{column.unit}）" if column.unit else str(column.label)


def _cell(column: Any, key: str, value: Any, hide: Any) -> str:
    if value is None:
        return EMPTY
    if column is not None and column.type == "enum":
        return str(column.enum.get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if column is not None and column.type == "decimal":
        number = _decimal(value)
        return money(number) if number is not None and column.unit == "元" else _plain(value)
    if column is not None and column.type == "month":
        return month_text(str(value))
    if column is not None and column.type == "datetime":
        return str(value).replace("T", " ")[:16]
    return str(hide(key, str(value)))


def _figure(value: Any, spec: Mapping[str, Any]) -> Figure:
    label = str(spec["label"])
    values: Mapping[str, str] | None = spec.get("values")
    if values is not None:
        return Figure(label, str(values.get(value, value)))
    kind, number = spec.get("kind"), _decimal(value)
    if kind == "percent" and number is not None:
        return Figure(label, f"{(number * 100).quantize(Decimal('0.1'))}", "%")
    if kind == "bool":
        return Figure(label, "有" if value else "无")
    if kind == "moment":
        return Figure(label, str(value).replace("T", " ")[:16])
    unit = str(spec.get("unit", ""))
    if number is None:
        return Figure(label, "、".join(value) if isinstance(value, list) else str(value), unit)
    return Figure(label, money(number) if unit == "元" else _plain(value), unit)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _plain(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    number = _decimal(value)
    if number is None:
        return "" if value is None else str(value)
    return thousands(number.normalize() if number != number.to_integral() else int(number))
