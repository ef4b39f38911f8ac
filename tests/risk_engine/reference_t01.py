"""The basic-fee theme a second time: slow and obvious, day by day, with exact fractions.

Written from the words of theme.yaml alone, so that it can disagree with rules.sql. It takes the
tables of a vector (rows as mappings), judges them and returns what a run must return.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

Row = Mapping[str, Any]

LEDGER = ("install", "remove", "pause", "reduce", "resume", "restore")
STOPS = ("pause", "reduce")
MODES = ("capacity", "contract_demand", "actual_demand")
DATES = frozenset(
    (
        *("open_date", "close_date", "apply_date", "effective_date", "seal_date", "unseal_date"),
        *("period_start", "period_end", "stat_date"),
    )
)
NUMBERS = frozenset(
    (
        *("voltage_kv", "contract_capacity_kva", "hv_motor_kw", "contract_demand_kw", "rated_kva"),
        *("billed_capacity_kva", "basic_fee_amount", "energy_kwh", "max_demand_kw", "max_load_kw"),
        "amount",
    )
)
TIMES = frozenset(("photo_time", "approve_time"))


class Gap(Exception):
    """A value that is needed is not there; says which column."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


@dataclass(frozen=True, order=True)
class Judged:
    """One expected finding."""

    subject: str
    period: str
    rules: tuple[str, ...]
    level: str
    amount: Decimal | None
    deciding: tuple[str, ...] = field(compare=False, default=())
    measures: Mapping[str, Any] = field(compare=False, default_factory=dict)


@dataclass
class Verdict:
    """All that one run says about one world."""

    findings: list[Judged] = field(default_factory=list)
    inconclusive: set[tuple[str, str, str]] = field(default_factory=set)
    excluded: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, text: str) -> Month:
        """Read YYYYMM."""
        return cls(int(text[:4]), int(text[4:]))

    @classmethod
    def containing(cls, day: date) -> Month:
        """Return the month of a day."""
        return cls(day.year, day.month)

    def following(self) -> Month:
        """Return the next month."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def preceding(self) -> Month:
        """Return the month before."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def length(self) -> int:
        """Return the number of days."""
        return monthrange(self.year, self.number)[1]

    @property
    def first(self) -> date:
        """Return the first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Return the last day."""
        return date(self.year, self.number, self.length)

    @property
    def days(self) -> list[date]:
        """Return all days."""
        return [self.first + timedelta(days=n) for n in range(self.length)]

    def has(self, day: date | None) -> bool:
        """Tell whether a day lies in the month."""
        return day is not None and self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.year:04}{self.number:02}"


def typed(row: Row) -> defaultdict[str, Any]:
    """Give the values of a vector's row their types; a column that is not written is null."""
    out: defaultdict[str, Any] = defaultdict(lambda: None)
    for name, value in row.items():
        if value is None or value == "":
            continue
        if name in DATES and isinstance(value, str):
            value = date.fromisoformat(value)
        elif name in TIMES and isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif name in NUMBERS:
            value = Fraction(str(value))
        out[name] = value
    return out


def effective(event: Row) -> date | None:
    """Return the day an event takes effect."""
    kind = event["event_type"]
    if kind in ("install", "remove"):
        return event["effective_date"]
    if kind in STOPS:
        return event["seal_date"]
    if kind in ("resume", "restore"):
        return event["unseal_date"]
    return event["effective_date"] or event["apply_date"]


class Parameters:
    """The dated parameters, as lists of (from, value)."""

    def __init__(self, values: Mapping[str, Sequence[tuple[date, Any]]]) -> None:
        self.values = values

    def known(self, key: str, day: date) -> bool:
        """Tell whether a parameter has begun."""
        return any(start <= day for start, _ in self.values[key])

    def on(self, key: str, day: date) -> Any:
        """Return the value in force, as a fraction where it is a number."""
        begun = [(start, value) for start, value in self.values[key] if start <= day]
        if not begun:
            raise Gap(f"parameters.{key}")
        value = max(begun, key=lambda pair: pair[0])[1]
        if isinstance(value, bool | list) or value is None:
            return value
        try:
            return Fraction(str(value))
        except ValueError:
            return value


