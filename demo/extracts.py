"""The extracts of the business systems, day by day, and the truth about them."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from demo import basic_fee, metering, purchases, repairs
from demo.customers import customers
from demo.deliveries import Row, write_deliveries
from demo.truth import Truth, truth_of, write_truth
from demo.world import World

WHITELIST_COLUMNS = (
    "theme",
    "subject",
    "rule",
    "reason",
    "approver",
    "valid_from",
    "valid_to",
)


DELIVERIES = "deliveries"
# How far the folder reaches; written last, so that a broken-off run is taken up again.
_MARK = "delivered_until.txt"


def write_extracts(*, world: World, folder: Path, until: date) -> list[Path]:
    """Bring the deliveries of a folder up to a day; what lies there already stays as it is.

    ``deliveries`` in it is what the engine reads; beside it lie ``whitelist.csv`` and the
    ``truth.json`` of that day. Returns the deliveries that were added.
    """
    folder.mkdir(parents=True, exist_ok=True)
    after = delivered_until(folder)
    if after is not None and after >= until:
        return []
    written = write_deliveries(
        _rows(world, after=after, until=until),
        world=world,
        folder=folder / DELIVERIES,
        after=after,
        until=until,
    )
    _write_whitelist(world, folder / "whitelist.csv")
    write_truth(truth(world=world, as_of=until), folder / "truth.json")
    (folder / _MARK).write_text(f"{until}\n", encoding="utf-8")
    return written


def delivered_until(folder: Path) -> date | None:
    """Return the day up to which the folder holds deliveries; None before the first."""
    mark = folder / _MARK
    if not mark.exists():
        return None
    return date.fromisoformat(mark.read_text(encoding="utf-8").strip())


def truth(*, world: World, as_of: date) -> Truth:
    """Return what a run over everything delivered by the end of a day must find.

    Days before the first import are not told: their rows lie in files of a later date.
    """
    if as_of < world.first_import_day - timedelta(days=1):
        raise ValueError(f"{as_of} lies before the first import")
    findings, gaps = [], []
    for theme in (basic_fee, repairs, purchases):
        more_findings, more_gaps = theme.expected(world, as_of=as_of)
        findings += more_findings
        gaps += more_gaps
    return truth_of(as_of=as_of, findings=findings, gaps=gaps)


def whitelist(world: World) -> list[dict[str, str]]:
    """Return the entries of the whitelist, which the world knows from its first day."""
    forever = (date(2020, 1, 1), world.as_of + timedelta(days=1500))
    approver = world.named("秦岚").emp_no
    entries = [
        ("T01", customer.cust_no, "", "公司自用户", *forever)
        for customer in customers(world)
        if customer.pool == "whitelisted"
    ]
    day = repairs.whitelisted_day(world)
    entries.append(
        (
            "T09",
            repairs.whitelisted_order(world),
            "",
            "副所长当日核实的先行处置",
            day,
            day + timedelta(days=10),
        )
    )
    entries.append(
        ("T11", "/".join(purchases.WHITELISTED_PAIR), "", "两个独立项目的需求", *forever)
    )
    return [
        {
            "theme": theme,
            "subject": subject,
            "rule": rule,
            "reason": reason,
            "approver": approver,
            "valid_from": valid_from.isoformat(),
            "valid_to": valid_to.isoformat(),
        }
        for theme, subject, rule, reason, valid_from, valid_to in entries
    ]


def _rows(world: World, *, after: date | None, until: date) -> Iterator[Row]:
    yield from metering.rows(world, after=after, until=until)
    yield from repairs.rows(world, after=after, until=until)
    yield from purchases.rows(world, after=after, until=until)


def _write_whitelist(world: World, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, WHITELIST_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(whitelist(world))
