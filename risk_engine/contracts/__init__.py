"""The data contract of the 13 business systems: tables, columns, types, units, enums, keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from risk_engine.errors import ConfigurationError
from risk_engine.yaml_text import load_yaml

ColumnType = Literal["string", "int", "decimal", "date", "datetime", "bool", "enum", "month"]

DEFAULT_SCALE = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `code` marks identifiers, `scale` is the most decimal places that are exact."""

    name: str
    label: str
    type: ColumnType
    code: bool
    scale: int
    unit: str
    note: str
    enum: Mapping[str, str]

    @property
    def sql_type(self) -> str:
        """Return the type a rule sees this column in."""
        return {
            "string": "VARCHAR",
            "enum": "VARCHAR",
            "month": "VARCHAR",
            "int": "BIGINT",
            "decimal": f"DECIMAL(18, {self.scale})",
            "date": "DATE",
            "datetime": "TIMESTAMP",
            "bool": "BOOLEAN",
        }[self.type]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a business system and the columns that identify a row of it."""

    name: str
    label: str
    grain: str
    system: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column of a name.

        :raises KeyError: if the contract has no such column.
        """
        return {column.name: column for column in self.columns}[name]


@dataclass(frozen=True, slots=True)
class System:
    """A business system that delivers extracts."""

    code: str
    name: str
    owner_department: str
    scope: str
    tables: tuple[Table, ...]


@cache
def systems() -> tuple[System, ...]:
    """Return the 13 systems of the contract, in their order."""
    text = resources.files(__name__).joinpath("systems.yaml").read_text(encoding="utf-8")
    return tuple(
        System(
            code=system["code"],
            name=system["name"],
            owner_department=system["owner_department"],
            scope=system["scope"],
            tables=tuple(
                Table(
                    name=table["name"],
                    label=table["label"],
                    grain=table["grain"],
                    system=system["code"],
                    key=tuple(table["key"]),
                    columns=tuple(
                        Column(
                            name=column["name"],
                            label=column["label"],
                            type=column["type"],
                            code=column.get("code", False),
                            scale=column.get("scale", DEFAULT_SCALE),
                            unit=column.get("unit", ""),
                            note=column.get("note", ""),
                            enum=column.get("enum", {}),
                        )
                        for column in table["columns"]
                    ),
                )
                for table in system["tables"]
            ),
        )
        for system in load_yaml(text)["systems"]
    )


@cache
def tables() -> Mapping[str, Table]:
    """Return every table of the contract by its name."""
    return {table.name: table for system in systems() for table in system.tables}


def table(name: str) -> Table:
    """Return the table of a name.

    :raises ConfigurationError: if no system delivers such a table.
    """
    try:
        return tables()[name]
    except KeyError:
        raise ConfigurationError(f"No table {name!r} in contracts/systems.yaml") from None
