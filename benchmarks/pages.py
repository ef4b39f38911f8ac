"""The six main pages, as the person who uses each, over the demonstration's data."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.tables import show, timed
from benchmarks.world import account
from courses.models import MicroLessonPage
from risk_manual.models import RiskPointPage
from risk_warnings.models import RiskWarning, WorkOrder

ROUNDS = 30


def addresses() -> Iterator[tuple[str, str, str]]:
    """Yield the page, whose it is, and its address."""
    manager = account("客户经理")
    officer = account("县公司纪检专责")
    point = RiskPointPage.objects.live().order_by("code").first()
    lesson = MicroLessonPage.objects.live().order_by("code").first()
    warning = RiskWarning.objects.visible_to(officer).order_by("-pk").first()
    order = WorkOrder.objects.visible_to(officer).order_by("-pk").first()
    if point is None or lesson is None or warning is None or order is None:
        raise LookupError("the demonstration holds no point, lesson, warning or order to show")
    yield "我的学习", manager.username, reverse("home:learn")
    yield "风险点", manager.username, reverse("risk_manual:point", args=[point.code])
    yield "廉政三分钟", manager.username, reverse("courses:lesson", args=[lesson.code])
    yield "预警台", officer.username, reverse("risk_warnings:board")
    yield "预警", officer.username, reverse("risk_warnings:warning", args=[warning.pk])
    yield "工单", officer.username, reverse("risk_warnings:order", args=[order.pk])


def measure() -> list[dict[str, Any]]:
    """Return seconds, pages a second and SQL queries of each page, one after the other."""
    measured = []
    for title, username, address in addresses():
        client = Client()
        client.force_login(account(username=username))
        # The page itself, where an address only leads to it.
        address = client.get(address, follow=True).request["PATH_INFO"]

        def get(client: Client = client, address: str = address) -> None:
            answer = client.get(address)
            if answer.status_code != 200:
                raise LookupError(f"{address}: {answer.status_code}")

        timing = timed(get, rounds=ROUNDS, warm=3)
        with CaptureQueriesContext(connection) as queries:
            get()
        measured.append(
            {
                "page": title,
                "address": address,
                "median_ms": round(timing.median * 1000, 1),
                "p95_ms": round(timing.p95 * 1000, 1),
                "pages_per_second": round(1 / timing.median, 1),
                "queries": len(queries),
            }
        )
    show(
        f"六个主要页面（一个进程一个接一个，{ROUNDS}次）",
        ["页面", "中位数 ms", "p95 ms", "页/秒", "SQL"],
        [
            [
                one["page"],
                one["median_ms"],
                one["p95_ms"],
                one["pages_per_second"],
                one["queries"],
            ]
            for one in measured
        ],
    )
    return measured
