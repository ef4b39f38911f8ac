"""T09 故障抢修单人出工与材料未登记, once more from its text alone: loops and exact fractions."""

import math
from datetime import date, datetime, time, timedelta
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
)

ORDER = Source(
    table="dsc_repair_order",
    key=["order_no"],
    columns=[
        "order_no",
        "org_code",
        "source",
        "fault_type",
        "device_no",
        "accept_time",
        "finish_time",
        "need_material",
        "outsource_flag",
        "leader_emp_no",
    ],
    required=["order_no"],
    event_date="accept_time",
    later_as_null=["finish_time"],
)
CREW = Source(
    table="dsc_repair_crew",
    key=["order_no", "emp_no", "sign_time"],
    columns=["order_no", "emp_no", "sign_time", "sign_lon", "sign_lat", "device_id"],
    required=["order_no"],
    event_date="sign_time",
)
MATERIAL = Source(
    table="dsc_repair_material",
    key=["order_no", "material_code", "register_time"],
    columns=["order_no", "material_code", "register_time"],
    required=["order_no"],
    event_date="register_time",
)
ISSUE = Source(
    table="erp_goods_issue",
    key=["issue_no", "work_order_no", "material_code"],
    columns=["issue_no", "work_order_no", "material_code", "qty", "unit_price", "issue_date"],
    required=["issue_no"],
    event_date="issue_date",
)
OUTAGE = Source(
    table="pms_outage",
    key=["outage_no"],
    columns=["outage_no", "device_no", "start_time", "end_time"],
    required=["outage_no"],
    event_date="start_time",
    null_event_date="skip",
    later_as_null=["end_time"],
)
SOURCES = [ORDER, CREW, MATERIAL, ISSUE, OUTAGE]

DEFAULTS: dict[str, list[tuple[date, Any]]] = {
    "min_crew": [(date(2000, 1, 1), "2")],
    "register_hours": [(date(2000, 1, 1), "24")],
    "close_hours": [(date(2000, 1, 1), "72")],
    "sign_gap_minutes": [(date(2000, 1, 1), "30")],
    "sign_distance_m": [(date(2000, 1, 1), "500")],
    "material_high": [(date(2000, 1, 1), "2000")],
    "outage_gap_hours": [(date(2000, 1, 1), "2")],
    "emergency_periods": [(date(2000, 1, 1), [])],
}
LEVELS = ("high", "medium", "low")
RISK_POINT = {"R1": "GC-12", "R2": "GC-12", "R3": "GC-12", "R4": "GC-13"}


def hours(text: str) -> timedelta:
    """Turn a number of hours into a span, exact to the microsecond."""
    return timedelta(microseconds=int(Fraction(text) * 3600 * 1_000_000))


def metres(a: Row, b: Row) -> int | None:
    """Return the whole metres between two sign-ins, None where a coordinate is missing."""
    if a["sign_lon"] is None or a["sign_lat"] is None:
        return None
    if b["sign_lon"] is None or b["sign_lat"] is None:
        return None
    lon_a, lat_a = math.radians(float(a["sign_lon"])), math.radians(float(a["sign_lat"]))
    lon_b, lat_b = math.radians(float(b["sign_lon"])), math.radians(float(b["sign_lat"]))
    half_lat = math.sin((lat_b - lat_a) / 2)
    half_lon = math.sin((lon_b - lon_a) / 2)
    inner = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return math.floor(2 * 6371000 * math.asin(min(1.0, math.sqrt(inner))) + 0.5)


def seconds_between(a: Row, b: Row) -> int | None:
    """Return the seconds between two sign-ins, None where a time is missing."""
    if a["sign_time"] is None or b["sign_time"] is None:
        return None
    return abs(int((a["sign_time"] - b["sign_time"]).total_seconds()))


