"""What the scan finds in a text, where, and what it leaves alone."""

import pytest
import yaml
from django.conf import settings

from cases.identities import IdentityKind, Roster, is_card_number, is_resident_id, scan
from demo.places import CITY_NAME

ROSTER = Roster(
    names=frozenset({"周敏", "欧阳若兰", "周一", "林致远"}),
    emp_nos=frozenset({"3301000069", "N10024"}),
    units=frozenset({"江城供电公司", "城东供电所"}),
)


def found(text: str) -> list[tuple[IdentityKind, str]]:
    return [(hit.kind, hit.text) for hit in scan({"经过": text}, roster=ROSTER)]


@pytest.mark.parametrize(
    ("text", "kind", "hit"),
    [
        ("证号11010519491231002X。", "resident_id", "11010519491231002X"),
        (
            "证号１１０１０５１９４９１２３１００２ｘ。",
            "resident_id",
            "１１０１０５１９４９１２３１００２ｘ",
        ),
        ("转到6222020200112230236上", "bank_card", "6222020200112230236"),
        ("转到4111 1111 1111 1111上", "bank_card", "4111 1111 1111 1111"),
        ("打13812345678找他", "mobile", "13812345678"),
        ("打+86 138-1234-5678找他", "mobile", "+86 138-1234-5678"),
        ("写到chen.x@jc-power.com.cn去", "email", "chen.x@jc-power.com.cn"),
        ("开着浙A·12345来", "plate", "浙A·12345"),
        ("开着沪AD12345来", "plate", "沪AD12345"),
        ("由3301000069签字", "emp_no", "3301000069"),
        ("由N10024签字", "emp_no", "N10024"),
        ("工号：88812，离职", "emp_no", "88812"),
        ("到城东供电所办理", "company", "城东供电所"),
        ("与江城宏达电力安装有限公司签约", "company", "江城宏达电力安装有限公司"),
        ("某供电所与江城宏达电力安装有限公司签约", "company", "江城宏达电力安装有限公司"),
        ("住在滨江路88号", "address", "住在滨江路88号"),
        ("送到翠苑小区3栋", "address", "送到翠苑小区3栋"),
        ("在3栋2单元501室", "address", "3栋2单元501室"),
        ("周敏没有到场", "roster_name", "周敏"),
        ("只有欧阳若兰知道", "roster_name", "欧阳若兰"),
        ("客户经理王志强收下了购物卡", "person_name", "王志强"),
        ("名叫李伟，四十岁", "person_name", "李伟"),
        ("后来，张建国（中共党员）承认了", "person_name", "张建国"),
        ("后来，上官云同志承认了", "person_name", "上官云"),
    ],
)
def test_an_identity_is_found_as_it_stands(text, kind, hit):
    assert (IdentityKind(kind), hit) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        # One digit off: no resident id, no card, no number of the roster.
        "证号110105194912310021。",
        "转到6222020200112230230上",
        "编号3301000068，共计60000元",
        # A hotline and a long meter number are no mobile phones.
        "拨了95598，表号23812345678901",
        "某供电所客户经理陈某（中共党员）和用电检查员老丁",
        "一家电力安装有限公司、某科技有限公司、这家有限公司",
        "住在某镇某村，六百米外",
        "流程我周一补，客户经理说可以",
        "受理员在大厅，所长批了，向客户解释",
    ],
)
def test_what_tells_of_nobody_is_left_alone(text):
    assert found(text) == []


def test_a_place_is_told_once_and_with_what_stands_around_it():
    text = "第一行。\n身份证号11010519491231002X是他的"

    hit, *others = scan({"经过": "无", "转折点1的点评": text}, roster=ROSTER)

    assert others == []
    assert (hit.where, hit.start) == ("转折点1的点评", text.index("1101"))
    assert hit.before.endswith("身份证号")
    assert hit.after == "是他的"
    assert hit.suggestion == "删去，或只说“身份证号码”。"


def test_hits_come_in_the_order_of_the_text():
    text = "周敏打13812345678，又到城东供电所找林致远"

    assert [hit for _, hit in found(text)] == ["周敏", "13812345678", "城东供电所", "林致远"]


def test_check_digits_are_those_of_the_standards():
    assert is_resident_id("11010519491231002X")
    assert is_resident_id("440524188001010014")
    assert not is_resident_id("440524188001010015")
    assert is_card_number("4111111111111111")
    assert not is_card_number("4111111111111112")


def test_the_cases_of_the_edition_name_nobody():
    text = (settings.CONTENT_DIR / "cases.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, Loader=yaml.CSafeLoader)["cases"]
    places = Roster(units=frozenset({CITY_NAME}))

    hits = {
        row["code"]: scan(dict(texts_in(row)), roster=places)
        for row in rows
        if scan(dict(texts_in(row)), roster=places)
    }

    assert len(rows) == 26
    assert hits == {}


def texts_in(row):
    """Return every text of a row of the file, however deep it stands."""
    for key, value in row.items():
        # What is cited names laws and who issued them.
        if key == "discipline":
            continue
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from texts_in(item if isinstance(item, dict) else {f"{key}{number}": item})
