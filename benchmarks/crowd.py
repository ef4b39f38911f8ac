"""A company of any size with the manual, the courses and the question bank, and nothing else.

It lies in a database of its own: a file that goes with the block, or a new database of the server
that ``DATABASE_URL`` names.
"""

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from people.models import User

BENCH_DATABASE = "qingfeng_bench"
JOINED = date(2020, 1, 1)
STATION_SIZE = 20
BATCH = 5000


@contextlib.contextmanager
def empty_company(database: str = BENCH_DATABASE) -> Iterator[None]:
    """Set Django up on a new database with the content loaded, for as long as the block lasts."""
    server = os.environ.get("DATABASE_URL", "")
    with (
        tempfile.TemporaryDirectory(prefix="qingfeng-bench-") as name,
        _new_database(server, database) as address,
    ):
        os.environ |= {
            "QINGFENG_VAR": name,
            "QINGFENG_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        }
        if address:
            os.environ["DATABASE_URL"] = address
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connections

        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
        call_command("collectstatic", "--noinput", verbosity=0)
        call_command("migrate", verbosity=0)
        call_command("load_content", stdout=io.StringIO())
        try:
            yield
        finally:
            connections.close_all()


@contextlib.contextmanager
def _new_database(server: str, name: str) -> Iterator[str]:
    if not server:
        yield ""
        return
    import psycopg

    parts = urlsplit(server)
    root = urlunsplit(parts._replace(path="/postgres"))

    def order(sql: str) -> None:
        with psycopg.connect(root, autocommit=True) as connection:
            connection.execute(sql)

    order(f"DROP DATABASE IF EXISTS {name}")
    order(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        order(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def hire(count: int, *, first: int = 0) -> None:
    """Add so many employees with accounts, twenty to a station, all of one city company."""
    from django.contrib.auth.hashers import make_password

    from people.models import Employee, OrgUnit, Position, PositionLevel, Posting, User

    unusable = make_password(None)
    city, _ = OrgUnit.objects.get_or_create(
        code="B", defaults={"name": "市公司", "kind": "city", "path": "B/"}
    )
    county, _ = OrgUnit.objects.get_or_create(
        code="B1",
        defaults={"name": "县公司", "kind": "county", "parent": city, "path": "B/B1/"},
    )
    posts = list(Position.objects.filter(level=PositionLevel.STATION).order_by("order", "code"))
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        stations = {n // STATION_SIZE for n in numbers}
        OrgUnit.objects.bulk_create(
            [
                OrgUnit(
                    code=f"S{n}",
                    name=f"{n}所",
                    kind="station",
                    parent=county,
                    path=f"B/B1/S{n}/",
                )
                for n in sorted(stations)
            ],
            ignore_conflicts=True,
        )
        units = {
            unit.code: unit for unit in OrgUnit.objects.filter(code__in=[f"S{n}" for n in stations])
        }
        people = Employee.objects.bulk_create(
            Employee(emp_no=f"B{n:07d}", name=f"员工{n}", joined_on=JOINED) for n in numbers
        )
        Posting.objects.bulk_create(
            Posting(
                employee=person,
                unit=units[f"S{n // STATION_SIZE}"],
                position=posts[n % len(posts)],
                valid_from=JOINED,
            )
            for n, person in zip(numbers, people, strict=True)
        )
        User.objects.bulk_create(
            User(username=person.emp_no, employee=person, password=unusable) for person in people
        )


def officer() -> "User":
    """Return the training officer of the whole company."""
    from people.models import Employee, OrgUnit, Role, RoleGrant, User

    employee, new = Employee.objects.get_or_create(
        emp_no="B-TRAINS", defaults={"name": "培训专责", "joined_on": JOINED}
    )
    if new:
        city = OrgUnit.objects.get(code="B")
        RoleGrant.objects.create(
            employee=employee, role=Role.TRAINING_OFFICER, unit=city, valid_from=JOINED
        )
        User.objects.create(username=employee.emp_no, employee=employee)
    return User.objects.get(username=employee.emp_no)
