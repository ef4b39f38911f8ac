"""Kinds of job that only tests have; a worker process includes this module by name."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from jobs.models import Job
from jobs.registry import JobRefused, Progress, register


@register("tests.count", title="数一数", stages=("收集", "排版"))
def count(job: Job, progress: Progress) -> dict[str, Any]:
    progress.stage(1)
    progress(3, 4, "第3条，共4条")
    progress(4, 4, "第4条，共4条")
    progress.stage(2, "4条")
    return {"counted": 4, "sentence": "数好了。"}


@register("tests.refuse", title="会被拒绝的任务")
def refuse(job: Job, progress: Progress) -> dict[str, Any]:
    raise JobRefused("11月的数据还没有到齐，请等数据到齐后重新发起。")


@register("tests.break", title="会出错的任务")
def break_down(job: Job, progress: Progress) -> dict[str, Any]:
    raise ValueError("李某的电话 13800000000")


@register("tests.killed", title="会把工作进程拖死的任务", lease=timedelta(seconds=2), max_tries=2)
def be_killed(job: Job, progress: Progress) -> dict[str, Any]:
    """Write a line for every start into the file of the params; the first start never ends."""
    log = Path(job.params["log"])
    starts = len(log.read_text().splitlines()) if log.exists() else 0
    with log.open("a") as lines:
        lines.write(f"{os.getpid()}\n")
    if starts == 0:
        time.sleep(60)
    return {"starts": starts + 1}


@register("tests.hourly", title="每小时一次", every=timedelta(hours=1), max_tries=1)
def hourly(job: Job, progress: Progress) -> dict[str, Any]:
    return {"ran": True}
