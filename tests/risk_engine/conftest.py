"""What the engine's tests share: backends, folders of extracts, and the command line."""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from risk_engine.cli import main
from risk_engine.contracts import table
from risk_engine.themes import vectors

POSTGRES = next(
    (
        url
        for url in map(os.environ.get, ("RISK_ENGINE_POSTGRES", "DATABASE_URL"))
        if url and url.startswith(("postgres://", "postgresql://"))
    ),
    None,
)
BACKENDS = ["duckdb", *([POSTGRES] if POSTGRES else [])]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `backend` on DuckDB, and on PostgreSQL where there is one."""
    if "backend" in metafunc.fixturenames:
        metafunc.parametrize("backend", BACKENDS, ids=lambda url: url.split(":")[0])


@pytest.fixture(autouse=True)
def _private_cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Remember passed vectors for this test run only."""
    monkeypatch.setenv("RISK_ENGINE_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


Rows = Iterable[Mapping[str, object]]


class Extracts:
    """A folder of extracts under construction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def csv(
        self,
        name: str,
        rows: Rows,
        *,
        file: str | None = None,
        encoding: str = "utf-8",
        columns: list[str] | None = None,
    ) -> Path:
        """Write a table, or one delivery of it, with every column of the contract."""
        header = columns or [column.name for column in table(name).columns]
        path = self.folder / (f"{name}/{file}" if file else f"{name}.csv")
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, header, extrasaction="raise", lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)
        return path

    def vector(self, theme: str, code: str) -> dict:
        """Write the tables of a worked example and return it."""
        vector = next(item for item in vectors(theme) if item["code"] == code)
        for name, rows in vector["tables"].items():
            self.csv(name, rows)
        return vector


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


@pytest.fixture
def extracts(tmp_path: Path) -> Extracts:
    """An empty folder of extracts."""
    return Extracts(tmp_path / "extracts")


@dataclass
class Outcome:
    """What a command left behind."""

    exit_code: int
    out: Path
    stdout: str
    stderr: str

    @property
    def findings(self) -> list[dict]:
        lines = (self.out / "findings.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def findings_grey(self) -> list[dict]:
        lines = (self.out / "findings_grey.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def gate(self) -> dict:
        return json.loads((self.out / "gate.json").read_text(encoding="utf-8"))

    @property
    def rejects(self) -> list[dict]:
        return self._csv("rejects.csv")

    @property
    def inconclusive(self) -> list[dict]:
        return self._csv("inconclusive.csv")

    @property
    def corrections(self) -> list[dict]:
        return self._csv("corrections.csv")

    def _csv(self, name: str) -> list[dict]:
        with (self.out / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


@pytest.fixture
def run_cli(
    extracts: Extracts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """A function that runs `risk_engine run` over the folder of extracts."""

    runs = itertools.count(1)

    def _run(*arguments: str, as_of: str = "2026-03-31", themes: str = "T09") -> Outcome:
        out = tmp_path / f"out{next(runs)}"
        code = main(
            [
                *("run", "--extracts", str(extracts.folder), "--out", str(out)),
                *("--as-of", as_of, "--themes", themes),
                *arguments,
            ]
        )
        captured = capsys.readouterr()
        return Outcome(code, out, captured.out, captured.err)

    return _run
