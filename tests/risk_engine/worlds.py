"""Small adversarial worlds for T09 and T11: few keys, values on the limits, holes everywhere."""

from __future__ import annotations

import csv
import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from risk_engine import WhitelistEntry, WorkCalendar
from risk_engine.contracts import table
from tests.risk_engine.reference import World, prepare

Row = dict
D = Decimal

T09_SOURCES = {
    "dsc_repair_order": {
        "event": "accept_time",
        "key": ["order_no"],
        "required": ["order_no"],
        "later_as_null": ["finish_time"],
    },
    "dsc_repair_crew": {
        "event": "sign_time",
        "key": ["order_no", "emp_no", "sign_time"],
        "required": ["order_no"],
    },
    "dsc_repair_material": {
        "event": "register_time",
        "key": ["order_no", "material_code", "register_time"],
        "required": ["order_no"],
    },
    "erp_goods_issue": {
        "event": "issue_date",
        "key": ["issue_no", "work_order_no", "material_code"],
        "required": ["issue_no"],
    },
    "pms_outage": {
        "event": "start_time",
        "key": ["outage_no"],
        "required": ["outage_no"],
        "later_as_null": ["end_time"],
        "skip_null": True,
    },
}
T11_SOURCES = {
    "erp_purchase_order": {
        "event": "create_date",
        "key": ["po_no", "line_no"],
        "required": ["po_no", "org_code", "category_code", "create_date"],
        "later_as_null": ["emergency_approve_date"],
    },
    "law_contract": {"event": "sign_date", "key": ["contract_no"], "required": ["contract_no"]},
}
T09_DEFAULTS = {
    "min_crew": D(2),
    "register_hours": D(24),
    "close_hours": D(72),
    "sign_gap_minutes": D(30),
    "sign_distance_m": D(500),
    "material_high": D(2000),
    "outage_gap_hours": D(2),
    "emergency_periods": [],
}
T11_DEFAULTS = {
    "window_days": D(30),
    "internal_limit": D(50000),
    "min_orders": D(2),
    "near_ratio": D("0.8"),
    "near_window_days": D(90),
    "near_count": D(3),
    "level_medium_times": D("1.5"),
    "level_high_times": D(3),
    "emergency_workdays": D(3),
    "tender_limits": [
        {"contract_type": "construct", "limit": D(4000000), "title_words": [], "label": "施工"},
        {"contract_type": "purchase", "limit": D(2000000), "title_words": [], "label": "设备材料"},
        {
            "contract_type": "service",
            "limit": D(1000000),
            "title_words": ["勘察", "设计", "监理"],
            "label": "勘察设计监理",
        },
    ],
}


