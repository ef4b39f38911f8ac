"""Random extracts for T09 and T11, biased to the limits of their rules and to untidy files."""

import csv
import io
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.risk_engine.reference_reading import COLUMNS, Delivered, WhitelistLine

Cells = dict[str, Any]
ENCODINGS = ("utf-8", "utf-8-sig", "gbk")
FULL_WIDTH = {code: 0xFEE0 + code for code in range(0x30, 0x7B) if chr(code).isalnum()}
BAD = {
    "int": ("x", "1.5", "一"),
    "decimal": ("abc", "1.2.3", "12元", "--1"),
    "bool": ("2", "maybe", "对"),
    "date": ("2026-02-30", "1989-12-31", "2126-01-01", "20260301", "昨天"),
    "datetime": ("2026-02-30 08:00:00", "1989-12-31 23:59:59", "2126-01-01 00:00:00", "8点", "-"),
}


@dataclass
class World:
    """Delivered files and the circumstances they are judged in."""

    theme: str
    as_of: date
    since: date | None = None
    files: list[Delivered] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, list[tuple[date, Any]]] = field(default_factory=dict)
    whitelist: list[WhitelistLine] = field(default_factory=list)
    rest: set[date] = field(default_factory=set)
    work: set[date] = field(default_factory=set)

    def write(self, folder: Path) -> None:
        """Write the files as a business system would deliver them."""
        for delivered in self.files:
            path = folder / delivered.name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n" if len(delivered.rows) % 2 else "\n")
            writer.writerow(delivered.header)
            writer.writerows(delivered.rows)
            path.write_bytes(text.getvalue().encode(self.encodings[delivered.name]))
        lines = [
            [self.theme, one.subject, one.rule or "", "核实", "E9", one.valid_from, one.valid_to]
            for one in self.whitelist
        ]
        with (folder / "whitelist.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(
                ["theme", "subject", "rule", "reason", "approver", "valid_from", "valid_to"]
            )
            writer.writerows(lines)


class Delivering:
    """Turns clean rows into files: split, repeated, corrected, spoilt, untidy."""

    def __init__(self, rng: random.Random, untidy: float) -> None:
        self.rng = rng
        self.untidy = untidy

    def deliver(self, world: World, table: str, rows: list[Cells], variants: Any) -> None:
        """Spread the rows of a table over one to three files."""
        rng = self.rng
        count = rng.choice((1, 1, 2, 3))
        names = [f"{table}.csv"]
        if count > 1 or rng.random() < 0.2:
            days = rng.sample(range(28), count)
            names = [f"{table}/2026-01-{day + 1:02}.csv" for day in days]
        placed: list[list[Cells]] = [[] for _ in names]
        for row in rows:
            at = rng.randrange(len(names))
            placed[at].append(row)
            chance = rng.random()
            if chance < 0.10:
                placed[rng.randrange(len(names))].append(dict(row))
            elif chance < 0.18:
                placed[rng.randrange(len(names))].append(variants(row))
            if chance > 0.995:
                placed[rng.randrange(len(names))].append(variants(row))
                placed[rng.randrange(len(names))].append(dict(row))
        header = list(COLUMNS[table])
        for name, members in zip(names, placed, strict=True):
            columns = list(header)
            rng.shuffle(columns)
            if rng.random() < 0.3:
                columns.insert(rng.randrange(len(columns)), "备注")
            rng.shuffle(members)
            texts = [[self.text(table, column, row) for column in columns] for row in members]
            world.files.append(Delivered(table, name, columns, texts))
            world.encodings[name] = rng.choice(ENCODINGS)

    def text(self, table: str, column: str, row: Cells) -> str:
        rng = self.rng
        kind = COLUMNS[table].get(column, "string")
        if rng.random() < 0.004 * self.untidy:
            bad = ("unlisted",) if isinstance(kind, tuple) else BAD.get(kind)
            if bad:
                return rng.choice(bad)
        value = row.get(column)
        if value is None:
            return rng.choice(("", "", "", " ", "\u3000")) if self.untidy else ""
        if isinstance(value, bool):
            text = rng.choice(("true", "1", "是") if value else ("false", "0", "否"))
        else:
            text = str(value)
        if rng.random() < 0.04 * self.untidy:
            text = rng.choice((" {}", "{}  ", "{}\t", "\u3000{}", "{}\u3000")).format(text)
        if kind == "code" and rng.random() < 0.04 * self.untidy:
            text = text.translate(FULL_WIDTH)
        return text


