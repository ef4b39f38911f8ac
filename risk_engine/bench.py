"""How fast: each theme over made-up extracts, against a raw scan of the same columns."""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from risk_engine import engine
from risk_engine.catalogue import Theme

AS_OF = date(2026, 3, 31)
ROUNDS = 3

# {n} is the number of bill rows. Every hundredth bill is short, every fiftieth order alone,
# every tenth month of a category split: enough to find, not enough to drown the rest.
WORLD = {
    "mkt_customer": """
        SELECT 'C' || i AS cust_no, '示例客户' || i AS cust_name, 'ORG' || (i % 60) AS org_code,
            'E' || (i % 1200) AS manager_emp_no, '10' AS voltage_kv,
            '1000' AS contract_capacity_kva, '0' AS hv_motor_kw, 'two_part' AS tariff_system,
            'false' AS single_choice_flag, 'capacity' AS basic_fee_mode,
            NULL AS contract_demand_kw, 1 AS incoming_lines, '2020-01-01' AS open_date,
            NULL AS close_date
        FROM range({n} // 24) AS t(i)
    """,
    "mkt_transformer_event": """
        SELECT 'V' || i AS event_no, 'C' || i AS cust_no, 'T1' AS transformer_no,
            '1000' AS rated_kva, 'install' AS event_type, NULL AS apply_date,
            '2020-01-01' AS effective_date, NULL AS seal_date, NULL AS unseal_date,
            NULL AS seal_no, NULL AS photo_time, NULL AS second_emp_no
        FROM range({n} // 24) AS t(i)
    """,
    "mkt_bill": """
        SELECT 'B' || i || '-' || m AS bill_id, 'C' || i AS cust_no,
            strftime(first, '%Y%m') AS bill_month, CAST(first AS DATE) AS period_start,
            CAST(first + INTERVAL 1 MONTH - INTERVAL 1 DAY AS DATE) AS period_end,
            'two_part' AS tariff_system, 'large' AS price_category,
            'capacity' AS basic_fee_mode, '1000' AS billed_capacity_kva,
            CASE WHEN (i * 24 + m) % 100 = 0 THEN '28200.00' ELSE '30000.00' END
                AS basic_fee_amount,
            (i * 7919 + m * 104729) % 900000 || '.50' AS energy_kwh
        FROM (
            SELECT i, m, DATE '2024-04-01' + INTERVAL (m) MONTH AS first
            FROM range({n} // 24) AS t(i), range(24) AS u(m)
        )
    """,
    "ami_month_demand": """
        SELECT 'C' || i AS cust_no, 'L1' AS line_no,
            strftime(DATE '2024-04-01' + INTERVAL (m) MONTH, '%Y%m') AS bill_month,
            (i * 31 + m) % 900 || '.5' AS max_demand_kw, NULL AS contract_demand_kw
        FROM range({n} // 24) AS t(i), range(24) AS u(m)
    """,
    "dsc_repair_order": """
        SELECT 'Q' || i AS order_no, 'ORG' || (i % 60) AS org_code, 'customer' AS source,
            '断线' AS fault_type, 'D' || (i % 5000) AS device_no,
            strftime(moment, '%Y-%m-%d %H:%M:%S') AS accept_time,
            strftime(moment + INTERVAL 2 HOUR, '%Y-%m-%d %H:%M:%S') AS finish_time,
            CASE WHEN i % 2 = 0 THEN 'true' ELSE 'false' END AS need_material,
            'false' AS outsource_flag, 'E' || (i % 1200) AS leader_emp_no
        FROM (
            SELECT i,
                TIMESTAMP '2024-04-01 00:30:00' + INTERVAL (i * 630000000 // {n}) SECOND AS moment
            FROM range({n} // 10) AS t(i)
        )
    """,
    "dsc_repair_crew": """
        SELECT 'Q' || i AS order_no, 'E' || ((i + k * 7) % 1200) AS emp_no,
            strftime(moment + INTERVAL (k) MINUTE, '%Y-%m-%d %H:%M:%S') AS sign_time,
            '120.100' || (i % 10) AS sign_lon, '30.100' || (i % 10) AS sign_lat,
            'P' || ((i + k) % 3000) AS device_id
        FROM (
            SELECT i, k,
                TIMESTAMP '2024-04-01 01:00:00' + INTERVAL (i * 630000000 // {n}) SECOND AS moment
            FROM range({n} // 10) AS t(i), range(2) AS u(k) WHERE k = 0 OR i % 50 > 0
        )
    """,
    "dsc_repair_material": """
        SELECT 'Q' || i AS order_no, 'M' || (i % 300) AS material_code,
            strftime(moment, '%Y-%m-%d %H:%M:%S') AS register_time
        FROM (
            SELECT i,
                TIMESTAMP '2024-04-01 05:00:00' + INTERVAL (i * 630000000 // {n}) SECOND AS moment
            FROM range({n} // 10) AS t(i) WHERE i % 2 = 0
        )
    """,
    "erp_goods_issue": """
        SELECT 'I' || i AS issue_no, 'Q' || i AS work_order_no, 'M' || (i % 300) AS material_code,
            i % 9 + 1 AS qty, (i % 700) || '.125' AS unit_price,
            strftime(DATE '2024-04-01' + INTERVAL (i * 7290 // {n}) DAY, '%Y-%m-%d') AS issue_date
        FROM range({n} // 10) AS t(i) WHERE i % 2 = 0
    """,
    "pms_outage": """
        SELECT 'O' || i AS outage_no, 'D' || (i % 5000) AS device_no,
            strftime(moment, '%Y-%m-%d %H:%M:%S') AS start_time,
            strftime(moment + INTERVAL 3 HOUR, '%Y-%m-%d %H:%M:%S') AS end_time
        FROM (
            SELECT i,
                TIMESTAMP '2024-04-01' + INTERVAL (i * 1260000000 // {n}) SECOND AS moment
            FROM range({n} // 20) AS t(i)
        )
    """,
    "erp_purchase_order": """
        SELECT 'P' || i AS po_no, 1 AS line_no, 'ORG' || (i % 60) AS org_code,
            'K' || (i // 60 % greatest({n} // 60000, 1)) AS category_code,
            'S' || (i * 7 % 500) AS supplier_code,
            CASE WHEN i % 10 = 0 THEN 26000 ELSE i % 9000 + 100 END || '.00' AS amount,
            CASE WHEN i % 10 = 0 THEN 'petty' ELSE 'inquiry' END AS method,
            strftime(DATE '2024-04-01' + INTERVAL (i * 7290 // {n}) DAY, '%Y-%m-%d')
                AS create_date,
            'E' || (i % 1200) AS requester_emp_no, NULL AS contract_no,
            NULL AS emergency_flag, NULL AS emergency_approve_date
        FROM range({n} // 10) AS t(i)
    """,
    "law_contract": """
        SELECT 'H' || i AS contract_no, '示例合同' || i AS title, 'purchase' AS contract_type,
            '2024-04-01' AS sign_date, 'G' || (i % 100) AS project_code, NULL AS package_no,
            'false' AS framework_flag
        FROM range({n} // 100) AS t(i)
    """,
}


