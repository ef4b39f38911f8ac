"""The one way in: `run` reads the extracts once and judges every theme asked for."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from risk_engine.backends import Backend, DuckDBBackend, PostgresBackend
from risk_engine.calendar import PUBLISHED_YEARS, WorkCalendar
from risk_engine.catalogue import Theme
from risk_engine.contracts import table as contract_table
from risk_engine.errors import UsageError
from risk_engine.findings import collect_findings
from risk_engine.gate import Gate
from risk_engine.inputs import ThemeInput, build_inputs
from risk_engine.parameters import (
    create_calendar,
    create_parameters,
    create_table,
    create_whitelist,
    with_parameters,
)
from risk_engine.readers import TableDeliveries, read_folder
from risk_engine.readers.database import read_database
from risk_engine.readers.memory import write_memory
from risk_engine.results import (
    Correction,
    Finding,
    GateReport,
    Inconclusive,
    Reject,
    RunResult,
    ThemeResult,
)
from risk_engine.rules import steps
from risk_engine.staging import StagedTable, Staging
from risk_engine.themes import all_themes
from risk_engine.typing_sql import FIRST_DAY, YEARS_AHEAD
from risk_engine.whitelist import WhitelistEntry, read_whitelist

Extracts = Path | str | Mapping[str, Iterable[Mapping[str, object]]]

WHITELIST = "whitelist.csv"
LATEST_AS_OF = date(date.max.year - YEARS_AHEAD, 12, 31)
MEMORY_LIMIT = "1500MB"
URL_SCHEMES = ("postgres://", "postgresql://")


def themes() -> list[Theme]:
    """Return the themes of this package in code order."""
    return list(all_themes().values())


def theme(code: str) -> Theme:
    """Return the theme of a code such as T09.

    :raises UsageError: if there is no such theme.
    """
    try:
        return all_themes()[code]
    except KeyError:
        known = "、".join(all_themes())
        raise UsageError(f"没有主题 {code}，现有 {known}，请检查 --themes。") from None


def run(
    *,
    extracts: Extracts,
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
    `whitelist` None reads whitelist.csv where the folder of extracts has one.
    `backend` is "duckdb" or a PostgreSQL URL. With `gate` False every row that is there is judged.

    :raises UsageError: if a theme, the whitelist or the calendar cannot be meant.
    :raises ConfigurationError: if a theme of the package is wrong.
    """
    with workspace(
        extracts=extracts,
        latest=as_of,
        themes=themes,
        whitelist=whitelist,
        calendar=calendar,
        parameters=parameters,
        backend=backend,
    ) as opened:
        return opened.judge(as_of=as_of, since=since, gate=gate)


@contextmanager
def workspace(
    *,
    extracts: Extracts,
    latest: date,
    themes: Sequence[str] | None = None,
    whitelist: Path | Iterable[WhitelistEntry] | None = None,
    calendar: Path | WorkCalendar | None = None,
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    backend: str = "duckdb",
) -> Iterator[Workspace]:
    """Read the extracts once, to be judged as of several days up to `latest`.

    :raises UsageError: as `run`.
    """
    if not FIRST_DAY <= latest <= LATEST_AS_OF:
        raise UsageError(
            f"评判日 {latest} 不在 {FIRST_DAY.year} 年至 {LATEST_AS_OF.year} 年之间，请改正日期。"
        )
    if themes is not None and not themes:
        raise UsageError("--themes 没有写主题，请写成 T01,T09 这样，或去掉它评判全部主题。")
    chosen = list(all_themes().values()) if themes is None else [theme(code) for code in themes]
    overrides = parameters or {}
    for code in overrides:
        theme(code)
    chosen = [with_parameters(one, overrides.get(one.code, {})) for one in chosen]
    rules = {code: [rule.code for rule in one.rules] for code, one in all_themes().items()}
    if whitelist is None and isinstance(extracts, Path) and (extracts / WHITELIST).is_file():
        whitelist = extracts / WHITELIST
    entries, rejects = (
        read_whitelist(whitelist, rules)
        if isinstance(whitelist, Path)
        else (list(whitelist or ()), [])
    )
    days = WorkCalendar.from_file(calendar) if isinstance(calendar, Path) else calendar
    with (
        tempfile.TemporaryDirectory(prefix="risk_engine_") as folder,
        duckdb.connect() as connection,
    ):
        scratch = Path(folder)
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = '{scratch / 'spill'}'")
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        # DuckDB takes `python -m risk_engine` for a prompt and would draw its bar on stdout
        connection.execute("SET enable_progress_bar = false")
        staging = Staging(connection, latest)
        names = dict.fromkeys(source.table for one in chosen for source in one.sources)
        found = _read(extracts, list(names), scratch)
        staged = {name: staging.load(found[name]) for name in names}
        with _backend(backend, connection, scratch) as steps_run_in:
            yield Workspace(
                themes=chosen,
                staging=staging,
                staged=staged,
                backend=steps_run_in,
                backend_url=backend,
                whitelist=entries,
                whitelist_rejects=rejects,
                calendar=days or WorkCalendar(),
            )