def one_of(rng: random.Random, *choices: Any, null: float = 0.05) -> Any:
    """Choose, sometimes nothing."""
    return None if rng.random() < null else rng.choice(choices)


def changing(rng: random.Random, base: str, others: tuple[str, ...], around: date) -> Any:
    """Return a parameter that changes once or twice near a day."""
    first = around - timedelta(days=rng.randrange(30))
    values: list[tuple[date, Any]] = [(date(2000, 1, 1), base), (first, rng.choice(others))]
    if rng.random() < 0.2:
        del values[0]
    if rng.random() < 0.5:
        values.append((first + timedelta(days=rng.randrange(1, 20)), rng.choice((base, *others))))
    return values


SECOND = timedelta(seconds=1)
GAPS = (0, 60, 1799, 1800, 1801, 3600, 7201)
NORTH = ("0", "0", "0.000001", "0.0045", "0.004501", "0.004502", "0.2")


def t09_world(seed: int, *, size: int = 120, untidy: float = 1.0, overridden: bool = True) -> World:
    """Make orders with everything near its limit."""
    rng = random.Random(f"t09-{seed}")  # noqa: S311 -- no secret
    as_of = date(2026, 1, 1) + timedelta(days=rng.randrange(360))
    if not overridden and rng.random() < 0.1:
        as_of = date(2000, 1, 3) + timedelta(days=rng.randrange(6))
    world = World("T09", as_of)
    end = datetime.combine(as_of, datetime.min.time()) + timedelta(days=1) - SECOND
    close = "72"
    if overridden:
        choices: dict[str, tuple[str, tuple[str, ...]]] = {
            "min_crew": ("2", ("3", "1", "2.5")),
            "register_hours": ("24", ("12", "24.5", "72")),
            "close_hours": ("72", ("48", "96", "36.5")),
            "sign_gap_minutes": ("30", ("1", "60", "29.99")),
            "sign_distance_m": ("500", ("499", "501", "0")),
            "material_high": ("2000", ("1999.99", "2000.01", "0")),
            "outage_gap_hours": ("2", ("0", "1.5", "4")),
        }
        for key in rng.sample(sorted(choices), rng.randrange(4)):
            base, others = choices[key]
            world.parameters[key] = changing(rng, base, others, as_of - timedelta(days=3))
        if rng.random() < 0.5:
            day = as_of - timedelta(days=rng.randrange(12))
            world.parameters["emergency_periods"] = [
                (date(2000, 1, 1), []),
                (
                    day - timedelta(days=rng.randrange(4)),
                    [
                        {
                            "org_code": rng.choice(("ORG01", "ORG02", None)),
                            "start": (day - timedelta(days=rng.randrange(3))).isoformat(),
                            "end": (day + timedelta(days=rng.randrange(3))).isoformat(),
                            "notice_no": "应急1",
                        }
                        for _ in range(rng.randrange(1, 3))
                    ],
                ),
            ]
    orders: list[Cells] = []
    crew: list[Cells] = []
    material: list[Cells] = []
    issues: list[Cells] = []
    outages: list[Cells] = []
    for number in range(size):
        no = rng.choice(("Q{}", "q{}", "Q-{}", "抢{}")).format(number)
        finish = end - timedelta(hours=float(rng.choice((close, close, "48", "36.5", "96"))))
        finish += rng.choice(
            (
                timedelta(0),
                SECOND,
                -SECOND,
                -timedelta(hours=rng.randrange(400)),
                -timedelta(seconds=rng.randrange(900000)),
                -timedelta(seconds=rng.randrange(900000)),
                timedelta(hours=rng.randrange(100)),
            )
        )
        accept = finish - timedelta(seconds=rng.choice((0, 3600, 86400, rng.randrange(400000))))
        outsourced = one_of(rng, True, False, False)
        order = {
            "order_no": no if rng.random() > 0.01 else None,
            "org_code": one_of(rng, "ORG01", "ORG02", "ORG03"),
            "source": one_of(rng, "customer", "monitor", "dispatch"),
            "fault_type": one_of(rng, "跳闸", "断线"),
            "device_no": one_of(rng, f"D{number}", f"D{number}", f"D{rng.randrange(size)}"),
            "accept_time": one_of(rng, accept),
            "dispatch_time": one_of(rng, accept),
            "finish_time": one_of(rng, finish),
            "need_material": one_of(rng, True, False, null=0.15),
            "outsource_flag": outsourced,
            "leader_emp_no": one_of(rng, "E1", "E2"),
        }
        orders.append(order)

        base = finish - timedelta(hours=1)
        lon, lat = rng.choice(
            (("120.1", "30.1"), ("121.473701", "31.230416"), ("118.77963512345678", "32.06025"))
        )
        many = rng.choice((0, 1, 1, 2, 2, 2, 3, 4))
        for person in rng.choices(range(5), k=many):
            seconds = rng.choice(GAPS) if rng.random() < 0.8 else rng.randrange(5000)
            north = rng.choice(NORTH)
            crew.append(
                {
                    "order_no": no if rng.random() > 0.01 else None,
                    "emp_no": one_of(rng, f"E{person}", null=0.04),
                    "role": one_of(rng, "leader", "member"),
                    "sign_time": one_of(rng, base + timedelta(seconds=seconds), null=0.06),
                    "sign_lon": one_of(rng, lon),
                    "sign_lat": one_of(rng, f"{float(lat) + float(north):.6f}"),
                    "device_id": one_of(rng, *(f"P{n}" for n in range(4)), f"手机{person}"),
                }
            )
        for code in range(rng.choice((0, 0, 1, 1, 2))):
            hours = rng.choice(("0", "12", "24", "24", "24.5", "48", "72", "72", "96", "-3"))
            when = finish + timedelta(hours=float(hours)) + rng.choice((-1, 0, 0, 1)) * SECOND
            material.append(
                {
                    "order_no": no if rng.random() > 0.01 else None,
                    "material_code": one_of(rng, f"M{code}"),
                    "qty_used": one_of(rng, "1", "2.50"),
                    "register_time": one_of(rng, when, null=0.08),
                }
            )
        for line in range(rng.choice((0, 0, 0, 1, 1, 2))):
            qty, price = rng.choice(
                (
                    ("10", "200.00"),
                    ("1", "1999.99"),
                    ("1", "1999.995"),
                    ("0.5", "0.01"),
                    ("3", "666.666667"),
                    ("-1", "0.005"),
                    ("2", "1000.005"),
                    ("1000", "2"),
                )
            )
            day = finish.date() + timedelta(days=rng.choice((-1, 0, 1, 5)))
            issues.append(
                {
                    "issue_no": f"I{number}-{line}" if rng.random() > 0.01 else None,
                    "work_order_no": one_of(rng, no, null=0.03),
                    "material_code": one_of(rng, f"M{line}"),
                    "qty": one_of(rng, qty),
                    "unit_price": one_of(rng, price),
                    "issue_date": one_of(rng, day),
                }
            )
        if outsourced is not False and rng.random() < 0.6:
            gap = timedelta(hours=float(rng.choice(("2", "2", "0", "1.5", "4"))))
            jitter = rng.choice((-1, 0, 0, 1)) * SECOND
            early = accept - timedelta(hours=9)
            start, ended = rng.choice(
                (
                    (finish + gap + jitter, rng.choice((None, end + SECOND, end))),
                    (early, accept - gap + jitter),
                    (early, rng.choice((None, finish))),
                    (None, finish),
                )
            )
            outages.append(
                {
                    "outage_no": f"O{number}" if rng.random() > 0.01 else None,
                    "device_no": one_of(rng, order["device_no"]),
                    "start_time": start,
                    "end_time": ended,
                    "cause": one_of(rng, "故障", "检修"),
                }
            )
        if rng.random() < 0.2:
            day = (finish + timedelta(hours=float(close))).date()
            world.whitelist.append(
                WhitelistLine(
                    no,
                    rng.choice((None, "R1", "R2", "R3", "R4")),
                    day - timedelta(days=rng.randrange(-1, 3)),
                    day + timedelta(days=rng.randrange(-1, 3)),
                )
            )
    if rng.random() < 0.3:
        world.since = as_of - timedelta(days=rng.randrange(4))

    def vary(row: Cells) -> Cells:
        column = rng.choice([name for name in row if name not in ("order_no", "outage_no")])
        if column in ("emp_no", "sign_time", "material_code", "register_time"):
            return {**row, column: None}
        return {**row, column: None}

    delivering = Delivering(rng, untidy)
    for table, rows in (
        ("dsc_repair_order", orders),
        ("dsc_repair_crew", crew),
        ("dsc_repair_material", material),
        ("erp_goods_issue", issues),
        ("pms_outage", outages),
    ):
        delivering.deliver(world, table, rows, vary)
    return world