class Household:
    """One customer with everything that is visible of it on the day of the run."""

    def __init__(
        self,
        *,
        customer: Row,
        events: Sequence[Row],
        bills: Sequence[Row],
        demands: Sequence[Row],
        loads: Sequence[Row] | None,
        adjusts: Sequence[Row],
    ) -> None:
        self.customer = customer
        self.events = events
        self.bills = bills
        self.demands = demands
        self.loads = loads
        self.adjusts = adjusts
        self.ledger = [event for event in events if event["event_type"] in LEDGER]
        self.transformers = sorted(
            {event["transformer_no"] for event in self.ledger if event["transformer_no"]}
        )

    def of(self, transformer: str) -> list[Row]:
        """Return the ledger rows of one transformer."""
        return [event for event in self.ledger if event["transformer_no"] == transformer]

    def kva(self, transformer: str) -> Fraction:
        """Return the rated capacity; only called where the ledger has no gap."""
        (value,) = {e["rated_kva"] for e in self.of(transformer) if e["rated_kva"] is not None}
        return value

    def in_place(self, transformer: str, day: date) -> bool:
        """Tell whether a transformer is in place on a day."""
        opened, closed = self.customer["open_date"], self.customer["close_date"]
        if opened is not None and day < opened:
            return False
        if closed is not None and day > closed:
            return False
        moves = [
            (effective(event), event["event_type"])
            for event in self.of(transformer)
            if event["event_type"] in ("install", "remove") and effective(event) is not None
        ]
        seen = [
            (eff, kind)
            for eff, kind in moves
            if (kind == "install" and eff <= day) or (kind == "remove" and eff < day)
        ]
        if seen:
            latest = max(eff for eff, _ in seen)
            return {kind for eff, kind in seen if eff == latest} == {"install"}
        if not moves:
            return True
        earliest = min(eff for eff, _ in moves)
        return "install" not in {kind for eff, kind in moves if eff == earliest}

    def segments(self, transformer: str) -> list[tuple[date, date, str]]:
        """Return the registered stops [S, U) with their kind; date.max is endless."""
        rows = self.of(transformer)
        found = []
        for row in rows:
            if row["event_type"] not in STOPS or row["seal_date"] is None:
                continue
            start, end = row["seal_date"], row["unseal_date"]
            if end is None:
                later = [
                    other["unseal_date"]
                    for other in rows
                    if other["event_type"] in ("resume", "restore")
                    and other["unseal_date"] is not None
                    and other["unseal_date"] > start
                ]
                end = min(later, default=date.max)
            if end > start:
                found.append((start, end, row["event_type"]))
        return sorted(found)

    def merged_stops(self, transformer: str) -> list[tuple[date, date, frozenset[str]]]:
        """Return the registered stops, joined where they overlap or touch, with their kinds."""
        merged: list[list[Any]] = []
        for start, end, kind in self.segments(transformer):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
                merged[-1][2].add(kind)
            else:
                merged.append([start, end, {kind}])
        return [(start, end, frozenset(kinds)) for start, end, kinds in merged]

    def ledger_gap(self, month: Month) -> str | None:
        """Return the first column that is missing in the ledger."""
        table = "mkt_transformer_event."
        if not self.ledger or any(event["transformer_no"] is None for event in self.ledger):
            return table + "transformer_no"
        for transformer in self.transformers:
            ratings = {e["rated_kva"] for e in self.of(transformer)} - {None}
            if len(ratings) != 1:
                return table + "rated_kva"
        for event in self.ledger:
            if event["event_type"] in ("install", "remove") and event["effective_date"] is None:
                return table + "effective_date"
        for event in self.ledger:
            if event["event_type"] not in STOPS or event["seal_date"] is not None:
                continue
            if event["apply_date"] is None or event["apply_date"] <= month.last:
                return table + "seal_date"
        for event in self.ledger:
            seal, unseal = event["seal_date"], event["unseal_date"]
            if event["event_type"] in STOPS and seal and unseal and unseal < seal:
                return table + "unseal_date"
        return None