def _read(extracts: Extracts, names: list[str], scratch: Path) -> Mapping[str, TableDeliveries]:
    tables = [contract_table(name) for name in names]
    if isinstance(extracts, str) and extracts.startswith(URL_SCHEMES):
        return read_database(extracts, tables, scratch)
    if isinstance(extracts, Mapping):
        return read_folder(write_memory(extracts, scratch), tables, scratch)
    return read_folder(Path(extracts), tables, scratch)


def _backend(name: str, connection: duckdb.DuckDBPyConnection, scratch: Path) -> Backend:
    if name == "duckdb":
        return DuckDBBackend(connection)
    if name.startswith(URL_SCHEMES):
        return PostgresBackend(connection, name, scratch)
    raise UsageError(f"不认识的计算后端 {name}，请写 duckdb 或 postgresql://…。")


@dataclass(slots=True)
class Workspace:
    """Extracts that were read and typed, ready to be judged as of any day."""

    themes: list[Theme]
    staging: Staging
    staged: Mapping[str, StagedTable]
    backend: Backend
    backend_url: str
    whitelist: list[WhitelistEntry]
    whitelist_rejects: list[Reject]
    calendar: WorkCalendar

    def judge(self, *, as_of: date, since: date | None = None, gate: bool = True) -> RunResult:
        """Judge every theme as of one day."""
        return self._result(as_of, since, gate=gate, rules=True)

    def check(self, *, as_of: date) -> RunResult:
        """Hold the extracts against the contracts, without judging anything."""
        return self._result(as_of, None, gate=True, rules=False)

    def _result(self, as_of: date, since: date | None, *, gate: bool, rules: bool) -> RunResult:
        rejects = list(self.whitelist_rejects)
        corrections: dict[Correction, None] = {}
        results: list[ThemeResult] = []
        for one in self.themes:
            result, theme_rejects, theme_corrections = self._judge_theme(
                one, as_of, since, gate=gate, rules=rules
            )
            results.append(result)
            rejects += theme_rejects
            corrections.update(dict.fromkeys(theme_corrections))
        return RunResult(
            as_of=as_of,
            since=since,
            backend=self.backend.dialect,
            themes=tuple(results),
            rejects=tuple(_merged(rejects, self.staged.values(), self.themes)),
            corrections=tuple(corrections),
            batches=tuple(batch for table in self.staged.values() for batch in table.batches),
            notes=tuple(note for table in self.staged.values() for note in table.notes),
            provisional_years=self.calendar.provisional_years(min(PUBLISHED_YEARS), as_of.year),
        )

    def _judge_theme(
        self, one: Theme, as_of: date, since: date | None, *, gate: bool, rules: bool
    ) -> tuple[ThemeResult, list[Reject], list[Correction]]:
        started = time.perf_counter()
        keeper = Gate(
            theme=one,
            staging=self.staging,
            staged=self.staged,
            backend=self.backend,
            backend_url=self.backend_url,
            judge=run,
            as_of=as_of,
            on=gate,
        )
        refused = keeper.refuse_unreadable()
        if refused:
            return _nothing(one, keeper.closed("refused", refused), started), refused, []
        absent = keeper.absent_tables()
        if absent:
            return _nothing(one, keeper.closed("grey", []), started), [], []
        schema = f"run_{one.code.lower()}"
        connection = self.staging.connection
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"SET search_path = '{schema}'")
        try:
            inputs = build_inputs(self.staging, self.staged, one, as_of)
            rejects = [reject for seen in inputs.values() for reject in seen.rejects]
            corrections = [pair for seen in inputs.values() for pair in seen.corrections]
            spoiled = keeper.refuse_spoiled(inputs)
            if spoiled:
                return (
                    replace(
                        _nothing(one, keeper.closed("refused", spoiled), started),
                        tables=tuple(seen.report for seen in inputs.values()),
                    ),
                    rejects + spoiled,
                    corrections,
                )
            if rules:
                report = keeper.report(inputs)
                self._run_steps(one, inputs, as_of, since)
                result = self._collect(one, inputs, report, as_of, since, started)
            else:
                result = replace(
                    _nothing(one, keeper.open(), started),
                    tables=tuple(seen.report for seen in inputs.values()),
                )
        finally:
            connection.execute("SET search_path = 'main'")
            connection.execute(f"DROP SCHEMA {schema} CASCADE")
            self.backend.reset()
        return result, rejects, corrections

    def _run_steps(
        self, one: Theme, inputs: Mapping[str, ThemeInput], as_of: date, since: date | None
    ) -> None:
        connection = self.staging.connection
        present = [(name,) for name, seen in inputs.items() if seen.staged.present]
        names = [
            *inputs,
            *(f"{name}__rejected" for name in inputs),
            *create_parameters(connection, one),
            create_whitelist(connection, one, self.whitelist),
            create_calendar(connection, self.calendar, as_of),
            create_table(connection, "sources_present", {"table_name": "VARCHAR"}, present),
        ]
        self.backend.publish(names)
        for step in steps(one.code, self.backend.dialect):
            self.backend.create(
                step.name, step.bind(as_of=as_of, since=since), as_table=step.as_table
            )

    def _collect(
        self,
        one: Theme,
        inputs: Mapping[str, ThemeInput],
        report: GateReport,
        as_of: date,
        since: date | None,
        started: float,
    ) -> ThemeResult:
        findings = collect_findings(
            backend=self.backend, theme=one, files=self.staging.files, as_of=as_of, since=since
        )
        _, lacking = self.backend.rows(
            "SELECT DISTINCT subject, period, column_name FROM inconclusive"
        )
        inconclusive = sorted(
            (str(subject), str(period or ""), str(column)) for subject, period, column in lacking
        )
        _, items = self.backend.rows("SELECT DISTINCT item, exclusion FROM excluded")
        counts: dict[str, int] = {}
        for _, exclusion in items:
            counts[str(exclusion)] = counts.get(str(exclusion), 0) + 1
        _, seen = self.backend.rows("SELECT COUNT(*) FROM subjects_seen")

        def counts_for_real(finding: Finding) -> bool:
            return report.status == "ran" and finding.org_code not in report.grey_stations

        return ThemeResult(
            theme=one.code,
            rule_version=one.rule_version,
            gate=report,
            findings=tuple(f for f in findings if counts_for_real(f)),
            findings_grey=tuple(f for f in findings if not counts_for_real(f)),
            inconclusive=tuple(
                Inconclusive(theme=one.code, subject=subject, period=period, column=column)
                for subject, period, column in inconclusive
            ),
            subjects_seen=int(str(seen[0][0])),
            tables=tuple(source.report for source in inputs.values()),
            excluded={code: counts[code] for code in sorted(counts) if code != "whitelist"},
            excluded_total=len({str(item) for item, _ in items}),
            whitelisted=counts.get("whitelist", 0),
            seconds=time.perf_counter() - started,
        )