SMALL = ("25000.00", "25000", "24999.99", "24999.995", "37500", "12500", "10000", "0.01")
NEAR = ("40000.00", "39999.99", "39999.995", "49999.99", "49999.999999", "45000.005", "48000")
AROUND = ("50000.00", "50000.01", "60000", "59999.99", "0", "-5000.00", "90000")
BIG = ("500000", "1000000.00", "999999.99", "1500000", "2000000", "-100000", "4000000", "33.335")
KINDS = {
    "small": (SMALL, ("petty", "direct"), ("S1", "s1", "S-1", "S10", "S2", "供1"), 0.85),
    "near": (NEAR, ("petty", "direct"), ("S1", "S1", "s1"), 0.9),
    "even": (("25000", "37500.00", "50000", "49999.99"), ("petty",), ("S1", "S2"), 1.0),
    "mixed": (
        SMALL + NEAR + AROUND,
        ("petty", "direct", "direct", "inquiry", "tender"),
        ("S1", "S1", "S2"),
        0.8,
    ),
    "tender": (BIG, ("direct", "inquiry", "inquiry", "tender"), ("S1", "S2"), 0.1),
    "both": (SMALL + NEAR + NEAR + BIG, ("direct", "petty"), ("S1", "S1", "S2"), 0.6),
}


