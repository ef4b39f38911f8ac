"""What a stranger may ask of the command line, or hand it, that cannot be done."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

import risk_engine
from risk_engine.cli import main
from tests.risk_engine.conftest import Extracts, Outcome


@pytest.mark.parametrize("as_of", ["1989-12-31", "9999-12-31"])
def test_a_day_that_no_cell_may_hold_is_not_a_day_to_judge(
    extracts: Extracts, run_cli: Callable[..., Outcome], as_of: str
) -> None:
    outcome = run_cli(as_of=as_of)

    assert outcome.exit_code == 2
    assert f"评判日 {as_of} 不在 1990 年至 9989 年之间" in outcome.stderr


def test_a_month_beyond_the_calendar_is_not_replayed(
    extracts: Extracts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    months = ["--from", "9999-11", "--to", "9999-12"]

    with pytest.raises(SystemExit) as ended:
        main(["replay", "--extracts", str(extracts.folder), *months, "--out", str(tmp_path)])

    assert ended.value.code == 2
    assert "“9999-11”不在 1990 年至 9989 年之间" in capsys.readouterr().err


def test_an_output_that_is_a_file_is_said_before_anything_is_judged(
    extracts: Extracts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "结果"
    out.write_text("不是目录", encoding="utf-8")

    code = main(
        [
            *("run", "--extracts", str(extracts.folder), "--as-of", "2026-03-31"),
            *("--out", str(out)),
        ]
    )

    assert code == 2
    assert f"--out {out} 不是目录或建不出来" in capsys.readouterr().err


def test_an_open_quote_in_one_of_many_deliveries_refuses_the_theme(extracts: Extracts) -> None:
    rows = [{"contract_no": f"HT{number}", "title": "物业服务"} for number in range(12)]
    for number, row in enumerate(rows):
        extracts.csv("law_contract", [row], file=f"2026-03-{number + 1:02}.csv")
    extracts.csv("erp_purchase_order", [])
    path = extracts.folder / "law_contract/2026-03-07.csv"
    path.write_text(
        path.read_text(encoding="utf-8") + '"HT99,电缆\nHT98,变压器\n', encoding="utf-8"
    )

    result = risk_engine.run(
        extracts=extracts.folder, as_of=date(2026, 3, 31), themes=["T11"], gate=False
    )

    assert result.exit_code == 3
    assert [(reject.file, reject.row) for reject in result.rejects] == [
        ("law_contract/2026-03-07.csv", 3)
    ]


def test_a_number_in_the_place_of_a_code_is_read_as_its_digits(extracts: Extracts) -> None:
    for table in ("dsc_repair_material", "erp_goods_issue", "pms_outage"):
        extracts.csv(table, [])
    crew = {"order_no": "330100012345", "emp_no": "E1", "sign_time": "2026-03-01 09:00:00"}
    extracts.csv("dsc_repair_crew", [crew])
    path = extracts.csv(
        "dsc_repair_order",
        [
            {
                "order_no": "330100012345",
                "source": "customer",
                "accept_time": "2026-03-01 08:00:00",
                "finish_time": "2026-03-01 10:00:00",
                "need_material": "false",
                "outsource_flag": "false",
                "leader_emp_no": "3301000660",
            }
        ],
    )
    with duckdb.connect() as connection:
        table = connection.read_csv(str(path), all_varchar=True)
        table.project(
            "* REPLACE (CAST(order_no AS DOUBLE) AS order_no, "
            "CAST(leader_emp_no AS DOUBLE) AS leader_emp_no)"
        ).write_parquet(str(path.with_suffix(".parquet")))
    path.unlink()

    result = risk_engine.run(
        extracts=extracts.folder, as_of=date(2026, 3, 31), themes=["T09"], gate=False
    )

    assert [(f.subject, f.rules, f.receiver_emp_no) for f in result.findings] == [
        ("330100012345", ("R1",), "3301000660")
    ]
