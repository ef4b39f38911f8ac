"""T11 拆分采购规避招标, once more from its text alone: loops and exact fractions."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from tests.risk_engine.reference_reading import (
    Delivered,
    Expected,
    Row,
    Source,
    WhitelistLine,
    evidence_of,
    fingerprint_of,
    is_cleared,
    parameter_on,
    read,
    to_cents,
    workdays,
)

PURCHASE = Source(
    table="erp_purchase_order",
    key=["po_no", "line_no"],
    columns=[
        "po_no",
        "line_no",
        "org_code",
        "category_code",
        "supplier_code",
        "amount",
        "method",
        "create_date",
        "requester_emp_no",
        "contract_no",
        "emergency_flag",
        "emergency_approve_date",
    ],
    required=["po_no", "org_code", "category_code", "create_date"],
    event_date="create_date",
    later_as_null=["emergency_approve_date"],
)
CONTRACT = Source(
    table="law_contract",
    key=["contract_no"],
    columns=[
        "contract_no",
        "title",
        "contract_type",
        "sign_date",
        "project_code",
        "package_no",
        "framework_flag",
    ],
    required=["contract_no"],
    event_date="sign_date",
)
SOURCES = [PURCHASE, CONTRACT]

DEFAULTS: dict[str, list[tuple[date, Any]]] = {
    "window_days": [(date(2000, 1, 1), "30")],
    "internal_limit": [(date(2000, 1, 1), "50000")],
    "min_orders": [(date(2000, 1, 1), "2")],
    "near_ratio": [(date(2000, 1, 1), "0.8")],
    "near_window_days": [(date(2000, 1, 1), "90")],
    "near_count": [(date(2000, 1, 1), "3")],
    "tender_limits": [
        (
            date(2000, 1, 1),
            [
                {"contract_type": "construct", "limit": "4000000", "title_words": []},
                {"contract_type": "purchase", "limit": "2000000", "title_words": []},
                {
                    "contract_type": "service",
                    "limit": "1000000",
                    "title_words": ["勘察", "设计", "监理"],
                },
            ],
        )
    ],
    "level_medium_times": [(date(2000, 1, 1), "1.5")],
    "level_high_times": [(date(2000, 1, 1), "3")],
    "emergency_workdays": [(date(2000, 1, 1), "3")],
}
LEVELS = ("high", "medium", "low")
RISK_POINT = {"R1": "CW-06", "R2": "GC-03", "R3": "CW-06"}
Subject = tuple[str, str]


@dataclass(eq=False)
class Purchase:
    """The lines of one order, taken as one."""

    lines: list[Row]
    head: Row
    amount: Fraction | None
    contract: Row | None = None
    lacks: str | None = None

    def __getitem__(self, column: str) -> Any:
        return self.head[column]

    @property
    def subject(self) -> Subject:
        return (self.head["org_code"], self.head["category_code"])

    @property
    def day(self) -> date:
        return self.head["create_date"]

    @property
    def month(self) -> str:
        return self.day.strftime("%Y%m")


@dataclass
class Hit:
    """A rule that holds for a subject on one day."""

    day: date
    total: Fraction
    orders: list[Purchase]
    measures: dict[str, Any]
    sorting: tuple[Any, ...]


def judge(
    *,
    files: list[Delivered],
    as_of: date,
    since: date | None = None,
    parameters: dict[str, list[tuple[date, Any]]] | None = None,
    whitelist: list[WhitelistLine] | None = None,
    rest: set[date] | None = None,
    work: set[date] | None = None,
) -> Expected:
    """Judge every subject in every month."""
    values = {**DEFAULTS, **(parameters or {})}
    read_ = {source.table: read(source, files, as_of) for source in SOURCES}
    expected = Expected(kept={table: len(seen.rows) for table, seen in read_.items()})

    def on(key: str, day: date) -> Any:
        return parameter_on(values[key], day)

    orders = purchases(read_["erp_purchase_order"].rows, read_["law_contract"].rows)
    standing: list[Purchase] = []
    for order in orders:
        exclusion = excluded_by(order, as_of, on, rest or set(), work or set())
        if exclusion is None:
            if order["emergency_flag"] is True and on("emergency_workdays", order.day) is None:
                order.lacks = "parameters.emergency_workdays"
            standing.append(order)
        else:
            expected.excluded[exclusion] = expected.excluded.get(exclusion, 0) + 1

    candidates = [order for order in standing if is_candidate(order)]
    for order in standing:
        for column in missing_columns(order, on):
            expected.inconclusive.add(("/".join(order.subject), order.month, column))

    subjects = sorted({order.subject for order in orders})
    for subject in subjects:
        mine = [order for order in candidates if order.subject == subject]
        tendered = [order for order in standing if order.subject == subject]
        name = "/".join(subject)
        missing: set[tuple[date, str]] = set()
        best: dict[tuple[str, str], Hit] = {}
        for rule, found in (
            ("R1", over_limit_together(mine, on, missing)),
            ("R2", over_tender_limit(tendered, on)),
            ("R3", often_near_the_limit(mine, on, missing)),
        ):
            for hit in found:
                place = (hit.day.strftime("%Y%m"), rule)
                if place not in best or hit.sorting < best[place].sorting:
                    best[place] = hit
        for day, key in missing:
            expected.inconclusive.add((name, f"{day:%Y%m}", f"parameters.{key}"))
        for month in sorted({month for month, _ in best}):
            hits = {
                rule: best[month, rule]
                for rule in ("R1", "R2", "R3")
                if (month, rule) in best
                and not is_cleared(whitelist or [], name, rule, best[month, rule].day)
            }
            for key in missing_times(hits, on):
                expected.inconclusive.add((name, month, f"parameters.{key}"))
            finding = grade(subject, month, hits, on)
            if finding is None or (since is not None and finding["occurred_on"] < since):
                continue
            expected.findings.append(finding)
    return expected


def purchases(all_lines: list[Row], all_contracts: list[Row]) -> list[Purchase]:
    """Make orders of lines and look up their contracts."""
    contracts = {row["contract_no"]: row for row in all_contracts}
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for row in all_lines:
        key = (row["po_no"], row["org_code"], row["category_code"])
        grouped.setdefault(key, []).append(row)
    orders = []
    for lines in grouped.values():
        head = min(lines, key=lambda r: (r["line_no"] is None, r["line_no"] or 0))
        amount: Fraction | None = Fraction(0)
        for line in lines:
            if line["amount"] is None:
                amount = None
                break
            amount += Fraction(line["amount"])
        order = Purchase(lines, head, amount)
        if head["contract_no"] is not None:
            order.contract = contracts.get(head["contract_no"])
            if order.contract is None:
                order.lacks = "law_contract.contract_no"
            elif order.contract["framework_flag"] is None:
                order.lacks = "law_contract.framework_flag"
        orders.append(order)
    return orders


def excluded_by(
    order: Purchase, as_of: date, on: Any, rest: set[date], work: set[date]
) -> str | None:
    """Return the exclusion that takes an order out, if any."""
    contract = order.contract
    if contract is not None and contract["framework_flag"] is True:
        signed = contract["sign_date"]
        if signed is None or signed <= order.day:
            return "X1"
    if order["emergency_flag"] is True:
        limit = on("emergency_workdays", order.day)
        approved = order["emergency_approve_date"] or as_of
        if limit is not None and workdays(order.day, approved, rest, work) <= Fraction(limit):
            return "X2"
    return None


def is_candidate(order: Purchase) -> bool:
    """Say whether R1 and R3 may count an order that is not excluded."""
    if order.lacks is not None or order["method"] not in ("petty", "direct"):
        return False
    return order.amount is not None and order.amount > 0


def missing_columns(order: Purchase, on: Any) -> list[str]:
    """List the columns that an order lacks, whatever rules hold."""
    columns = []
    if order.lacks is not None:
        columns.append(order.lacks)
    if order["method"] is None:
        columns.append("erp_purchase_order.method")
    if order["method"] in ("petty", "direct", None) and order.amount is None:
        columns.append("erp_purchase_order.amount")
    if is_candidate(order):
        limit = on("internal_limit", order.day)
        if limit is None:
            columns.append("parameters.internal_limit")
        elif on("near_ratio", order.day) is None and order.amount < Fraction(limit):
            columns.append("parameters.near_ratio")
        elif order["supplier_code"] is None and is_near(order, order.day, on):
            columns.append("erp_purchase_order.supplier_code")
    if may_need_tender(order) and on("tender_limits", order.day) is None:
        columns.append("parameters.tender_limits")
    return columns


def may_need_tender(order: Purchase) -> bool:
    """Say whether R2 looks at an order, before its type is held against the limits."""
    if order.lacks is not None or order.contract is None:
        return False
    if order["method"] is None or order["method"] == "tender" or order.amount is None:
        return False
    return order.contract["project_code"] is not None and order.contract["package_no"] is None


def is_near(order: Purchase, day: date, on: Any) -> bool:
    """Say whether an order lies just under the limit of a day."""
    limit, ratio = on("internal_limit", day), on("near_ratio", day)
    if limit is None or ratio is None:
        return False
    assert order.amount is not None
    return Fraction(limit) * Fraction(ratio) <= order.amount < Fraction(limit)


def within(order: Purchase, day: date, days: Fraction) -> bool:
    """Say whether an order lies in the window of n days that ends with a day."""
    return order.day <= day and (day - order.day).days < days


def total_of(orders: list[Purchase]) -> Fraction:
    """Add up amounts that are all known."""
    total = Fraction(0)
    for order in orders:
        assert order.amount is not None
        total += order.amount
    return total


def over_limit_together(
    candidates: list[Purchase], on: Any, missing: set[tuple[date, str]]
) -> list[Hit]:
    """R1: small orders that reach the limit together."""
    hits = []
    for day in sorted({order.day for order in candidates}):
        if on("internal_limit", day) is None:
            continue
        limit = Fraction(on("internal_limit", day))
        small = [order for order in candidates if order.amount < limit]
        if not any(order.day == day for order in small):
            continue
        if on("window_days", day) is None:
            missing.add((day, "window_days"))
            continue
        window = [order for order in small if within(order, day, Fraction(on("window_days", day)))]
        total = total_of(window)
        if total < limit:
            continue
        if on("min_orders", day) is None:
            missing.add((day, "min_orders"))
            continue
        if len(window) < Fraction(on("min_orders", day)):
            continue
        measures = {
            "window_total": total,
            "order_count": len(window),
            "limit": limit,
            "window_start": min(order.day for order in window),
            "window_end": max(order.day for order in window),
            "supplier_count": len(
                {order["supplier_code"] for order in window if order["supplier_code"] is not None}
            ),
        }
        hits.append(Hit(day, total, window, measures, (-total, day)))
    return hits


def over_tender_limit(standing: list[Purchase], on: Any) -> list[Hit]:
    """R2: purchases for one project that reach the limit of tendering without a tender."""
    tried = [order for order in standing if may_need_tender(order)]
    hits = []
    settled: set[tuple[str, int]] = set()
    for day in sorted({order.day for order in tried}):
        limits = on("tender_limits", day)
        if limits is None:
            continue
        groups: dict[tuple[str, int], list[Purchase]] = {}
        for order in tried:
            number = limit_row(order.contract, limits)
            if number is not None and order.day <= day:
                groups.setdefault((order.contract["project_code"], number), []).append(order)
        for group, members in groups.items():
            if group in settled or not any(order.day == day for order in members):
                continue
            project, number = group
            limit = Fraction(limits[number]["limit"])
            total = total_of(members)
            if total < limit:
                continue
            settled.add(group)
            measures = {"project_code": project, "project_total": total, "tender_limit": limit}
            hits.append(Hit(day, total, members, measures, (-total, project, number)))
    return hits


def limit_row(contract: Row, limits: list[dict[str, Any]]) -> int | None:
    """Return the number of the first line of the limits that a contract falls under."""
    for number, line in enumerate(limits):
        if contract["contract_type"] is None or contract["contract_type"] != line["contract_type"]:
            continue
        words = line.get("title_words") or []
        if not words or any(word in (contract["title"] or "") for word in words):
            return number
    return None


def often_near_the_limit(
    candidates: list[Purchase], on: Any, missing: set[tuple[date, str]]
) -> list[Hit]:
    """R3: one supplier with many orders just under the limit."""
    hits = []
    for day in sorted({order.day for order in candidates}):
        near = [
            order
            for order in candidates
            if order["supplier_code"] is not None and is_near(order, day, on)
        ]
        for supplier in sorted({order["supplier_code"] for order in near if order.day == day}):
            if on("near_window_days", day) is None:
                missing.add((day, "near_window_days"))
                continue
            days = Fraction(on("near_window_days", day))
            window = [
                order
                for order in near
                if order["supplier_code"] == supplier and within(order, day, days)
            ]
            if on("near_count", day) is None:
                missing.add((day, "near_count"))
                continue
            if len(window) < Fraction(on("near_count", day)):
                continue
            total = total_of(window)
            measures = {
                "near_count": len(window),
                "near_total": total,
                "near_supplier": supplier,
            }
            hits.append(Hit(day, total, window, measures, (-len(window), -total, day, supplier)))
    return hits


def missing_times(hits: dict[str, Hit], on: Any) -> list[str]:
    """List the multiples without a value that would decide the level."""
    if "R1" not in hits or "R2" in hits or "R3" in hits:
        return []
    first = hits["R1"]
    limit, high_times = first.measures["limit"], on("level_high_times", first.day)
    if high_times is not None and first.total >= limit * Fraction(high_times):
        return []
    keys = ("level_high_times", "level_medium_times")
    return [key for key in keys if on(key, first.day) is None]


def grade(subject: Subject, month: str, hits: dict[str, Hit], on: Any) -> dict[str, Any] | None:
    """Give the finding of a subject in a month, None where no rule is left."""
    if not hits:
        return None
    high: set[str] = set()
    medium: set[str] = set()
    if "R2" in hits:
        high.add("R2")
    if "R1" in hits:
        first = hits["R1"]
        high_times, medium_times = (
            on("level_high_times", first.day),
            on("level_medium_times", first.day),
        )
        limit = first.measures["limit"]
        if high_times is not None and first.total >= limit * Fraction(high_times):
            high.add("R1")
        if medium_times is not None and first.total >= limit * Fraction(medium_times):
            medium.add("R1")
        if "R3" in hits:
            high |= {"R1", "R3"}
    if "R3" in hits:
        medium.add("R3")
    low = {"R1"} if "R1" in hits else set()
    level, deciding = next(
        (name, rules) for name, rules in zip(LEVELS, (high, medium, low), strict=True) if rules
    )

    paid_by = hits.get("R2") or hits.get("R1") or hits["R3"]
    last = max(paid_by.orders, key=lambda order: (order.day, order["po_no"]))
    measures: dict[str, Any] = dict.fromkeys(
        [
            "window_total",
            "order_count",
            "limit",
            "window_start",
            "window_end",
            "supplier_count",
            "project_code",
            "project_total",
            "tender_limit",
            "near_count",
            "near_total",
            "near_supplier",
        ]
    )
    for hit in hits.values():
        measures.update(hit.measures)
    for key in ("window_total", "limit", "project_total", "tender_limit", "near_total"):
        measures[key] = to_cents(measures[key])
    evidence = set()
    for rule, hit in hits.items():
        for order in hit.orders:
            evidence |= {evidence_of(PURCHASE, line) for line in order.lines}
            if rule == "R2":
                evidence.add(evidence_of(CONTRACT, order.contract))
    name = "/".join(subject)
    return {
        "theme": "T11",
        "subject": name,
        "period": month,
        "rules": list(hits),
        "level": level,
        "org_code": subject[0],
        "risk_point": RISK_POINT[min(deciding)],
        "receiver_position": "admin_officer",
        "receiver_emp_no": last["requester_emp_no"],
        "amount": to_cents(paid_by.total),
        "measures": measures,
        "occurred_on": max(hit.day for hit in hits.values()),
        "evidence": evidence,
        "fingerprint": fingerprint_of("T11", name, month),
    }