def at_the_limits(rng: random.Random, number: int, as_of: date) -> list[Cells]:
    """Make purchases on a limit, and such that only the order of choosing tells apart."""
    month = (as_of - timedelta(days=30 * number)).replace(day=1) - timedelta(days=1)
    last = month.replace(day=rng.randrange(12, 28))
    cases: dict[str, list[tuple[int, str, str, str | None]]] = {
        "equal": [(offset, "25000", "S1", None) for offset in (30, 1, 0)],
        "high": [(offset, "37500", f"S{offset}", None) for offset in (9, 6, 3, 0)],
        "near": [(offset, "40000", "S1", None) for offset in (89, 45, 0)],
        "late": [(offset, "40000", "S1", None) for offset in (90, 45, 0)],
        "many": [
            *((offset, "49999.99", "S1", None) for offset in (8, 6, 4, 2, 1)),
            *((offset, "40000", "S2", None) for offset in (8, 7, 5, 4, 3, 2)),
        ],
        "works": [
            (6, "1000000", "S1", "CT0"),
            (5, "1000000.00", "S2", "CT0"),
            (4, "2000000", "S1", "CT1"),
            (3, rng.choice(("2000000", "2000000.01")), "S1", "CT2"),
        ],
    }
    return [
        {
            "po_no": f"L{number}.{name}.{place}",
            "line_no": 1,
            "org_code": "ORG09",
            "category_code": f"L{number}{name}",
            "supplier_code": supplier,
            "amount": amount,
            "method": "direct",
            "create_date": last - timedelta(days=offset),
            "requester_emp_no": f"E{place}",
            "contract_no": contract,
        }
        for name, lines in cases.items()
        for place, (offset, amount, supplier, contract) in enumerate(lines)
    ]


