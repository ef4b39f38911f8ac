"""Themes as data: what screens and officers need is there and hangs together."""

from __future__ import annotations

import re
from datetime import date

import pytest

import risk_engine
from risk_engine.catalogue import Theme
from risk_engine.contracts import tables

ALL = {theme.code: theme for theme in risk_engine.themes()}


@pytest.fixture(params=ALL.values(), ids=list(ALL))
def theme(request: pytest.FixtureRequest) -> Theme:
    """Each theme of the package."""
    return request.param


def test_every_rule_teaches_one_of_the_themes_risk_points(theme: Theme) -> None:
    assert {rule.risk_point for rule in theme.rules} <= set(theme.risk_points)


def test_every_column_a_theme_reads_is_in_the_contract(theme: Theme) -> None:
    for source in theme.sources:
        known = {column.name for column in tables()[source.table].columns}
        assert set(source.columns) <= known
        assert {*source.key, *source.required, *source.later_as_null} <= set(source.columns)
        assert set(source.references) <= set(source.columns)


def test_every_measure_a_rule_names_has_a_label(theme: Theme) -> None:
    labelled = {measure.key for measure in theme.measures}

    assert {name for rule in theme.rules for name in rule.measures} <= labelled


def test_a_tip_is_known_for_every_level(theme: Theme) -> None:
    assert {theme.tip.for_level(level) for level in ("high", "medium", "low")} <= {
        "at_once",
        "after_triage",
        "sealed",
    }
    assert theme.receiver.level in {"station", "county", "department"}


def test_no_sentence_of_a_theme_is_a_verdict(theme: Theme) -> None:
    words = re.compile("违纪|违法|舞弊|贪|套取|造假者")

    assert not words.search(theme.texts.warning + theme.texts.explanation)


def test_a_parameter_has_no_value_before_its_first_day() -> None:
    limit = ALL["T11"].parameter("internal_limit")

    assert limit.on(date(1999, 12, 31)) is None
    assert limit.on(date(2000, 1, 1)) == "50000"


def test_an_unknown_theme_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(risk_engine.UsageError, match="没有主题 T99，现有 T01、T09、T11"):
        risk_engine.theme("T99")


def test_the_warning_leaves_to_the_platform_what_only_it_knows() -> None:
    result = risk_engine.run(
        extracts={
            "erp_purchase_order": [
                {
                    "po_no": f"P{number}",
                    "org_code": "ORG01",
                    "category_code": "K1",
                    "supplier_code": "S1",
                    "amount": "30000",
                    "method": "petty",
                    "create_date": f"2026-03-0{number}",
                    "requester_emp_no": f"E{number}",
                }
                for number in (1, 2)
            ]
        },
        as_of=date(2026, 3, 31),
        themes=["T11"],
        gate=False,
    )

    (finding,) = result.findings
    assert finding.receiver_emp_no == "E2"
    assert finding.risk_point == "CW-06"
    assert finding.warning_text(org_name="城东供电所") == (
        "【智廉预警】城东供电所在2026-03-01至2026-03-02内就K1零星采购2笔、合计60000.00元"
        "（限额50000.00元），供应商均为S1。请说明需求是否可预见、为何未合并采购，并提供比价记录。"
    )
    assert finding.fingerprint == risk_engine.fingerprint(
        theme="T11", subject="ORG01/K1", period="202603"
    )
    assert finding.parameters["2026-03-02"]["internal_limit"] == "50000"