class Case:
    """A random world, as files for the engine and as typed rows for the reference."""

    def __init__(self, theme: str, seed: int, folder: Path) -> None:
        self.theme = theme
        self.random = random.Random(seed)
        self.folder = folder
        make = self._make_t09 if theme == "T09" else self._make_t11
        sources = T09_SOURCES if theme == "T09" else T11_SOURCES
        defaults = T09_DEFAULTS if theme == "T09" else T11_DEFAULTS
        self.as_of = date(2026, 3, 31) - timedelta(self.random.choice([0, 0, 3, 17]))
        deliveries = make()
        self._write(deliveries)
        self.parameters = self._make_parameters(defaults)
        self.rest = {date(2026, 3, 9)} if self.random.random() < 0.3 else set()
        self.work = {date(2026, 3, 7)} if self.random.random() < 0.3 else set()
        tables, rejected = {}, {}
        for name, source in sources.items():
            rows = [
                dict(row, _file=number)
                for number, file in enumerate(deliveries[name])
                for row in file
            ]
            tables[name], rejected[name] = prepare(rows, as_of=self.as_of, **source)
        self.entries = self._make_whitelist(tables)
        self.world = World(
            as_of=self.as_of,
            tables=tables,
            rejected=rejected,
            parameters={key: list(dated) for key, dated in self.parameters.items()},
            whitelist=[(e.subject, e.rule, e.valid_from, e.valid_to) for e in self.entries],
            rest=self.rest,
            work=self.work,
        )

    def arguments(self) -> dict:
        """Return what `risk_engine.run` is called with."""
        return {
            "extracts": self.folder,
            "as_of": self.as_of,
            "themes": [self.theme],
            "whitelist": self.entries,
            "calendar": WorkCalendar.weekdays(rest=self.rest, work=self.work),
            "parameters": {
                self.theme: {
                    key: [{"from": start, "value": _plain(value)} for start, value in dated]
                    for key, dated in self.parameters.items()
                }
            },
            "gate": False,
        }

    def _pick(self, *choices: object) -> object:
        return self.random.choice(choices)

    def _maybe(self, value: object, hole: float = 0.12) -> object:
        return None if self.random.random() < hole else value

    def _make_parameters(self, defaults: dict) -> dict:
        made = {key: [(date(2000, 1, 1), value)] for key, value in defaults.items()}
        start = date(2026, 3, self.random.randint(1, 28))
        if self.random.random() < 0.5:
            key = self.random.choice(list(defaults))
            value = made[key][0][1]
            if self.random.random() < 0.4:
                made[key] = [(start, value)]
            elif isinstance(value, list):
                made[key].append((start, self._other_rows(key)))
            else:
                made[key].append((start, value * self._pick(D("0.5"), D("1.5"), D(2))))
        return made

    def _other_rows(self, key: str) -> list[Row]:
        if key == "emergency_periods":
            return [
                {
                    "org_code": self._pick(None, "ORG01", "ORG02"),
                    "start": date(2026, 3, 3),
                    "end": date(2026, 3, 12),
                    "notice_no": "应急1",
                }
            ]
        rows = [dict(row) for row in T11_DEFAULTS["tender_limits"]]
        self.random.shuffle(rows)
        rows[0]["limit"] = rows[0]["limit"] / 2
        return rows + [
            {"contract_type": "service", "limit": D(500000), "title_words": [], "label": "服务"}
        ]

    def _make_whitelist(self, tables: dict) -> list[WhitelistEntry]:
        entries = []
        for _ in range(self.random.choice([0, 0, 1, 3])):
            if self.theme == "T09":
                subject = f"Q{self.random.randint(1, 9)}"
                rule = self._pick(None, "R1", "R2", "R3", "R4")
            else:
                subject = f"ORG0{self._pick(1, 2)}/K{self._pick(1, 2)}"
                rule = self._pick(None, "R1", "R2", "R3")
            start = date(2026, 1, 1) + timedelta(self.random.randint(0, 80))
            entries.append(
                WhitelistEntry(
                    theme=self.theme,
                    subject=subject,
                    rule=rule,
                    valid_from=start,
                    valid_to=start + timedelta(self.random.randint(0, 60)),
                )
            )
        return entries

    def _deliver(self, name: str, rows: list[Row]) -> list[list[Row]]:
        """Spread rows over deliveries: repeats, corrections, conflicts within one file."""
        files: list[list[Row]] = [[], []]
        for row in rows:
            files[self.random.randint(0, 1)].append(row)
            chance = self.random.random()
            if chance < 0.05:
                self.random.choice(files).append(dict(row))
            elif chance < 0.1:
                other = dict(row)
                column = self.random.choice([c for c in row if c not in ("order_no", "po_no")])
                other[column] = None
                self.random.choice(files).append(other)
        return files if self.random.random() < 0.5 else [files[0] + files[1]]

    def _make_t09(self) -> dict[str, list[list[Row]]]:
        base = datetime(2026, 3, 1, 8)
        orders, crew, material, issues, outages = [], [], [], [], []
        for number in range(1, 10):
            no = f"Q{number}"
            accept = base + timedelta(days=self.random.randint(0, 30), minutes=self._pick(0, 30))
            finish = accept + timedelta(hours=self._pick(1, 2, 20), seconds=self._pick(0, 0, 1))
            orders.append(
                {
                    "order_no": self._maybe(no, 0.03),
                    "org_code": self._maybe(self._pick("ORG01", "ORG02")),
                    "source": self._maybe(self._pick("customer", "monitor", "dispatch")),
                    "device_no": self._maybe(self._pick("D1", "D2")),
                    "accept_time": self._maybe(accept, 0.08),
                    "finish_time": self._maybe(finish, 0.05),
                    "need_material": self._maybe(self._pick(True, False), 0.2),
                    "outsource_flag": self._maybe(self._pick(True, False, False), 0.15),
                    "leader_emp_no": self._maybe(self._pick("E1", "E2")),
                }
            )
            for _ in range(self.random.choice([0, 1, 2, 2, 3, 4])):
                sign = accept + timedelta(seconds=self._pick(0, 60, 1799, 1800, 1801, 3600))
                lat = self._pick(D("30.1"), D("30.104496"), D("30.104506"), D("30.2"))
                crew.append(
                    {
                        "order_no": self._maybe(no, 0.02),
                        "emp_no": self._maybe(self._pick("E1", "E2", "E3"), 0.06),
                        "sign_time": self._maybe(sign, 0.1),
                        "sign_lon": self._maybe(D("120.1"), 0.08),
                        "sign_lat": self._maybe(lat, 0.08),
                        "device_id": self._maybe(self._pick("P1", "P2", "P3"), 0.1),
                    }
                )
            for _ in range(self.random.choice([0, 0, 1, 2])):
                late = self._pick(-1, 24, 24, 72, 72, 100)
                when = finish + timedelta(hours=late, seconds=self._pick(0, 0, 1))
                material.append(
                    {
                        "order_no": self._maybe(no, 0.03),
                        "material_code": self._pick("M1", "M2"),
                        "register_time": self._maybe(when, 0.1),
                    }
                )
            for _ in range(self.random.choice([0, 0, 1, 2])):
                price = self._pick(D("100"), D("199.99"), D("200"), D("35.125"))
                issues.append(
                    {
                        "issue_no": f"I{len(issues)}",
                        "work_order_no": self._maybe(no, 0.05),
                        "material_code": self._pick("M1", "M2"),
                        "qty": self._maybe(self._pick(D(1), D(10), D("2.5")), 0.1),
                        "unit_price": self._maybe(price, 0.1),
                        "issue_date": self._maybe(accept.date(), 0.1),
                    }
                )
            if self.random.random() < 0.5:
                gap, second = timedelta(hours=2), timedelta(seconds=1)
                start = self._pick(accept - 3 * gap, finish + gap, finish + gap + second)
                end = self._pick(accept - gap, accept - gap - second, finish)
                outages.append(
                    {
                        "outage_no": self._maybe(f"O{number}", 0.05),
                        "device_no": self._maybe(self._pick("D1", "D2")),
                        "start_time": self._maybe(start, 0.1),
                        "end_time": self._maybe(end, 0.15),
                    }
                )
        return {
            name: self._deliver(name, rows)
            for name, rows in (
                ("dsc_repair_order", orders),
                ("dsc_repair_crew", crew),
                ("dsc_repair_material", material),
                ("erp_goods_issue", issues),
                ("pms_outage", outages),
            )
        }

    def _make_t11(self) -> dict[str, list[list[Row]]]:
        contracts = [
            {
                "contract_no": f"C{number}",
                "title": self._maybe(self._pick("变压器采购", "工程监理服务", "物业服务")),
                "contract_type": self._maybe(self._pick("construct", "purchase", "service")),
                "sign_date": self._maybe(
                    date(2026, 1, 1) + timedelta(self.random.randint(0, 95)), 0.1
                ),
                "project_code": self._maybe(self._pick("G1", "G2"), 0.2),
                "package_no": self._maybe("B1", 0.85),
                "framework_flag": self._maybe(self._pick(True, False, False, False), 0.08),
            }
            for number in range(1, 7)
        ]
        lines = []
        amounts = ["40000", "39999.99", "49999.99", "50000", "25000", "12500.005", "-10"]
        if self.random.random() < 0.4:
            amounts = ["5000", "12500", "12500", "37500"]
        large = ["1000000", "500000", "1500000", "999999.99"]
        dense = self.random.random() < 0.6
        sparse = self.random.random() < 0.4
        if sparse:
            amounts = ["40000", "39999.99", "49999.99", "45000", "45000"]
        for number in range(1, 9 if sparse else self.random.choice([20, 40])):
            org, category = f"ORG0{1 if sparse else self._pick(1, 2)}", f"K{self._pick(1, 1, 2)}"
            day = date(2026, 1, 1) + timedelta(self.random.randint(0, 95))
            contract = self._pick("C1", "C2", "C3", "C4", "C5", "C6", "C9")
            if dense or self.random.random() < 0.4:
                contract = None
            emergency = self._pick(None, None, None, None, None, None, False, True)
            approved = self._maybe(day + timedelta(self.random.randint(-1, 8)), 0.3)
            for line in range(1, self.random.choice([2, 2, 2, 2, 3])):
                pool = large if contract and self.random.random() < 0.8 else amounts
                lines.append(
                    {
                        "po_no": self._maybe(f"P{number:02}", 0.02),
                        "line_no": self._maybe(line, 0.1),
                        "org_code": self._maybe(org, 0.02),
                        "category_code": self._pick(category, category, category, "K2"),
                        "supplier_code": self._maybe(self._pick("S1", "S1", "S2"), 0.1),
                        "amount": self._maybe(D(self.random.choice(pool)), 0.05),
                        "method": self._maybe(
                            self._pick(
                                "petty", "petty", "direct", "direct", "petty", "inquiry", "tender"
                            ),
                            0.05,
                        ),
                        "create_date": self._maybe(day + timedelta(self._pick(0, 0, 0, 1)), 0.02),
                        "requester_emp_no": self._maybe(self._pick("E1", "E2", "E3")),
                        "contract_no": contract,
                        "emergency_flag": emergency,
                        "emergency_approve_date": approved if emergency else None,
                    }
                )
        return {
            "erp_purchase_order": self._deliver("erp_purchase_order", lines),
            "law_contract": self._deliver("law_contract", contracts),
        }

    def _write(self, deliveries: dict[str, list[list[Row]]]) -> None:
        for name, files in deliveries.items():
            header = [column.name for column in table(name).columns]
            (self.folder / name).mkdir(parents=True)
            for number, rows in enumerate(files, start=1):
                path = self.folder / name / f"2026-04-{number:02}.csv"
                with path.open("w", encoding="utf-8", newline="") as stream:
                    writer = csv.DictWriter(stream, header)
                    writer.writeheader()
                    writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _plain(value: object) -> object:
    """Write a parameter value as theme.yaml would hold it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, D) else value
