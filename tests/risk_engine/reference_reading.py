"""How extracts are read before a rule sees them, in plain loops, to hold the engine against.

Written from the description of the order of reading alone; it shares no line with the engine.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

# Columns of the tables as the contract lists them; "code" is a string that is an identifier.
COLUMNS = {
    "dsc_repair_order": {
        "order_no": "code",
        "org_code": "code",
        "source": ("customer", "monitor", "dispatch"),
        "fault_type": "string",
        "device_no": "code",
        "accept_time": "datetime",
        "dispatch_time": "datetime",
        "arrive_time": "datetime",
        "finish_time": "datetime",
        "need_material": "bool",
        "outsource_flag": "bool",
        "leader_emp_no": "code",
    },
    "dsc_repair_crew": {
        "order_no": "code",
        "emp_no": "code",
        "role": ("leader", "member", "guard"),
        "sign_time": "datetime",
        "sign_lon": "decimal",
        "sign_lat": "decimal",
        "device_id": "code",
    },
    "dsc_repair_material": {
        "order_no": "code",
        "material_code": "code",
        "qty_used": "decimal",
        "qty_returned": "decimal",
        "old_device_qty": "decimal",
        "register_emp_no": "code",
        "register_time": "datetime",
    },
    "erp_goods_issue": {
        "issue_no": "code",
        "work_order_no": "code",
        "material_code": "code",
        "qty": "decimal",
        "unit_price": "decimal",
        "issue_date": "date",
        "receiver_emp_no": "code",
        "warehouse_code": "code",
        "org_code": "code",
    },
    "pms_outage": {
        "outage_no": "code",
        "device_no": "code",
        "start_time": "datetime",
        "end_time": "datetime",
        "cause": "string",
    },
    "erp_purchase_order": {
        "po_no": "code",
        "line_no": "int",
        "org_code": "code",
        "category_code": "code",
        "supplier_code": "code",
        "amount": "decimal",
        "method": ("tender", "inquiry", "direct", "petty"),
        "create_date": "date",
        "requester_emp_no": "code",
        "contract_no": "code",
        "emergency_flag": "bool",
        "emergency_approve_date": "date",
    },
    "law_contract": {
        "contract_no": "code",
        "title": "string",
        "org_code": "code",
        "counterparty_code": "code",
        "amount": "decimal",
        "contract_type": ("construct", "purchase", "service", "supply", "other"),
        "approve_date": "date",
        "sign_date": "date",
        "perform_start": "date",
        "project_code": "code",
        "package_no": "code",
        "handler_emp_no": "code",
        "framework_flag": "bool",
    },
}

BLANKS = " \t\r\n\u3000\u00a0\ufeff"
HALF_WIDTH = {0xFEE0 + code: code for code in range(0x30, 0x7B) if chr(code).isalnum()}


@dataclass
class Delivered:
    """One file as it was delivered: text cells, the first row is row 2."""

    table: str
    name: str
    header: list[str]
    rows: list[list[str]]


@dataclass
class Source:
    """What a theme says about a table it reads."""

    table: str
    key: list[str]
    columns: list[str]
    required: list[str]
    event_date: str
    null_event_date: str = "keep"
    later_as_null: list[str] = field(default_factory=list)


@dataclass
class Row:
    """A row that a rule may see."""

    table: str
    file: str
    number: int
    cells: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]


@dataclass
class Read:
    """What reading left of a table: the rows, and those that were quarantined."""

    rows: list[Row]
    quarantined: list[Row]


@dataclass
class WhitelistLine:
    """One line of the whitelist; no rule means all of them."""

    subject: str
    rule: str | None
    valid_from: date
    valid_to: date


@dataclass
class Expected:
    """What a theme should yield."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    inconclusive: set[tuple[str, str, str]] = field(default_factory=set)
    excluded: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)


class NotThatType(ValueError):
    """A cell does not hold what its column promises."""


def last_possible_day(as_of: date) -> date:
    """Return as_of plus ten years."""
    if (as_of.month, as_of.day) == (2, 29):
        return date(as_of.year + 10, 2, 28)
    return date(as_of.year + 10, as_of.month, as_of.day)


def parse_cell(kind: Any, text: str, as_of: date) -> Any:
    """Turn a text cell into a value; an empty one is None."""
    text = text.strip(BLANKS)
    if kind != "string":
        text = text.translate(HALF_WIDTH)
    if text == "":
        return None
    if kind in ("string", "code"):
        return text
    if isinstance(kind, tuple):
        if text not in kind:
            raise NotThatType(text)
        return text
    if kind == "int":
        if not re.fullmatch(r"[+-]?[0-9]+", text):
            raise NotThatType(text)
        return int(text)
    if kind == "decimal":
        if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
            raise NotThatType(text)
        return Decimal(text)
    if kind == "bool":
        if text in ("true", "1", "是"):
            return True
        if text in ("false", "0", "否"):
            return False
        raise NotThatType(text)
    if kind == "date":
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise NotThatType(text)
        value = date.fromisoformat(text)
        day = value
    else:
        assert kind == "datetime"
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", text):
            raise NotThatType(text)
        value = datetime.fromisoformat(text)
        day = value.date()
    if day < date(1990, 1, 1) or day > last_possible_day(as_of):
        raise NotThatType(text)
    return value


