"""When the systems deliver, and the files that a delivery consists of.

The past that the first import finds came in monthly files; since then every day brings its own.
A later day only adds files: what was delivered once never changes.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from demo.months import days_between, last_of, month_of
from demo.world import World

# Days before the first import that came one by one, so that its gates know the rhythm of each
# station: every station buys something within ten days.
DAILY_LEAD_DAYS = 35
SNAPSHOT_EVERY_DAYS = 5

COLUMNS: dict[str, tuple[str, ...]] = {
    "mkt_customer": (
        "cust_no",
        "cust_name",
        "org_code",
        "manager_emp_no",
        "voltage_kv",
        "contract_capacity_kva",
        "hv_motor_kw",
        "tariff_system",
        "single_choice_flag",
        "price_category",
        "basic_fee_mode",
        "contract_demand_kw",
        "incoming_lines",
        "open_date",
        "close_date",
    ),
    "mkt_transformer_event": (
        "event_no",
        "cust_no",
        "transformer_no",
        "rated_kva",
        "event_type",
        "apply_date",
        "seal_date",
        "unseal_date",
        "seal_no",
        "photo_time",
        "new_contract_demand_kw",
        "operator_emp_no",
        "second_emp_no",
        "effective_date",
    ),
    "mkt_bill": (
        "bill_id",
        "cust_no",
        "bill_month",
        "period_start",
        "period_end",
        "tariff_system",
        "price_category",
        "basic_fee_mode",
        "billed_capacity_kva",
        "basic_fee_amount",
        "energy_kwh",
    ),
    "mkt_fee_adjust": (
        "adjust_no",
        "cust_no",
        "org_code",
        "adjust_type",
        "reason_code",
        "amount",
        "approver_emp_no",
        "approve_time",
    ),
    "ami_month_demand": (
        "cust_no",
        "line_no",
        "bill_month",
        "max_demand_kw",
        "contract_demand_kw",
    ),
    "ami_daily_energy": ("cust_no", "stat_date", "energy_kwh", "max_load_kw", "read_success"),
    "dsc_repair_order": (
        "order_no",
        "org_code",
        "source",
        "fault_type",
        "device_no",
        "accept_time",
        "dispatch_time",
        "arrive_time",
        "finish_time",
        "need_material",
        "outsource_flag",
        "leader_emp_no",
    ),
    "dsc_repair_crew": (
        "order_no",
        "emp_no",
        "role",
        "sign_time",
        "sign_lon",
        "sign_lat",
        "device_id",
    ),
    "dsc_repair_material": (
        "order_no",
        "material_code",
        "qty_used",
        "register_emp_no",
        "register_time",
    ),
    "erp_goods_issue": (
        "issue_no",
        "work_order_no",
        "material_code",
        "qty",
        "unit_price",
        "issue_date",
        "receiver_emp_no",
        "warehouse_code",
        "org_code",
    ),
    "pms_outage": ("outage_no", "device_no", "start_time", "end_time", "cause"),
    "erp_purchase_order": (
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
    ),
    "law_contract": (
        "contract_no",
        "title",
        "org_code",
        "counterparty_code",
        "amount",
        "contract_type",
        "sign_date",
        "project_code",
        "package_no",
        "handler_emp_no",
        "framework_flag",
    ),
}
# The law system still writes GBK; the others write UTF-8.
ENCODINGS = {"law_contract": "gbk"}


class Row(NamedTuple):
    """One row of a table, and the day on which the system knows it."""

    table: str
    day: date
    values: tuple[object, ...]


def daily_from(world: World) -> date:
    """Return the first day whose rows come in a file of their own."""
    return world.first_import_day - timedelta(days=DAILY_LEAD_DAYS)


@lru_cache(maxsize=8192)
def delivered_on(world: World, day: date) -> date:
    """Return the date of the delivery that brings the rows of a day."""
    if day >= daily_from(world):
        return day
    month_end = last_of(month_of(max(day, world.first_day)))
    return min(month_end, daily_from(world) - timedelta(days=1))


def snapshot_days(world: World, *, until: date) -> Iterator[date]:
    """Yield the days on which the customer file and the transformer ledger come as a whole."""
    start = daily_from(world)
    for day in days_between(world.first_day, until):
        since = (day - start).days
        if (
            day == last_of(month_of(day))
            or since == -1
            or (since >= 0 and since % SNAPSHOT_EVERY_DAYS == 0)
        ):
            yield day


def snapshot_day(world: World, as_of: date) -> date:
    """Return the day of the newest whole delivery by the end of a day."""
    return max(snapshot_days(world, until=as_of))


def write_deliveries(
    rows: Iterable[Row], *, world: World, folder: Path, after: date | None, until: date
) -> list[Path]:
    """Write the deliveries after one day up to another, one file a table and delivery.

    A file appears whole or not at all, and one that is there already is left as it is.
    """
    files: dict[tuple[str, date], list[tuple[object, ...]]] = defaultdict(list)
    for row in rows:
        delivery = delivered_on(world, row.day)
        if (after is None or delivery > after) and delivery <= until:
            files[row.table, delivery].append(row.values)
    written = []
    for (table, delivery), content in sorted(files.items()):
        path = folder / table / f"{delivery}.csv"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("w", encoding=ENCODINGS.get(table, "utf-8"), newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(COLUMNS[table])
            writer.writerows(
                [value if type(value) in _AS_THEY_ARE else _cell(value) for value in values]
                for values in content
            )
        part.replace(path)
        written.append(path)
    return written


# What the csv module writes as the engine reads it.
_AS_THEY_ARE = frozenset({str, int, float, date, datetime, type(None)})


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
