"""Random worlds for the basic-fee theme: many small households, each crowded with edge cases."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from tests.risk_engine.reference_t01 import Month, judge

Row = dict[str, Any]
Dated = list[tuple[date, Any]]

WINDOWS = (
    (Month(2017, 10), 6),  # the parameters begin on 2018-01-01
    (Month(2021, 11), 16),
    (Month(2022, 6), 9),
    (Month(2023, 3), 8),  # the price table changes on 2023-06-01
)
ODD_PARAMETERS: tuple[Mapping[str, Any], ...] = (
    {},
    {},
    {},
    {"seal_day_charged": [(date.min, True)], "over_formula": [(date.min, "B")]},
    {"day_basis": [(date.min, 28)], "min_pause_days": [(date.min, 5)]},
    {"over_formula": [(date.min, "B")], "floor_ratio": [(date.min, "0.65")]},
    {
        "min_pause_days": [(date(2018, 1, 1), 15), (date(2022, 9, 1), 4)],
        "seal_day_charged": [(date(2018, 1, 1), False), (date(2023, 5, 1), True)],
        "tolerance_yuan": [(date(2022, 8, 1), "100"), (date(2023, 6, 1), "1")],
        "tolerance_ratio": [(date(2022, 1, 1), "0.001"), (date(2022, 12, 1), "0.02")],
    },
    {
        "min_diff_high": [(date(2022, 10, 1), "3000")],
        "cum_high": [(date(2022, 9, 15), "6000")],
        "consec_high": [(date(2023, 5, 1), 3)],
        "consec_cum_high": [(date(2022, 9, 1), "5000")],
        "min_diff_medium": [(date(2022, 9, 1), "2000")],
        "ratio_medium": [(date(2023, 4, 1), "0.10")],
        "consec_medium": [(date(2022, 11, 1), 2)],
        "overload_days_high": [(date(2022, 9, 1), 2)],
        "adjust_days": [(date(2022, 9, 1), 40)],
    },
    {
        "overload_ratio": [(date(2022, 8, 1), "1.05")],
        "overload_days": [(date(2022, 9, 1), 1)],
        "photo_days": [(date(2022, 8, 1), 0)],
        "max_pause_days": [(date(2022, 8, 1), 20), (date(2022, 11, 1), 60)],
        "day_basis": [(date(2022, 8, 1), 30)],
        "two_part_min_kva": [(date(2022, 7, 1), "315"), (date(2023, 5, 1), "500")],
    },
    {
        "min_pause_days": [(date(2022, 9, 1), 15)],
        "seal_day_charged": [(date(2022, 8, 1), False)],
        "discount_kwh_per_kva": [(date(2022, 8, 1), None), (date(2022, 10, 1), "260")],
        "discount_ratio": [(date(2022, 11, 1), "0.9")],
        "floor_ratio": [(date(2022, 9, 1), "0.4")],
        "over_band": [(date(2022, 8, 1), "1.05")],
        "over_multiplier": [(date(2022, 10, 1), "2")],
        "over_formula": [(date(2022, 11, 1), "A")],
        "voltage_min_kv": [(date(2022, 1, 1), "10"), (date(2023, 8, 1), "20")],
    },
)


@dataclass
class World:
    """Everything a run is given."""

    as_of: date
    tables: dict[str, list[Row]] = field(default_factory=dict)
    whitelist: list[Row] = field(default_factory=list)
    parameters: dict[str, Dated] = field(default_factory=dict)
    odd_parameters: Mapping[str, Dated] = field(default_factory=dict)


class Maker:
    """Draws one world from a seed."""

    def __init__(self, seed: int, defaults: Mapping[str, Dated], households: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 -- test data, not a secret
        self.start, self.count = self.dice.choice(WINDOWS)
        self.months = [self.start]
        while len(self.months) < self.count:
            self.months.append(self.months[-1].following())
        last = self.months[-1]
        self.as_of = self.dice.choice(
            [last.last, last.last - timedelta(days=1), last.first + timedelta(days=9), last.last]
        )
        odd = ODD_PARAMETERS[seed % len(ODD_PARAMETERS)]
        self.world = World(as_of=self.as_of, parameters={**defaults, **odd}, odd_parameters=odd)
        self.serial = 0
        self.clean = False
        names = ["mkt_customer", "mkt_transformer_event", "mkt_bill", "ami_month_demand"]
        if not self.chance(0.1):
            names += ["ami_daily_energy", "mkt_fee_adjust"]
        self.world.tables = {name: [] for name in names}
        self.seals = [f"FY{number}" for number in range(households)]
        for number in range(households):
            self._household(f"3301{number:08}")
        self._bill_what_is_nearly_right()
        self._adjust_some()

    def chance(self, share: float) -> bool:
        """Throw a coin."""
        return self.dice.random() < share

    def pick(self, *values: Any) -> Any:
        """Pick one of the values."""
        return self.dice.choice(values)

    def day(self, slack: int = 20) -> date:
        """Return a day in or about the months of the world."""
        if self.chance(0.25):
            month = self.dice.choice(self.months)
            return self.pick(month.first, month.last, month.first + timedelta(days=1))
        first, last = self.months[0].first, self.months[-1].last
        return first + timedelta(days=self.dice.randint(-slack, (last - first).days + slack))

    def event(self, cust_no: str | None, **columns: Any) -> None:
        """Add an event."""
        self.serial += 1
        number = f"E{self.dice.randint(0, 999):03}{self.serial:06}"
        self.world.tables["mkt_transformer_event"].append(
            {"event_no": number, "cust_no": cust_no, **columns}
        )

    def _household(self, cust_no: str) -> None:
        self.clean = self.chance(0.5)
        kvas = [self.pick(160, 250, "315.5", 315, 400, 630, "1000.25") for _ in range(3)]
        kvas = kvas[: self.pick(1, 1, 2, 2, 3)]
        total = sum(Decimal(str(kva)) for kva in kvas)
        mode = self.pick("capacity", "capacity", "contract_demand", "actual_demand")
        lines = self.pick(1, 1, 2, 3)
        customer: Row = {
            "cust_no": cust_no,
            "cust_name": "示范客户",
            "org_code": "ORG01",
            "manager_emp_no": "P001",
            "voltage_kv": self.pick(10, 10, 10, 10, 20, 35, 110, 220),
            "contract_capacity_kva": total + self.pick(0, 0, 0, 100),
            "hv_motor_kw": self.pick(0, None, 200),
            "tariff_system": self.pick("two_part", "two_part", "two_part", "single"),
            "single_choice_flag": False,
            "basic_fee_mode": mode,
            "contract_demand_kw": self.pick(None, 100, 300),
            "incoming_lines": lines,
            "open_date": self.pick("2015-01-01", None, "2015-01-01", str(self.day())),
        }
        self._spoil(
            customer,
            0.04,
            voltage_kv=[None, "9.99", "0.38"],
            contract_capacity_kva=[None, "314.99", 100],
            tariff_system=[None],
            single_choice_flag=[None, True],
            basic_fee_mode=[None, "none"],
            incoming_lines=[None, 2],
        )
        if self.chance(0.15):
            customer["close_date"] = str(self.day())
        self.world.tables["mkt_customer"].append(customer)
        for number, kva in enumerate(kvas):
            self._transformer(cust_no, f"T{number}", kva)
        for kind in ("mode_change", "demand_change"):
            if self.chance(0.12):
                self.event(
                    cust_no,
                    event_type=kind,
                    effective_date=self.pick(str(self.day()), None),
                    apply_date=self.pick(str(self.day()), str(self.day()), None),
                )
        if self.chance(0.04):
            self.event(cust_no, event_type=None, transformer_no=None)
        single = self.chance(0.2)
        for month in self.months:
            self._bill(customer, month, mode, single=single)
            self._demand(cust_no, month, lines)

    def _spoil(self, row: Row, share: float, **wrong: list[Any]) -> None:
        for column, values in wrong.items():
            if not self.clean and self.chance(share):
                row[column] = self.dice.choice(values)

    def _transformer(self, cust_no: str, number: str, kva: Any) -> None:
        common = {"transformer_no": number, "rated_kva": kva}
        shape = self.dice.random()
        moves: list[tuple[str, date]] = []
        if shape < 0.6:
            moves.append(("install", date(2015, 1, 1)))
        elif shape < 0.9:
            moves += [
                (self.pick("install", "remove"), self.day()) for _ in range(self.pick(1, 2, 3))
            ]
            if self.chance(0.3):
                moves.append((self.pick("install", "remove"), moves[-1][1]))
            if self.chance(0.3):
                moves.append((self.pick("install", "remove"), moves[-1][1] + timedelta(days=1)))
        for kind, day in moves:
            row: Row = {"event_type": kind, "effective_date": str(day), **common}
            self._spoil(
                row,
                0.015,
                effective_date=[None],
                transformer_no=[None],
                rated_kva=[None, 999],
            )
            self.event(cust_no, **row)
        for _ in range(self.pick(0, 0, 0, 1, 1, 2, 3)):
            self._stop(cust_no, common)
        if not moves and self.chance(0.8):
            self.event(cust_no, event_type="resume", unseal_date=str(self.day()), **common)

    def _stop(self, cust_no: str, common: Row) -> None:
        seal = self.day(200 if self.chance(0.2) else 20)
        length = self.pick(0, 1, 5, 8, 10, 14, 14, 15, 16, 30, 45, 100, 190)
        unseal = seal + timedelta(days=length)
        kind = self.pick("pause", "pause", "reduce")
        split = self.chance(0.4)
        photo = seal + timedelta(days=self.pick(0, 0, 0, 1, -1, 2, -2))
        row: Row = {
            "event_type": kind,
            "seal_date": str(seal),
            "unseal_date": None if split or self.chance(0.15) else str(unseal),
            "apply_date": str(seal - timedelta(days=3)),
            "photo_time": str(datetime(photo.year, photo.month, photo.day, 23, 59, 59)),
            "second_emp_no": self.pick("P009", "P009", "P009", None),
            "seal_no": self.pick(self.dice.choice(self.seals), self.dice.choice(self.seals), None),
            **common,
        }
        self._spoil(
            row,
            0.02,
            seal_date=[None],
            apply_date=[None, str(self.day())],
            unseal_date=[str(seal - timedelta(days=2)), str(seal)],
            transformer_no=[None],
            photo_time=[None],
        )
        self.event(self.pick(*([cust_no] * 20), None), **row)
        if split and self.chance(0.8):
            back = {"pause": "resume", "reduce": "restore"}[kind]
            self.event(cust_no, event_type=back, unseal_date=str(unseal), **common)
        if self.chance(0.4):
            again = unseal + timedelta(days=self.pick(0, 0, -3, 1))
            self.event(
                cust_no,
                event_type=self.pick("pause", "reduce"),
                seal_date=str(again),
                unseal_date=str(again + timedelta(days=self.pick(3, 8, 14, 40))),
                photo_time=f"{again} 08:00:00",
                second_emp_no="P009",
                seal_no=row["seal_no"],
                **common,
            )

    def _bill(self, customer: Row, month: Month, mode: str, *, single: bool) -> None:
        if self.chance(0.07):
            return
        opened = customer.get("open_date")
        start, end = month.first, month.last
        if opened and month.has(date.fromisoformat(opened)) and self.chance(0.8):
            start = date.fromisoformat(opened)
        closed = customer.get("close_date")
        if closed and month.has(date.fromisoformat(closed)) and self.chance(0.8):
            end = date.fromisoformat(closed)
        strong = 260 * Decimal(str(customer["contract_capacity_kva"] or 0))
        row: Row = {
            "cust_no": customer["cust_no"],
            "bill_month": str(month),
            "period_start": str(start),
            "period_end": str(end),
            "tariff_system": "single" if single else "two_part",
            "price_category": "large",
            "basic_fee_mode": "none" if single else mode,
            "basic_fee_amount": "0",
            "billed_capacity_kva": customer["contract_capacity_kva"],
            "energy_kwh": self.pick(100000, 500000, strong, strong - Decimal("0.01")),
        }
        self._spoil(
            row,
            0.03,
            period_start=[None, str(month.first + timedelta(days=1)), str(self.day())],
            period_end=[None, str(month.last - timedelta(days=1)), str(self.day())],
            tariff_system=[None, "single", "two_part", "other"],
            price_category=[None, "general"],
            basic_fee_mode=[None, "none", "capacity", "odd"],
            energy_kwh=[None],
        )
        self._spoil(row, 0.15, billed_capacity_kva=[None, 0, "314.99", 315, 630])
        for _ in range(2 if self.chance(0.02) else 1):
            self.serial += 1
            self.world.tables["mkt_bill"].append({"bill_id": f"B{self.serial:06}", **row})

    def _demand(self, cust_no: str, month: Month, lines: int) -> None:
        if self.chance(0.03):
            lines += self.pick(-1, 1)
        agreed = self.pick([60, 90, 210], [100, 100, 100], [500, 300, "77.7"], [0, 0, 0])
        for number in range(lines):
            k = agreed[number % 3]
            row: Row = {
                "cust_no": cust_no,
                "line_no": f"L{number}",
                "bill_month": str(month),
                "max_demand_kw": self.pick(
                    50, 150, 620, "333.33", Decimal(str(k)) * Decimal("1.05")
                ),
                "contract_demand_kw": k,
            }
            self._spoil(row, 0.03, max_demand_kw=[None])
            self._spoil(row, 0.15, contract_demand_kw=[None])
            self.world.tables["ami_month_demand"].append(row)
        if "ami_daily_energy" not in self.world.tables or self.chance(0.3):
            return
        for day in month.days:
            if self.chance(0.1):
                continue
            load: Row = {
                "cust_no": cust_no,
                "stat_date": str(day),
                "max_load_kw": self.pick(None, 0, 100, "262.5", "262.51", 420, 2000, 2000),
                "read_success": self.pick(True, True, True, True, False, None),
            }
            self.world.tables["ami_daily_energy"].append(load)

    def _bill_what_is_nearly_right(self) -> None:
        """Replace the zero fees by amounts at, just inside and just beyond every limit."""
        verdict = judge(
            tables=self.world.tables, as_of=self.as_of, parameters=self.world.parameters
        )
        expected = {
            (found.subject, found.period): found.measures["expected"]
            for found in verdict.findings
            if "expected" in found.measures
        }
        habits: dict[str, int | None] = {}
        for bill in self.world.tables["mkt_bill"]:
            fee = expected.get((bill["cust_no"], bill["bill_month"]), Fraction(0))
            habit = habits.setdefault(
                bill["cust_no"], self.pick(None, self.dice.randrange(len(lacking(fee))))
            )
            less = self.dice.choice(lacking(fee)) if habit is None else lacking(fee)[habit]
            amount = decimal(fee - less, self.pick(2, 2, 4))
            if bill["tariff_system"] == "single" and self.chance(0.8):
                amount = Decimal(0)
            bill["basic_fee_amount"] = self.pick(*([str(amount)] * 30), None)

    def _adjust_some(self) -> None:
        """Settle some of the differences, at the limits of amount and day."""
        verdict = judge(
            tables=self.world.tables, as_of=self.as_of, parameters=self.world.parameters
        )
        diffs = [found for found in verdict.findings if found.amount is not None]
        for found in diffs:
            if self.chance(0.15):
                month = Month.of(found.period)
                self.world.whitelist.append(
                    {
                        "theme": "T01",
                        "subject": found.subject,
                        "rule": self.pick("R1", "R3", None, "R5"),
                        "valid_from": str(month.last - timedelta(days=self.pick(0, -1, 40))),
                        "valid_to": str(month.last + timedelta(days=self.pick(0, -1, 30))),
                    }
                )
            if "mkt_fee_adjust" not in self.world.tables:
                continue
            for _ in range(self.pick(0, 0, 1, 2)):
                self._adjust(found.subject, found.period, found.measures)

    def _adjust(self, cust_no: str, period: str, measures: Mapping[str, Any]) -> None:
        month = Month.of(period)
        tolerance = measures["tol"] or Fraction(1)
        diff = measures["diff"] + self.pick(0, 1, -1) * tolerance
        amount = decimal(diff, self.pick(2, 6)) + self.pick(
            Decimal(0), Decimal(0), Decimal("0.01"), Decimal("-0.01")
        )
        day = self.pick(
            month.first,
            month.last,
            month.last + timedelta(days=62),
            month.last + timedelta(days=63),
            month.first - timedelta(days=1),
            month.last + timedelta(days=self.dice.randint(1, 60)),
        )
        self.serial += 1
        row: Row = {
            "adjust_no": f"A{self.dice.randint(0, 99):02}{self.serial:06}",
            "cust_no": cust_no,
            "adjust_type": self.pick("recover", "recover", "recover", "recover", "refund"),
            "amount": str(amount),
            "approve_time": f"{day} {self.pick('00:00:00', '09:00:00', '23:59:59')}",
        }
        self._spoil(row, 0.03, amount=[None], approve_time=[None], adjust_type=[None])
        self.world.tables["mkt_fee_adjust"].append(row)


def lacking(fee: Fraction) -> list[Fraction]:
    """Return by how much a bill may fall short: nothing, the tolerance, a cent more, each limit."""
    tolerance = max(Fraction(1), fee / 1000)
    round_sums = (0, -50, 150, 1500, 1700, 1999, 2000, 5000, 10000)
    return [
        *map(Fraction, round_sums),
        tolerance,
        tolerance + Fraction(1, 100),
        fee / 10,
        fee,
    ]


def decimal(value: Fraction, places: int) -> Decimal:
    """Round half up to some decimal places."""
    unit = Decimal(1).scaleb(-places)
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
        unit, rounding=ROUND_HALF_UP
    )


def make_world(seed: int, defaults: Mapping[str, Dated], households: int = 40) -> World:
    """Draw the world of a seed."""
    return Maker(seed, defaults, households).world
