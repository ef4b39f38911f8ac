"""A year of 1,200 people: minutes a week, messages a week, and duties that the plan let pass.

Two companies of 600 live through it at the same time, each in a process and a database of its own.
"""

import logging
import multiprocessing
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from benchmarks.crowd import BENCH_DATABASE, empty_company
from benchmarks.tables import show

PEOPLE = 1200
COMPANIES = 2
FIRST = date(2026, 1, 1)
DAYS = 365
SEED = 2026
MEDIAN_MINUTES, P95_MINUTES, MESSAGES = 15, 30, 2


@dataclass(slots=True)
class Measured:
    """What was seen: seconds by person and week, and counts; ``called`` says how often how many."""

    asked: dict[tuple[int, date], int] = field(default_factory=dict)
    spent: Counter[tuple[int, date]] = field(default_factory=Counter)
    missed_by_plan: list[str] = field(default_factory=list)
    missed_by_others: int = 0
    duties: int = 0
    orders: int = 0
    called: Counter[int] = field(default_factory=Counter)
    quiet: int = 0
    people: int = 0


def measure() -> dict[str, Any]:
    """Simulate the year, print what was seen, and return it."""
    began = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(COMPANIES, mp_context=context) as pool:
        futures = [
            pool.submit(live_through, PEOPLE // COMPANIES, DAYS, SEED + number)
            for number in range(COMPANIES)
        ]
        seen = [future.result() for future in futures]
    weeks = summary(seen)
    show(
        f"{PEOPLE:,}人一年的学习（{FIRST:%Y-%m-%d}起{DAYS}天），每人每周的分钟",
        ["口径", "人周", "中位数", "p95", "最多"],
        [[name, *figures.values()] for name, figures in weeks["minutes"].items()],
    )
    print(f"要求：中位数不超过{MEDIAN_MINUTES}，p95不超过{P95_MINUTES}")
    show(
        "一人一周收到几条学习提醒（工单带来的不算）",
        ["条数", "人周"],
        [[str(times), count] for times, count in sorted(weeks["messages"].items())],
    )
    counts = ("duties", "of_orders", "missed_by_plan", "missed_by_others", "quiet")
    show(
        "任务",
        ["布置", "工单带来", "照安排学仍误期", "没照安排学误期", "只放在消息里的提醒"],
        [[weeks[key] for key in counts]],
    )
    for sentence in weeks["missed"][:20]:
        print(f"  误期：{sentence}")
    weeks["seconds"] = round(time.perf_counter() - began)
    print(f"用时{weeks['seconds']}秒")
    return weeks


def live_through(people: int, days: int, seed: int) -> Measured:
    """Simulate a company in a database made for it; Django must not have been set up before."""
    with empty_company(f"{BENCH_DATABASE}_{seed}"):
        logging.disable(logging.INFO)
        return simulate(people=people, first=FIRST, days=days, seed=seed)


def simulate(*, people: int, first: date, days: int, seed: int) -> Measured:
    """Simulate so many people and days on the database at hand, with the content loaded."""
    import time_machine
    from wagtail.signal_handlers import disable_reference_index_auto_update

    from benchmarks.learners import Watch
    from benchmarks.simulation import Year

    start = datetime(first.year, first.month, first.day)
    # The editor's index of what refers to what has no part in learning, and costs a sixth.
    with (
        time_machine.travel(start, tick=False) as traveller,
        disable_reference_index_auto_update(),
    ):
        return Year(
            people=people, first=first, days=days, seed=seed, watch=Watch(traveller, start)
        ).run()


def summary(seen: Sequence[Measured]) -> dict[str, Any]:
    """Return the figures of all companies together."""
    asked = [seconds for one in seen for seconds in one.asked.values()]
    spent = [one.spent[week] for one in seen for week in one.asked]
    called: Counter[int] = sum((one.called for one in seen), Counter())
    return {
        "people": sum(one.people for one in seen),
        "minutes": {
            "安排的，有事可做的周": _minutes([each for each in asked if each]),
            "安排的，所有的周": _minutes(asked),
            "学了的，学了的周": _minutes([each for each in spent if each]),
            "学了的，所有的周": _minutes(spent),
        },
        "messages": dict(called),
        "quiet": sum(one.quiet for one in seen),
        "duties": sum(one.duties for one in seen),
        "of_orders": sum(one.orders for one in seen),
        "missed_by_plan": sum(len(one.missed_by_plan) for one in seen),
        "missed_by_others": sum(one.missed_by_others for one in seen),
        "missed": [sentence for one in seen for sentence in one.missed_by_plan],
    }


def _minutes(seconds: Sequence[int]) -> dict[str, float]:
    ordered = sorted(seconds) or [0]
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return {
        "weeks": len(seconds),
        "median": round(statistics.median(ordered) / 60, 1),
        "p95": round(p95 / 60, 1),
        "most": round(ordered[-1] / 60, 1),
    }
