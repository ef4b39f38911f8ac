"""Transactional tests get back the database that the migrations left, and nothing is flushed.

Django flushes every table after a transactional test. Here that would lose Wagtail's root page,
which a migration writes, and it would fail, because the database refuses to delete from the log.
So the freshly migrated database is kept once a session and put back after each such test.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase


class SqliteSnapshot:
    """A copy in memory, put back page by page under SQLite's own locks."""

    def __init__(self) -> None:
        self.copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(self.copy)

    def restore(self) -> None:
        connection.ensure_connection()
        self.copy.backup(connection.connection)


class PostgresqlSnapshot:
    """The rows of every table that had any, and the state of every sequence."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT quote_ident(tablename) FROM pg_tables "
                "WHERE schemaname = 'public' ORDER BY tablename"
            )
            self.tables = [name for (name,) in cursor.fetchall()]
            for table in self.tables:
                with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
                    self.rows[table] = b"".join(bytes(block) for block in copy)
            cursor.execute(
                "SELECT quote_ident(sequencename), last_value FROM pg_sequences "
                "WHERE schemaname = 'public'"
            )
            self.sequences = cursor.fetchall()

    def restore(self) -> None:
        with connection.cursor() as cursor:
            # Neither triggers nor foreign keys: the rows go back as they were.
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(f"TRUNCATE {', '.join(self.tables)}")
            for table, rows in self.rows.items():
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(rows)
            for sequence, last in self.sequences:
                if last is None:
                    cursor.execute(f"ALTER SEQUENCE {sequence} RESTART")
                else:
                    cursor.execute("SELECT setval(%s, %s)", [sequence, last])
            cursor.execute("SET session_replication_role = origin")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Keep the migrated database, and put it back where Django would flush."""
    with django_db_blocker.unblock():
        kind = PostgresqlSnapshot if connection.vendor == "postgresql" else SqliteSnapshot
        snapshot = kind()

    def put_back(test: TransactionTestCase) -> None:
        snapshot.restore()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield
