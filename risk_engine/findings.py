"""From the rows a theme's SQL yields to findings: risk point, evidence, sentences."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from risk_engine.backends import Backend
from risk_engine.catalogue import Theme
from risk_engine.errors import ConfigurationError
from risk_engine.readers.delivery import Delivery
from risk_engine.results import BatchRef, Evidence, Finding, Level, Scalar

CENT = Decimal("0.01")
PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
MISSING = "空"
LEVELS = ("high", "medium", "low")

Key = tuple[str, str]
RowValues = Mapping[str, object]


def fingerprint(*, theme: str, subject: str, period: str) -> str:
    """Return the sha256 of `theme|subject|period` in hex: equal on every machine."""
    return hashlib.sha256(f"{theme}|{subject}|{period}".encode()).hexdigest()


def collect_findings(
    *,
    backend: Backend,
    theme: Theme,
    files: Mapping[int, Delivery],
    as_of: date,
    since: date | None,
) -> list[Finding]:
    """Turn the theme's `findings` and `evidence` into findings, in order of subject and period.

    :raises ConfigurationError: if the SQL yields what the contract does not allow.
    """
    window = (
        f"f.occurred_on BETWEEN CAST('{since or date.min}' AS DATE) AND CAST('{as_of}' AS DATE)"
    )
    names, rows = backend.rows(f"SELECT f.* FROM findings AS f WHERE {window}")
    records = [dict(zip(names, row, strict=True)) for row in rows]
    keys = [(str(record["subject"]), str(record["period"] or "")) for record in records]
    if len(set(keys)) < len(keys):
        raise ConfigurationError(f"{theme.code}: findings holds a subject and period twice")
    evidence = _collect_evidence(backend, theme, files, window) if records else {}
    in_force = _InForce(theme)
    made = [
        _finding(theme, key, record, evidence.get(key, []), files, in_force)
        for key, record in zip(keys, records, strict=True)
    ]
    return sorted(made, key=lambda finding: (finding.subject, finding.period))


def _collect_evidence(
    backend: Backend, theme: Theme, files: Mapping[int, Delivery], window: str
) -> Mapping[Key, list[tuple[int, Evidence]]]:
    found: dict[Key, list[tuple[int, Evidence]]] = defaultdict(list)
    for source in theme.sources:
        columns = ", ".join(f't."{column}"' for column in source.columns)
        _, rows = backend.rows(
            "SELECT DISTINCT e.subject, e.period, "
            f"e._file, e._row, {columns} FROM evidence AS e "
            "JOIN findings AS f ON f.subject = e.subject AND f.period = e.period "
            f'JOIN "{source.table}" AS t ON t._file = e._file AND t._row = e._row '
            f"WHERE e.table_name = '{source.table}' AND {window} "
            "ORDER BY e._file, e._row"
        )
        for subject, period, file, row, *cells in rows:
            number = cast(int, file)
            values = {
                column: _plain(cell) for column, cell in zip(source.columns, cells, strict=True)
            }
            found[str(subject), str(period or "")].append(
                (
                    number,
                    Evidence(
                        table=source.table,
                        key={column: values.get(column) for column in source.key},
                        file=files[number].name,
                        row=cast(int, row),
                        values=values,
                    ),
                )
            )
    return found


def _finding(
    theme: Theme,
    key: Key,
    record: RowValues,
    evidence: Sequence[tuple[int, Evidence]],
    files: Mapping[int, Delivery],
    in_force: _InForce,
) -> Finding:
    subject, period = key
    rules = tuple(str(record["rules"]).split(","))
    deciding = str(record["deciding_rules"]).split(",")
    level = record["level"]
    if level not in LEVELS or not set(deciding) <= set(rules):
        raise ConfigurationError(f"{theme.code} {key}: level {level!r} decided by {deciding}")
    days = [date.fromisoformat(day) for day in str(record["judged_on"]).split(",")]
    units = {measure.key: measure.unit for measure in theme.measures}
    measures: dict[str, Scalar] = {
        name[2:]: _rounded(value, units.get(name[2:]))
        for name, value in record.items()
        if name.startswith("m_")
    }
    undescribed = set(measures) - set(units)
    if undescribed:
        raise ConfigurationError(f"{theme.code}: no label for measures {sorted(undescribed)}")
    amount = record["amount"]
    if not isinstance(amount, Decimal | int | None):
        raise ConfigurationError(f"{theme.code}: amount is {type(amount)}, not exact")
    money = None if amount is None else _cents(Decimal(amount))
    texts = _Texts(theme, rules, record, measures, money, days[0])
    used = sorted({number for number, _ in evidence})
    return Finding(
        theme=theme.code,
        subject=subject,
        period=period,
        rules=rules,
        level=cast(Level, level),
        org_code=_text_or_none(record["org_code"]),
        risk_point=theme.rule(deciding[0]).risk_point,
        receiver_position=theme.receiver.position,
        receiver_emp_no=_text_or_none(record["receiver_emp_no"]),
        amount=money,
        measures=measures,
        occurred_on=cast(date, record["occurred_on"]),
        evidence=tuple(item for _, item in evidence),
        fingerprint=fingerprint(theme=theme.code, subject=subject, period=period),
        warning=texts.fill(theme.texts.warning, prefixes=("w_", "t_"), platform=True),
        explanation=texts.fill(theme.texts.explanation, prefixes=("t_",), platform=False),
        rule_version=theme.rule_version,
        parameters={day.isoformat(): in_force.on(day) for day in days},
        batches=tuple(BatchRef(files[number].name, files[number].sha256) for number in used),
    )


class _Texts:
    """Fills the places of a theme's sentences from one row of findings."""

    def __init__(
        self,
        theme: Theme,
        rules: Sequence[str],
        record: RowValues,
        measures: Mapping[str, Scalar],
        amount: Decimal | None,
        judged_on: date,
    ) -> None:
        self.theme = theme
        self.rules = rules
        self.record = record
        self.judged_on = judged_on
        self.values: dict[str, object] = {
            "subject": record["subject"],
            "period": record["period"],
            "org_code": record["org_code"],
            "receiver_emp_no": record["receiver_emp_no"],
            "amount": amount,
            **measures,
        }

    def fill(self, template: str, *, prefixes: tuple[str, ...], platform: bool) -> str:
        def place(match: re.Match[str]) -> str:
            name = match[1]
            if name in ("hints", "ifs"):
                pieces = getattr(self.theme.texts, name)
                return "、".join(
                    self.fill(pieces[rule], prefixes=prefixes, platform=platform)
                    for rule in self.rules
                )
            for prefix in prefixes:
                if f"{prefix}{name}" in self.record:
                    return self._nested(self.record[f"{prefix}{name}"])
            if name in self.values:
                return _show(self.values[name])
            if platform and name in self.theme.platform_places:
                return match[0]
            return self._parameter(name)

        return PLACE.sub(place, template)

    def _nested(self, text: object) -> str:
        """Fill the figures inside a text that the SQL wrote; braces in the data stay."""

        def place(match: re.Match[str]) -> str:
            name = match[1]
            if name in self.values:
                return _show(self.values[name])
            if any(parameter.key == name for parameter in self.theme.parameters):
                return self._parameter(name)
            return match[0]

        return PLACE.sub(place, _show(text))

    def _parameter(self, name: str) -> str:
        try:
            parameter = self.theme.parameter(name)
        except KeyError:
            raise ConfigurationError(f"{self.theme.code}: nothing fills {{{name}}}") from None
        return _show(parameter.on(self.judged_on))


class _InForce:
    """The values of all parameters on a day; many findings are judged on the same one."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self.days: dict[date, Mapping[str, object]] = {}

    def on(self, day: date) -> Mapping[str, object]:
        if day not in self.days:
            self.days[day] = {p.key: p.on(day) for p in self.theme.parameters}
        return self.days[day]


def _rounded(value: object, unit: str | None) -> Scalar:
    plain = _plain(value)
    return _cents(plain) if unit == "元" and isinstance(plain, Decimal) else plain


def _plain(value: object) -> Scalar:
    """Give a decimal the same shape on every backend: no trailing zeros, no exponent."""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        text = format(value, "f")
        return Decimal(text.rstrip("0").rstrip(".") or "0") if "." in text else value
    return cast(Scalar, value)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _show(value: object) -> str:
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
