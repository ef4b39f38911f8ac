"""From "the batch arrives" to "the employee's task is visible", over the demonstration's data."""

import time
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.tables import Timing, show
from demo import extracts
from demo.models import DemoRun
from demo.world import build_world
from notifications.models import Notification, NotificationCategory
from people.models import User
from risk_warnings.services import import_batch, sweep

SAMPLES = 3
MOST_DAYS = 40


def measure() -> list[dict[str, Any]]:
    """Import one new day after another until so many people were told at once; time each way.

    What is measured: taking the batch in (files checked, rules run, warnings stored), the sweep
    that lets tips go, and the receiver's page of messages that shows the new one.
    """
    run = DemoRun.objects.get()
    world = build_world(seed=run.seed, as_of=run.as_of)
    folder = settings.VAR_DIR / "demo"
    measured: list[dict[str, Any]] = []
    start = timezone.localdate()
    for offset in range(MOST_DAYS):
        day = start + timedelta(days=offset)
        arrival = timezone.make_aware(datetime(day.year, day.month, day.day, 6)) + timedelta(days=1)
        with time_machine.travel(arrival, tick=False):
            extracts.write_extracts(world=world, folder=folder, until=day)
            before = set(Notification.objects.values_list("pk", flat=True))
            began = time.perf_counter()
            import_batch(extracts=folder / extracts.DELIVERIES, as_of=day, now=arrival)
            stored = time.perf_counter()
            sweep(now=arrival)
            told = _newly_told(before)
            if told is None:
                continue
            released = time.perf_counter()
            _see(told)
            seen = time.perf_counter()
        measured.append(
            {
                "day": day.isoformat(),
                "import_s": round(stored - began, 2),
                "release_s": round(released - stored, 2),
                "page_s": round(seen - released, 2),
                "total_s": round(seen - began, 2),
            }
        )
        if len(measured) == SAMPLES:
            break
    if not measured:
        raise LookupError(f"nobody was told at once in {MOST_DAYS} days of the demonstration")
    show(
        "从一天的数据到达，到当事人看见（秒）",
        ["数据截至", "入库和判定", "放行提示", "页面", "合计"],
        [[*one.values()] for one in measured],
    )
    total = Timing(tuple(float(one["total_s"]) for one in measured))
    print(f"合计的中位数：{total.median:.2f}秒")
    return measured


def _newly_told(before: set[int]) -> Notification | None:
    return (
        Notification.objects.filter(category=NotificationCategory.TODO)
        .exclude(pk__in=before)
        .order_by("pk")
        .first()
    )


def _see(message: Notification) -> None:
    client = Client()
    # Most of the demonstration's people have no account; this copy may have one more.
    receiver, _ = User.objects.get_or_create(
        employee=message.recipient, defaults={"username": message.recipient.emp_no}
    )
    client.force_login(receiver)
    page = client.get(reverse("notifications:inbox")).content.decode()
    if message.title not in page:
        raise LookupError(f"message {message.pk} does not show on its receiver's page")
