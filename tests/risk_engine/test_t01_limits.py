"""The basic-fee theme at its limits: on the line, a cent over, the day before and the day of.

Each test is one world of several customers, so that a limit and its neighbours are judged together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

import risk_engine
from risk_engine import ThemeResult, WhitelistEntry

URL = os.environ.get("DATABASE_URL", "")
BACKEND = URL if URL.startswith("postgres") else "duckdb"

Row = dict[str, Any]


class World:
    """Tables of one world, filled household by household."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {
            "mkt_customer": [],
            "mkt_transformer_event": [],
            "mkt_bill": [],
            "ami_month_demand": [],
            "mkt_fee_adjust": [],
        }

    def customer(self, cust_no: str, **columns: Any) -> None:
        """Add a customer with one 1000 kVA transformer since 2015, unless told otherwise."""
        kva = columns.pop("kva", 1000)
        self.tables["mkt_customer"].append(
            {
                "cust_no": cust_no,
                "cust_name": "钱江示范纺织有限公司",
                "org_code": "ORG01",
                "manager_emp_no": "P001",
                "voltage_kv": 10,
                "contract_capacity_kva": 2000,
                "hv_motor_kw": 0,
                "tariff_system": "two_part",
                "single_choice_flag": False,
                "basic_fee_mode": "capacity",
                "incoming_lines": 1,
                "open_date": "2015-01-01",
                **columns,
            }
        )
        if kva is not None:
            self.event(cust_no, "install", effective_date="2015-01-01", rated_kva=kva)

    def event(self, cust_no: str, kind: str, **columns: Any) -> None:
        """Add a row to the ledger of transformer T1."""
        number = len(self.tables["mkt_transformer_event"])
        self.tables["mkt_transformer_event"].append(
            {
                "event_no": f"E{number:04}",
                "cust_no": cust_no,
                "transformer_no": "T1",
                "event_type": kind,
                "second_emp_no": "P009",
                "seal_no": f"FY{number:04}",
                "photo_time": f"{columns.get('seal_date') or '2015-01-01'} 10:00:00",
                **columns,
            }
        )

    def bill(self, cust_no: str, month: str, fee: str, **columns: Any) -> None:
        """Add the bill of a whole month."""
        first = date(int(month[:4]), int(month[4:]), 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        number = len(self.tables["mkt_bill"])
        self.tables["mkt_bill"].append(
            {
                "bill_id": f"B{number:04}",
                "cust_no": cust_no,
                "bill_month": month,
                "period_start": str(first),
                "period_end": str(last),
                "tariff_system": "two_part",
                "price_category": "large",
                "basic_fee_mode": "capacity",
                "billed_capacity_kva": 1000,
                "basic_fee_amount": fee,
                "energy_kwh": 100000,
                **columns,
            }
        )

    def lines(self, cust_no: str, month: str, *lines: tuple[Any, Any]) -> None:
        """Add one demand row a line: maximum demand and agreed demand."""
        for number, (most, agreed) in enumerate(lines):
            self.tables["ami_month_demand"].append(
                {
                    "cust_no": cust_no,
                    "line_no": f"L{number}",
                    "bill_month": month,
                    "max_demand_kw": most,
                    "contract_demand_kw": agreed,
                }
            )

    def run(
        self,
        as_of: str,
        *,
        parameters: Mapping[str, object] | None = None,
        whitelist: Iterable[WhitelistEntry] = (),
    ) -> ThemeResult:
        """Judge the world."""
        (result,) = risk_engine.run(
            extracts=self.tables,
            as_of=date.fromisoformat(as_of),
            themes=["T01"],
            whitelist=list(whitelist),
            parameters={"T01": parameters or {}},
            backend=BACKEND,
            gate=False,
        ).themes
        return result


@pytest.fixture
def world() -> World:
    return World()


def levels(result: ThemeResult) -> dict[tuple[str, str], tuple[str, str, Decimal | None]]:
    """Return rules, level and amount by subject and period."""
    return {(f.subject, f.period): (",".join(f.rules), f.level, f.amount) for f in result.findings}


def lacking(result: ThemeResult) -> set[tuple[str, str, str]]:
    """Return what was inconclusive."""
    return {(i.subject, i.period, i.column) for i in result.inconclusive}


def test_the_price_of_the_first_day_of_the_month_is_charged(world: World) -> None:
    world.customer("C110", voltage_kv=110)
    for month in ("202305", "202306"):
        world.bill("C110", month, "26000.00")

    result = world.run("2023-06-30")

    assert levels(result) == {("C110", "202305"): ("R1", "medium", Decimal("4000.00"))}


def test_the_row_of_the_price_table_is_the_highest_the_voltage_reaches(world: World) -> None:
    for cust_no, voltage in {"A": "34.99", "B": "35", "C": "109.99", "D": "220"}.items():
        world.customer(cust_no, voltage_kv=voltage)
        world.bill(cust_no, "202306", "24000.00")

    result = world.run("2023-06-30")

    assert {subject: row[2] for (subject, _), row in levels(result).items()} == {
        "A": Decimal("6000.00"),
        "B": Decimal("4000.00"),
        "C": Decimal("4000.00"),
    }


def test_below_the_voltage_that_counts_nobody_is_judged_and_nothing_is_missing(
    world: World,
) -> None:
    world.customer("LOW", voltage_kv="9.99")
    world.bill("LOW", "202209", "0.00")
    world.bill("STRANGER", "202209", "0.00")

    result = world.run("2022-09-30")

    assert (levels(result), lacking(result), result.subjects_seen) == ({}, set(), 0)


def test_an_unknown_voltage_and_a_customer_without_bills_are_missing_data(world: World) -> None:
    world.customer("A", voltage_kv=None)
    world.customer("B")

    result = world.run("2022-09-30")

    assert lacking(result) == {
        ("A", "", "mkt_customer.voltage_kv"),
        ("B", "", "mkt_bill.bill_month"),
    }


def test_before_the_first_price_there_is_no_verdict_but_a_missing_parameter(world: World) -> None:
    world.customer("A")
    world.bill("A", "201712", "0.00")
    world.bill("A", "201801", "0.00")

    result = world.run("2018-01-31")

    assert levels(result) == {("A", "201801"): ("R1,R3", "high", Decimal("30000.00"))}
    assert lacking(result) == {("A", "201712", "parameters.price_table")}


def test_a_limit_that_changes_is_read_on_the_first_day_of_the_month(world: World) -> None:
    world.customer("A")
    world.bill("A", "202208", "29000.00")
    world.bill("A", "202209", "29000.00")

    result = world.run(
        "2022-09-30",
        parameters={
            "tolerance_yuan": [
                {"from": "2018-01-01", "value": "1"},
                {"from": "2022-08-02", "value": "1000"},
            ]
        },
    )

    assert levels(result) == {("A", "202208"): ("R1", "low", Decimal("1000.00"))}


def test_a_month_is_judged_once_its_last_day_has_passed(world: World) -> None:
    world.customer("A")
    world.bill("A", "202208", "0.00")
    world.bill("A", "202209", "0.00", period_end="2022-09-29")

    assert [f.period for f in world.run("2022-09-29").findings] == ["202208"]
    assert lacking(world.run("2022-09-30")) == {("A", "202209", "mkt_bill.period_end")}


def test_an_odd_share_of_the_month_is_carried_to_the_cent(world: World) -> None:
    """630.05 kVA × 30 yuan × 11/30 days = 6930.55 yuan."""
    for cust_no, fee in {"A": "6923.61", "B": "6923.62"}.items():
        world.customer(cust_no, kva="630.05")
        world.event(cust_no, "reduce", seal_date="2022-09-12", rated_kva="630.05")
        world.bill(cust_no, "202209", fee)

    result = world.run("2022-09-30")

    assert levels(result) == {("A", "202209"): ("R1", "low", Decimal("6.94"))}


def test_half_a_cent_is_rounded_up_only_when_the_finding_is_written(world: World) -> None:
    world.customer("A", kva="1000.0015")
    world.bill("A", "202209", "29000.00")

    result = world.run("2022-09-30")

    assert result.findings[0].amount == Decimal("1000.05")
    world.tables["mkt_transformer_event"][0]["rated_kva"] = "1000.0005"
    world.tables["mkt_bill"][0]["basic_fee_amount"] = "29000.0100"
    assert world.run("2022-09-30").findings[0].amount == Decimal("1000.01")


def test_thirds_of_a_fee_add_up_to_exactly_the_limit_of_twelve_months(world: World) -> None:
    """Σk 300 is below the floor 400, so each k is 400/3; with a band of 1 the first line is over.

    Expected: 40 × (400 + 2 × (290 - 400/3)) = 28533.33…; billed 25200, so three months owe 10000.
    """
    fees = {"A": "25200.00", "B": "25200.01"}
    for cust_no, fee in fees.items():
        world.customer(cust_no, basic_fee_mode="contract_demand", incoming_lines=3)
        for month in ("202207", "202208", "202209"):
            world.bill(cust_no, month, fee, basic_fee_mode="contract_demand")
            world.lines(cust_no, month, (290, 100), (100, 100), (133, 100))

    result = world.run(
        "2022-09-30",
        parameters={"over_band": "1", "cum_high": "10000", "consec_high": "99"},
    )

    assert {key: row[1:] for key, row in levels(result).items()} == {
        ("A", "202207"): ("medium", Decimal("3333.33")),
        ("A", "202208"): ("medium", Decimal("3333.33")),
        ("A", "202209"): ("high", Decimal("3333.33")),
        ("B", "202207"): ("medium", Decimal("3333.32")),
        ("B", "202208"): ("medium", Decimal("3333.32")),
        ("B", "202209"): ("medium", Decimal("3333.32")),
    }
    assert result.findings[2].measures["cum12"] == Decimal("10000.00")


def test_sevenths_of_a_fee_reach_the_limit_in_the_seventh_month_and_not_before(
    world: World,
) -> None:
    """Σk 210 is below the floor 400: the over line's k is 1600/7, a month owes 1714.2857… yuan."""
    world.customer("A", basic_fee_mode="contract_demand", incoming_lines=2)
    for month in range(1, 8):
        world.bill("A", f"2022{month:02}", "20000.00", basic_fee_mode="contract_demand")
        world.lines("A", f"2022{month:02}", (300, 120), (100, 90))

    result = world.run(
        "2022-07-31", parameters={"over_band": "1", "cum_high": "12000", "consec_high": "99"}
    )

    assert [f.level for f in result.findings] == ["low", *["medium"] * 5, "high"]
    assert {f.amount for f in result.findings} == {Decimal("1714.29")}


def test_the_agreed_demand_on_file_stands_in_only_while_nobody_changed_it(world: World) -> None:
    for cust_no, changed in {"A": "2022-08-31", "B": "2022-09-01", "C": "2022-10-01"}.items():
        world.customer(cust_no, basic_fee_mode="contract_demand", contract_demand_kw=500)
        world.event(cust_no, "demand_change", effective_date=changed, transformer_no=None)
        world.bill(cust_no, "202209", "19000.00", basic_fee_mode="contract_demand")
        world.lines(cust_no, "202209", (500, None))

    result = world.run("2022-10-31")

    assert levels(result) == {("A", "202209"): ("R1", "low", Decimal("1000.00"))}
    assert {i for i in lacking(result) if i[1] == "202209"} == {
        (cust_no, "202209", "ami_month_demand.contract_demand_kw") for cust_no in "BC"
    }


def test_a_pause_of_fifteen_days_counts_and_one_of_fourteen_does_not(world: World) -> None:
    for cust_no, unsealed in {"A": "2022-09-26", "B": "2022-09-25"}.items():
        world.customer(cust_no)
        world.event(cust_no, "pause", seal_date="2022-09-11", unseal_date=unsealed, rated_kva=1000)
        world.bill(cust_no, "202209", "15000.00")

    result = world.run("2022-09-30")

    assert levels(result) == {("B", "202209"): ("R1", "high", Decimal("15000.00"))}


def test_a_demand_fee_is_cut_only_when_no_transformer_stood_the_whole_month(world: World) -> None:
    """400 kW × 40 yuan; 15 of 30 days where both came on 16 September, whole where only one did."""
    for cust_no, first, second in (
        ("A", "2022-09-16", "2022-09-21"),
        ("B", "2015-01-01", "2022-09-16"),
    ):
        world.customer(cust_no, kva=None, basic_fee_mode="actual_demand")
        world.event(cust_no, "install", effective_date=first, rated_kva=500)
        world.event(cust_no, "install", effective_date=second, rated_kva=500, transformer_no="T2")
        world.bill(cust_no, "202209", "7000.00", basic_fee_mode="actual_demand")
        world.lines(cust_no, "202209", (400, None))

    result = world.run("2022-09-30")

    assert {subject: row[2] for (subject, _), row in levels(result).items()} == {
        "A": Decimal("1000.00"),
        "B": Decimal("9000.00"),
    }


def test_transformers_that_take_turns_keep_a_single_rate_customer_above_the_threshold(
    world: World,
) -> None:
    """Each of two 315 kVA transformers rests for five days: in turn (A), or overlapping (B)."""
    for cust_no, second in {"A": "2022-09-15", "B": "2022-09-09"}.items():
        world.customer(cust_no, kva=315)
        world.event(
            cust_no, "install", effective_date="2015-01-01", rated_kva=315, transformer_no="T2"
        )
        for number, day in {"T1": "2022-09-05", "T2": second}.items():
            end = date.fromisoformat(day) + timedelta(days=5)
            world.event(
                cust_no,
                "reduce",
                seal_date=day,
                unseal_date=str(end),
                rated_kva=315,
                transformer_no=number,
            )
        world.bill(cust_no, "202209", "0.00", tariff_system="single", basic_fee_mode="none")

    result = world.run("2022-09-30")

    assert levels(result) == {("A", "202209"): ("R3", "high", Decimal("15750.00"))}


def test_the_ledger_exceeds_the_contract_by_what_runs_on_one_day_not_by_what_ran_in_the_month(
    world: World,
) -> None:
    world.customer("A", contract_capacity_kva=1000)
    world.event("A", "install", effective_date="2015-01-01", rated_kva=1000, transformer_no="T2")
    world.event("A", "pause", seal_date="2022-08-01", unseal_date="2022-09-16", rated_kva=1000)
    world.event("A", "pause", seal_date="2022-09-16", rated_kva=1000, transformer_no="T2")
    world.bill("A", "202209", "29000.00")

    assert levels(world.run("2022-09-30")) == {("A", "202209"): ("R1", "low", Decimal("1000.00"))}


def test_a_removal_on_the_first_day_explains_a_ledger_above_the_contract(world: World) -> None:
    for cust_no, kind in {"A": "remove", "B": "install"}.items():
        world.customer(cust_no, contract_capacity_kva=1000)
        for event, day in (("install", "2015-01-01"), (kind, "2022-09-01")):
            world.event(cust_no, event, effective_date=day, rated_kva=1000, transformer_no="T2")
        world.bill(cust_no, "202209", "30000.00")

    result = world.run("2022-09-30")

    assert levels(result) == {("A", "202209"): ("R1", "low", Decimal("1000.00"))}
    assert lacking(result) == {("B", "202209", "mkt_customer.contract_capacity_kva")}


def test_a_ledger_without_a_transformer_row_is_missing_data(world: World) -> None:
    world.customer("A", kva=None)
    world.customer("B", kva=None)
    world.event("B", "", event_type=None)
    world.customer("C", kva=None)
    world.event("C", "mode_change", effective_date="2015-01-01", transformer_no=None)
    for cust_no in "ABC":
        world.bill(cust_no, "202209", "0.00")

    result = world.run("2022-09-30")

    assert lacking(result) == {
        (cust_no, "202209", "mkt_transformer_event.transformer_no") for cust_no in "ABC"
    }


def test_an_energy_use_on_the_line_earns_the_discount(world: World) -> None:
    """260 kWh × 2000 kVA = 520000 kWh, from June 2023 on; 600 kW × 48 × 0.9 = 25920 yuan."""
    for cust_no, month, energy in (
        ("A", "202306", "520000"),
        ("B", "202306", "519999.99"),
        ("C", "202305", "520000"),
    ):
        world.customer(cust_no, basic_fee_mode="actual_demand")
        world.bill(cust_no, month, "20000.00", basic_fee_mode="actual_demand", energy_kwh=energy)
        world.lines(cust_no, month, (600, None))

    result = world.run("2023-06-30")

    assert {subject: row[2] for (subject, _), row in levels(result).items()} == {
        "A": Decimal("5920.00"),
        "B": Decimal("8800.00"),
        "C": Decimal("4000.00"),
    }


def test_a_settlement_serves_one_month_and_the_earlier_month_first(world: World) -> None:
    world.customer("A")
    for month in ("202207", "202208"):
        world.bill("A", month, "28200.00")
    world.tables["mkt_fee_adjust"].append(
        {
            "adjust_no": "A1",
            "cust_no": "A",
            "adjust_type": "recover",
            "amount": "1800.00",
            "approve_time": "2022-08-15 09:00:00",
        }
    )

    result = world.run("2022-08-31")

    assert levels(result) == {("A", "202208"): ("R1", "low", Decimal("1800.00"))}
    assert result.excluded == {"X1": 1}


def test_of_two_settlements_the_one_approved_first_is_used_first(world: World) -> None:
    """June leaves the one of 20 July to July, for which the one of 5 June came too early."""
    world.customer("A")
    for month in ("202206", "202207"):
        world.bill("A", month, "28200.00")
    for number, day in {"A1": "2022-07-20", "A2": "2022-06-05"}.items():
        world.tables["mkt_fee_adjust"].append(
            {
                "adjust_no": number,
                "cust_no": "A",
                "adjust_type": "recover",
                "amount": "1800.00",
                "approve_time": f"{day} 09:00:00",
            }
        )

    result = world.run("2022-07-31")

    assert levels(result) == {}
    assert result.excluded == {"X1": 2}


def test_a_refund_and_a_settlement_a_day_late_settle_nothing(world: World) -> None:
    for cust_no, kind, day in (
        ("A", "refund", "2022-10-01"),
        ("B", "recover", "2022-12-02"),
        ("C", "recover", "2022-08-31"),
    ):
        world.customer(cust_no, close_date="2022-09-30")
        world.bill(cust_no, "202209", "28200.00")
        world.tables["mkt_fee_adjust"].append(
            {
                "adjust_no": f"A{cust_no}",
                "cust_no": cust_no,
                "adjust_type": kind,
                "amount": "1800.00",
                "approve_time": f"{day} 00:00:00",
            }
        )

    assert len(world.run("2022-12-31").findings) == 3


def test_the_whitelist_ends_with_its_last_day(world: World) -> None:
    world.customer("A")
    for month in ("202208", "202209"):
        world.bill("A", month, "0.00")
    cleared = WhitelistEntry(
        theme="T01",
        subject="A",
        rule=None,
        valid_from=date(2022, 8, 31),
        valid_to=date(2022, 9, 29),
    )

    result = world.run("2022-09-30", whitelist=[cleared])

    assert levels(result) == {("A", "202209"): ("R1,R3", "high", Decimal("30000.00"))}
    assert (result.whitelisted, result.excluded_total) == (1, 1)


def test_clearing_one_rule_leaves_the_other_and_the_grade_is_made_anew(world: World) -> None:
    world.customer("A")
    world.bill("A", "202209", "28200.00", billed_capacity_kva="999.99")
    cleared = WhitelistEntry(
        theme="T01", subject="A", rule="R1", valid_from=date(2022, 9, 1), valid_to=date(2022, 9, 30)
    )

    result = world.run("2022-09-30", whitelist=[cleared])

    assert levels(result) == {("A", "202209"): ("R2", "low", None)}


def test_the_load_table_may_be_absent_but_not_silent(world: World) -> None:
    world.customer("A", kva=500)
    world.event("A", "reduce", seal_date="2022-09-01", rated_kva=500)
    world.bill("A", "202209", "0.00", billed_capacity_kva=0)

    without = world.run("2022-09-30")
    world.tables["ami_daily_energy"] = []
    silent = world.run("2022-09-30")

    assert lacking(without) == set()
    assert lacking(silent) == {("A", "202209", "ami_daily_energy.max_load_kw")}


def test_the_sentence_says_what_was_found_and_what_would_have_been_right(world: World) -> None:
    world.customer("A")
    world.bill("A", "202209", "25000.00")

    (finding,) = world.run("2022-09-30").findings

    assert finding.warning == (
        "【智廉预警】{manager_name}，您服务的客户A（钱江****公司，10千伏，计费方式按容量）"
        "202209基本电费：复算应收30000.00元、系统实收25000.00元，差额5000.00元（16.7%），"
        "连续1个月，近12个月累计5000.00元。请于{due_date}前核查变压器运行状态、封停手续、"
        "需量核定值与账单，并上传说明和佐证。"
    )
    assert finding.explanation == (
        "户号A账期202209（计费方式按容量，各台运行天数T1 30天）：复算应收30000.00元、"
        "系统实收25000.00元，差额5000.00元（16.7%），连续1个月，近12个月累计5000.00元。"
        "若账单基本电费不低于30000.00元减容差30.00元，则不会触发。"
    )
    assert {(e.table, e.row) for e in finding.evidence} == {
        ("mkt_customer", 2),
        ("mkt_transformer_event", 2),
        ("mkt_bill", 2),
    }


def test_where_nothing_ran_any_demand_fee_refunded_is_still_short(world: World) -> None:
    """Expected 0 needs no demand figures; a bill of -400 yuan is 400 short."""
    world.customer("A", basic_fee_mode="actual_demand")
    world.event("A", "reduce", seal_date="2022-08-01", rated_kva=1000)
    world.bill("A", "202209", "-400.00", basic_fee_mode="actual_demand", energy_kwh=None)

    result = world.run("2022-09-30")

    assert levels(result) == {("A", "202209"): ("R1", "low", Decimal("400.00"))}
    assert "（应收为零）" in result.findings[0].explanation
