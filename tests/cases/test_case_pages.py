"""The case library and the page of a case."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains
from wagtail.search.backends import get_search_backend

from cases.models import CaseControl, CasePage, Ending, TurningPoint
from risk_manual.models import PointControl
from risk_manual.services import freeze_point
from tests.factories import (
    CasePageFactory,
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in):
    return sign_in(PostingFactory(position=PositionFactory()).employee)


@pytest.fixture
def case() -> CasePage:
    return CasePageFactory(code="AL-01", positions=[PositionFactory()])


def codes(response) -> list[str]:
    return [row.case.code for row in response.context["rows"]]


@pytest.fixture
def library(case):
    repair = PositionFactory(code="om_repair", name="配电运维抢修员")
    crew = RiskPointPageFactory(code="GC-12")
    page = CasePageFactory(
        code="AL-02",
        title="一个人的抢修",
        story="夜里抢修，一个人签了两个人的名字。",
        risk_points=[crew],
        positions=[repair],
        themes=["T09"],
    )
    # Posts and points are saved after the page, which is when it is indexed.
    get_search_backend().add(page)


def test_the_library_shows_all_cases_and_marks_those_of_ones_own_post(client, library):
    response = client.get(reverse("cases:list"))

    assert codes(response) == ["AL-01", "AL-02"]
    assertContains(response, "2个案例，1个与我的岗位有关")
    assertContains(response, "封停日期直接决定收费。")


@pytest.mark.parametrize(
    "query, expected",
    [
        ({"show": "mine"}, ["AL-01"]),
        ({"q": "抢修"}, ["AL-02"]),
        ({"q": "购物卡"}, ["AL-01"]),
        ({"q": "抢修", "show": "mine"}, []),
        ({"show": "??"}, ["AL-01", "AL-02"]),
        ({"position": "om_repair"}, ["AL-02"]),
        ({"point": "GC-12"}, ["AL-02"]),
        ({"theme": "T09"}, ["AL-02"]),
        ({"theme": "T09", "position": "account_manager"}, []),
        ({"position": "nobody"}, ["AL-01", "AL-02"]),
        ({"q": "GC12"}, ["AL-02"]),
        ({"q": "配电运维"}, ["AL-02"]),
        ({"q": "T09"}, ["AL-02"]),
    ],
)
def test_the_library_can_be_filtered(client, library, query, expected):
    assert codes(client.get(reverse("cases:list"), query)) == expected


def test_a_choice_can_be_taken_back_and_keeps_the_others(client, library):
    page = client.get(reverse("cases:list"), {"q": "抢修", "position": "om_repair"})

    assertContains(page, "岗位：配电运维抢修员")
    [chip] = page.context["chosen_filters"]
    assert codes(client.get(reverse("cases:list") + chip["url"])) == ["AL-02"]
    assert "position" not in chip["url"]
    assert [choice["count"] for choice in page.context["filters"]][:2] == [1, 0]


def test_only_posts_points_and_themes_of_some_case_can_be_chosen(client, library):
    RiskPointPageFactory(code="ZH-09")
    form = client.get(reverse("cases:list")).context["form"]

    assert [code for code, _ in form.fields["point"].choices] == ["", "GC-12"]
    assert [code for code, _ in form.fields["theme"].choices] == ["", "T09"]
    assert dict(form.fields["theme"].choices)["T09"].startswith("T09 ")


def test_a_long_list_has_pages_that_keep_the_choice(client, library):
    CasePageFactory.create_batch(30, themes=["T01"])
    address = reverse("cases:list")
    first = client.get(address, {"theme": "T01"})
    second = client.get(address, {"theme": "T01", "page": "2"})

    assert (len(codes(first)), len(codes(second))) == (24, 6)
    assert not set(codes(first)) & set(codes(second))
    assertContains(first, "theme=T01&amp;page=2")
    assertContains(first, "32个案例")


def test_the_story_stops_at_the_sentence_of_each_turning_point(case):
    first, last = case.story_in_turns()

    assert first[0] == "老板说“先别急着封”。陈某收下一张购物卡，没有到场。"
    assert first[1].comment == "没停就照收。"
    assert last == ("五个月后，平台发出预警。", None)


def test_a_turning_point_whose_words_are_gone_is_still_shown(case):
    case.story = "改写过的经过。第二句。"

    assert [(text, turn is not None) for text, turn in case.story_in_turns()] == [
        ("", True),
        ("改写过的经过。第二句。", False),
    ]


def test_turning_points_follow_the_story_and_not_their_order(case):
    case.turning_points = [
        *case.turning_points.all(),
        TurningPoint(at="先别急着封", question="这时你会…", comment="先问停没停。", sort_order=1),
    ]

    assert [turn.at for _, turn in case.story_in_turns() if turn] == ["先别急着封", "没有到场"]


def test_the_page_says_that_it_is_an_example_and_what_was_not_kept(client, case, now):
    point = RiskPointPageFactory(
        code="GF-09", controls=[PointControl(seq=3, text="暂停户每月调取采集负荷")]
    )
    freeze_point(point=point, now=now)
    case.risk_points.set([point])
    case.controls = [CaseControl(point=point, seq=3, held=False)]
    case.save()
    response = client.get(case.url)

    assertContains(response, "教学示例")
    assertContains(response, "本案例为教学自编示例。")
    assertContains(response, "GF-09措施3：没守住")
    assertContains(response, "暂停户每月调取采集负荷")
    assertContains(response, '<input type="hidden" name="risk_point" value="GF-09">', html=True)


def test_a_case_that_went_well_says_so(client):
    good = CasePageFactory(ending=Ending.GOOD)

    assertContains(client.get(good.url), "守住了")


def test_a_case_leads_to_the_lessons_that_tell_of_it(client, case):
    assertNotContains(client.get(case.url), "微课：")
    lesson = MicroLessonPageFactory(code="WK-01", title="账单为什么醒着")
    lesson.cases.set([case])
    lesson.save()

    assertContains(client.get(case.url), "微课：账单为什么醒着")


def test_a_case_is_found_by_its_code(client, case):
    assert case.url == reverse("cases:case", args=["AL-01"])
    assertContains(client.get("/cases/al-01/"), "“睡着”的变压器")
    assert client.get(reverse("cases:case", args=["AL-99"])).status_code == 404


@pytest.mark.parametrize("name", ["list", "case"])
def test_queries_do_not_grow_with_the_content(client, case, name, django_assert_max_num_queries):
    address = {"list": f"{reverse('cases:list')}?q=购物卡", "case": case.url}[name]
    points = [RiskPointPageFactory(controls=[PointControl(seq=1, text="封")]) for _ in range(5)]

    def tell_of(told):
        case.risk_points.set(told)
        case.controls = [CaseControl(point=point, seq=1) for point in told]
        case.save()

    tell_of(points[:1])
    client.get(address)
    with django_assert_max_num_queries(20) as first:
        client.get(address)
    tell_of(points)
    for _ in range(5):
        CasePageFactory(risk_points=points, positions=[PositionFactory()])
    with django_assert_max_num_queries(len(first)):
        client.get(address)
