"""The engine finds what the scripts planted: nothing missed, nothing extra, on any day."""

from datetime import date, timedelta
from pathlib import Path

import pytest

import risk_engine
from demo.extracts import truth, write_extracts
from demo.world import build_world

# The first load, a year that no holiday calendar covers yet, and the earliest day of all.
PLACES = [
    (7, date(2026, 11, 26), (-60, -26, 0, 35)),
    (11, date(2027, 3, 1), (-60, 30)),
    (5, date(2025, 6, 1), (2,)),
]


def _found(result):
    return {
        (
            theme.theme,
            finding.subject,
            finding.period,
            tuple(finding.rules),
            finding.level,
            finding.amount,
            finding.org_code,
            finding.receiver_emp_no,
            finding.occurred_on,
        )
        for theme in result.themes
        for finding in theme.findings
    }


def _expected(told):
    return {
        (
            finding.theme,
            finding.subject,
            finding.period,
            finding.rules,
            finding.level,
            finding.amount,
            finding.org_code,
            finding.receiver,
            finding.occurred_on,
        )
        for finding in told.findings
    }


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


@pytest.mark.parametrize(("seed", "as_of", "offsets"), PLACES)
def test_findings_equal_the_truth_exactly(seed, as_of, offsets, folder):
    world = build_world(seed=seed, as_of=as_of)
    for offset in offsets:
        yesterday = as_of + timedelta(days=offset - 1)
        write_extracts(world=world, folder=folder, until=yesterday)

        result = risk_engine.run(
            extracts=folder / "deliveries", as_of=yesterday, whitelist=folder / "whitelist.csv"
        )

        told = truth(world=world, as_of=yesterday)
        assert _found(result) == _expected(told)
        assert {
            (gap.theme, gap.subject, gap.period, gap.column)
            for theme in result.themes
            for gap in theme.inconclusive
        } == {(gap.theme, gap.subject, gap.period, gap.column) for gap in told.gaps}
        assert {theme.gate.status for theme in result.themes} == {"ran"}
        assert not any(theme.gate.grey_stations for theme in result.themes)
        assert not result.rejects
