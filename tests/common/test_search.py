"""The search backend replaces parts of modelsearch; this is what must hold on both databases."""

from collections.abc import Iterable

import pytest
from modelsearch.query import And, Boost, MatchAll, Not, Or, Phrase, PlainText
from wagtail.search.backends import get_search_backend

from risk_manual.models import MonitoringKind, RegisterPoint, RiskLevel

pytestmark = pytest.mark.django_db


def entry(code: str, title: str, risk: str = "无", controls: Iterable[str] = ()) -> RegisterPoint:
    return RegisterPoint.objects.create(
        code=code,
        title=title,
        risk=risk,
        controls=list(controls),
        profession="营销",
        department="营销部",
        level=RiskLevel.LOW,
        monitoring_kind=MonitoringKind.DATA,
    )


def found(query: object, **kwargs: object) -> list[str]:
    results = get_search_backend().search(query, RegisterPoint.objects.all(), **kwargs)
    return sorted(row.code for row in results)


@pytest.fixture(autouse=True)
def three_entries() -> None:
    entry("R1", "用户业扩报装受理", "抢修结束后登记材料使用情况。")
    entry("R2", "基本电费少收漏收", "暂停期间变压器仍在运行，少收基本电费。")
    entry("R3", "抢修材料管理", "用料与工单不符。", ["抢修结束后24小时内登记"])


@pytest.mark.parametrize(
    "word, codes",
    [
        ("业扩", ["R1"]),
        ("抢修", ["R1", "R3"]),
        ("基本电费", ["R2"]),
        ("变压器", ["R2"]),
        ("修", ["R1", "R3"]),
        ("24小时", ["R3"]),
        ("R2", ["R2"]),
        ("r2", ["R2"]),
        ("Ｒ２", ["R2"]),
        ("费电", []),
        ("电费抢修", []),
    ],
)
def test_a_word_is_found_inside_a_sentence_and_nothing_else_is(word, codes):
    assert found(word) == codes


def test_two_words_must_both_occur_unless_one_is_asked_for():
    assert found("抢修 材料") == ["R1", "R3"]
    assert found("业扩 材料") == ["R1"]
    assert found("业扩 电费") == []
    assert found("业扩 电费", operator="or") == ["R1", "R2"]


def test_a_word_does_not_reach_over_a_comma():
    entry("R4", "甲基本，本电乙")

    assert found("基本电") == ["R2"]
    assert found("本电") == ["R2", "R4"]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        '抢修"',
        "抢修' OR 1=1 --",
        "%s %d %",
        "抢修 AND",
        "NOT",
        "(抢修",
        "抢修*",
        "title:抢修",
        "\\",
        "\x00抢修",
        "。，！",
        "   ",
        "😀",
        "抢修" * 2000,
        "抢修 " * 2000,
    ],
)
def test_no_text_that_can_be_typed_breaks_the_search(text):
    assert set(found(text)) <= {"R1", "R2", "R3"}
    assert isinstance(
        list(get_search_backend().autocomplete(text, RegisterPoint.objects.all())), list
    )


@pytest.mark.parametrize(
    "query, codes",
    [
        (Not(PlainText("抢修")), ["R2"]),
        (Not(Phrase("基本电费")), ["R1", "R3"]),
        (~Not(PlainText("抢修")), ["R1", "R3"]),
        (PlainText("抢修") & ~PlainText("业扩"), ["R3"]),
        (~PlainText("业扩") & ~PlainText("电费"), ["R3"]),
        (PlainText("业扩") | ~PlainText("抢修"), ["R1", "R2"]),
        (And([PlainText("抢修"), Or([PlainText("用料"), Not(PlainText("业扩"))])]), ["R3"]),
        (And([PlainText("。"), PlainText("抢修")]), ["R1", "R3"]),
        (And([MatchAll(), PlainText("抢修")]), ["R1", "R3"]),
        (Or([MatchAll(), PlainText("抢修")]), ["R1", "R2", "R3"]),
        (MatchAll(), ["R1", "R2", "R3"]),
        (Not(MatchAll()), []),
        (Boost(PlainText("业扩"), 2), ["R1"]),
        (Not(PlainText("。")), []),
    ],
)
def test_queries_may_be_combined_and_negated(query, codes):
    assert found(query) == codes


def test_the_title_can_be_searched_alone():
    assert found("抢修", fields=["title"]) == ["R3"]
    assert found(Not(PlainText("抢修")), fields=["title"]) == ["R1", "R2"]


def test_other_fields_are_refused_rather_than_searched_wrongly():
    with pytest.raises(NotImplementedError, match="only \\['title'\\]"):
        found("抢修", fields=["risk"])


def test_what_is_named_in_the_title_comes_first():
    results = get_search_backend().search("抢修 材料", RegisterPoint.objects.all())

    assert [row.code for row in results] == ["R3", "R1"]


def test_a_word_at_the_end_of_a_very_long_page_is_found():
    entry("R5", "长文", "三公经费按月公示，逐项核对。" * 6000 + "最后一句讲了加封。")

    assert found("加封") == ["R5"]
    assert found("逐项核对") == ["R5"]


def test_autocomplete_finds_what_begins_as_typed():
    results = get_search_backend().autocomplete("基本电", RegisterPoint.objects.all())

    assert [row.code for row in results] == ["R2"]
