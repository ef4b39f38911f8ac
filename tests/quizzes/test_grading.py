"""Written answers are judged by what they mean."""

import pytest

from quizzes.models import QuestionVersion
from quizzes.services.grading import is_right


def version(*answers, unit=""):
    return QuestionVersion(type="fill", answers=list(answers), unit=unit)


@pytest.mark.parametrize(
    ("answers", "unit", "given"),
    [
        (["30"], "日", "30"),
        (["30"], "日", "３０"),
        (["30"], "日", " 三十日。"),
        (["30"], "日", "30天"),
        (["三十"], "日", "30.0"),
        (["10"], "%", "百分之十"),
        (["10"], "%", "１０％"),
        (["40"], "%", "四十"),
        (["72"], "小时", "七十二个小时"),
        (["2"], "人", "两人"),
        (["2"], "人", "二名"),
        (["30"], "分钟", "三十分钟"),
        (["1200"], "元", "一千二百元"),
        (["1200"], "元", "1,200"),
        (["10500"], "", "一万零五百"),
        (["0.5"], "", "零点五"),
        (["2026"], "", "二〇二六"),
        (["原路", "按原路"], "", "“原路”"),
        (["当日", "当天"], "", "当 天"),
    ],
)
def test_the_same_meaning_is_right(answers, unit, given):
    assert is_right(version(*answers, unit=unit), [given])


@pytest.mark.parametrize(
    ("answers", "unit", "given"),
    [
        (["30"], "日", "3"),
        (["30"], "日", "30个工作日"),
        (["30"], "日", "三十一"),
        (["10"], "%", "10元"),
        (["10"], "%", "0.1"),
        (["2"], "人", "十二"),
        (["过磅"], "", "过秤磅"),
        (["15"], "日", "-15"),
    ],
)
def test_another_meaning_is_wrong(answers, unit, given):
    assert not is_right(version(*answers, unit=unit), [given])


def test_a_short_answer_is_never_graded_by_machine():
    with pytest.raises(ValueError, match="not graded by machine"):
        is_right(QuestionVersion(type="short"), ["先补事前审批单"])