def measure(*, rows: int, codes: Sequence[str] | None, form: str) -> dict[str, Any]:
    """Make extracts with so many bills and time every theme; seconds are medians of three."""
    chosen = engine.themes() if codes is None else [engine.theme(code) for code in codes]
    measured: dict[str, Any] = {"rows": rows, "format": form, "themes": {}}
    with tempfile.TemporaryDirectory(prefix="risk_engine_bench_") as name:
        folder = Path(name)
        _write_world(folder, chosen, rows, form)
        for theme in chosen:
            scanned = _median_seconds(partial(_scan, folder, theme, form))
            judged = _median_seconds(partial(_judge, folder, theme))
            measured["themes"][theme.code] = {
                "engine_seconds": judged,
                "scan_seconds": scanned,
                "ratio": judged / scanned,
                "findings": _judge(folder, theme),
            }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    measured["peak_mib"] = peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return measured


def _write_world(folder: Path, chosen: Sequence[Theme], rows: int, form: str) -> None:
    tables = {source.table for theme in chosen for source in theme.sources if source.table in WORLD}
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        for table in sorted(tables):
            query = WORLD[table].format(n=rows)
            connection.execute(f"COPY ({query}) TO '{folder / table}.{form}' (FORMAT {form})")


def _scan(folder: Path, theme: Theme, form: str) -> None:
    """Read every column the theme reads, as text, and do no more with it than find the largest."""
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        for source in theme.sources:
            path = folder / f"{source.table}.{form}"
            if path.exists():
                columns = ", ".join(f'max("{column}")' for column in source.columns)
                reader = "read_csv" if form == "csv" else "read_parquet"
                text = ", all_varchar = true" if form == "csv" else ""
                connection.execute(f"SELECT {columns} FROM {reader}('{path}'{text})").fetchall()


def _judge(folder: Path, theme: Theme) -> int:
    result = engine.run(extracts=folder, as_of=AS_OF, themes=[theme.code], gate=False)
    return len(result.findings)


def _median_seconds(action: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)
