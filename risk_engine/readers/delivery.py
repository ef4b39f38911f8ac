"""A delivered file as the staging reads it, and the fault of one that cannot be read."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

CHUNK = 4 * 1024 * 1024
DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file whose header is known. `path` is what DuckDB reads: UTF-8 CSV or Parquet.

    `header` holds the column names as delivered, `types` DuckDB's types where the file knows them,
    `skipped` the numbers of blank lines.
    """

    name: str
    path: Path
    kind: Literal["csv", "parquet"]
    header: tuple[str, ...]
    sha256: str
    encoding: str
    delivered_on: date | None
    types: tuple[str, ...] = ()
    skipped: tuple[int, ...] = ()

    @property
    def form(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Return what deliveries must share to be read by one statement."""
        return self.kind, self.header, self.types


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why a whole file is not fit to be read, in one Chinese sentence."""

    file: str
    column: str
    reason: str
    row: int | None = None


def delivered_on(name: str) -> date | None:
    """Read the day of delivery from a file name such as 2026-11-03.csv."""
    for year, month, day in DATE_IN_NAME.findall(name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def sha256_of(path: Path) -> str:
    """Hash the bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def header_fault(name: str, header: tuple[str, ...]) -> FileFault | None:
    """Say what is wrong with a header, if anything."""
    if not any(header):
        return FileFault(name, "", "文件没有表头，请重新导出。")
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        return FileFault(name, twice[0], f"表头里 {twice[0]} 出现了两次，请重新导出。")
    return None
