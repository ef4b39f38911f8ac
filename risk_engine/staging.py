"""Deliveries become typed tables in an embedded DuckDB; bad cells become rejects, counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import duckdb

from risk_engine.contracts import Table
from risk_engine.readers import TableDeliveries
from risk_engine.readers.delivery import Delivery, FileFault
from risk_engine.results import Batch, Reject
from risk_engine.typing_sql import TypedColumn, typed

SHAPE_REASONS = {
    "MISSING COLUMNS": "这一行的列数比表头少",
    "TOO MANY COLUMNS": "这一行的列数比表头多",
}
REJECTS_SHOWN = 20_000


@dataclass(slots=True)
class StagedTable:
    """One table, typed. `relation` holds every contract column plus _file, _row and _fault."""

    table: Table
    present: bool
    relation: str
    deliveries: Mapping[int, Delivery]
    faults: list[FileFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Return the number of rows that were delivered, good or bad."""
        return sum(batch.rows for batch in self.batches)

    @property
    def rejected(self) -> int:
        """Return the number of rows with a bad cell, or with too few or too many cells."""
        return sum(batch.rejected for batch in self.batches)

    def missing(self, columns: tuple[str, ...]) -> list[FileFault]:
        """List the columns that a delivery lacks, one fault each."""
        return [
            FileFault(
                delivery.name, column, f"缺少 {column} 列（被删或改名），请按数据契约重新导出。"
            )
            for delivery in self.deliveries.values()
            for column in columns
            if column not in delivery.header
        ]


@dataclass(frozen=True, slots=True)
class _Lost:
    """A record that DuckDB could not split into the columns of its header."""

    file: int
    line: int
    kind: str
    text: str