def sign_ins(crew: list[Row]) -> list[Row]:
    """Return the sign-in of every person: the earliest, one without a time last."""
    found: list[Row] = []
    for person in sorted({row["emp_no"] for row in crew if row["emp_no"] is not None}):
        mine = [row for row in crew if row["emp_no"] == person]
        mine.sort(
            key=lambda row: (
                row["sign_time"] is None,
                row["sign_time"] or datetime(1990, 1, 1),
                row["device_id"] is None,
                row["device_id"] or "",
            )
        )
        found.append(mine[0])
    return found


class Order:
    """One order with all that belongs to it, as it is judged."""

    def __init__(self, row: Row, judged_on: date, parameters: dict[str, Any]) -> None:
        self.row = row
        self.judged_on = judged_on
        self.parameters = parameters
        self.crew: list[Row] = []
        self.registered: list[Row] = []
        self.issues: list[Row] = []
        self.outages: list[Row] = []
        self.crew_quarantined = False
        self.material_quarantined = False

    def value(self, key: str) -> str | None:
        """Return a parameter on the day this order is judged."""
        return parameter_on(self.parameters[key], self.judged_on)

    def people(self) -> int:
        return len({row["emp_no"] for row in self.crew if row["emp_no"] is not None})

    def issue_amount(self) -> Fraction | None:
        total: Fraction | None = None
        for row in self.issues:
            if row["qty"] is not None and row["unit_price"] is not None:
                total = (total or Fraction(0)) + Fraction(row["qty"]) * Fraction(row["unit_price"])
        return total

    def first_register_time(self) -> datetime | None:
        times = [r["register_time"] for r in self.registered if r["register_time"] is not None]
        return min(times) if times else None

    def registered_by(self, span: str) -> bool:
        first = self.first_register_time()
        return first is not None and first <= self.row["finish_time"] + hours(span)

    def register_state(self, close_hours: str) -> str | None:
        register_hours = self.value("register_hours")
        if register_hours is None and self.first_register_time() is not None:
            return None
        if register_hours is not None and self.registered_by(register_hours):
            return "ok"
        if self.registered_by(close_hours):
            return "late"
        return "missing"

    # Every rule returns True, False, or the set of what is missing.

    def single_person(self) -> bool | set[str]:
        if self.row["outsource_flag"] is True:
            return False
        min_crew = self.value("min_crew")
        if min_crew is None:
            return {"parameters.min_crew"}
        if self.people() >= Fraction(min_crew):
            return False
        if self.row["outsource_flag"] is None:
            return {"dsc_repair_order.outsource_flag"}
        if self.crew_quarantined:
            return {"dsc_repair_crew.emp_no"}
        if not self.crew:
            return {"dsc_repair_crew.order_no"}
        if any(row["emp_no"] is None for row in self.crew):
            return {"dsc_repair_crew.emp_no"}
        return True

    def signed_for_another(self) -> bool | set[str]:
        if self.row["outsource_flag"] is True or self.people() < 2:
            return False
        gap, distance = self.value("sign_gap_minutes"), self.value("sign_distance_m")
        missing: set[str] = set()
        signs = sign_ins(self.crew)
        for i, a in enumerate(signs):
            for b in signs[i + 1 :]:
                seconds, apart = seconds_between(a, b), metres(a, b)
                if a["device_id"] is not None and a["device_id"] == b["device_id"]:
                    continue
                if seconds is not None and gap is not None and seconds > Fraction(gap) * 60:
                    continue
                if apart is not None and distance is not None and apart > Fraction(distance):
                    continue
                unclear = set()
                for column in ("device_id", "sign_time", "sign_lon", "sign_lat"):
                    if a[column] is None or b[column] is None:
                        unclear.add(f"dsc_repair_crew.{column}")
                if gap is None and seconds is not None:
                    unclear.add("parameters.sign_gap_minutes")
                if distance is None and apart is not None:
                    unclear.add("parameters.sign_distance_m")
                if not unclear:
                    return False
                missing |= unclear
        if self.crew_quarantined:
            return {"dsc_repair_crew.emp_no"}
        if self.row["outsource_flag"] is None:
            return {"dsc_repair_order.outsource_flag"}
        if missing:
            return missing
        return True

    def not_registered(self) -> bool | set[str]:
        missing: set[str] = set()
        register_hours = self.value("register_hours")
        if register_hours is None:
            if self.first_register_time() is not None:
                missing.add("parameters.register_hours")
        elif self.registered_by(register_hours):
            return False
        if self.row["need_material"] is not True and not self.issues:
            if self.row["need_material"] is False:
                return False
            missing.add("dsc_repair_order.need_material")
        if self.material_quarantined or any(r["register_time"] is None for r in self.registered):
            missing.add("dsc_repair_material.register_time")
        return missing or True

    def outsourced_for_nothing(self) -> bool | set[str]:
        row = self.row
        if row["outsource_flag"] is False or row["source"] == "customer":
            return False
        missing = {
            f"dsc_repair_order.{column}"
            for column in ("outsource_flag", "source", "device_no", "accept_time")
            if row[column] is None
        }
        if missing:
            return missing
        gap = self.value("outage_gap_hours")
        if gap is None:
            return {"parameters.outage_gap_hours"} if self.outages else True
        for outage in self.outages:
            if outage["start_time"] > row["finish_time"] + hours(gap):
                continue
            if outage["end_time"] is None or outage["end_time"] >= row["accept_time"] - hours(gap):
                return False
        return True

    def lacks_material_high(self, close_hours: str) -> bool:
        if self.value("material_high") is not None or self.issue_amount() is None:
            return False
        return self.register_state(close_hours) == "missing"

    def in_emergency(self) -> bool | None:
        accepted, periods = self.row["accept_time"], self.value("emergency_periods")
        if accepted is None:
            return False
        if periods is None:
            return None
        for period in periods:
            if period.get("org_code") not in (None, self.row["org_code"]):
                continue
            if str(period["start"]) <= accepted.date().isoformat() <= str(period["end"]):
                return True
        return False


