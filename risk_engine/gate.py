"""Whether a theme's findings count: is the data fresh, complete, keyed, and are the rules right?

No warnings is not the same as no data: what the gate holds back is grey, never green.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Literal

from risk_engine.backends import Backend
from risk_engine.catalogue import Parameter, Source, Theme
from risk_engine.errors import ConfigurationError
from risk_engine.inputs import ThemeInput
from risk_engine.results import Check, GateReport, Reject
from risk_engine.staging import StagedTable, Staging
from risk_engine.themes import read_parameter
from risk_engine.vectors import Judge, failing_vectors
from risk_engine.yaml_text import load_yaml


@cache
def gate_parameters() -> Mapping[str, Parameter]:
    """Return the gate's own dated parameters."""
    text = resources.files("risk_engine").joinpath("gate.yaml").read_text(encoding="utf-8")
    found = [read_parameter(content) for content in load_yaml(text)["parameters"]]
    return {parameter.key: parameter for parameter in found}


class Gate:
    """Asks its questions of one theme; with `on` False whatever can be read is let through."""

    def __init__(
        self,
        *,
        theme: Theme,
        staging: Staging,
        staged: Mapping[str, StagedTable],
        backend: Backend,
        backend_url: str,
        judge: Judge,
        as_of: date,
        on: bool,
    ) -> None:
        self.theme = theme
        self.staging = staging
        self.staged = {source.table: staged[source.table] for source in theme.sources}
        self.backend = backend
        self.backend_url = backend_url
        self.judge = judge
        self.as_of = as_of
        self.on = on
        self.parameters = gate_parameters()
        self.checks: list[Check] = []

    def refuse_unreadable(self) -> list[Reject]:
        """List the faults of files that the theme reads and nobody can: cut off, a column gone."""
        faults: list[Reject] = []
        for source in self.theme.sources:
            staged = self.staged[source.table]
            needed = source.columns if self.on else source.required
            faults += [
                self._fault(source.table, fault.file, fault.row, fault.column, fault.reason)
                for fault in [*staged.faults, *staged.missing(needed)]
            ]
        return faults

    def absent_tables(self) -> list[str]:
        """List the tables that the theme cannot do without and nobody delivered."""
        absent = [
            source.table
            for source in self.theme.sources
            if self.on and not source.optional and not self.staged[source.table].present
        ]
        for table in absent:
            self._note("present", table, passed=False, reason=f"没有收到表 {table}，请补交付。")
        return absent

    def refuse_spoiled(self, inputs: Mapping[str, ThemeInput]) -> list[Reject]:
        """List the tables of which too many rows had to be quarantined."""
        if not self.on:
            return []
        limit = self._value("reject_ratio")
        return [
            self._fault(
                table,
                table,
                None,
                "",
                f"{seen.report.rows} 行里有 {seen.report.rejected} 行被退回，"
                f"超过 {_percent(limit)}，整张表不用，请改正后重新交付。",
            )
            for table, seen in inputs.items()
            if seen.report.rejected > limit * seen.report.rows
        ]

    def report(self, inputs: Mapping[str, ThemeInput]) -> GateReport:
        """Ask every question of each table that is not optional, and of the theme's examples."""
        if not self.on:
            return self.open()
        for source in self.theme.sources:
            if source.optional:
                continue
            seen = inputs[source.table]
            self._check_fresh(source, seen)
            self._check_complete(source, seen)
            self._check_keyed(seen)
            self._check_references(source, inputs)
            self._check_stations(source, seen)
        self._check_vectors()
        misses = [check for check in self.checks if not check.passed]
        theme_wide = tuple(check.reason for check in misses if check.org_code is None)
        return GateReport(
            theme=self.theme.code,
            status="grey" if theme_wide else "ran",
            reasons=theme_wide,
            grey_stations={check.org_code: check.reason for check in misses if check.org_code},
            checks=tuple(self.checks),
        )

    def open(self) -> GateReport:
        """Report a theme that nothing was asked of, or whose contracts hold."""
        return GateReport(self.theme.code, "ran", (), {}, tuple(self.checks))

    def closed(self, status: Literal["grey", "refused"], faults: list[Reject]) -> GateReport:
        """Report a theme that was not computed at all."""
        reasons = [f"{fault.file}：{fault.reason}" for fault in faults] + [
            check.reason for check in self.checks if not check.passed
        ]
        return GateReport(self.theme.code, status, tuple(reasons), {}, tuple(self.checks))

    def _check_fresh(self, source: Source, seen: ThemeInput) -> None:
        if source.fresh_by == "event":
            newest = self._newest_event(source, seen)
            what = "最近一条记录"
            if newest is None:
                self._note(
                    "fresh", source.table, passed=False, reason=f"表 {source.table} 没有任何记录。"
                )
                return
        else:
            days = [d.delivered_on for d in seen.staged.deliveries.values() if d.delivered_on]
            if not days:
                return
            newest, what = max(days), "最近一次交付"
        age = (self.as_of - newest).days
        passed = age <= source.fresh_days
        self._note(
            "fresh",
            source.table,
            passed=passed,
            reason=f"表 {source.table} {what}是 {newest}，距 {self.as_of} {age} 天，"
            f"{'没有' if passed else ''}超过 {source.fresh_days} 天。",
        )

    def _newest_event(self, source: Source, seen: ThemeInput) -> date | None:
        row = self.staging.connection.execute(
            f"SELECT max(CAST(({source.event_date}) AS DATE)) FROM {seen.seen}"
        ).fetchone()
        return row[0] if row else None

    def _check_complete(self, source: Source, seen: ThemeInput) -> None:
        periods = int(self._value("complete_periods"))
        if source.fresh_by == "event":
            counted = self.staging.connection.execute(
                f"SELECT CAST(({source.event_date}) AS DATE) AS day, count(*) FROM {seen.seen} "
                f"GROUP BY day HAVING day IS NOT NULL ORDER BY day DESC LIMIT {periods + 1}"
            ).fetchall()
            sizes = [size for _, size in counted]
            what = "最近一天"
        else:
            sizes = [batch.rows for batch in reversed(seen.staged.batches)][: periods + 1]
            what = "最近一次交付"
        if len(sizes) <= periods:
            return
        median = statistics.median(sizes[1:])
        passed = sizes[0] >= self._value("complete_ratio") * Decimal(str(median))
        self._note(
            "complete",
            source.table,
            passed=passed,
            reason=f"表 {source.table} {what} {sizes[0]} 行，"
            f"此前 {periods} 个时段的中位数 {median:g} 行，"
            f"{'不低于' if passed else '低于'}其 {_percent(self._value('complete_ratio'))}。",
        )

    def _check_keyed(self, seen: ThemeInput) -> None:
        passed = not seen.conflicting_keys or (
            seen.conflicting_keys < self._value("conflict_ratio") * seen.keys
        )
        table = seen.source.table
        self._note(
            "keyed",
            table,
            passed=passed,
            reason=f"表 {table} {seen.keys} 个键里有 {seen.conflicting_keys} 个冲突，"
            f"{'低于' if passed else '达到'} {_percent(self._value('conflict_ratio'))}。",
        )

    def _check_references(self, source: Source, inputs: Mapping[str, ThemeInput]) -> None:
        for column, target in source.references.items():
            table, _, key = target.partition(".")
            if not inputs[table].staged.present:
                continue
            total = self.staging.scalar(f'SELECT count("{column}") FROM "{source.table}"')
            found = self.staging.scalar(
                f'SELECT count(*) FROM "{source.table}" AS s SEMI JOIN "{table}" AS t '
                f'ON t."{key}" = s."{column}"'
            )
            passed = found >= self._value("resolve_ratio") * total
            self._note(
                "resolving",
                source.table,
                passed=passed,
                reason=f"表 {source.table} 的 {column} {total} 个里有 {found} 个在 {table} 查得到，"
                f"{'不低于' if passed else '低于'} {_percent(self._value('resolve_ratio'))}。",
            )

    def _check_stations(self, source: Source, seen: ThemeInput) -> None:
        """Find stations that had a rhythm of their own and have fallen silent far beyond it."""
        if "org_code" not in source.columns:
            return
        if source.fresh_by == "event":
            period = f"CAST(({source.event_date}) AS DATE)"
            silence, gap, least = (
                f"DATE '{self.as_of}' - max(period)",
                "period - before",
                source.fresh_days,
            )
            unit = "天"
        else:
            period = "_file"
            last = max(seen.staged.deliveries, default=0)
            silence, gap, least = f"{last} - max(period)", "period - before - 1", 0
            unit = "次交付"
        times, gaps = self._value("station_times"), self._value("station_gaps")
        rows = self.staging.connection.execute(
            f"WITH periods AS (SELECT DISTINCT org_code, {period} AS period FROM {seen.seen} "
            f"WHERE org_code IS NOT NULL AND {period} IS NOT NULL), "
            "spaced AS (SELECT org_code, period, "
            "lag(period) OVER (PARTITION BY org_code ORDER BY period) AS before FROM periods) "
            f"SELECT org_code, {silence} AS silence FROM spaced GROUP BY org_code "
            f"HAVING count(before) >= {gaps} AND silence > {least} "
            f"AND silence > {times} * max({gap}) ORDER BY org_code"
        ).fetchall()
        for org_code, silent in rows:
            self._note(
                "station",
                source.table,
                passed=False,
                reason=f"供电所 {org_code} 的 {source.table} 已有 {silent} {unit}没有数据，"
                "与以往不符。",
                org_code=org_code,
            )

    def _check_vectors(self) -> None:
        failing = failing_vectors(self.theme, self.backend_url, self.backend.dialect, self.judge)
        self._note(
            "vectors",
            "",
            passed=not failing,
            reason=f"{self.theme.code} 的样例 {'、'.join(failing)} 没有通过。"
            if failing
            else f"{self.theme.code} 的样例全部通过。",
        )

    def _value(self, key: str) -> Decimal:
        value = self.parameters[key].on(self.as_of)
        if value is None:
            raise ConfigurationError(f"gate.yaml: {key} has no value on {self.as_of}")
        return Decimal(str(value))

    def _note(
        self,
        name: Literal["present", "fresh", "complete", "keyed", "resolving", "vectors", "station"],
        table: str,
        *,
        passed: bool,
        reason: str,
        org_code: str | None = None,
    ) -> None:
        self.checks.append(Check(name, table, passed, reason, org_code))

    def _fault(self, table: str, file: str, row: int | None, column: str, reason: str) -> Reject:
        return Reject(
            table=table,
            file=file,
            row=row,
            column=column,
            value="",
            reason=reason,
            themes=(self.theme.code,),
        )


def _percent(ratio: Decimal) -> str:
    return f"{(ratio * 100).normalize():f}%"