class Running:
    """What stood and ran in one month, counted day by day."""

    def __init__(self, house: Household, month: Month, parameters: Parameters) -> None:
        self.month = month
        self.place_days: dict[str, int] = {}
        self.run_days: dict[str, int] = {}
        by_day = dict.fromkeys(month.days, Fraction(0))
        self.kva = {t: house.kva(t) for t in house.transformers}
        lacking = set()
        for transformer in house.transformers:
            stops = house.merged_stops(transformer)
            placed = running = 0
            for day in month.days:
                if not house.in_place(transformer, day):
                    continue
                placed += 1
                stopped = False
                for start, end, kinds in stops:
                    if not start <= day < end:
                        continue
                    if kinds == {"pause"} and end != date.max:
                        if not parameters.known("min_pause_days", month.first):
                            lacking.add("min_pause_days")
                            continue
                        if (end - start).days < parameters.on("min_pause_days", month.first):
                            continue
                    if day > start:
                        stopped = True
                    elif not parameters.known("seal_day_charged", month.first):
                        lacking.add("seal_day_charged")
                    elif not parameters.on("seal_day_charged", month.first):
                        stopped = True
                if not stopped:
                    running += 1
                    by_day[day] += self.kva[transformer]
            self.place_days[transformer] = placed
            self.run_days[transformer] = running
        for key in ("min_pause_days", "seal_day_charged"):
            if key in lacking:
                raise Gap(f"parameters.{key}")
        self.peak = max(by_day.values())
        self.low = min(by_day.values())
        self.total = sum((self.kva[t] for t, n in self.run_days.items() if n > 0), Fraction(0))
        self.full = sum(
            (self.kva[t] for t, n in self.run_days.items() if n == month.length), Fraction(0)
        )

    def factor(self, days: int, parameters: Parameters) -> Fraction:
        """Return the share of a month that some days are charged."""
        if days == self.month.length:
            return Fraction(1)
        return min(Fraction(1), Fraction(days) / parameters.on("day_basis", self.month.first))

    def by_capacity(self, cap: Fraction, parameters: Parameters) -> Fraction:
        """Return what the running transformers cost by capacity."""
        return sum(
            (
                self.kva[t] * cap * self.factor(days, parameters)
                for t, days in self.run_days.items()
                if days > 0
            ),
            Fraction(0),
        )


