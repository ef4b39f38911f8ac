"""Where the steps run: inside the embedded DuckDB, or in PostgreSQL by the same text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import duckdb
import psycopg
from psycopg import sql

from risk_engine.errors import ConfigurationError, UsageError

Row = tuple[object, ...]

POSTGRES_TYPES = {"VARCHAR": 'VARCHAR COLLATE "C"', "HUGEINT": "NUMERIC(38, 0)"}


class Backend(Protocol):
    """A place to run the steps of one theme after another."""

    dialect: str

    def publish(self, names: Iterable[str]) -> None:
        """Make relations of the DuckDB schema in use visible to the steps."""

    def create(self, name: str, query: str, *, as_table: bool) -> None:
        """Give the result of a step its name."""

    def rows(self, query: str) -> tuple[list[str], list[Row]]:
        """Return the column names and rows of a query."""

    def reset(self) -> None:
        """Forget everything that was published or created."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class DuckDBBackend:
    """Runs the steps where the extracts were staged."""

    dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def publish(self, names: Iterable[str]) -> None:
        """Leave the relations where they are."""

    def create(self, name: str, query: str, *, as_table: bool) -> None:
        """Create a view, or a table where the step asks for one."""
        kind = "TABLE" if as_table else "VIEW"
        try:
            self.connection.execute(f'CREATE {kind} "{name}" AS {query}')
        except duckdb.Error as error:
            raise ConfigurationError(f"Step {name}: {error}") from error

    def rows(self, query: str) -> tuple[list[str], list[Row]]:
        """Return the column names and rows of a query."""
        try:
            cursor = self.connection.execute(query)
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
        except duckdb.Error as error:
            raise ConfigurationError(f"{query}: {error}") from error

    def reset(self) -> None:
        """Leave the dropping of the schema to who made it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the connection to who opened it."""


class PostgresBackend:
    """Runs the steps in a PostgreSQL session, in temporary tables that end with it."""

    dialect = "postgres"

    def __init__(self, staged: duckdb.DuckDBPyConnection, url: str, scratch: Path) -> None:
        self.staged = staged
        self.scratch = scratch
        try:
            self.session = psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError as error:
            raise UsageError("计算数据库连接不上，请检查 --backend 的地址、账号和网络。") from error
        self.session.execute("SET datestyle = 'ISO, YMD'")
        self.session.execute("SET timezone = 'Asia/Shanghai'")

    def publish(self, names: Iterable[str]) -> None:
        """Copy relations into temporary tables of the same name."""
        for name in names:
            described = self.staged.execute(f'DESCRIBE "{name}"').fetchall()
            columns = sql.SQL(", ").join(
                sql.SQL("{} {}").format(
                    sql.Identifier(column), sql.SQL(POSTGRES_TYPES.get(kind, kind))
                )
                for column, kind, *_ in described
            )
            self.session.execute(
                sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(sql.Identifier(name), columns)
            )
            path = self.scratch / f"publish_{name}.csv"
            self.staged.execute(f"COPY \"{name}\" TO '{path}' (FORMAT csv, HEADER true)")
            copy_in = sql.SQL("COPY {} FROM STDIN (FORMAT csv, HEADER)").format(
                sql.Identifier(name)
            )
            with path.open("rb") as stream, self.session.cursor().copy(copy_in) as copy:
                while block := stream.read(1 << 20):
                    copy.write(block)
            path.unlink()
            self.session.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))

    def create(self, name: str, query: str, *, as_table: bool) -> None:
        """Store a step as a temporary table, so that the planner knows its size."""
        try:
            self.session.execute(f'CREATE TEMPORARY TABLE "{name}" AS {query}'.encode())
            self.session.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise ConfigurationError(f"Step {name}: {error}") from error

    def rows(self, query: str) -> tuple[list[str], list[Row]]:
        """Return the column names and rows of a query."""
        try:
            cursor = self.session.execute(query.encode())
            return [column.name for column in cursor.description or ()], cursor.fetchall()
        except psycopg.Error as error:
            raise ConfigurationError(f"{query}: {error}") from error

    def reset(self) -> None:
        """Drop every temporary table of the session."""
        self.session.execute("DISCARD TEMPORARY")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the session and with it its tables."""
        self.session.close()
