"""The engine against a raw scan of the same columns; each size in a process of its own."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.tables import show

SIZES = (100_000, 1_000_000)


def measure() -> list[dict[str, Any]]:
    """Return what the engine's own bench measures, for each size."""
    measured = []
    for rows in SIZES:
        command = [sys.executable, "-m", "risk_engine", "bench", "--rows", str(rows), "--json"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        measured.append(json.loads(answer.stdout))
    show(
        "规则引擎与同样各列的裸扫描（CSV，秒，3次的中位数）",
        ["账单行数", "主题", "引擎", "裸扫描", "倍数", "发现", "峰值 MiB"],
        [
            [
                one["rows"],
                code,
                round(theme["engine_seconds"], 2),
                round(theme["scan_seconds"], 2),
                round(theme["ratio"], 1),
                theme["findings"],
                round(one["peak_mib"]),
            ]
            for one in measured
            for code, theme in one["themes"].items()
        ],
    )
    return measured