class Staging:
    """Reads deliveries into the schema `stage`; file numbers are unique over all tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
        self.connection = connection
        self.as_of = as_of
        self.files: dict[int, Delivery] = {}
        connection.execute("CREATE SCHEMA stage")
        connection.execute("CREATE TABLE stage._files (file INTEGER, first_n BIGINT)")
        connection.execute("CREATE TABLE stage._shifts (file INTEGER, threshold BIGINT)")

    def load(self, found: TableDeliveries) -> StagedTable:
        """Type every delivery of a table."""
        numbered = {len(self.files) + n: d for n, d in enumerate(found.deliveries)}
        self.files.update(numbered)
        staged = StagedTable(
            table=found.table,
            present=found.present,
            relation=f'stage."{found.table.name}"',
            deliveries=numbered,
            faults=list(found.faults),
            notes=list(found.notes),
        )
        base = f'stage."{found.table.name}_base"'
        columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in found.table.columns)
        self.connection.execute(
            f"CREATE TABLE {base} "
            f"({columns}, _file INTEGER, _n BIGINT, _fault BOOLEAN, _changed INTEGER)"
        )
        sources: list[_Source] = []
        lost: list[_Lost] = []
        for _, group in groupby(numbered.items(), key=lambda item: item[1].form):
            read, dropped = self._read_group(staged, base, dict(group))
            sources += read
            lost += dropped
        self._settle(staged, lost)
        self._create_view(staged, base)
        self._count(staged, lost)
        for source in sources:
            self._explain(staged, source)
        return staged

    def _read_group(
        self, staged: StagedTable, base: str, group: dict[int, Delivery]
    ) -> tuple[list[_Source], list[_Lost]]:
        """Read files of one form together; where that fails, one by one to find the culprit."""
        source = _Source(self, staged.table, group, first_n=self._next_n(base))
        try:
            return [source], source.insert_into(base)
        except duckdb.Error:
            if len(group) == 1:
                (delivery,) = group.values()
                reason = "文件的内容读不出来，可能已损坏，请重新交付。"
                staged.faults.append(FileFault(delivery.name, "", reason))
                return [], []
        sources: list[_Source] = []
        lost: list[_Lost] = []
        for number, delivery in group.items():
            read, dropped = self._read_group(staged, base, {number: delivery})
            sources += read
            lost += dropped
        return sources, lost

    def _next_n(self, base: str) -> int:
        return self.scalar(f"SELECT COALESCE(max(_n), 0) + 1 FROM {base}")

    def scalar(self, query: str) -> int:
        """Return the one number of a query."""
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def _settle(self, staged: StagedTable, lost: list[_Lost]) -> None:
        """Report damaged records, and keep the numbers of other rows as a person counts them."""
        for number, delivery in staged.deliveries.items():
            mine = [record for record in lost if record.file == number]
            fault = _truncation(delivery, mine)
            if fault is not None:
                staged.faults.append(fault)
                continue
            staged.rejects += [
                Reject(
                    table=staged.table.name,
                    file=delivery.name,
                    row=record.line,
                    column="",
                    value=record.text,
                    reason=SHAPE_REASONS[record.kind],
                )
                for record in mine
            ]
            gaps = sorted({record.line for record in mine} | set(delivery.skipped))
            for passed, gap in enumerate(gaps):
                self.connection.execute(
                    "INSERT INTO stage._shifts VALUES (?, ?)", [number, gap - passed]
                )

    def _create_view(self, staged: StagedTable, base: str) -> None:
        columns = ", ".join(f'b."{column.name}"' for column in staged.table.columns)
        numbers = ", ".join(map(str, staged.deliveries)) or "NULL"
        row = "b._n - f.first_n + 2"
        if self.scalar(f"SELECT count(*) FROM stage._shifts WHERE file IN ({numbers})"):
            row += (
                f" + (SELECT count(*) FROM stage._shifts AS s "
                f"WHERE s.file = b._file AND s.threshold <= {row})"
            )
        self.connection.execute(
            f"INSERT INTO stage._files SELECT _file, min(_n) FROM {base} GROUP BY _file"
        )
        self.connection.execute(
            f"CREATE VIEW {staged.relation} AS "
            f"SELECT {columns}, b._file, CAST({row} AS BIGINT) AS _row, b._n, b._fault, b._changed "
            f"FROM {base} AS b JOIN stage._files AS f ON f.file = b._file"
        )

    def _count(self, staged: StagedTable, lost: list[_Lost]) -> None:
        counted = self.connection.execute(
            "SELECT _file, count(*), count(*) FILTER (_fault), sum(_changed) "
            f"FROM {staged.relation} GROUP BY _file"
        ).fetchall()
        counts = {file: (rows, bad, changed) for file, rows, bad, changed in counted}
        known = {column.name for column in staged.table.columns}
        for number, delivery in staged.deliveries.items():
            rows, bad, changed = counts.get(number, (0, 0, 0))
            broken = sum(record.file == number for record in lost)
            staged.batches.append(
                Batch(
                    table=staged.table.name,
                    file=delivery.name,
                    sha256=delivery.sha256,
                    delivered_on=delivery.delivered_on,
                    rows=rows + broken,
                    rejected=bad + broken,
                    normalised=int(changed),
                    encoding=delivery.encoding,
                    extra_columns=tuple(c for c in delivery.header if c not in known),
                )
            )

    def _explain(self, staged: StagedTable, source: _Source) -> None:
        """Say of every bad cell what is wrong; only files that have any are read a second time."""
        numbers = ", ".join(map(str, source.group))
        bad = f"SELECT _file, _n, _row FROM {staged.relation} WHERE _fault AND _file IN ({numbers})"
        if not self.scalar(f"SELECT count(*) FROM ({bad})"):
            return
        rows = self.connection.execute(
            f"SELECT b._file, b._row, c.column_name, c.raw, c.reason "
            f"FROM ({source.faults_query()}) AS c JOIN ({bad}) AS b ON b._n = c._n "
            f"ORDER BY b._file, b._row, c.position LIMIT {REJECTS_SHOWN + 1}"
        ).fetchall()
        staged.rejects += [
            Reject(
                table=staged.table.name,
                file=self.files[file].name,
                row=row,
                column=column,
                value=raw,
                reason=reason,
            )
            for file, row, column, raw, reason in rows[:REJECTS_SHOWN]
        ]
        if len(rows) > REJECTS_SHOWN:
            staged.notes.append(
                f"表 {staged.table.name} 的坏单元格超过 {REJECTS_SHOWN} 个，只列出这些；"
                "行数在批次里都已计数。"
            )


class _Source:
    """The deliveries of one table that share a header, and so one SQL statement."""

    def __init__(
        self, staging: Staging, table: Table, group: Mapping[int, Delivery], *, first_n: int
    ) -> None:
        self.staging = staging
        self.group = group
        self.first_n = first_n
        form = next(iter(group.values()))
        self.kind = form.kind
        self.width = len(form.header)
        by_name = {column.name: column for column in table.columns}
        self.columns: dict[int, TypedColumn] = {}
        self.names: dict[int, str] = {}
        for position, name in enumerate(form.header):
            if name not in by_name:
                continue
            delivered = form.types[position] if form.types else "VARCHAR"
            raw = f"c{position}" if self.kind == "csv" else f'"{name}"'
            self.names[position] = name
            self.columns[position] = typed(
                by_name[name], raw, f"s{position}", delivered, staging.as_of
            )
        self.raws = {
            position: f"c{position}" if self.kind == "csv" else f'"{name}"'
            for position, name in self.names.items()
        }

    def insert_into(self, base: str) -> list[_Lost]:
        """Type the rows into the base table and return the records that could not be split."""
        if not self.columns:
            return []
        targets = ", ".join(f'"{name}"' for name in self.names.values())
        values = ", ".join(f"v{position}" for position in self.columns)
        fault = " OR ".join(f"(s{p} IS NOT NULL AND v{p} IS NULL)" for p in self.columns)
        changed = " + ".join(column.changed for column in self.columns.values())
        lost_to = f"lost_{self.first_n}"
        self.staging.connection.execute(
            f"INSERT INTO {base} ({targets}, _file, _n, _fault, _changed) "
            f"SELECT {values}, _file, _n, {fault}, {changed} FROM ({self._typed(lost_to)})"
        )
        return self._lost(lost_to) if self.kind == "csv" else []

    def faults_query(self) -> str:
        """Return a query of every bad cell: its row, position, column, raw text and reason."""
        cells = ", ".join(
            f"{{'position': {position}, 'column_name': '{self.names[position]}', "
            f"'raw': CAST({self.raws[position]} AS VARCHAR), 'reason': {column.reason}, "
            f"'bad': s{position} IS NOT NULL AND v{position} IS NULL}}"
            for position, column in self.columns.items()
        )
        return (
            f"SELECT _n, cell.position, cell.column_name, cell.raw, cell.reason "
            f"FROM (SELECT _n, unnest([{cells}]) AS cell FROM ({self._typed('')})) WHERE cell.bad"
        )

    def _typed(self, lost_to: str) -> str:
        raws = ", ".join(self.raws.values())
        clean = ", ".join(f"{c.clean} AS s{p}" for p, c in self.columns.items())
        values = ", ".join(f"{c.value} AS v{p}" for p, c in self.columns.items())
        return (
            f"SELECT *, {values} FROM (SELECT {raws}, {clean}, _file, _n "
            f"FROM ({self._numbered(lost_to)}))"
        )

    def _numbered(self, lost_to: str) -> str:
        """Number the records in the order of the files; DuckDB reads them in parallel, in order."""
        raws = ", ".join(self.raws.values())
        number = f"row_number() OVER () + {self.first_n - 1} AS _n"
        if len(self.group) == 1:
            (file,) = self.group
            return f"SELECT {raws}, {file} AS _file, {number} FROM {self._scan(lost_to)}"
        files = ", ".join(f"({file}, {_quote(str(d.path))})" for file, d in self.group.items())
        named = f"SELECT {raws}, filename, {number} FROM {self._scan(lost_to)}"
        return (
            f"SELECT r.*, f.file AS _file FROM ({named}) AS r "
            f"JOIN (VALUES {files}) AS f(file, path) ON f.path = r.filename"
        )

    def _scan(self, lost_to: str) -> str:
        paths = ", ".join(_quote(str(delivery.path)) for delivery in self.group.values())
        if self.kind == "parquet":
            return f"read_parquet([{paths}], filename = true)"
        columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(self.width))
        keep = (
            f", store_rejects = true, rejects_table = '{lost_to}', rejects_scan = '{lost_to}_scan'"
        )
        return (
            f"read_csv([{paths}], auto_detect = false, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {{{columns}}}, filename = true, ignore_errors = true"
            f"{keep if lost_to else ''})"
        )

    def _lost(self, table: str) -> list[_Lost]:
        numbers = {str(delivery.path): file for file, delivery in self.group.items()}
        rows = self.staging.connection.execute(
            f"SELECT DISTINCT s.file_path, e.line, CAST(e.error_type AS VARCHAR), e.csv_line "
            f"FROM {table} AS e JOIN {table}_scan AS s USING (scan_id, file_id) ORDER BY ALL"
        ).fetchall()
        self.staging.connection.execute(f"DROP TABLE {table}")
        self.staging.connection.execute(f"DROP TABLE {table}_scan")
        return [_Lost(numbers[path], line, kind, text or "") for path, line, kind, text in rows]


def _truncation(delivery: Delivery, lost: list[_Lost]) -> FileFault | None:
    """Tell a file that ends in the middle of a row, or in an open quote, from one with odd rows."""
    for record in lost:
        if record.kind not in SHAPE_REASONS:
            what = "引号没有闭合" if record.kind == "UNQUOTED VALUE" else "内容读不出来"
            return FileFault(
                delivery.name,
                "",
                f"第 {record.line} 行的{what}，文件可能被截断，请重新交付。",
                record.line,
            )
    shorter = [record for record in lost if record.kind == "MISSING COLUMNS"]
    if shorter:
        last = max(shorter, key=lambda record: record.line)
        with delivery.path.open("rb") as stream:
            stream.seek(0, 2)
            size = len(last.text.encode()) + 4
            stream.seek(max(0, stream.tell() - size))
            tail = stream.read().rstrip(b"\r\n")
        if tail.endswith(last.text.rstrip("\r\n").encode()):
            return FileFault(
                delivery.name,
                "",
                f"最后一行（第 {last.line} 行）不完整，文件被截断了，请重新交付。",
                last.line,
            )
    return None


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