def day_of(value: date | datetime) -> date:
    """Cut a datetime to its day."""
    if isinstance(value, datetime):
        return value.date()
    return value


def delivery_order(delivered: Delivered) -> tuple[str, str]:
    """Order files by the day in their name, then by name."""
    found = re.search(r"([0-9]{4}-[0-9]{2}-[0-9]{2})", delivered.name)
    return (found.group(1) if found else "", delivered.name)


def read(source: Source, files: list[Delivered], as_of: date) -> Read:
    """Read a table the way every theme does: cut, quarantine, one row a key, blank the future."""
    kinds = COLUMNS[source.table]
    good: list[tuple[int, Row]] = []
    quarantined: list[Row] = []
    mine = sorted((f for f in files if f.table == source.table), key=delivery_order)
    carried = {column for f in mine for column in f.header if column in kinds}
    for delivery, delivered in enumerate(mine):
        for number, texts in enumerate(delivered.rows, start=2):
            cells: dict[str, Any] = dict.fromkeys(kinds)
            bad = False
            for column, text in zip(delivered.header, texts, strict=True):
                if column not in kinds:
                    continue
                try:
                    cells[column] = parse_cell(kinds[column], text, as_of)
                except ValueError:
                    bad = True
            row = Row(source.table, delivered.name, number, cells)
            event = cells[source.event_date]
            if event is not None and day_of(event) > as_of:
                continue
            if bad:
                quarantined.append(row)
                continue
            if event is None and source.null_event_date == "skip":
                continue
            if any(cells[column] is None for column in source.required):
                quarantined.append(row)
                continue
            good.append((delivery, row))

    by_key: dict[tuple[Any, ...], list[tuple[int, Row]]] = {}
    for delivery, row in good:
        by_key.setdefault(tuple(row[column] for column in source.key), []).append((delivery, row))
    kept: list[Row] = []
    for group in by_key.values():
        standing: list[tuple[int, Row]] = []
        for delivery in sorted({d for d, _ in group}):
            members = [row for d, row in group if d == delivery]
            first = members[0]
            if all(same(first, other, carried) for other in members):
                standing.append((delivery, first))
            else:
                quarantined.extend(members)
        if standing:
            _, latest = standing[-1]
            earliest_equal = next(row for _, row in standing if same(row, latest, carried))
            kept.append(earliest_equal)

    for row in kept:
        for column in source.later_as_null:
            value = row[column]
            if value is not None and day_of(value) > as_of:
                row.cells[column] = None
    return Read(kept, quarantined)


def same(a: Row, b: Row, columns: set[str]) -> bool:
    """Say whether two rows hold the same values in every column that was delivered."""
    return all(a[column] == b[column] for column in columns)


def parameter_on(values: list[tuple[date, Any]], day: date) -> Any:
    """Return the value in force on a day, None before the first."""
    found = None
    for start, value in sorted(values, key=lambda pair: pair[0]):
        if start <= day:
            found = value
    return found


def is_cleared(lines: list[WhitelistLine], subject: str, rule: str, day: date) -> bool:
    """Say whether the whitelist takes a rule away from a subject on a day."""
    for line in lines:
        if line.subject != subject:
            continue
        if line.rule is not None and line.rule != rule:
            continue
        if line.valid_from <= day <= line.valid_to:
            return True
    return False


def workdays(a: date, b: date, rest: set[date], work: set[date]) -> int:
    """Count working days d with a < d <= b; negative when b is earlier."""
    if b < a:
        return -workdays(b, a, rest, work)
    count = 0
    day = a
    while day < b:
        day += timedelta(days=1)
        if day in rest:
            continue
        if day in work or day.weekday() < 5:
            count += 1
    return count


def to_cents(amount: Fraction | None) -> Decimal | None:
    """Round half-up to the cent, away from zero as money is rounded."""
    if amount is None:
        return None
    size = abs(amount) * 100
    whole = size.numerator // size.denominator
    if size - whole >= Fraction(1, 2):
        whole += 1
    if amount < 0:
        whole = -whole
    return Decimal(whole).scaleb(-2).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def fingerprint_of(theme: str, subject: str, period: str) -> str:
    """Hash theme|subject|period."""
    return hashlib.sha256(f"{theme}|{subject}|{period}".encode()).hexdigest()


def evidence_of(source: Source, row: Row) -> tuple[Any, ...]:
    """Freeze a row as evidence: table, key, file, row number, values."""
    return (
        row.table,
        tuple((column, row[column]) for column in source.key),
        row.file,
        row.number,
        tuple((column, row[column]) for column in source.columns),
    )
