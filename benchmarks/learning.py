"""Learning under load: attempts, a lunch hour of 10,000, one course for 100,000, queries by size.

Over SQLite, or over the server that ``DATABASE_URL`` names. Two processes act at the same time.
"""

import logging
import multiprocessing
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.crowd import empty_company, hire, officer
from benchmarks.tables import Timing, show

if TYPE_CHECKING:
    from people.models import User

PROCESSES = 2
ATTEMPTS = 120
QUESTIONS = 10
LUNCH_PEOPLE = 10_000
LUNCH_SECONDS = 3600
SIZES = (100, 1_000, 100_000)


def in_own_company(lunch: bool) -> dict[str, Any]:
    """Measure in a company made for it; Django must not have been set up before."""
    with empty_company():
        logging.disable(logging.INFO)
        return measure(lunch=lunch)


def measure(*, lunch: bool) -> dict[str, Any]:
    """Measure attempts, the lunch hour where asked for, fan-out, and queries at each size."""
    hire(SIZES[0])
    _fan_out(0)
    queries = [_queries(SIZES[0])]
    hire(SIZES[1] - SIZES[0], first=SIZES[0])
    _fan_out(1)
    queries.append(_queries(SIZES[1]))
    measured: dict[str, Any] = {"attempts": _attempts(range(ATTEMPTS * PROCESSES))}
    known = SIZES[1]
    if lunch:
        hire(LUNCH_PEOPLE - known, first=known)
        measured["lunch"] = _lunch(range(LUNCH_PEOPLE))
        known = LUNCH_PEOPLE
    hire(SIZES[2] - known, first=known)
    measured["fan_out"] = _fan_out(2)
    queries.append(_queries(SIZES[2]))
    measured["queries"] = queries
    way = "COPY" if measured["fan_out"]["by_copy"] else "executemany"
    show(
        f"一门课布置给所有人（三张表），对照{way}写同样的行",
        ["新布置的人", "布置 秒", f"{way} 秒", "倍数"],
        [[*measured["fan_out"].values()][:4]],
    )
    pages = [name for name in queries[0] if name != "people"]
    show(
        "每页的SQL条数，按员工人数",
        ["页面", *(f"{one['people']:,}人" for one in queries)],
        [[page, *(one[page] for one in queries)] for page in pages],
    )
    return measured


def _attempts(people: Sequence[int]) -> dict[str, Any]:
    """Have each person start a quiz of ten, answer, and see the result; two processes at once."""
    seconds, errors, whole = _at_once(_one_attempt, people)
    timing = Timing(tuple(seconds))
    result = {
        "attempts": len(seconds),
        "errors": errors,
        "per_second": round(len(seconds) / whole, 2),
        "median_s": round(timing.median, 3),
        "p95_s": round(timing.p95, 3),
    }
    show(
        f"一次测验：开始、{QUESTIONS}题、交卷、看结果（{PROCESSES}个进程同时）",
        ["次数", "出错", "次/秒", "中位数 秒", "p95 秒"],
        [[*result.values()]],
    )
    return result


def _lunch(people: Sequence[int]) -> dict[str, Any]:
    """Have 10,000 people open the front page and answer three questions, as fast as it goes."""
    seconds, errors, whole = _at_once(_one_lunch, people)
    result = {
        "people": len(seconds),
        "errors": errors,
        "needed_s": round(whole),
        "share_of_hour": f"{whole / LUNCH_SECONDS:.0%}",
        "p95_s": round(Timing(tuple(seconds)).p95, 3),
    }
    show(
        "一万人的午休：首页、三道题、结果",
        ["人", "出错", "用时 秒", "占一小时", "一人p95 秒"],
        [[*result.values()]],
    )
    return result


def _at_once(act: Any, people: Sequence[int]) -> tuple[list[float], int, float]:
    """Return the seconds of each act, how many failed, and the seconds of the whole."""
    from django.db import connections

    connections.close_all()
    shares = [people[n::PROCESSES] for n in range(PROCESSES)]
    began = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        done = pool.starmap(_share, [(act, list(share)) for share in shares])
    whole = time.perf_counter() - began
    seconds = [second for times, _ in done for second in times]
    return seconds, sum(errors for _, errors in done), whole


