"""Search over the manual, the cases and the micro-lessons."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from risk_manual.models import PointControl
from tests.factories import (
    CasePageFactory,
    EmployeeFactory,
    MicroLessonPageFactory,
    QuestionFactory,
    RiskPointPageFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in):
    return sign_in(EmployeeFactory())


@pytest.fixture(autouse=True)
def content():
    RiskPointPageFactory(
        code="GF-09",
        title="基本电费少收漏收",
        controls=[PointControl(seq=1, text="双人到场加封，封印号与铭牌同框")],
    ).save_revision().publish()
    CasePageFactory(code="AL-01", story="老板在加封当晚说：“先别急着封。”")
    lesson = MicroLessonPageFactory(code="WK-01", title="账单为什么醒着")
    lesson.script = [*lesson.script.all()]
    lesson.script.all()[0].text = "因为加封那一天，就是少收钱的第一天。"
    lesson.save_revision().publish()


def search(client, q, **more):
    return client.get(reverse("home:search"), {"q": q, **more})


def notes(response) -> list[str]:
    return [hit.note for hit in response.context["hits"]]


def test_a_word_is_found_in_points_cases_and_lessons_and_marked(client):
    response = search(client, "加封")

    assert notes(response) == ["GF-09", "AL-01", "1分钟"]
    assertContains(response, "双人到场<mark>加封</mark>，封印号")
    assertContains(response, "因为<mark>加封</mark>那一天")
    assert [(item["label"], item["count"]) for item in response.context["filters"]] == [
        ("全部", 3),
        ("风险点", 1),
        ("案例", 1),
        ("微课", 1),
    ]


def test_one_kind_can_be_chosen(client):
    assert notes(search(client, "加封", kind="cases")) == ["AL-01"]
    assert notes(search(client, "加封", kind="??")) == ["GF-09", "AL-01", "1分钟"]


@pytest.mark.parametrize("typed", ["GF-09", "gf09", "GF 09", "ＧＦ－０９"])
def test_a_point_is_found_by_its_code(client, typed):
    assert notes(search(client, typed)) == ["GF-09"]


def test_the_stem_of_a_question_is_not_found(client):
    QuestionFactory(stem="客户说明天自己停，这道题考的是唯一词。")

    assertContains(search(client, "唯一词"), "没有找到")


@pytest.mark.parametrize(
    "typed", ["", "   ", "。，", '"', "<script>alert(1)</script>", "%", "\x00"]
)
def test_nothing_that_can_be_typed_breaks_the_page(client, typed):
    response = search(client, typed)

    assert response.status_code == 200
    assertNotContains(response, "<script>alert")


def test_what_was_taken_down_is_not_found(client):
    from cases.models import CasePage

    CasePage.objects.get().unpublish()

    assert "AL-01" not in notes(search(client, "加封"))


def test_queries_do_not_grow_with_the_hits(client, django_assert_max_num_queries):
    search(client, "加封")
    with django_assert_max_num_queries(20) as first:
        search(client, "加封")
    for _ in range(6):
        CasePageFactory(story="又一次加封。")
    with django_assert_max_num_queries(len(first)):
        search(client, "加封")
