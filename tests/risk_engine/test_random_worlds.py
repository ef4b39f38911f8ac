"""T09 and T11 over worlds nobody looked at, held against a slow reference in plain Python."""

from pathlib import Path

import pytest

import risk_engine
from tests.risk_engine.reference import judge_t09, judge_t11
from tests.risk_engine.worlds import Case

REFERENCES = {"T09": judge_t09, "T11": judge_t11}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("theme", ["T09", "T11"])
def test_findings_equal_the_reference(theme: str, seed: int, backend: str, tmp_path: Path) -> None:
    case = Case(theme, seed, tmp_path / "extracts")
    expected = REFERENCES[theme](case.world)

    result = risk_engine.run(**case.arguments(), backend=backend).themes[0]

    assert {
        (f.subject, f.period): (f.rules, f.level, f.amount, f.occurred_on, f.receiver_emp_no)
        for f in result.findings
    } == expected.findings
    assert {
        (entry.subject, entry.period, entry.column) for entry in result.inconclusive
    } == expected.inconclusive
    assert result.excluded_total == len(expected.excluded)
