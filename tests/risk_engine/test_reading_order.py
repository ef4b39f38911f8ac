"""The order of reading: cut, quarantine, one row a key, nothing later than the day of judging."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import risk_engine
from tests.risk_engine.conftest import Extracts, Outcome
from tests.risk_engine.healthy import healthy_t09

Run = Callable[..., Outcome]

ORDER = {
    "order_no": "Q1",
    "org_code": "ORG01",
    "source": "customer",
    "accept_time": "2026-03-01 08:00:00",
    "finish_time": "2026-03-01 10:00:00",
    "need_material": True,
    "outsource_flag": True,
}


def tables(**given: list[dict]) -> dict[str, list[dict]]:
    empty = dict.fromkeys(
        ("dsc_repair_crew", "dsc_repair_material", "erp_goods_issue", "pms_outage"), ()
    )
    return {"dsc_repair_order": [ORDER], **empty, **given}


def judge(backend: str = "duckdb", as_of: date = date(2026, 3, 10), **given: list[dict]):
    return risk_engine.run(
        extracts=tables(**given), as_of=as_of, themes=["T09"], backend=backend, gate=False
    )


def test_a_row_dated_on_the_day_is_seen_and_the_day_after_is_not(backend: str) -> None:
    on_the_day = {"order_no": "Q1", "material_code": "M1", "register_time": "2026-03-02 09:00:00"}

    late = judge(backend, date(2026, 3, 10), dsc_repair_material=[on_the_day])
    early = judge(
        backend,
        date(2026, 3, 4),
        dsc_repair_material=[on_the_day | {"register_time": "2026-03-05 00:00:00"}],
    )

    assert late.findings == ()
    assert early.findings[0].measures["register_state"] == "missing"


def test_a_null_event_date_stays_unless_the_source_skips_it(backend: str) -> None:
    order = ORDER | {"source": "monitor", "device_no": "D1", "need_material": False}
    outage = {"outage_no": "O1", "device_no": "D1", "start_time": None, "end_time": None}

    result = judge(backend, dsc_repair_order=[order], pms_outage=[outage])

    assert [finding.rules for finding in result.findings] == [("R4",)]
    report = {table.table: table for table in result.themes[0].tables}["pms_outage"]
    assert (report.rows, report.unseen, report.rejected) == (1, 1, 0)


def test_a_row_of_the_future_is_cut_before_its_nulls_are_quarantined() -> None:
    future = {"order_no": None, "material_code": "M1", "register_time": "2026-03-11 00:00:00"}

    result = judge(dsc_repair_material=[future])

    assert result.rejects == ()


def test_of_two_deliveries_that_differ_the_later_wins_and_both_are_reported(
    extracts: Extracts, run_cli: Run
) -> None:
    for name, rows in tables().items():
        if name != "dsc_repair_order":
            extracts.csv(name, rows)
    extracts.csv("dsc_repair_order", [ORDER], file="2026-03-05.csv")
    extracts.csv("dsc_repair_order", [ORDER | {"need_material": False}], file="2026-03-06.csv")

    outcome = run_cli("--gate", "off", as_of="2026-03-10")

    assert outcome.findings == []
    assert outcome.corrections == [
        {
            "table": "dsc_repair_order",
            "key": "Q1",
            "old_file": "dsc_repair_order/2026-03-05.csv",
            "old_row": "2",
            "new_file": "dsc_repair_order/2026-03-06.csv",
            "new_row": "2",
        }
    ]
    assert outcome.rejects == []


def test_the_order_of_deliveries_is_the_day_in_the_name(extracts: Extracts, run_cli: Run) -> None:
    for name, rows in tables().items():
        if name != "dsc_repair_order":
            extracts.csv(name, rows)
    extracts.csv("dsc_repair_order", [ORDER], file="z_2026-03-05.csv")
    extracts.csv("dsc_repair_order", [ORDER | {"need_material": False}], file="a_20260306.csv")

    outcome = run_cli("--gate", "off", as_of="2026-03-10")

    assert outcome.findings == []


def test_decimals_are_equal_by_value_and_nulls_are_equal_keys() -> None:
    issue = {"issue_no": "I1", "work_order_no": "Q1", "material_code": None, "qty": "2.50"}

    result = judge(
        erp_goods_issue=[
            issue | {"unit_price": "10", "issue_date": "2026-03-01"},
            issue | {"unit_price": "10.000", "issue_date": "2026-03-01"},
        ]
    )

    assert str(result.findings[0].amount) == "25.00"
    assert result.rejects == ()


def test_columns_the_theme_does_not_read_still_tell_two_rows_apart() -> None:
    crew = {"order_no": "Q1", "emp_no": "E1", "sign_time": "2026-03-01 09:00:00"}

    result = judge(
        dsc_repair_order=[ORDER | {"outsource_flag": False, "need_material": False}],
        dsc_repair_crew=[crew | {"role": "leader"}, crew | {"role": "member"}],
    )

    assert len(result.rejects) == 2
    assert [entry.column for entry in result.inconclusive] == ["dsc_repair_crew.emp_no"]


def test_a_quarantined_crew_row_of_the_future_hides_nothing() -> None:
    crew = {"order_no": "Q1", "emp_no": "E1", "sign_time": "2026-03-01 09:00:00"}
    future = crew | {"emp_no": "E2", "sign_time": "2026-03-11 09:00:00", "sign_lon": "东"}

    result = judge(
        dsc_repair_order=[ORDER | {"outsource_flag": False, "need_material": False}],
        dsc_repair_crew=[crew, future],
    )

    assert [finding.rules for finding in result.findings] == [("R1",)]
    assert [reject.column for reject in result.rejects] == ["sign_lon"]


def test_only_the_window_since_is_written(extracts: Extracts, run_cli: Run) -> None:
    for name, rows in tables().items():
        extracts.csv(name, rows)

    on_the_day = run_cli("--gate", "off", "--since", "2026-03-04", as_of="2026-03-10")
    the_day_after = run_cli("--gate", "off", "--since", "2026-03-05", as_of="2026-03-10")

    assert [finding["occurred_on"] for finding in on_the_day.findings] == ["2026-03-04"]
    assert the_day_after.findings == []


def test_the_same_extracts_give_the_same_bytes(extracts: Extracts, run_cli: Run) -> None:
    world = healthy_t09()
    world["dsc_repair_crew"] = [r for r in world["dsc_repair_crew"] if r["emp_no"] == "E1"]
    for name, rows in world.items():
        extracts.csv(name, rows)

    first = run_cli()
    second = run_cli()

    assert len(first.findings) == 108
    assert {path.name: path.read_bytes() for path in second.out.iterdir()} == {
        path.name: path.read_bytes() for path in first.out.iterdir()
    }


def test_an_amount_is_rounded_half_up_to_the_cent_only_at_the_end(backend: str) -> None:
    issue = {"work_order_no": "Q1", "qty": "1", "issue_date": "2026-03-01"}

    result = judge(
        backend,
        erp_goods_issue=[
            issue | {"issue_no": "I1", "unit_price": "0.0025"},
            issue | {"issue_no": "I2", "unit_price": "0.0025"},
        ],
    )

    assert str(result.findings[0].amount) == "0.01"


def test_a_parameter_without_a_value_yet_is_inconclusive(backend: str) -> None:
    result = risk_engine.run(
        extracts=tables(),
        as_of=date(2026, 3, 10),
        themes=["T09"],
        backend=backend,
        gate=False,
        parameters={"T09": {"close_hours": [{"from": "2026-03-02", "value": "72"}]}},
    )

    assert result.findings == ()
    assert [entry.column for entry in result.inconclusive] == ["parameters.close_hours"]


def test_a_whitelist_row_clears_exactly_its_rule_on_its_days(
    extracts: Extracts, run_cli: Run
) -> None:
    for name, rows in tables().items():
        extracts.csv(name, rows)
    header = "theme,subject,rule,reason,approver,valid_from,valid_to\n"
    clearing = extracts.folder.parent / "cleared.csv"

    clearing.write_text(
        header + "T09,Q1,T09-R3,已核实,E9,2026-03-04,2026-03-04\n", encoding="utf-8"
    )
    on_the_day = run_cli("--gate", "off", "--whitelist", str(clearing), as_of="2026-03-10")
    clearing.write_text(header + "T09,Q1,,已核实,E9,2026-03-05,2026-03-31\n", encoding="utf-8")
    the_day_after = run_cli("--gate", "off", "--whitelist", str(clearing), as_of="2026-03-10")
    clearing.write_text(header + "T09,Q1,R9,误,E9,2026-03-01,永久\n", encoding="utf-8")
    mistaken = run_cli("--gate", "off", "--whitelist", str(clearing), as_of="2026-03-10")

    assert on_the_day.findings == []
    assert on_the_day.gate["themes"]["T09"]["whitelisted"] == 1
    assert len(the_day_after.findings) == 1
    assert [(r["file"], r["row"], r["column"]) for r in mistaken.rejects] == [
        ("cleared.csv", "2", "rule")
    ]
    assert len(mistaken.findings) == 1
