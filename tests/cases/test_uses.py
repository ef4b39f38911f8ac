"""The log of where and when a case was shown, who may read it, and what rests on it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateUsed
from wagtail.models import GroupPagePermission, Page

from cases.models import CaseIndexPage, CasePage, CaseUse
from cases.registry import register_use_kind
from cases.services import forget_uses, make_lecture_pack, note_use
from courses.services import complete_lesson, decide, open_lesson
from home.editors import editors_group
from people.models import Role
from tests.cases.conftest import account
from tests.factories import (
    CasePageFactory,
    CountyFactory,
    EmployeeFactory,
    MicroLessonPageFactory,
    PostingFactory,
    RoleGrantFactory,
    StationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

register_use_kind("session", "集中教育")


@pytest.fixture
def case() -> CasePage:
    return CasePageFactory(code="AL-01")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(case, now, *, subject="education_sessions.educationsession:7", **fields) -> CaseUse:
    fields = {"kind": "session", "title": "城东供电所11月支部党员大会"} | fields
    return note_use(case=case, subject=subject, now=now, **fields)


def test_the_same_showing_is_noted_once(case, now):
    first = shown(case, now)

    assert shown(case, now + timedelta(days=1)) == first
    assert CaseUse.objects.get().used_at == now


def test_a_way_nobody_has_registered_is_refused(case, now):
    with pytest.raises(ValueError, match="leaflet"):
        shown(case, now, kind="leaflet")


def test_its_keepers_read_where_a_case_was_shown_and_others_do_not(case, now, editor):
    shown(case, now, by=editor)

    for role in (Role.EDITOR, Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD):
        page = signed_in(account(role)).get(case.url)
        assertContains(page, "集中教育：城东供电所11月支部党员大会")
        assertContains(page, "11月24日")
    for role in (None, Role.BRANCH_SECRETARY, Role.TRAINING_OFFICER, Role.LEADER):
        page = signed_in(account(role)).get(case.url)
        assertNotContains(page, "用在哪里")
        assertNotContains(page, "支部党员大会")


def test_the_editors_form_shows_the_last_uses(case, now, editor):
    shown(case, now)
    form = signed_in(editor).get(reverse("wagtailadmin_pages:edit", args=[case.pk]))

    assertContains(form, "用过1次")
    assertContains(form, "集中教育，城东供电所11月支部党员大会")


def test_that_a_warning_showed_a_case_is_known_to_the_officers_of_its_unit_alone(case, now):
    station = StationFactory(parent=CountyFactory())
    elsewhere = CountyFactory()
    shown(case, now, kind="warning_tip", title="预警YJ-2026-0001的页面", unit=station)
    readers = {}
    for name, role, unit in (
        ("officer", Role.DISCIPLINE_OFFICER, station.parent),
        ("stranger", Role.DISCIPLINE_OFFICER, elsewhere),
        ("editor", Role.EDITOR, station.parent),
    ):
        employee = EmployeeFactory()
        RoleGrantFactory(employee=employee, role=role, unit=unit)
        readers[name] = signed_in(UserFactory(employee=employee)).get(case.url)

    assertContains(readers["officer"], "YJ-2026-0001")
    for name in ("stranger", "editor"):
        assertNotContains(readers[name], "YJ-2026-0001")
        assertContains(readers[name], "还没有用过。")


def test_what_is_taken_back_was_never_shown(case, now):
    shown(case, now, kind="warning_tip", subject="risk_warnings.riskwarning:1")
    shown(case, now)

    forget_uses(kind="warning_tip", subject="risk_warnings.riskwarning:1")

    assert CaseUse.objects.get().kind == "session"


def test_the_least_shown_come_first_then_the_longest_unshown(case, now):
    never = CasePageFactory(code="AL-02")
    lately = CasePageFactory(code="AL-03")
    long_ago = CasePageFactory(code="AL-04")
    shown(case, now, subject="a:1")
    shown(case, now, subject="a:2")
    shown(lately, now - timedelta(days=3), subject="a:3")
    shown(long_ago, now - timedelta(days=400), subject="a:4")

    found = CasePage.objects.live().least_used(since=now - timedelta(days=365))

    assert [one.code for one in found] == [never.code, long_ago.code, lately.code, case.code]
    assert [one.use_count for one in found] == [0, 0, 1, 2]
    assert found[1].last_used_at == now - timedelta(days=400)


def test_a_lesson_that_people_finish_shows_its_case_once_a_month(case, now):
    lesson = MicroLessonPageFactory(code="WK-01")
    lesson.cases.set([case])
    lesson.save()

    for day in (0, 1, 30):
        employee = PostingFactory().employee
        moment = now + timedelta(days=day)
        view = open_lesson(employee=employee, lesson=lesson, now=moment)
        decide(view=view, number=2, mode="read", now=moment)
        type(view).objects.filter(pk=view.pk).update(reading_seconds=600)
        complete_lesson(employee=employee, lesson=lesson, now=moment + timedelta(minutes=9))

    titles = CaseUse.objects.order_by("used_at").values_list("kind", "title")
    assert list(titles) == [("lesson", "2026年11月微课WK-01"), ("lesson", "2026年12月微课WK-01")]


@pytest.fixture
def remover(editor) -> Client:
    """An editor whom Wagtail lets delete several pages at once, and pages with others below."""
    group = editors_group()
    permission = Permission.objects.get(
        content_type__app_label="wagtailcore", codename="bulk_delete_page"
    )
    GroupPagePermission.objects.create(
        group=group, page=Page.get_first_root_node(), permission=permission
    )
    editor.groups.add(group)
    return signed_in(editor)


class TestDeleting:
    def test_a_case_that_was_shown_is_kept_and_the_page_says_what_rests_on_it(
        self, case, now, editor
    ):
        shown(case, now)
        make_lecture_pack(case=case, by=editor, now=now)
        lesson = MicroLessonPageFactory(code="WK-01", title="账单为什么醒着")
        lesson.cases.set([case])
        lesson.save()
        client = signed_in(editor)
        address = reverse("wagtailadmin_pages:delete", args=[case.pk])

        for response in (client.get(address), client.post(address)):
            assertContains(response, "城东供电所11月支部党员大会，2026年11月24日", status_code=409)
            assertContains(response, "讲课包", status_code=409)
            assertContains(response, "账单为什么醒着", status_code=409)
        assert CasePage.objects.filter(pk=case.pk).exists()

    def test_a_confidential_use_keeps_it_and_is_not_told(self, case, now, editor):
        shown(case, now, kind="warning_tip", title="预警YJ-2026-0001的页面")
        response = signed_in(editor).post(reverse("wagtailadmin_pages:delete", args=[case.pk]))

        assertContains(response, "详情只对纪检人员开放", status_code=409)
        assertNotContains(response, "YJ-2026-0001", status_code=409)
        assertNotContains(response, "预警", status_code=409)
        assert CasePage.objects.filter(pk=case.pk).exists()

    def test_deleting_in_bulk_deletes_none_where_something_rests_on_one(self, case, now, remover):
        shown(case, now)
        unused = CasePageFactory(code="AL-02")
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])

        response = remover.post(f"{address}?id={unused.pk}&id={case.pk}")

        assertTemplateUsed(response, "cases/editor/kept.html")
        assert CasePage.objects.count() == 2

    def test_deleting_in_bulk_deletes_what_nothing_rests_on(self, case, remover):
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])

        remover.post(f"{address}?id={case.pk}")

        assert not CasePage.objects.exists()

    def test_the_page_above_is_kept_too(self, case, now, remover):
        library = case.get_parent().add_child(instance=CaseIndexPage(title="案例库", slug="cases"))
        case.move(library, pos="last-child")
        shown(case, now)
        response = remover.post(reverse("wagtailadmin_pages:delete", args=[library.pk]))

        assertContains(response, "支部党员大会", status_code=409)
        assert CasePage.objects.filter(pk=case.pk).exists()

    def test_a_case_that_nothing_rests_on_is_deleted_with_its_checks(self, draft, editor):
        signed_in(editor).post(reverse("wagtailadmin_pages:delete", args=[draft.pk]))

        assert not CasePage.objects.exists()

    def test_the_database_refuses_as_well(self, case, now):
        shown(case, now)

        with pytest.raises(ProtectedError):
            case.delete()
