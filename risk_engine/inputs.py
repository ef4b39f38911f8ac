"""What one theme sees of the staged tables: cut by as-of, quarantined, one row a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from risk_engine.catalogue import Source, Theme
from risk_engine.results import Correction, Reject, TableReport
from risk_engine.staging import StagedTable, Staging

CONFLICT = "同一次交付里同一个键有两行不同的数据，两行都不用"
REQUIRED = "必填列为空"


@dataclass(slots=True)
class ThemeInput:
    """A source as the rules see it, with what was left out and why."""

    source: Source
    staged: StagedTable
    report: TableReport
    keys: int = 0
    conflicting_keys: int = 0
    rejects: list[Reject] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """Return the relation of the rows that existed by as_of, good or bad."""
        return f'"{self.source.table}__seen"'


def build_inputs(
    staging: Staging, staged: Mapping[str, StagedTable], theme: Theme, as_of: date
) -> dict[str, ThemeInput]:
    """Create views of each source and of its quarantined rows in the schema in use."""
    return {
        source.table: _Builder(staging, staged[source.table], source, theme.code, as_of).build()
        for source in theme.sources
    }


class _Builder:
    def __init__(
        self, staging: Staging, staged: StagedTable, source: Source, theme: str, as_of: date
    ) -> None:
        self.staging = staging
        self.staged = staged
        self.source = source
        self.theme = theme
        self.as_of = as_of
        self.name = source.table
        self.key = ", ".join(f'"{column}"' for column in source.key)
        self.keyed = _packed(source.key)
        self.rejects: list[Reject] = []
        self.corrections: list[Correction] = []

    def build(self) -> ThemeInput:
        self._create_seen()
        unseen = self.staging.scalar(
            f"SELECT (SELECT count(*) FROM {self.staged.relation} WHERE NOT _fault) - "
            f'(SELECT count(*) FROM "{self.name}__seen" WHERE NOT _fault)'
        )
        incomplete = self._reject_nulls()
        self._execute(
            f'CREATE VIEW "{self.name}__good" AS '
            f'SELECT * FROM "{self.name}__seen" WHERE NOT _fault AND {self._complete()}'
        )
        keys, twice = self._count_keys()
        self._execute(
            f'CREATE TABLE "{self.name}__dropped" '
            "(_n BIGINT, _file INTEGER, _row BIGINT, why VARCHAR)"
        )
        conflicting_keys = self._keep_one_row_a_key() if twice else 0
        dropped: dict[str, int] = dict(
            self.staging.connection.execute(
                f'SELECT why, count(*) FROM "{self.name}__dropped" GROUP BY why'
            ).fetchall()
        )
        self._create_views(any_dropped=bool(dropped))
        return ThemeInput(
            source=self.source,
            staged=self.staged,
            report=TableReport(
                table=self.name,
                rows=self.staged.rows,
                unseen=unseen,
                rejected=self.staged.rejected + incomplete + dropped.get("conflict", 0),
                duplicates=dropped.get("duplicate", 0),
                corrected=dropped.get("corrected", 0),
            ),
            keys=keys,
            conflicting_keys=conflicting_keys,
            rejects=self.rejects,
            corrections=self.corrections,
        )

    def _execute(self, query: str) -> None:
        self.staging.connection.execute(query)

    def _create_seen(self) -> None:
        event = self.source.event_date
        if event is None:
            cut = "TRUE"
        else:
            cut = f"CAST(({event}) AS DATE) <= DATE '{self.as_of}'"
            # a bad cell must not hide the row it is in from the list of quarantined rows
            cut += " OR (_fault AND" if self.source.skip_null_event_date else " OR ("
            cut += f" ({event}) IS NULL)"
        self._execute(
            f'CREATE VIEW "{self.name}__seen" AS SELECT * FROM {self.staged.relation} WHERE {cut}'
        )

    def _complete(self) -> str:
        return " AND ".join(f'"{column}" IS NOT NULL' for column in self.source.required)

    def _reject_nulls(self) -> int:
        empty = ", ".join(f'"{column}" IS NULL' for column in self.source.required)
        rows = self.staging.connection.execute(
            f"SELECT _file, _row, {empty} "
            f'FROM "{self.name}__seen" WHERE NOT _fault AND NOT ({self._complete()}) '
            "ORDER BY _file, _row"
        ).fetchall()
        for file, row, *nulls in rows:
            for column, is_null in zip(self.source.required, nulls, strict=True):
                if is_null:
                    self._reject(file, row, column, "", REQUIRED)
        return len(rows)

    def _reject(self, file: int, row: int, column: str, value: str, reason: str) -> None:
        self.rejects.append(
            Reject(
                table=self.name,
                file=self.staging.files[file].name,
                row=row,
                column=column,
                value=value,
                reason=reason,
                themes=(self.theme,),
            )
        )

    def _count_keys(self) -> tuple[int, int]:
        counted = self.staging.connection.execute(
            "SELECT count(*), count(*) FILTER (n > 1) FROM "
            f'(SELECT count(*) AS n FROM "{self.name}__good" GROUP BY {self.key})'
        ).fetchone()
        return (int(counted[0]), int(counted[1])) if counted else (0, 0)

    def _keep_one_row_a_key(self) -> int:
        """Quarantine conflicts within a delivery, let later deliveries win, count repeats once."""
        carried = [
            column.name
            for column in self.staged.table.columns
            if any(column.name in d.header for d in self.staged.deliveries.values())
        ]
        values = _packed(carried)
        on_key = " AND ".join(f't."{c}" IS NOT DISTINCT FROM g."{c}"' for c in self.source.key)
        same, kept = f'"{self.name}__same"', f'"{self.name}__kept"'
        self._execute(
            f"CREATE TABLE {same} AS "
            f'WITH twice AS (SELECT {self.key} FROM "{self.name}__good" '
            f"GROUP BY {self.key} HAVING count(*) > 1) "
            f"SELECT g._n, g._file, g._row, {self.keyed} AS k, {values} AS v "
            f'FROM "{self.name}__good" AS g '
            f"WHERE EXISTS (SELECT 1 FROM twice AS t WHERE {on_key})"
        )
        self._execute(
            f"CREATE TABLE {kept} AS "
            f"WITH conflict AS (SELECT k, _file FROM {same} GROUP BY k, _file "
            "HAVING count(DISTINCT v) > 1), "
            f"settled AS (SELECT * FROM {same} AS s ANTI JOIN conflict AS c "
            "ON c.k = s.k AND c._file = s._file), "
            "newest AS (SELECT k, arg_max(v, _file) AS v, max(_file) AS _file "
            "FROM settled GROUP BY k) "
            "SELECT n.k, n.v, min(s._n) AS _n, n._file AS newest "
            "FROM newest AS n JOIN settled AS s ON s.k = n.k AND s.v IS NOT DISTINCT FROM n.v "
            "GROUP BY n.k, n.v, n._file"
        )
        self._execute(
            f'INSERT INTO "{self.name}__dropped" '
            f"WITH conflict AS (SELECT k, _file FROM {same} GROUP BY k, _file "
            "HAVING count(DISTINCT v) > 1) "
            "SELECT s._n, s._file, s._row, "
            "CASE WHEN c.k IS NOT NULL THEN 'conflict' "
            "WHEN s.v IS NOT DISTINCT FROM w.v THEN 'duplicate' ELSE 'corrected' END "
            f"FROM {same} AS s LEFT JOIN conflict AS c ON c.k = s.k AND c._file = s._file "
            f"LEFT JOIN {kept} AS w ON w.k = s.k WHERE w._n IS DISTINCT FROM s._n"
        )
        for file, row in self.staging.connection.execute(
            f"SELECT _file, _row FROM \"{self.name}__dropped\" WHERE why = 'conflict' "
            "ORDER BY _file, _row"
        ).fetchall():
            self._reject(file, row, self.source.key[0], self._key_text(file, row), CONFLICT)
        self._list_corrections(same, kept)
        return self.staging.scalar(
            f"SELECT count(DISTINCT s.k) FROM {same} AS s "
            f"JOIN \"{self.name}__dropped\" AS d ON d._n = s._n AND d.why = 'conflict'"
        )

    def _key_text(self, file: int, row: int) -> str:
        key = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in self.source.key)
        parts = self.staging.connection.execute(
            f"SELECT concat_ws('/', {key}) FROM \"{self.name}__good\" WHERE _file = ? AND _row = ?",
            [file, row],
        ).fetchone()
        return str(parts[0]) if parts else ""

    def _list_corrections(self, same: str, kept: str) -> None:
        key = ", ".join(f'CAST(s.k."{c}" AS VARCHAR)' for c in self.source.key)
        rows = self.staging.connection.execute(
            f"SELECT concat_ws('/', {key}), s._file, s._row, n._file, min(n._row) "
            f"FROM {same} AS s "
            f"JOIN \"{self.name}__dropped\" AS d ON d._n = s._n AND d.why = 'corrected' "
            f"JOIN {kept} AS w ON w.k = s.k "
            f"JOIN {same} AS n "
            "ON n.k = w.k AND n._file = w.newest AND n.v IS NOT DISTINCT FROM w.v "
            "GROUP BY ALL ORDER BY s._file, s._row"
        ).fetchall()
        files = self.staging.files
        self.corrections = [
            Correction(
                table=self.name,
                key=text,
                old_file=files[old].name,
                old_row=old_row,
                new_file=files[new].name,
                new_row=new_row,
            )
            for text, old, old_row, new, new_row in rows
        ]

    def _create_views(self, *, any_dropped: bool) -> None:
        columns = ", ".join(self._column(column) for column in self.source.columns)
        anti = f' ANTI JOIN "{self.name}__dropped" AS d ON d._n = g._n' if any_dropped else ""
        self._execute(
            f'CREATE VIEW "{self.name}" AS SELECT {columns}, g._file, g._row '
            f'FROM "{self.name}__good" AS g{anti}'
        )
        self._execute(
            f'CREATE VIEW "{self.name}__rejected" AS '
            f'SELECT {self.key} FROM "{self.name}__seen" '
            f"WHERE _fault OR NOT ({self._complete()}) "
            f'UNION ALL SELECT {self.key} FROM "{self.name}__good" AS g '
            f"SEMI JOIN \"{self.name}__dropped\" AS d ON d._n = g._n AND d.why = 'conflict'"
        )

    def _column(self, column: str) -> str:
        if column not in self.source.later_as_null:
            return f'g."{column}"'
        return (
            f"CASE WHEN CAST(g.\"{column}\" AS DATE) <= DATE '{self.as_of}' "
            f'THEN g."{column}" END AS "{column}"'
        )


def _packed(columns: Iterable[str]) -> str:
    fields = ", ".join(f'"{column}" := "{column}"' for column in columns)
    return f"struct_pack({fields})"
