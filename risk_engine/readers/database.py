"""A PostgreSQL database that holds tables of the contract's names, read as text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from risk_engine.contracts import Table
from risk_engine.errors import UsageError
from risk_engine.readers import TableDeliveries
from risk_engine.readers.delivery import Delivery

COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, NULL)
    FROM pg_attribute AS a
    WHERE a.attrelid = to_regclass(quote_ident(%s)) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""


def read_database(
    url: str, tables: Iterable[Table], scratch: Path
) -> Mapping[str, TableDeliveries]:
    """Copy every table of the contract that the database has; one table is one delivery.

    :raises UsageError: if the database cannot be reached.
    """
    try:
        with psycopg.connect(url) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.execute("SET datestyle = 'ISO, YMD'")
            connection.execute("SET timezone = 'Asia/Shanghai'")
            return {table.name: _read_table(connection, table, scratch) for table in tables}
    except psycopg.OperationalError as error:
        raise UsageError("抽取数据库连接不上，请检查 --extracts 的地址、账号和网络。") from error


def _read_table(connection: psycopg.Connection, table: Table, scratch: Path) -> TableDeliveries:
    found = TableDeliveries(table=table)
    columns = connection.execute(COLUMNS, [table.name]).fetchall()
    if not columns:
        return found
    header = tuple(name for name, _ in columns)
    kinds = {column.name: column.type for column in table.columns}
    query = sql.SQL(
        "COPY (SELECT {columns} FROM {table} {order}) TO STDOUT (FORMAT csv, HEADER)"
    ).format(
        columns=sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(
                _as_text(name, delivered, kinds.get(name, "string")), sql.Identifier(name)
            )
            for name, delivered in columns
        ),
        table=sql.Identifier(table.name),
        order=_order(table, header),
    )
    path = scratch / f"{table.name}.csv"
    digest = hashlib.sha256()
    with path.open("wb") as stream, connection.cursor().copy(query) as copy:
        for block in copy:
            digest.update(block)
            stream.write(block)
    found.deliveries.append(
        Delivery(
            name=f"database:{table.name}",
            path=path,
            kind="csv",
            header=header,
            sha256=digest.hexdigest(),
            encoding="database",
            delivered_on=None,
        )
    )
    return found


def _as_text(name: str, delivered: str, wanted: str) -> sql.Composable:
    column = sql.Identifier(name)
    if delivered.startswith("timestamp"):
        form = "YYYY-MM-DD" if wanted == "date" else "YYYY-MM-DD HH24:MI:SS"
        moment = sql.SQL("{}::timestamp").format(column)
        if wanted == "date":
            return sql.SQL(
                "CASE WHEN {moment} = date_trunc('day', {moment}) "
                "THEN to_char({moment}, {form}) ELSE {moment}::text END"
            ).format(moment=moment, form=sql.Literal(form))
        return sql.SQL("to_char({}, {})").format(moment, sql.Literal(form))
    return sql.SQL("{}::text").format(column)


def _order(table: Table, header: tuple[str, ...]) -> sql.Composable:
    key = [sql.Identifier(name) for name in table.key if name in header]
    return sql.SQL("ORDER BY ") + sql.SQL(", ").join(key) if key else sql.SQL("")
