"""The themes T09 and T11 once more, in plain Python from their text, to hold the SQL against.

Slow and row by row on purpose: nothing here shares a line or an idea with the engine.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

Row = dict


@dataclass
class Outcome:
    """What a theme should yield: findings, missing data, excluded items."""

    findings: dict[tuple[str, str], tuple] = field(default_factory=dict)
    inconclusive: set[tuple[str, str, str]] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)


@dataclass
class World:
    """Typed rows as the rules may see them, and what else a theme needs to know."""

    as_of: date
    tables: dict[str, list[Row]]
    rejected: dict[str, list[Row]]
    parameters: dict[str, list[tuple[date, object]]]
    whitelist: list[tuple[str, str | None, date, date]]
    rest: set[date] = field(default_factory=set)
    work: set[date] = field(default_factory=set)

    def parameter(self, key: str, day: date) -> object:
        value = None
        for start, candidate in self.parameters[key]:
            if start <= day:
                value = candidate
        return value

    def has_parameter(self, key: str, day: date) -> bool:
        return self.parameter(key, day) is not None

    def cleared(self, subject: str, rule: str, day: date) -> bool:
        return any(
            subject == who and what in (None, rule) and start <= day <= end
            for who, what, start, end in self.whitelist
        )

    def workdays(self, a: date, b: date) -> int:
        if b < a:
            return -self.workdays(b, a)
        days = (a + timedelta(n) for n in range(1, (b - a).days + 1))
        return sum(day in self.work or (day.weekday() < 5 and day not in self.rest) for day in days)


def prepare(
    rows: Iterable[Row],
    *,
    as_of: date,
    event: str | None,
    key: list[str],
    required: list[str],
    later_as_null: Iterable[str] = (),
    skip_null: bool = False,
) -> tuple[list[Row], list[Row]]:
    """Cut, quarantine, keep one row a key and blank the future; rows carry `_file` in order."""
    seen = []
    for row in rows:
        when = row.get(event) if event else None
        if when is None and event and skip_null:
            continue
        if when is not None and _day(when) > as_of:
            continue
        seen.append(row)
    good, rejected = [], []
    for row in seen:
        (rejected if any(row.get(column) is None for column in required) else good).append(row)
    by_key = defaultdict(list)
    for row in good:
        by_key[tuple(row.get(column) for column in key)].append(row)
    kept = []
    for group in by_key.values():
        by_file = defaultdict(list)
        for row in group:
            by_file[row.get("_file", 0)].append(row)
        usable = {}
        for file, members in by_file.items():
            distinct = {_values(row) for row in members}
            if len(distinct) > 1:
                rejected.extend(members)
            else:
                usable[file] = members[0]
        if usable:
            kept.append(dict(usable[max(usable)]))
    for row in kept:
        for column in later_as_null:
            if row.get(column) is not None and _day(row[column]) > as_of:
                row[column] = None
    return kept, rejected


def _values(row: Row) -> tuple:
    return tuple(
        sorted((k, repr(v)) for k, v in row.items() if not k.startswith("_") and v is not None)
    )


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def distance(a: Row, b: Row) -> int | None:
    """Return whole metres between two places, None where a coordinate is missing."""
    if None in (a["sign_lon"], a["sign_lat"], b["sign_lon"], b["sign_lat"]):
        return None
    lat1, lat2 = math.radians(float(a["sign_lat"])), math.radians(float(b["sign_lat"]))
    lon1, lon2 = math.radians(float(a["sign_lon"])), math.radians(float(b["sign_lon"]))
    h = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return math.floor(2 * 6371000 * math.asin(min(1, math.sqrt(h))) + 0.5)


def judge_t09(world: World) -> Outcome:
    """Judge repair orders."""
    out = Outcome()
    for order in world.tables["dsc_repair_order"]:
        if order["finish_time"] is None:
            continue
        no, finish = order["order_no"], order["finish_time"]
        close_hours = world.parameter("close_hours", finish.date())
        if close_hours is None:
            out.inconclusive.add((no, "", "parameters.close_hours"))
            continue
        close = finish + timedelta(hours=float(close_hours))
        if close > datetime.combine(world.as_of, datetime.max.time()).replace(microsecond=0):
            continue
        day = close.date()
        if order["accept_time"] is not None:
            periods = world.parameter("emergency_periods", day)
            if periods is None:
                out.inconclusive.add((no, "", "parameters.emergency_periods"))
                continue
            if any(
                (p["org_code"] is None or p["org_code"] == order["org_code"])
                and p["start"] <= order["accept_time"].date() <= p["end"]
                for p in periods
            ):
                out.excluded.add(no)
                continue
        _judge_order(world, order, close, day, out)
    return out


def _judge_order(world: World, order: Row, close: datetime, day: date, out: Outcome) -> None:
    no, finish = order["order_no"], order["finish_time"]

    def lack(column: str) -> None:
        out.inconclusive.add((no, "", column))

    crew = [row for row in world.tables["dsc_repair_crew"] if row["order_no"] == no]
    lost_crew = any(row.get("order_no") == no for row in world.rejected["dsc_repair_crew"])
    people = {row["emp_no"] for row in crew if row["emp_no"] is not None}
    outsourced = order["outsource_flag"]
    hits: set[str] = set()

    minimum = world.parameter("min_crew", day)
    if outsourced is not True and not (minimum is not None and len(people) >= minimum):
        if minimum is None:
            lack("parameters.min_crew")
        elif outsourced is None:
            lack("dsc_repair_order.outsource_flag")
        elif lost_crew:
            lack("dsc_repair_crew.emp_no")
        elif not crew:
            lack("dsc_repair_crew.order_no")
        elif any(row["emp_no"] is None for row in crew):
            lack("dsc_repair_crew.emp_no")
        else:
            hits.add("R1")

    if outsourced is not True and len(people) >= 2:
        _judge_signing(world, crew, lost_crew, outsourced, day, hits, lack)

    issues = [row for row in world.tables["erp_goods_issue"] if row["work_order_no"] == no]
    priced = [r for r in issues if r["qty"] is not None and r["unit_price"] is not None]
    amount = sum((r["qty"] * r["unit_price"] for r in priced), Decimal(0)) if priced else None
    register = [row for row in world.tables["dsc_repair_material"] if row["order_no"] == no]
    times = sorted(r["register_time"] for r in register if r["register_time"] is not None)
    hours = world.parameter("register_hours", day)
    on_time: bool | None = False
    if times:
        on_time = None if hours is None else times[0] <= finish + timedelta(hours=float(hours))
    state = "late" if times and times[0] <= close else "missing"
    if on_time is not True and not (order["need_material"] is False and not issues):
        missing = False
        if order["need_material"] is None and not issues:
            lack("dsc_repair_order.need_material")
            missing = True
        if len(times) < len(register) or any(
            row.get("order_no") == no for row in world.rejected["dsc_repair_material"]
        ):
            lack("dsc_repair_material.register_time")
            missing = True
        if on_time is None:
            lack("parameters.register_hours")
            missing = True
        if not missing:
            hits.add("R3")

    _judge_outsourcing(world, order, day, hits, lack)

    removed = {rule for rule in hits if world.cleared(no, rule, day)}
    if removed:
        out.excluded.add(no)
    hits -= removed
    if not hits:
        return
    unregistered = "R3" in hits and state == "missing"
    high_line = world.parameter("material_high", day)
    high = {"R1", "R3"} <= hits or "R4" in hits
    if unregistered and amount is not None and not high:
        if high_line is None:
            lack("parameters.material_high")
        elif amount >= high_line:
            high = True
    if high:
        level = "high"
    elif hits & {"R1", "R2"} or unregistered:
        level = "medium"
    else:
        level = "low"
    money = _cents(amount) if "R3" in hits else None
    out.findings[no, ""] = (tuple(sorted(hits)), level, money, day, order["leader_emp_no"])


def _judge_signing(world, crew, lost_crew, outsourced, day, hits, lack) -> None:
    signs = {}
    for row in sorted(
        (row for row in crew if row["emp_no"] is not None),
        key=lambda r: (
            r["sign_time"] is None,
            r["sign_time"] or datetime.min,
            r["device_id"] is None,
            r["device_id"] or "",
        ),
    ):
        signs.setdefault(row["emp_no"], row)
    gap_limit = world.parameter("sign_gap_minutes", day)
    far_limit = world.parameter("sign_distance_m", day)
    unclear: set[str] = set()
    people = sorted(signs)
    for i, one in enumerate(people):
        for other in people[i + 1 :]:
            a, b = signs[one], signs[other]
            gap = None
            if a["sign_time"] and b["sign_time"]:
                gap = abs((a["sign_time"] - b["sign_time"]).total_seconds())
            far = distance(a, b)
            bad = (
                (a["device_id"] is not None and a["device_id"] == b["device_id"])
                or (gap is not None and gap_limit is not None and gap > gap_limit * 60)
                or (far is not None and far_limit is not None and far > far_limit)
            )
            if bad:
                continue
            empty = {
                f"dsc_repair_crew.{column}"
                for column in ("device_id", "sign_time", "sign_lon", "sign_lat")
                if a[column] is None or b[column] is None
            }
            if gap_limit is None and gap is not None:
                empty.add("parameters.sign_gap_minutes")
            if far_limit is None and far is not None:
                empty.add("parameters.sign_distance_m")
            if not empty:
                return
            unclear |= empty
    if lost_crew:
        lack("dsc_repair_crew.emp_no")
    elif outsourced is None:
        lack("dsc_repair_order.outsource_flag")
    elif unclear:
        for column in unclear:
            lack(column)
    else:
        hits.add("R2")


def _judge_outsourcing(world, order, day, hits, lack) -> None:
    if order["outsource_flag"] is False or order["source"] == "customer":
        return
    empty = [
        column
        for column in ("outsource_flag", "source", "device_no", "accept_time")
        if order[column] is None
    ]
    if empty:
        for column in empty:
            lack(f"dsc_repair_order.{column}")
        return
    outages = [r for r in world.tables["pms_outage"] if r["device_no"] == order["device_no"]]
    hours = world.parameter("outage_gap_hours", day)
    if hours is None:
        if outages:
            lack("parameters.outage_gap_hours")
        else:
            hits.add("R4")
        return
    gap = timedelta(hours=float(hours))
    if not any(
        r["start_time"] <= order["finish_time"] + gap
        and (r["end_time"] is None or r["end_time"] >= order["accept_time"] - gap)
        for r in outages
    ):
        hits.add("R4")


def judge_t11(world: World) -> Outcome:
    """Judge purchase orders."""
    out = Outcome()
    contracts = {row["contract_no"]: row for row in world.tables["law_contract"]}
    lines = defaultdict(list)
    for row in world.tables["erp_purchase_order"]:
        lines[row["po_no"], row["org_code"], row["category_code"]].append(row)
    orders = []
    for (po_no, org, category), members in lines.items():
        first = min(members, key=lambda r: (r["line_no"] is None, r["line_no"] or 0))
        amounts = [r["amount"] for r in members]
        order = dict(first, po_no=po_no, subject=f"{org}/{category}")
        order["amount"] = None if None in amounts else sum(amounts, Decimal(0))
        order["day"] = first["create_date"]
        order["month"] = f"{first['create_date']:%Y%m}"
        orders.append(order)

    usable = []
    for order in orders:
        item = f"{order['po_no']}/{order['subject']}"
        contract = contracts.get(order["contract_no"])
        order["contract"] = contract
        if contract and contract["framework_flag"] is True:
            if contract["sign_date"] is None or contract["sign_date"] <= order["day"]:
                out.excluded.add(item)
                continue
        lacking = None
        if order["emergency_flag"] is True:
            limit = world.parameter("emergency_workdays", order["day"])
            approved = order["emergency_approve_date"] or world.as_of
            if limit is None:
                lacking = "parameters.emergency_workdays"
            elif world.workdays(order["day"], approved) <= limit:
                out.excluded.add(item)
                continue
        if lacking is None and order["contract_no"] is not None:
            if contract is None:
                lacking = "law_contract.contract_no"
            elif contract["framework_flag"] is None:
                lacking = "law_contract.framework_flag"
        where = (order["subject"], order["month"])
        if lacking:
            out.inconclusive.add((*where, lacking))
        if order["method"] is None:
            out.inconclusive.add((*where, "erp_purchase_order.method"))
        if order["method"] in ("petty", "direct", None) and order["amount"] is None:
            out.inconclusive.add((*where, "erp_purchase_order.amount"))
        if not lacking:
            usable.append(order)

    candidates = defaultdict(list)
    for order in usable:
        if order["method"] in ("petty", "direct") and order["amount"] is not None:
            if order["amount"] > 0:
                candidates[order["subject"]].append(order)
    hits: dict[tuple[str, str], dict[str, dict]] = defaultdict(dict)
    for subject, own in candidates.items():
        _judge_window(world, subject, own, hits, out)
        _judge_near(world, subject, own, hits, out)
    _judge_projects(world, usable, hits, out)

    for (subject, month), rules in hits.items():
        removed = {rule for rule, hit in rules.items() if world.cleared(subject, rule, hit["d"])}
        if removed:
            out.excluded.add(f"{subject}/{month}")
        left = {rule: hit for rule, hit in rules.items() if rule not in removed}
        if left:
            out.findings[subject, month] = _grade(world, subject, month, left, out)
    return out


def _judge_window(world, subject, own, hits, out) -> None:
    best = {}
    for d in sorted({order["day"] for order in own}):
        where = (subject, f"{d:%Y%m}")
        limit = world.parameter("internal_limit", d)
        if limit is None:
            out.inconclusive.add((*where, "parameters.internal_limit"))
            continue
        if not any(order["day"] == d and order["amount"] < limit for order in own):
            continue
        length = world.parameter("window_days", d)
        if length is None:
            out.inconclusive.add((*where, "parameters.window_days"))
            continue
        window = [
            order
            for order in own
            if order["amount"] < limit and d - timedelta(int(length)) < order["day"] <= d
        ]
        total = sum(order["amount"] for order in window)
        if total < limit:
            continue
        least = world.parameter("min_orders", d)
        if least is None:
            out.inconclusive.add((*where, "parameters.min_orders"))
            continue
        if len(window) >= least and (where not in best or total > best[where]["total"]):
            best[where] = {"d": d, "total": total, "limit": limit, "orders": window}
    for where, hit in best.items():
        hits[where]["R1"] = hit


def _judge_near(world, subject, own, hits, out) -> None:
    found = defaultdict(list)
    for order in own:
        d = order["day"]
        where = (subject, order["month"])
        limit, ratio = world.parameter("internal_limit", d), world.parameter("near_ratio", d)
        if limit is None or order["amount"] >= limit:
            continue
        if ratio is None:
            out.inconclusive.add((*where, "parameters.near_ratio"))
            continue
        if order["amount"] < limit * ratio:
            continue
        supplier = order["supplier_code"]
        if supplier is None:
            out.inconclusive.add((*where, "erp_purchase_order.supplier_code"))
            continue
        length, needed = world.parameter("near_window_days", d), world.parameter("near_count", d)
        if length is None:
            out.inconclusive.add((*where, "parameters.near_window_days"))
            continue
        window = [
            other
            for other in own
            if other["supplier_code"] == supplier
            and limit * ratio <= other["amount"] < limit
            and d - timedelta(int(length)) < other["day"] <= d
        ]
        if needed is None:
            out.inconclusive.add((*where, "parameters.near_count"))
            continue
        if len(window) >= needed:
            total = sum(other["amount"] for other in window)
            found[where].append(
                ((-len(window), -total, d, supplier), {"d": d, "total": total, "orders": window})
            )
    for where, choices in found.items():
        hits[where]["R3"] = min(choices, key=lambda choice: choice[0])[1]


def _judge_projects(world, usable, hits, out) -> None:
    included = [
        order
        for order in usable
        if order["contract_no"] is not None
        and order["method"] not in (None, "tender")
        and order["amount"] is not None
        and order["contract"]["project_code"] is not None
        and order["contract"]["package_no"] is None
    ]

    def line(order: Row, table: list[Row]) -> int | None:
        title = order["contract"]["title"] or ""
        for k, entry in enumerate(table, start=1):
            words = entry["title_words"]
            if entry["contract_type"] == order["contract"]["contract_type"] and (
                not words or any(word in title for word in words)
            ):
                return k
        return None

    reached = {}
    for d in sorted({order["day"] for order in included}):
        table = world.parameter("tender_limits", d)
        today = [order for order in included if order["day"] == d]
        if table is None:
            for order in today:
                out.inconclusive.add((order["subject"], order["month"], "parameters.tender_limits"))
            continue
        for order in today:
            k = line(order, table)
            group = (order["subject"], order["contract"]["project_code"], k)
            if k is None or group in reached:
                continue
            members = [
                other
                for other in included
                if other["subject"] == group[0]
                and other["contract"]["project_code"] == group[1]
                and other["day"] <= d
                and line(other, table) == k
            ]
            total = sum(other["amount"] for other in members)
            if total >= table[k - 1]["limit"]:
                reached[group] = {"d": d, "total": total, "orders": members}
    best = {}
    for (subject, project, k), hit in reached.items():
        where = (subject, f"{hit['d']:%Y%m}")
        rank = (-hit["total"], project, k)
        if where not in best or rank < best[where][0]:
            best[where] = (rank, hit)
    for where, (_, hit) in best.items():
        hits[where]["R2"] = hit


def _grade(world, subject, month, left, out) -> tuple:
    high = "R2" in left or {"R1", "R3"} <= set(left)
    medium = "R3" in left
    if "R1" in left and not high:
        hit = left["R1"]
        times = world.parameter("level_high_times", hit["d"])
        if times is None:
            out.inconclusive.add((subject, month, "parameters.level_high_times"))
        else:
            high = hit["total"] >= hit["limit"] * times
        if not high and not medium:
            times = world.parameter("level_medium_times", hit["d"])
            if times is None:
                out.inconclusive.add((subject, month, "parameters.level_medium_times"))
            else:
                medium = hit["total"] >= hit["limit"] * times
    source = next(left[rule] for rule in ("R2", "R1", "R3") if rule in left)
    last = max(source["orders"], key=lambda order: (order["day"], order["po_no"]))
    return (
        tuple(sorted(left)),
        "high" if high else "medium" if medium else "low",
        _cents(source["total"]),
        max(hit["d"] for hit in left.values()),
        last["requester_emp_no"],
    )