def _nothing(one: Theme, report: GateReport, started: float) -> ThemeResult:
    return ThemeResult(
        theme=one.code,
        rule_version=one.rule_version,
        gate=report,
        findings=(),
        findings_grey=(),
        inconclusive=(),
        subjects_seen=0,
        tables=(),
        excluded={},
        excluded_total=0,
        whitelisted=0,
        seconds=time.perf_counter() - started,
    )


def _merged(
    rejects: Iterable[Reject], staged: Iterable[StagedTable], chosen: Iterable[Theme]
) -> list[Reject]:
    """Say each fault once, with every theme that it touches, in order of table, file and row."""
    readers: dict[str, list[str]] = {}
    for one in chosen:
        for source in one.sources:
            readers.setdefault(source.table, []).append(one.code)
    merged: dict[Reject, list[str]] = {}
    for table in staged:
        for reject in table.rejects:
            merged[reject] = readers.get(table.table.name, [])
    for reject in rejects:
        told = merged.setdefault(replace(reject, themes=()), [])
        merged[replace(reject, themes=())] = sorted({*told, *reject.themes})
    return sorted(
        (replace(reject, themes=tuple(codes)) for reject, codes in merged.items()),
        key=lambda r: (r.table, r.file, r.row or 0, r.column, r.reason),
    )