class Judge:
    """The rules, read one customer and one month at a time."""

    def __init__(
        self,
        *,
        tables: Mapping[str, Sequence[Row]],
        as_of: date,
        parameters: Mapping[str, Sequence[tuple[date, Any]]],
        whitelist: Sequence[Row] = (),
    ) -> None:
        self.as_of = as_of
        self.parameters = Parameters(parameters)
        self.whitelist = [entry for entry in whitelist if entry.get("theme", "T01") == "T01"]
        self.verdict = Verdict()
        self.tables = {name: [typed(row) for row in rows] for name, rows in tables.items()}
        self._cut()

    def _cut(self) -> None:
        """Leave only what could be seen at the end of the day of the run."""

        def seen(day: date | None) -> bool:
            return day is None or day <= self.as_of

        tables = self.tables
        events = [
            row
            for row in tables.get("mkt_transformer_event", [])
            if seen(effective(row) or row["apply_date"])
        ]
        for row in events:
            if not seen(row["unseal_date"]):
                row["unseal_date"] = None
            if row["photo_time"] is not None and not seen(row["photo_time"].date()):
                row["photo_time"] = None
        tables["mkt_transformer_event"] = events
        for row in tables.get("mkt_customer", []):
            if not seen(row["close_date"]):
                row["close_date"] = None
        tables["mkt_bill"] = [r for r in tables.get("mkt_bill", []) if seen(r["period_end"])]
        tables["ami_month_demand"] = [
            row
            for row in tables.get("ami_month_demand", [])
            if seen(Month.of(row["bill_month"]).last)
        ]
        if "ami_daily_energy" in tables:
            tables["ami_daily_energy"] = [
                row for row in tables["ami_daily_energy"] if seen(row["stat_date"])
            ]
        tables["mkt_fee_adjust"] = [
            row
            for row in tables.get("mkt_fee_adjust", [])
            if row["approve_time"] is None or seen(row["approve_time"].date())
        ]

    def run(self) -> Verdict:
        """Judge every customer."""
        for customer in self.tables.get("mkt_customer", []):
            self._customer(customer)
        self.verdict.findings.sort()
        return self.verdict

    def _lacks(self, subject: str, period: str, column: str) -> None:
        self.verdict.inconclusive.add((subject, period, column))

    def _of(self, table: str, cust_no: str) -> list[Row]:
        return [row for row in self.tables.get(table, []) if row["cust_no"] == cust_no]

    def _customer(self, customer: Row) -> None:
        cust_no = customer["cust_no"]
        if customer["voltage_kv"] is None:
            self._lacks(cust_no, "", "mkt_customer.voltage_kv")
            return
        try:
            if customer["voltage_kv"] < self.parameters.on("voltage_min_kv", self.as_of):
                return
        except Gap as gap:
            self._lacks(cust_no, "", gap.column)
            return
        bills = self._of("mkt_bill", cust_no)
        if not bills:
            self._lacks(cust_no, "", "mkt_bill.bill_month")
            return
        house = Household(
            customer=customer,
            events=self._of("mkt_transformer_event", cust_no),
            bills=bills,
            demands=self._of("ami_month_demand", cust_no),
            loads=(
                self._of("ami_daily_energy", cust_no) if "ami_daily_energy" in self.tables else None
            ),
            adjusts=self._of("mkt_fee_adjust", cust_no),
        )
        months = list(self._months(house))
        facts = {month: self._month(house, month) for month in months}
        self._exclude(house, facts)
        self._grade(house, facts)

    def _months(self, house: Household) -> Iterator[Month]:
        month = Month.of(min(bill["bill_month"] for bill in house.bills))
        closed = house.customer["close_date"]
        while month.last <= self.as_of:
            if closed is not None and month > Month.containing(closed):
                return
            yield month
            month = month.following()

    # One month: which rules hit, before anything is taken away

    def _month(self, house: Household, month: Month) -> dict[str, Any]:
        fact: dict[str, Any] = {"rules": set()}
        subject, period = house.customer["cust_no"], str(month)
        changed = [
            event
            for event in house.events
            if event["event_type"] in ("mode_change", "demand_change")
            and effective(event) is not None
            and month.first < effective(event) <= month.last
        ]
        if changed:
            self.verdict.excluded.add((subject, period))
        else:
            try:
                self._fees(house, month, fact)
            except Gap as gap:
                self._lacks(subject, period, gap.column)
        bills = [bill for bill in house.bills if bill["bill_month"] == period]
        two_part = house.customer["tariff_system"] == "two_part" or (
            len(bills) == 1 and bills[0]["tariff_system"] == "two_part"
        )
        if two_part:
            if house.loads is not None:
                try:
                    self._overload(house, month, fact)
                except Gap as gap:
                    self._lacks(subject, period, gap.column)
            self._formalities(house, month, fact)
        return fact

    def _fees(self, house: Household, month: Month, fact: dict[str, Any]) -> None:
        bills = [bill for bill in house.bills if bill["bill_month"] == str(month)]
        if len(bills) != 1:
            raise Gap("mkt_bill.bill_id")
        (bill,) = bills
        if bill["tariff_system"] is None:
            raise Gap("mkt_bill.tariff_system")
        if bill["tariff_system"] == "single":
            self._single(house, month, bill, fact)
        if bill["tariff_system"] != "two_part":
            return
        billed = bill["basic_fee_amount"]
        if billed is None:
            raise Gap("mkt_bill.basic_fee_amount")
        self._period_gap(house, month, bill)
        self._ledger_gap(house, month)
        contract = house.customer["contract_capacity_kva"]
        if contract is None:
            raise Gap("mkt_customer.contract_capacity_kva")
        running = Running(house, month, self.parameters)
        if running.peak > contract and not any(
            event["event_type"] in ("reduce", "remove")
            and effective(event) is not None
            and effective(event) >= month.first
            for event in house.events
        ):
            raise Gap("mkt_customer.contract_capacity_kva")
        expected = self._expected(house, month, bill, running, fact)
        fact["run_days"] = running.run_days
        if bill["basic_fee_mode"] == "capacity":
            if bill["billed_capacity_kva"] is None:
                self._lacks(house.customer["cust_no"], str(month), "mkt_bill.billed_capacity_kva")
            elif bill["billed_capacity_kva"] < running.full:
                fact["rules"].add("R2")
                fact["billed_capacity_kva"] = bill["billed_capacity_kva"]
                fact["full_kva"] = running.full
        tol = self._tolerance(month, expected)
        diff = expected - billed
        if diff > tol:
            fact.update(expected=expected, billed=billed, diff=diff, tol=tol)
            fact["rules"].add("R1")
            if billed == 0:
                fact["rules"].add("R3")

    def _tolerance(self, month: Month, expected: Fraction) -> Fraction:
        return max(
            self.parameters.on("tolerance_yuan", month.first),
            self.parameters.on("tolerance_ratio", month.first) * expected,
        )

    def _period_gap(self, house: Household, month: Month, bill: Row) -> None:
        moves = {
            kind: {effective(e) for e in house.events if e["event_type"] == kind}
            for kind in ("install", "remove")
        }
        start, end = bill["period_start"], bill["period_end"]
        starts = {month.first} | {
            day for day in moves["install"] | {house.customer["open_date"]} if month.has(day)
        }
        ends = {month.last} | {
            day for day in moves["remove"] | {house.customer["close_date"]} if month.has(day)
        }
        if start not in starts:
            raise Gap("mkt_bill.period_start")
        if end not in ends:
            raise Gap("mkt_bill.period_end")

    def _ledger_gap(self, house: Household, month: Month) -> None:
        column = house.ledger_gap(month)
        if column is not None:
            raise Gap(column)

    def _price(self, house: Household, month: Month) -> Mapping[str, Fraction]:
        rows = [
            {name: Fraction(str(value)) for name, value in row.items()}
            for row in self.parameters.on("price_table", month.first)
        ]
        rows = [row for row in rows if row["min_kv"] <= house.customer["voltage_kv"]]
        if not rows:
            raise Gap("parameters.price_table")
        return max(rows, key=lambda row: row["min_kv"])

    def _expected(
        self, house: Household, month: Month, bill: Row, running: Running, fact: dict[str, Any]
    ) -> Fraction:
        mode = bill["basic_fee_mode"]
        if mode in (None, "none"):
            mode = house.customer["basic_fee_mode"]
        if mode not in MODES:
            raise Gap("mkt_bill.basic_fee_mode")
        fact["mode"] = mode
        price = self._price(house, month)
        if not any(running.run_days.values()):
            return Fraction(0)
        if mode == "capacity":
            return running.by_capacity(price["capacity"], self.parameters)

        lines = [row for row in house.demands if row["bill_month"] == str(month)]
        if house.customer["incoming_lines"] is None:
            raise Gap("ami_month_demand.line_no")
        if house.customer["incoming_lines"] != len(lines):
            raise Gap("ami_month_demand.line_no")
        if any(line["max_demand_kw"] is None for line in lines):
            raise Gap("ami_month_demand.max_demand_kw")
        dem = price["demand"]
        per_kva = self.parameters.on("discount_kwh_per_kva", month.first)
        if per_kva is not None:
            if bill["energy_kwh"] is None:
                raise Gap("mkt_bill.energy_kwh")
            if bill["energy_kwh"] >= per_kva * house.customer["contract_capacity_kva"]:
                dem *= self.parameters.on("discount_ratio", month.first)
        placed = {t: days for t, days in running.place_days.items() if days > 0}
        part = Fraction(1)
        if all(days < month.length for days in placed.values()):
            longest = max(running.run_days[t] for t in placed)
            part = min(
                Fraction(1), Fraction(longest) / self.parameters.on("day_basis", month.first)
            )
        if mode == "actual_demand":
            return sum((line["max_demand_kw"] for line in lines), Fraction(0)) * dem * part
        return self._agreed(house, month, lines, running) * dem * part

    def _agreed(
        self, house: Household, month: Month, lines: Sequence[Row], running: Running
    ) -> Fraction:
        changed = any(
            event["event_type"] == "demand_change"
            and effective(event) is not None
            and effective(event) >= month.first
            for event in house.events
        )
        agreed = []
        for line in lines:
            k = line["contract_demand_kw"]
            if k is None and house.customer["incoming_lines"] == 1 and not changed:
                k = house.customer["contract_demand_kw"]
            agreed.append(k)
        if any(k is None for k in agreed) or sum(agreed) == 0:
            raise Gap("ami_month_demand.contract_demand_kw")
        total = sum(agreed)
        floor = self.parameters.on("floor_ratio", month.first) * (
            running.total + (house.customer["hv_motor_kw"] or 0)
        )
        if total < floor:
            agreed = [k * floor / total for k in agreed]
        charged = Fraction(0)
        band = self.parameters.on("over_band", month.first)
        for line, k in zip(lines, agreed, strict=True):
            if line["max_demand_kw"] <= k * band:
                charged += k
                continue
            formula = self.parameters.on("over_formula", month.first)
            base = k if formula == "A" else k * band
            charged += base + (line["max_demand_kw"] - k * band) * self.parameters.on(
                "over_multiplier", month.first
            )
        return charged

    def _single(self, house: Household, month: Month, bill: Row, fact: dict[str, Any]) -> None:
        contract = house.customer["contract_capacity_kva"]
        flag = house.customer["single_choice_flag"]
        fee = bill["basic_fee_amount"]
        if bill["price_category"] not in (None, "large"):
            return
        if flag not in (None, False) or fee not in (None, 0):
            return
        if (
            contract is not None
            and self.parameters.known("two_part_min_kva", month.first)
            and contract < self.parameters.on("two_part_min_kva", month.first)
        ):
            return
        if bill["price_category"] is None:
            raise Gap("mkt_bill.price_category")
        if contract is None:
            raise Gap("mkt_customer.contract_capacity_kva")
        minimum = self.parameters.on("two_part_min_kva", month.first)
        if flag is None:
            raise Gap("mkt_customer.single_choice_flag")
        if fee is None:
            raise Gap("mkt_bill.basic_fee_amount")
        self._period_gap(house, month, bill)
        self._ledger_gap(house, month)
        price = self._price(house, month)
        running = Running(house, month, self.parameters)
        if running.low >= minimum:
            expected = running.by_capacity(price["capacity"], self.parameters)
            fact["rules"].add("R3")
            fact.update(expected=expected, billed=Fraction(0), diff=expected, tol=None)
            fact["run_days"] = running.run_days
            fact["tol"] = self._tolerance(month, expected)

    def _overload(self, house: Household, month: Month, fact: dict[str, Any]) -> None:
        if not any(
            event["event_type"] in STOPS
            and event["seal_date"] is not None
            and event["seal_date"] <= month.last
            for event in house.events
        ):
            return
        self._ledger_gap(house, month)
        segments = {t: house.segments(t) for t in house.transformers}
        loads = {row["stat_date"]: row for row in house.loads or ()}
        judged, heard, over = [], False, []
        for day in month.days:
            placed = [t for t in house.transformers if house.in_place(t, day)]
            if not any(s < day < u for t in placed for s, u, _ in segments[t]):
                continue
            if any(day in (s, u) for t in placed for s, u, _ in segments[t]):
                continue
            judged.append(day)
            load = loads.get(day)
            if load is None or load["read_success"] is not True or load["max_load_kw"] is None:
                continue
            heard = True
            left = sum(
                (house.kva(t) for t in placed if not any(s <= day < u for s, u, _ in segments[t])),
                Fraction(0),
            ) + (house.customer["hv_motor_kw"] or 0)
            if load["max_load_kw"] > left * self.parameters.on("overload_ratio", month.first):
                over.append(day)
        if judged and not heard:
            raise Gap("ami_daily_energy.max_load_kw")
        if judged and len(over) >= self.parameters.on("overload_days", month.first):
            streak = best = 0
            for day in month.days:
                streak = streak + 1 if day in over else 0
                best = max(best, streak)
            fact["rules"].add("R4")
            fact.update(over_days=len(over), over_streak=best)

    def _formalities(self, house: Household, month: Month, fact: dict[str, Any]) -> None:
        reasons = set()
        subject, period = house.customer["cust_no"], str(month)
        for row in house.events:
            if row["event_type"] not in STOPS or not month.has(row["seal_date"]):
                continue
            if row["second_emp_no"] is None:
                reasons.add("a")
            if row["photo_time"] is None:
                self._lacks(subject, period, "mkt_transformer_event.photo_time")
            else:
                try:
                    allowed = self.parameters.on("photo_days", month.first)
                    if abs((row["photo_time"].date() - row["seal_date"]).days) > allowed:
                        reasons.add("b")
                except Gap as gap:
                    self._lacks(subject, period, gap.column)
            if self._seal_used_before(row):
                reasons.add("c")
        undated = any(
            event["event_type"] in ("install", "remove") and event["effective_date"] is None
            for event in house.ledger
        )
        if not undated:
            year = self._paused_too_long(house, month)
            if year:
                reasons.add("d")
                fact["pause_days_year"] = year
        if reasons:
            fact["rules"].add("R5")
            fact["reasons"] = reasons

    def _seal_used_before(self, row: Row) -> bool:
        if row["seal_no"] is None:
            return False
        for other in self.tables["mkt_transformer_event"]:
            if other["event_type"] not in STOPS or other["seal_no"] != row["seal_no"]:
                continue
            if other["seal_date"] is None or other["event_no"] == row["event_no"]:
                continue
            if (other["seal_date"], other["event_no"]) >= (row["seal_date"], row["event_no"]):
                continue
            if other["cust_no"] == row["cust_no"] and other["seal_date"] == row["seal_date"]:
                continue
            return True
        return False

    def _paused_too_long(self, house: Household, month: Month) -> int:
        worst = 0
        for transformer in house.transformers:
            segments = house.segments(transformer)
            days = []
            day = date(month.year, 1, 1)
            while day <= month.last:
                if house.in_place(transformer, day):
                    kinds = {kind for s, u, kind in segments if s <= day < u}
                    if kinds == {"pause"}:
                        days.append(day)
                day += timedelta(days=1)
            if not any(month.has(day) for day in days):
                continue
            try:
                if len(days) > self.parameters.on("max_pause_days", month.first):
                    worst = max(worst, len(days))
            except Gap as gap:
                self._lacks(house.customer["cust_no"], str(month), gap.column)
        return worst

    # What is taken away, and what is left

    def _exclude(self, house: Household, facts: dict[Month, dict[str, Any]]) -> None:
        subject = house.customer["cust_no"]
        for month, fact in facts.items():
            for entry in self.whitelist:
                if entry["subject"] != subject:
                    continue
                valid_from = date.fromisoformat(str(entry["valid_from"]))
                valid_to = date.fromisoformat(str(entry["valid_to"]))
                if not valid_from <= month.last <= valid_to:
                    continue
                gone = fact["rules"] & ({entry["rule"]} if entry.get("rule") else fact["rules"])
                if gone:
                    fact["rules"] = fact["rules"] - gone
                    self.verdict.excluded.add((subject, str(month)))
        used: set[str] = set()
        for month in sorted(facts):
            fact = facts[month]
            if not fact["rules"] & {"R1", "R3"}:
                continue
            alike = [
                row
                for row in house.adjusts
                if row["adjust_type"] == "recover"
                and row["approve_time"] is not None
                and row["amount"] is not None
                and fact["tol"] is not None
                and month.first <= row["approve_time"].date()
                and abs(row["amount"] - fact["diff"]) <= fact["tol"]
            ]
            if not alike:
                continue
            try:
                window = int(self.parameters.on("adjust_days", month.first))
            except Gap as gap:
                self._lacks(subject, str(month), gap.column)
                continue
            last = month.last + timedelta(days=window)
            fitting = [
                row
                for row in alike
                if row["approve_time"].date() <= last and row["adjust_no"] not in used
            ]
            if fitting:
                first = min(fitting, key=lambda row: (row["approve_time"], row["adjust_no"]))
                used.add(first["adjust_no"])
                fact["rules"] -= {"R1", "R3"}
                self.verdict.excluded.add((subject, str(month)))

    def _grade(self, house: Household, facts: dict[Month, dict[str, Any]]) -> None:
        for month, fact in facts.items():
            rules = fact["rules"]
            if not rules:
                continue
            if "R1" in rules:
                fact["consec"] = 0
                back = month
                while back in facts and "R1" in facts[back]["rules"]:
                    fact["consec"] += 1
                    back = back.preceding()
                fact["cum12"] = Fraction(0)
                back = month
                for _ in range(12):
                    if back in facts and "R1" in facts[back]["rules"]:
                        fact["cum12"] += facts[back]["diff"]
                    back = back.preceding()
            for level in ("high", "medium", "low"):
                answers = {rule: self._decides(level, rule, fact, month) for rule in sorted(rules)}
                deciding = tuple(rule for rule, (holds, _) in answers.items() if holds)
                if deciding:
                    break
                for _, lacking in answers.values():
                    for key in lacking:
                        self._lacks(house.customer["cust_no"], str(month), f"parameters.{key}")
            amount = None
            if rules & {"R1", "R3"}:
                amount = cents(fact["diff"])
            self.verdict.findings.append(
                Judged(
                    subject=house.customer["cust_no"],
                    period=str(month),
                    rules=tuple(sorted(rules)),
                    level=level,
                    amount=amount,
                    deciding=deciding,
                    measures=fact,
                )
            )

    def _decides(
        self, level: str, rule: str, fact: dict[str, Any], month: Month
    ) -> tuple[bool, set[str]]:
        """Tell whether a rule reaches a level, and if that is unknown which parameters lack."""

        def at_least(value: Fraction, key: str, times: Fraction = Fraction(1)) -> Any:
            if not self.parameters.known(key, month.first):
                return {key}
            return value >= times * self.parameters.on(key, month.first)

        def both(left: Any, right: Any) -> Any:
            if left is False or right is False:
                return False
            if left is True and right is True:
                return True
            return {key for part in (left, right) if isinstance(part, set) for key in part}

        def any_of(*parts: Any) -> tuple[bool, set[str]]:
            if any(part is True for part in parts):
                return True, set()
            return False, {key for part in parts if isinstance(part, set) for key in part}

        if rule == "R1" and level == "high":
            return any_of(
                at_least(fact["diff"], "min_diff_high"),
                at_least(fact["cum12"], "cum_high"),
                both(
                    at_least(fact["consec"], "consec_high"),
                    at_least(fact["cum12"], "consec_cum_high"),
                ),
            )
        if rule == "R1" and level == "medium":
            return any_of(
                at_least(fact["diff"], "min_diff_medium"),
                both(
                    at_least(fact["diff"], "ratio_medium", fact["expected"]),
                    at_least(fact["diff"], "ratio_min_diff"),
                ),
                at_least(fact["consec"], "consec_medium"),
            )
        if rule == "R4" and level == "high":
            return any_of(at_least(fact["over_streak"], "overload_days_high"))
        reached = {
            "R1": level == "low",
            "R2": level == "low",
            "R3": level == "high",
            "R4": level == "medium",
            "R5": level == ("medium" if "d" in fact.get("reasons", ()) else "low"),
        }
        return reached[rule], set()


def cents(value: Fraction) -> Decimal:
    """Round half up to the cent."""
    scaled = value * 100
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    signed = whole if scaled >= 0 else -whole
    return (Decimal(signed) / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def judge(
    *,
    tables: Mapping[str, Sequence[Row]],
    as_of: date,
    parameters: Mapping[str, Sequence[tuple[date, Any]]],
    whitelist: Sequence[Row] = (),
) -> Verdict:
    """Judge one world and return what a run must say about it."""
    return Judge(tables=tables, as_of=as_of, parameters=parameters, whitelist=whitelist).run()