def by(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    """Sort rows under what they hold in a column; null belongs to nothing."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        if row[column] is not None:
            found.setdefault(row[column], []).append(row)
    return found


def judge(
    *,
    files: list[Delivered],
    as_of: date,
    since: date | None = None,
    parameters: dict[str, list[tuple[date, Any]]] | None = None,
    whitelist: list[WhitelistLine] | None = None,
) -> Expected:
    """Judge every order that is old enough."""
    values = {**DEFAULTS, **(parameters or {})}
    read_ = {source.table: read(source, files, as_of) for source in SOURCES}
    expected = Expected(kept={table: len(seen.rows) for table, seen in read_.items()})
    end_of_day = datetime.combine(as_of, time(23, 59, 59))
    crew = by(read_["dsc_repair_crew"].rows, "order_no")
    registered = by(read_["dsc_repair_material"].rows, "order_no")
    issues = by(read_["erp_goods_issue"].rows, "work_order_no")
    outages = by(read_["pms_outage"].rows, "device_no")
    crew_quarantined = by(read_["dsc_repair_crew"].quarantined, "order_no")
    material_quarantined = by(read_["dsc_repair_material"].quarantined, "order_no")
    for row in read_["dsc_repair_order"].rows:
        finish = row["finish_time"]
        if finish is None:
            continue
        number = row["order_no"]
        close_hours = parameter_on(values["close_hours"], finish.date())
        if close_hours is None:
            expected.inconclusive.add((number, "", "parameters.close_hours"))
            continue
        closed = finish + hours(close_hours)
        if closed > end_of_day:
            continue
        order = Order(row, closed.date(), values)
        order.crew = crew.get(number, [])
        order.registered = registered.get(number, [])
        order.issues = issues.get(number, [])
        order.outages = outages.get(row["device_no"], [])
        order.crew_quarantined = number in crew_quarantined
        order.material_quarantined = number in material_quarantined
        emergency = order.in_emergency()
        if emergency is None:
            expected.inconclusive.add((number, "", "parameters.emergency_periods"))
            continue
        if emergency:
            expected.excluded["X1"] = expected.excluded.get("X1", 0) + 1
            continue
        outcomes = {
            "R1": order.single_person(),
            "R2": order.signed_for_another(),
            "R3": order.not_registered(),
            "R4": order.outsourced_for_nothing(),
        }
        hits = []
        for rule, outcome in outcomes.items():
            if isinstance(outcome, set):
                expected.inconclusive |= {(number, "", column) for column in outcome}
            elif outcome and not is_cleared(whitelist or [], number, rule, order.judged_on):
                hits.append(rule)
        if "R3" in hits and not {"R1", "R4"} & set(hits) and order.lacks_material_high(close_hours):
            expected.inconclusive.add((number, "", "parameters.material_high"))
        finding = grade(order, hits, close_hours)
        if finding is None or (since is not None and finding["occurred_on"] < since):
            continue
        expected.findings.append(finding)
    return expected


def grade(order: Order, hits: list[str], close_hours: str) -> dict[str, Any] | None:
    """Give the finding of an order, None where no rule or no level is left."""
    state = order.register_state(close_hours)
    amount = order.issue_amount()
    material_high = order.value("material_high")
    high: set[str] = set()
    if "R1" in hits and "R3" in hits:
        high |= {"R1", "R3"}
    if "R3" in hits and state == "missing" and None not in (amount, material_high):
        high |= {"R3"} if amount >= Fraction(material_high) else set()
    if "R4" in hits:
        high.add("R4")
    medium = {rule for rule in hits if rule in ("R1", "R2")}
    if "R3" in hits and state == "missing":
        medium.add("R3")
    low = {"R3"} if "R3" in hits and state == "late" else set()
    level, deciding = next(
        ((name, rules) for name, rules in zip(LEVELS, (high, medium, low), strict=True) if rules),
        (None, set()),
    )
    if level is None:
        return None

    row = order.row
    signs = sign_ins(order.crew)
    gaps, distances, shared = [], [], False
    for i, a in enumerate(signs):
        for b in signs[i + 1 :]:
            gaps.append(seconds_between(a, b))
            distances.append(metres(a, b))
            shared = shared or (a["device_id"] is not None and a["device_id"] == b["device_id"])
    gaps = [gap for gap in gaps if gap is not None]
    distances = [distance for distance in distances if distance is not None]

    evidence = {evidence_of(ORDER, row)}
    if "R1" in hits or "R2" in hits:
        evidence |= {evidence_of(CREW, r) for r in order.crew}
    if "R3" in hits:
        evidence |= {evidence_of(MATERIAL, r) for r in order.registered}
        evidence |= {evidence_of(ISSUE, r) for r in order.issues}
    if "R4" in hits:
        # the text names the table only; the outage to hold against the order is the last before it
        before = [r for r in order.outages if r["start_time"] <= row["finish_time"]]
        if before:
            last = max(before, key=lambda r: (r["start_time"], r["outage_no"]))
            evidence.add(evidence_of(OUTAGE, last))
    return {
        "theme": "T09",
        "subject": row["order_no"],
        "period": "",
        "rules": hits,
        "level": level,
        "org_code": row["org_code"],
        "risk_point": RISK_POINT[min(deciding)],
        "receiver_position": "om_repair",
        "receiver_emp_no": row["leader_emp_no"],
        "amount": to_cents(amount) if "R3" in hits else None,
        "measures": {
            "crew_count": order.people(),
            "same_device": shared,
            "min_gap_minutes": Fraction(min(gaps), 60) if gaps else None,
            "min_distance_m": min(distances) if distances else None,
            "register_state": state,
            "register_time": order.first_register_time(),
            "issue_amount": to_cents(amount),
            "source": row["source"],
            "device_no": row["device_no"],
            "finish_time": row["finish_time"],
        },
        "occurred_on": order.judged_on,
        "evidence": evidence,
        "fingerprint": fingerprint_of("T09", row["order_no"], ""),
    }
