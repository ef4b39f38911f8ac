"""``make bench``: measure, print, and write ``var/benchmarks.json``."""

import argparse
import json
import logging
import multiprocessing
import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import learning, year
from benchmarks.world import ROOT, NoWorld, copied_world

sys.path[:0] = [str(ROOT), str(ROOT / "site")]
PARTS = ("engine", "loop", "pages", "learning", "lunch", "year")
ON_REQUEST = {"lunch", "year"}


def main() -> int:
    """Measure the parts that were asked for; without an argument all that do not take long."""
    parser = argparse.ArgumentParser(prog="make bench", description="测量并打印性能表")
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="、".join(PARTS),
        help="只测这些；不写就测全部，除了lunch（约十分钟）和year（约一小时）",
    )
    asked = parser.parse_args().parts or [part for part in PARTS if part not in ON_REQUEST]
    unknown = set(asked) - set(PARTS)
    if unknown:
        parser.error(f"没有“{'、'.join(sorted(unknown))}”；可以测的有：{'、'.join(PARTS)}。")
    measured: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version()},
    }
    try:
        if {"learning", "lunch"} & set(asked):
            # In a process of its own: Django is set up once, on another database than below.
            measured["learning"] = in_a_process(learning.in_own_company, "lunch" in asked)
        if "year" in asked:
            measured["year"] = year.measure()
        if "engine" in asked:
            from benchmarks import engine

            measured["engine"] = engine.measure()
        if {"loop", "pages"} & set(asked):
            with copied_world():
                logging.disable(logging.INFO)
                from benchmarks import loop, pages

                if "pages" in asked:
                    measured["pages"] = pages.measure()
                if "loop" in asked:
                    measured["loop"] = loop.measure()
    except NoWorld as error:
        print(error, file=sys.stderr)
        return 1
    target = Path(ROOT / "var" / "benchmarks.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(measured, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"\n写入 {target}")
    return 0


def in_a_process(act: Callable[..., Any], *arguments: Any) -> Any:
    """Return what the function returns in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(act, *arguments).result()


if __name__ == "__main__":
    sys.exit(main())
