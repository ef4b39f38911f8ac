"""Browsing the manual, and the page of a risk point."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from people.models import Position
from risk_manual.models import (
    LegalBasis,
    ManualEdition,
    ManualIndexPage,
    PointCitation,
    PointControl,
    RiskAreaPage,
    RiskLevel,
    RiskPointPage,
    Verification,
)
from tests.factories import (
    CasePageFactory,
    EmployeeFactory,
    LegalBasisFactory,
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def areas():
    from wagtail.models import Site

    root = Site.objects.get(is_default_site=True).root_page
    manual = root.add_child(instance=ManualIndexPage(title="风险手册", slug="manual"))
    ManualEdition.objects.create(
        code="demo", title="小微权力手册", label="2026年版", valid_from=date(2026, 1, 1)
    )
    return {
        code: manual.add_child(instance=RiskAreaPage(title=title, code=code, slug=code.lower()))
        for code, title in [("GF", "供电服务"), ("GC", "工程管理")]
    }


def under(area: RiskAreaPage, **fields) -> RiskPointPage:
    point = RiskPointPageFactory.build(
        position=fields.pop("position", None) or PositionFactory(),
        reviewer=PositionFactory(code="deputy_head", name="供电所副所长"),
        **fields,
    )
    return area.add_child(instance=point)


@pytest.fixture
def points(areas):
    repair = PositionFactory(code="om_repair", name="配电运维抢修员")
    return {
        "GF-09": under(areas["GF"], code="GF-09", title="基本电费少收漏收"),
        "GF-12": under(
            areas["GF"], code="GF-12", title="抄表数据失真", level=RiskLevel.LOW, position=repair
        ),
        "GC-12": under(
            areas["GC"],
            code="GC-12",
            title="故障抢修单人出工",
            position=repair,
            risk_description="抢修材料不登记。",
        ),
    }


@pytest.fixture
def account_manager(sign_in):
    return sign_in(PostingFactory(position=PositionFactory()).employee)


def codes(response) -> list[str]:
    return [point.code for each in response.context["areas"] for point in each.points]


def test_every_page_asks_who_is_there(points):
    case = CasePageFactory()
    lesson = MicroLessonPageFactory()
    addresses = [
        reverse("risk_manual:browse"),
        reverse("risk_manual:mine"),
        reverse("risk_manual:edition"),
        reverse("risk_manual:point", args=["GF-09"]),
        reverse("cases:list"),
        reverse("home:search"),
        "/manual/gf/gf-09/",
        points["GF-09"].get_parent().url,
        case.url,
        lesson.url,
    ]

    for address in addresses:
        assertRedirects(
            Client().get(address),
            f"{reverse('people:login')}?next={address}",
            fetch_redirect_response=False,
        )


def test_the_manual_shows_all_points_by_area(account_manager, points):
    response = account_manager.get(reverse("risk_manual:browse"))

    assert codes(response) == ["GF-09", "GF-12", "GC-12"]
    assert [(item["label"], item["count"]) for item in response.context["filters"]] == [
        ("全部", 3),
        ("供电服务", 2),
        ("工程管理", 1),
    ]
    assertContains(response, "2026年版目录")
    assertContains(response, "我的岗位1个")


@pytest.mark.parametrize(
    "query, expected",
    [
        ({"area": "GC"}, ["GC-12"]),
        ({"level": "low"}, ["GF-12"]),
        ({"position": "om_repair"}, ["GF-12", "GC-12"]),
        ({"position": "mine"}, ["GF-09"]),
        ({"position": "om_repair", "level": "high"}, ["GC-12"]),
        ({"q": "抢修"}, ["GF-12", "GC-12"]),
        ({"q": "登记"}, ["GC-12"]),
        ({"q": "没有这个词"}, []),
        ({"area": "??", "level": "??", "position": "??"}, ["GF-09", "GF-12", "GC-12"]),
    ],
)
def test_the_manual_can_be_filtered(account_manager, points, query, expected):
    response = account_manager.get(reverse("risk_manual:browse"), query)

    assert codes(response) == expected


def test_the_points_of_ones_own_posts_have_an_address(account_manager, points):
    response = account_manager.get(reverse("risk_manual:mine"), follow=True)

    assert codes(response) == ["GF-09"]


def test_who_reviews_a_point_finds_it_among_their_own(sign_in, points):
    deputy = Position.objects.get(code="deputy_head")
    client = sign_in(PostingFactory(position=deputy).employee)
    response = client.get(reverse("risk_manual:browse"), {"position": "mine"})

    assert codes(response) == ["GF-09", "GF-12", "GC-12"]
    assertContains(response, "我复核", count=3)


def test_the_edition_lists_its_contents_by_area_and_by_position(account_manager, points):
    Position.objects.update(order=1)
    response = account_manager.get(reverse("risk_manual:edition"))

    assertContains(response, "2个，其中高风险1个")
    assert {position.code: count for position, count in response.context["positions"]} == {
        "account_manager": 1,
        "deputy_head": 0,
        "om_repair": 2,
    }


def test_a_point_is_found_by_its_code_in_any_case_and_by_its_place_in_the_tree(
    account_manager, points
):
    assert points["GF-09"].url == reverse("risk_manual:point", args=["GF-09"])
    assertContains(account_manager.get("/manual/points/gf-09/"), "基本电费少收漏收")
    assertRedirects(account_manager.get("/manual/gf/gf-09/"), points["GF-09"].url)
    assert account_manager.get(reverse("risk_manual:point", args=["GF-99"])).status_code == 404


def test_the_page_of_an_area_leads_to_its_place_in_the_manual(account_manager, points):
    response = account_manager.get(points["GC-12"].get_parent().url)

    assertRedirects(response, f"{reverse('risk_manual:browse')}#GC", fetch_redirect_response=False)


def test_the_page_leads_from_the_risk_to_the_questions(account_manager, points):
    point = points["GF-09"]
    point.typical_behaviours = ["变压器实际在用而系统登记已暂停"]
    point.controls = [PointControl(seq=1, text="双人到场加封")]
    point.save()
    CasePageFactory(risk_points=[point], handled="少收电费全部追回")
    lesson = MicroLessonPageFactory(title="账单为什么醒着")
    lesson.risk_points.set([point])
    lesson.save()

    page = account_manager.get(point.url).content.decode()

    steps = ["暂停期间继续用电", "双人到场加封", "少收电费全部追回", "账单为什么醒着", "测一测"]
    places = [page.rindex(step) if step == "测一测" else page.index(step) for step in steps]
    assert places == sorted(places)
    assert f'action="{reverse("quizzes:start")}"' in page
    assert '<input type="hidden" name="risk_point" value="GF-09">' in page
    assert reverse("courses:lesson", args=[lesson.code]) in page
    assert "我的岗位" in page


def test_a_point_without_case_and_lesson_says_so(account_manager, points):
    response = account_manager.get(points["GF-09"].url)

    assertContains(response, "这个风险点还没有案例。")
    assertContains(response, "这个风险点还没有微课")


def test_what_is_not_verified_says_so(account_manager, points):
    point = points["GF-09"]
    law = LegalBasisFactory(code="DLF", title="中华人民共和国电力法", status=Verification.VERIFIED)
    notice = LegalBasisFactory(code="SPDJ", title="输配电价通知", number="发改价格〔2023〕526号")
    point.citations = [
        PointCitation(basis=law, text="第二十六条", article="第二十六条", status="verified"),
        PointCitation(basis=notice, text="输配电价通知", status="partly"),
    ]
    point.save()
    response = account_manager.get(point.url)

    assert [(item["detail"], item["verified"]) for item in response.context["bases"]] == [
        ("第二十六条", True),
        ("发改价格〔2023〕526号 · 名称或要点已核", False),
    ]
    assertContains(response, "待核", count=1)
    assertContains(response, "演示版")


def test_a_page_that_was_taken_down_is_gone(account_manager, points):
    points["GF-09"].unpublish()

    assert account_manager.get(points["GF-09"].url).status_code == 404
    assert codes(account_manager.get(reverse("risk_manual:browse"))) == ["GF-12", "GC-12"]


def test_an_account_without_a_post_can_read_the_manual(sign_in, points):
    client = sign_in(EmployeeFactory())

    assertNotContains(client.get(reverse("risk_manual:browse")), "我的岗位")
    assertNotContains(client.get(points["GF-09"].url), "我的岗位")


@pytest.mark.parametrize("name", ["browse", "point", "edition"])
def test_queries_do_not_grow_with_the_content(
    account_manager, areas, points, name, django_assert_max_num_queries
):
    addresses = {
        "browse": f"{reverse('risk_manual:browse')}?q=基本电费",
        "point": points["GF-09"].url,
        "edition": reverse("risk_manual:edition"),
    }
    account_manager.get(addresses[name])
    with django_assert_max_num_queries(20) as first:
        account_manager.get(addresses[name])
    for number in range(30, 40):
        under(areas["GF"], code=f"GF-{number}", title="基本电费少收漏收")
    basis = LegalBasis.objects.first() or LegalBasisFactory()
    point = points["GF-09"]
    point.citations = [PointCitation(basis=basis, text=f"引用{n}") for n in range(5)]
    point.controls = [PointControl(seq=n, text="双人到场") for n in range(1, 6)]
    point.save()
    for _ in range(3):
        CasePageFactory(risk_points=[point])
    with django_assert_max_num_queries(len(first)):
        account_manager.get(addresses[name])


def test_a_point_cannot_be_reviewed_by_its_own_post(points):
    point = points["GF-09"]
    point.reviewer = point.position

    with pytest.raises(ValidationError, match="复核岗位不能是责任岗位本身"):
        point.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        RiskPointPage.objects.filter(pk=point.pk).update(reviewer=point.position)


def test_a_code_belongs_to_one_point(areas, points):
    with pytest.raises(ValidationError, match="编码"):
        under(areas["GC"], code="GF-09", slug="another")