def _share(act: Any, people: list[int]) -> tuple[list[float], int]:
    from django.test import Client

    from people.models import User

    logging.disable(logging.CRITICAL)
    seconds, errors = [], 0
    for number in people:
        client = Client(raise_request_exception=False)
        user = User.objects.get(username=f"B{number:07d}")
        client.force_login(user)
        began = time.perf_counter()
        errors += not act(client, user)
        seconds.append(time.perf_counter() - began)
    return seconds, errors


def _one_attempt(client: Any, user: "User") -> bool:
    from django.urls import reverse

    return _quiz(client, reverse("quizzes:start_position"), {}, QUESTIONS)


def _one_lunch(client: Any, user: "User") -> bool:
    from django.urls import reverse

    from quizzes.services.drawing import points_of

    front = client.get(reverse("home:learn"))
    point = {"risk_point": points_of(user.scope.position_ids())[0].code}
    return front.status_code == 200 and _quiz(client, reverse("quizzes:start"), point, 3)


def _quiz(client: Any, start: str, data: dict[str, str], most: int) -> bool:
    """Start a quiz, answer up to so many questions, and see the result or where it stands."""
    from quizzes.models import Attempt

    begun = client.post(start, data)
    parts = begun.headers.get("Location", "").split("/")
    if len(parts) < 3 or not parts[2].isdecimal():
        return False
    attempt = Attempt.objects.get(pk=int(parts[2]))
    for one in attempt.answers.select_related("version").order_by("number")[:most]:
        address = f"/quiz/{attempt.pk}/{one.number}/"
        given = one.option_order and "A"
        response = client.post(address, {"response": given or "1", "sequence": "1"})
        if response.status_code != 302:
            return False
    shown = client.get(f"/quiz/{attempt.pk}/", follow=True)
    return bool(shown.status_code == 200)


def _fan_out(number: int) -> dict[str, Any]:
    """Give a course to everybody, and write as many plain rows with the database's own means."""
    from django.db import connection
    from django.db.models import Max
    from django.utils import timezone

    from assignments.models import Allotment, AssignmentSource, TrainingAssignment
    from assignments.services import carry_out
    from courses.models import CourseKind, CoursePage, Enrollment
    from people.models import Employee, OrgUnit

    now = timezone.now()
    allotment = Allotment.objects.create(
        course=CoursePage.objects.filter(kind=CourseKind.ROLE).order_by("order")[number],
        unit=OrgUnit.objects.get(code="B"),
        due_on=timezone.localdate() + timedelta(days=30),
        reason="测量",
        given_by=Employee.objects.get(user=officer()),
        given_at=now,
    )
    models = (Enrollment, TrainingAssignment, AssignmentSource)
    last = [model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for model in models]
    began = time.perf_counter()
    people = carry_out(allotment=allotment, now=now, progress=lambda done, total: None)
    ours = time.perf_counter() - began
    raw = 0.0
    with connection.cursor() as cursor:
        for model, before in zip(models, last, strict=True):
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {table} WHERE id > {before}")  # noqa: S608  our own table
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            empty = f"SELECT * FROM {table} WHERE 1 = 0"  # noqa: S608
            cursor.execute(f"CREATE TEMPORARY TABLE raw_{table} AS {empty}")
            began = time.perf_counter()
            _write_raw(cursor, f"raw_{table}", names, rows)
            raw += time.perf_counter() - began
            cursor.execute(f"DROP TABLE raw_{table}")
    return {
        "people": people,
        "ours_s": round(ours, 1),
        "raw_s": round(raw, 1),
        "ratio": round(ours / max(raw, 0.001), 1),
        "by_copy": connection.vendor == "postgresql",
    }


def _write_raw(cursor: Any, table: str, names: list[str], rows: list[Any]) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        columns = ", ".join(f'"{name}"' for name in names)
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["%s"] * len(names))
    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _queries(people: int) -> dict[str, Any]:
    """Return how many queries the pages of learning and of training ask with so many employees."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from people.models import User

    learner, trainer = Client(), Client()
    learner.force_login(User.objects.get(username=f"B{0:07d}"))
    trainer.force_login(officer())
    pages = {
        "我的学习": (learner, reverse("home:learn")),
        "课程": (learner, reverse("courses:mine")),
        "我的记录": (learner, reverse("home:me")),
        "培训管理": (trainer, reverse("assignments:training")),
        "名单": (trainer, reverse("assignments:training_people")),
        "新员工班": (trainer, reverse("courses:classes")),
    }
    counted: dict[str, Any] = {"people": people}
    for title, (client, address) in pages.items():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise LookupError(f"{address}: {answer.status_code}")
        counted[title] = len(captured)
    return counted
