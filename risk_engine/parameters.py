"""Dated parameters, the whitelist and the calendar as tables that rules join on the judged day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

import duckdb

from risk_engine.calendar import WorkCalendar
from risk_engine.catalogue import Parameter, Theme
from risk_engine.errors import ConfigurationError
from risk_engine.themes import parameter_values
from risk_engine.typing_sql import FIRST_DAY, last_day
from risk_engine.whitelist import WhitelistEntry

SQL_TYPES = {
    "decimal": "DECIMAL(18, 6)",
    "bool": "BOOLEAN",
    "string": "VARCHAR",
    "date": "DATE",
}


def with_parameters(theme: Theme, given: Mapping[str, object]) -> Theme:
    """Return the theme with some of its parameter values replaced.

    :raises ConfigurationError: if the theme has no such parameter, or a value does not fit it.
    """
    unknown = set(given) - {parameter.key for parameter in theme.parameters}
    if unknown:
        raise ConfigurationError(f"{theme.code} has no parameters {sorted(unknown)}")
    return replace(
        theme,
        parameters=tuple(
            replace(parameter, values=parameter_values(parameter, given[parameter.key]))
            if parameter.key in given
            else parameter
            for parameter in theme.parameters
        ),
    )


def create_parameters(connection: duckdb.DuckDBPyConnection, theme: Theme) -> list[str]:
    """Create the parameter tables of a theme in the schema in use and return their names."""
    names: list[str] = []
    for parameter in theme.parameters:
        periods = list(_periods(parameter))
        if parameter.type == "rows":
            names += _create_rows(connection, parameter, periods)
        else:
            names.append(
                create_table(
                    connection,
                    f"p_{parameter.key}",
                    {
                        "from_date": "DATE",
                        "to_date": "DATE",
                        "value": SQL_TYPES[parameter.type],
                    },
                    [
                        (start, end, _scalar(parameter, parameter.type, value))
                        for start, end, value in periods
                    ],
                )
            )
    return names


def create_whitelist(
    connection: duckdb.DuckDBPyConnection, theme: Theme, entries: Iterable[WhitelistEntry]
) -> str:
    """Create the table of the theme's whitelist entries."""
    return create_table(
        connection,
        "whitelist",
        {"subject": "VARCHAR", "rule": "VARCHAR", "valid_from": "DATE", "valid_to": "DATE"},
        [
            (entry.subject, entry.rule, entry.valid_from, entry.valid_to)
            for entry in entries
            if entry.theme == theme.code
        ],
    )


def create_calendar(
    connection: duckdb.DuckDBPyConnection, calendar: WorkCalendar, as_of: date
) -> str:
    """Create the table of every day a cell may hold, with the running number of working days."""
    end = last_day(as_of)
    exceptions = create_table(
        connection,
        "calendar_exceptions",
        {"day": "DATE"},
        [(day,) for day in calendar.exceptions(FIRST_DAY, end)],
    )
    connection.execute(
        "CREATE TABLE calendar_days AS SELECT day, is_workday, "
        "CAST(sum(CAST(is_workday AS INTEGER)) OVER (ORDER BY day ROWS UNBOUNDED PRECEDING) "
        "AS INTEGER) AS workday_no FROM ("
        "SELECT d.day, (isodow(d.day) < 6) <> (e.day IS NOT NULL) AS is_workday "
        "FROM (SELECT CAST(unnest(generate_series("
        f"TIMESTAMP '{FIRST_DAY}', TIMESTAMP '{end}', INTERVAL 1 DAY)) AS DATE) AS day) AS d "
        f"LEFT JOIN {exceptions} AS e ON e.day = d.day)"
    )
    return "calendar_days"


def create_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[tuple[object, ...]],
) -> str:
    """Create a small table from values at hand and return its name."""
    described = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    connection.execute(f'CREATE TABLE "{name}" ({described})')
    if rows:
        cells = ", ".join(f"CAST(unnest(?) AS {kind})" for kind in columns.values())
        connection.execute(
            f'INSERT INTO "{name}" SELECT {cells}',
            [[row[position] for row in rows] for position in range(len(columns))],
        )
    return name


def _periods(parameter: Parameter) -> Iterator[tuple[date, date | None, object]]:
    ends: list[date | None] = [value.from_date for value in parameter.values[1:]]
    for value, end in zip(parameter.values, [*ends, None], strict=True):
        yield max(value.from_date, FIRST_DAY), end, value.value


def _create_rows(
    connection: duckdb.DuckDBPyConnection,
    parameter: Parameter,
    periods: list[tuple[date, date | None, object]],
) -> list[str]:
    name = f"p_{parameter.key}"
    flat = {key: kind for key, kind in parameter.columns.items() if kind != "list"}
    lists = [key for key, kind in parameter.columns.items() if kind == "list"]
    rows: list[tuple[object, ...]] = []
    items: dict[str, list[tuple[object, ...]]] = {key: [] for key in lists}
    for start, end, value in periods:
        for number, row in enumerate(_rows(parameter, value), start=1):
            cells = (_scalar(parameter, kind, row.get(key)) for key, kind in flat.items())
            rows.append((start, end, number, *cells))
            for key in lists:
                items[key] += [(start, number, item) for item in _list(parameter, row.get(key))]
    dates = {"from_date": "DATE", "to_date": "DATE"}
    return [
        create_table(
            connection,
            name,
            {**dates, "row_no": "INTEGER"} | {key: SQL_TYPES[kind] for key, kind in flat.items()},
            rows,
        ),
        create_table(
            connection,
            f"{name}__dates",
            dates,
            [(start, end) for start, end, value in periods if value is not None],
        ),
        *(
            create_table(
                connection,
                f"{name}__{key}",
                {"from_date": "DATE", "row_no": "INTEGER", "item": "VARCHAR"},
                items[key],
            )
            for key in lists
        ),
    ]


def _rows(parameter: Parameter, value: object) -> Iterable[Mapping[str, object]]:
    if value is None:
        return ()
    if not isinstance(value, tuple):
        raise ConfigurationError(f"Parameter {parameter.key}: rows expected, not {value!r}")
    for row in value:
        unknown = set(row) - set(parameter.columns)
        if unknown:
            raise ConfigurationError(f"Parameter {parameter.key}: no columns {sorted(unknown)}")
    return value


def _list(parameter: Parameter, value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ConfigurationError(f"Parameter {parameter.key}: a list expected, not {value!r}")
    return [str(item) for item in value]


def _scalar(parameter: Parameter, kind: str, value: object) -> object:
    if value is None or kind in ("bool", "string"):
        return value
    try:
        if kind == "date":
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        return Decimal(str(value))
    except (InvalidOperation, ValueError) as error:
        raise ConfigurationError(f"Parameter {parameter.key}: {value!r} is no {kind}") from error
