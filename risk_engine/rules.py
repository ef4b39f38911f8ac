"""A theme's rules.sql as a chain of named steps, in DuckDB's dialect or turned into another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

import sqlglot

from risk_engine.errors import ConfigurationError
from risk_engine.themes import rules_sql

STEP = re.compile(r"^-- step: (?P<name>[a-z][a-z0-9_]*)(?P<table> \(table\))?\s*$", re.MULTILINE)
# sqlglot writes $name in each dialect's own way; a plain name it leaves alone
AS_OF, SINCE = "as_of__day", "since__day"
OUTPUTS = ("subjects_seen", "findings", "evidence", "inconclusive", "excluded")


@dataclass(frozen=True, slots=True)
class Step:
    """One named SELECT; `as_table` asks for it to be stored rather than to be a view."""

    name: str
    sql: str
    as_table: bool

    def bind(self, *, as_of: date, since: date | None) -> str:
        """Put the two scalars in as dates."""
        since_sql = f"CAST('{since}' AS DATE)" if since else "CAST(NULL AS DATE)"
        return self.sql.replace(AS_OF, f"CAST('{as_of}' AS DATE)").replace(SINCE, since_sql)


@cache
def steps(code: str, dialect: str = "duckdb") -> tuple[Step, ...]:
    """Split the rules of a theme into steps, in the dialect of a backend.

    :raises ConfigurationError: if a step is missing, named twice or cannot be parsed.
    """
    text = rules_sql(code)
    heads = list(STEP.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    found = tuple(
        Step(
            name=head["name"],
            sql=_translate(code, head["name"], text[head.end() : end].strip(), dialect),
            as_table=bool(head["table"]),
        )
        for head, end in zip(heads, ends, strict=True)
    )
    names = [step.name for step in found]
    if len(set(names)) < len(names):
        raise ConfigurationError(f"{code}: a step is named twice in {names}")
    missing = [name for name in OUTPUTS if name not in names]
    if missing:
        raise ConfigurationError(f"{code}: rules.sql lacks the steps {missing}")
    return found


def _translate(code: str, name: str, sql: str, dialect: str) -> str:
    sql = sql.replace("$as_of", AS_OF).replace("$since", SINCE)
    if dialect == "duckdb":
        return sql
    try:
        statements = sqlglot.transpile(sql, read="duckdb", write=dialect)
    except sqlglot.errors.SqlglotError as error:
        raise ConfigurationError(f"{code}: step {name} is not in the subset: {error}") from error
    if len(statements) != 1:
        raise ConfigurationError(f"{code}: step {name} is not one SELECT")
    return statements[0]
