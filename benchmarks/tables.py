"""Figures and how they are printed."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of several rounds of the same thing."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * 0.95))]


def timed(action: Callable[[], object], *, rounds: int, warm: int = 1) -> Timing:
    """Do it some times unmeasured, then as often as asked, and return the seconds of each."""
    for _ in range(warm):
        action()
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return Timing(tuple(seconds))


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table; numbers are set right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [
        max([_width(column), *(_width(row[place]) for row in cells)])
        for place, column in enumerate(columns)
    ]
    print(f"\n{title}")
    print("  ".join(_fit(column, width) for column, width in zip(columns, widths, strict=True)))
    print("  ".join("-" * width for width in widths))
    for row, raw in zip(cells, rows, strict=True):
        print(
            "  ".join(
                _fit(cell, width, right=not isinstance(value, str))
                for cell, width, value in zip(row, widths, raw, strict=True)
            )
        )


def _width(text: str) -> int:
    return sum(2 if letter > "\u2e7f" else 1 for letter in text)


def _fit(text: str, width: int, *, right: bool = False) -> str:
    blank = " " * (width - _width(text))
    return blank + text if right else text + blank