def t11_world(seed: int, *, size: int = 60, untidy: float = 1.0, overridden: bool = True) -> World:
    """Make purchases whose dates, sums and counts lie at the limits."""
    rng = random.Random(f"t11-{seed}")  # noqa: S311 -- no secret
    as_of = date(2026, 6, 1) + timedelta(days=rng.randrange(180))
    if not overridden and rng.random() < 0.1:
        as_of = date(2000, 1, 1) + timedelta(days=rng.randrange(120))
    world = World("T11", as_of)
    span = 150
    if overridden:
        choices: dict[str, tuple[str, tuple[str, ...]]] = {
            "window_days": ("30", ("29", "31", "1")),
            "internal_limit": ("50000", ("60000", "49999.99", "40000")),
            "min_orders": ("2", ("3", "1")),
            "near_ratio": ("0.8", ("0.5", "0.800001", "0.75")),
            "near_window_days": ("90", ("89", "91", "30")),
            "near_count": ("3", ("2", "4")),
            "level_medium_times": ("1.5", ("1.2", "2")),
            "level_high_times": ("3", ("2", "2.5")),
            "emergency_workdays": ("3", ("0", "5", "2")),
        }
        for key in rng.sample(sorted(choices), rng.randrange(4)):
            base, others = choices[key]
            around = as_of - timedelta(days=rng.randrange(60))
            world.parameters[key] = changing(rng, base, others, around)
        if rng.random() < 0.4:
            lines = [
                {"contract_type": "purchase", "limit": "1000000", "title_words": ["变压器"]},
                {"contract_type": "purchase", "limit": "1500000", "title_words": []},
                {"contract_type": "service", "limit": "500000", "title_words": ["监理", "设计"]},
            ]
            rng.shuffle(lines)
            first = [
                {"contract_type": "construct", "limit": "4000000", "title_words": []},
                {"contract_type": "purchase", "limit": "2000000", "title_words": []},
                {"contract_type": "service", "limit": "1000000", "title_words": ["监理"]},
            ]
            world.parameters["tender_limits"] = [
                (date(2000, 1, 1), first),
                (as_of - timedelta(days=rng.randrange(100)), lines),
            ]
    for _ in range(rng.randrange(8)):
        day = as_of - timedelta(days=rng.randrange(span))
        (world.work if day.weekday() >= 5 else world.rest).add(day)

    contracts: list[Cells] = [
        {
            "contract_no": f"C{number}" if rng.random() > 0.02 else None,
            "title": one_of(rng, "变压器采购", "工程监理服务", "物业服务", "勘察 设计", "施工"),
            "org_code": "ORG01",
            "amount": one_of(rng, "100.00"),
            "contract_type": one_of(rng, "construct", "purchase", "purchase", "service", "other"),
            "sign_date": one_of(rng, *(as_of + timedelta(days=1 - n) for n in range(0, span, 3))),
            "project_code": one_of(rng, "G1", "G2", "g1", "G-1", null=0.15),
            "package_no": one_of(rng, "B1", null=0.85),
            "framework_flag": one_of(rng, True, False, False, False, False),
        }
        for number in range(60)
    ]
    usual = [
        row["contract_no"]
        for row in contracts
        if row["contract_no"] and row["framework_flag"] is False and row["project_code"]
    ] + ["C99", "C0"]
    purchases: list[Cells] = []
    for subject in range(size):
        org, category = rng.choice(("ORG01", "ORG02", "org01")), f"K{subject}"
        kind = rng.choice(("small", "even", "near", "near", "mixed", "tender", "both"))
        amounts, methods, suppliers, no_contract = KINDS[kind]
        if kind == "even":
            amounts = (rng.choice(amounts),)
        anchor = as_of - timedelta(days=rng.randrange(span))
        known = [*rng.sample(usual, 6 if kind == "tender" else 2), f"C{rng.randrange(60)}"]
        edges = rng.choice(
            ((0, 0, 1, 28, 29, 30, 31), (0, 1, 30), (0, 2, 58, 88, 89, 90, 91), (0, 1, 45, 89))
        )
        for number in range(rng.choice((1, 2, 3, 4, 6, 12))):
            offset = rng.choice((*edges, rng.randrange(100)))
            day = anchor - timedelta(days=offset)
            if rng.random() < 0.05:
                day = as_of + timedelta(days=rng.randrange(2))
            contract = one_of(rng, *known, null=no_contract)
            signed = next((c["sign_date"] for c in contracts if c["contract_no"] == contract), None)
            if signed is not None and rng.random() < 0.3:
                day = signed
            base: Cells = {
                "po_no": rng.choice(("P{}", "p{}", "P-{}", "采{}")).format(f"{subject}.{number}"),
                "org_code": one_of(rng, org, null=0.01),
                "category_code": category,
                "supplier_code": one_of(rng, *suppliers),
                "method": one_of(rng, *methods, null=0.03),
                "create_date": one_of(rng, day, null=0.01),
                "requester_emp_no": one_of(rng, "E1", "E2", "E3"),
                "contract_no": contract,
                "emergency_flag": one_of(rng, True, False, null=0.85),
                "emergency_approve_date": one_of(
                    rng, *(day + timedelta(days=n) for n in range(-1, 8)), as_of, null=0.4
                ),
            }
            for line in range(rng.choice((1, 1, 1, 1, 2, 3))):
                amount = rng.choice(amounts)
                if line:
                    amount = rng.choice(("0.01", "-0.01", "10000", "0.000001"))
                row = {**base, "line_no": one_of(rng, line + 1, null=0.03)}
                row["amount"] = one_of(rng, amount, null=0.02)
                if line and rng.random() < 0.3:
                    column = rng.choice(("supplier_code", "method", "create_date", "contract_no"))
                    other = {
                        "supplier_code": "S2",
                        "method": "petty",
                        "create_date": day - timedelta(days=1),
                        "contract_no": None,
                    }
                    row[column] = other[column]
                purchases.append(row)
        if rng.random() < 0.25:
            first = as_of - timedelta(days=rng.randrange(span))
            world.whitelist.append(
                WhitelistLine(
                    f"{org}/{category}",
                    rng.choice((None, "R1", "R2", "R3")),
                    first,
                    first + timedelta(days=rng.randrange(60)),
                )
            )
            world.whitelist.append(
                WhitelistLine(f"{org}/{category}", rng.choice(("R1", "R3")), anchor, anchor)
            )
    purchases += [row for number in range(3) for row in at_the_limits(rng, number, as_of)]
    contracts += [
        {
            "contract_no": f"CT{number}",
            "title": "变压器",
            "contract_type": "purchase",
            "sign_date": as_of - timedelta(days=200),
            "project_code": project,
            "framework_flag": False,
        }
        for number, project in enumerate(("G2", "G1", "g1"))
    ]
    if rng.random() < 0.3:
        world.since = as_of - timedelta(days=rng.randrange(60))

    def vary(row: Cells) -> Cells:
        column = rng.choice([n for n in row if n not in ("po_no", "line_no", "contract_no")])
        if column in ("create_date", "sign_date"):
            return {**row, column: as_of + timedelta(days=rng.choice((-40, 0, 1)))}
        return {**row, column: rng.choice((None, row[column]))}

    delivering = Delivering(rng, untidy)
    delivering.deliver(world, "erp_purchase_order", purchases, vary)
    delivering.deliver(world, "law_contract", contracts, vary)
    return world
