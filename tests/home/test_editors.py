"""The editors' back office: who comes in, and what they can do there."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from wagtail.models import PageViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from assignments.services import assign_monthly_lesson
from home.editors import GROUP
from home.loading import load_content
from people.models import Role
from risk_manual.models import (
    LegalBasis,
    ManualEdition,
    PointCitation,
    PointControl,
    RegisterPoint,
    RiskPointPage,
)
from risk_manual.services import freeze_point
from tests.factories import (
    CasePageFactory,
    EmployeeFactory,
    LegalBasisFactory,
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    QuestionFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
)
from tests.small_content import write_small_content

pytestmark = pytest.mark.django_db

HOME = reverse("wagtailadmin_home")


@pytest.fixture
def editor(sign_in) -> Client:
    return sign_in(RoleGrantFactory(role=Role.EDITOR).employee)


@pytest.fixture
def point() -> RiskPointPage:
    basis = LegalBasisFactory()
    point = RiskPointPageFactory(
        code="GF-09",
        typical_behaviours=["变压器在用而系统登记已暂停"],
        evidence=["封印照片"],
        controls=[PointControl(seq=1, text="双人到场加封", sort_order=0)],
        citations=[PointCitation(basis=basis, text="通知", sort_order=0)],
    )
    freeze_point(point=point, now=timezone.now())
    return point


def form_of(point: RiskPointPage, **changes) -> dict[str, str]:
    control = point.controls.get()
    citation = point.citations.get()
    fields = {
        "code": point.code,
        "title": point.title,
        "level": point.level,
        "position": point.position_id,
        "reviewer": point.reviewer_id,
        "process": point.process,
        "power": point.power,
        "risk_description": point.risk_description,
        "typical_behaviours": "变压器在用而系统登记已暂停\n\n 加封日期写成月初 \n",
        "evidence": "\n".join(point.evidence),
        "training_hint": "",
        "questions_to_ask": "",
        "monitoring_kind": point.monitoring_kind,
        "themes": "T01",
        "monitoring_note": "",
        "controls": inline_formset(
            [
                {
                    "id": control.pk,
                    "seq": control.seq,
                    "origin": control.origin,
                    "text": "双人到场，铭牌同框",
                },
                {"id": "", "seq": 2, "origin": "self_written", "text": "每月按负荷核查"},
            ],
            initial=1,
        ),
        "citations": inline_formset(
            [
                {
                    "id": citation.pk,
                    "basis": citation.basis_id,
                    "text": citation.text,
                    "article": "",
                    "status": citation.status,
                }
            ],
            initial=1,
        ),
        "comments": inline_formset([]),
        "action-publish": "1",
    }
    return nested_form_data(fields | changes)


def test_an_editor_edits_and_publishes_a_risk_point(editor, point):
    address = reverse("wagtailadmin_pages:edit", args=[point.pk])
    page = editor.get(address)
    assertContains(page, "每个风险点只有一个责任岗位。")
    assertContains(page, "题目和案例按序号引用")

    editor.post(address, form_of(point, title="基本电费少收"))

    point = RiskPointPage.objects.get(code="GF-09")
    assert point.title == "基本电费少收"
    assert point.typical_behaviours == ["变压器在用而系统登记已暂停", "加封日期写成月初"]
    assert [control.text for control in point.controls.all()] == [
        "双人到场，铭牌同框",
        "每月按负荷核查",
    ]
    assert point.current_edition().number == 2
    assert [p.code for p in RiskPointPage.objects.search("铭牌同框")] == ["GF-09"]
    assertContains(editor.get(point.url), "每月按负荷核查")


def test_a_preview_shows_the_page_before_it_is_published(editor, point):
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[point.pk])
    answer = editor.post(address, form_of(point, title="预览里的名称"))
    shown = editor.get(address)

    assert answer.json()["is_valid"]
    assertContains(shown, "预览里的名称")
    # The editor shows it in a frame.
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert RiskPointPage.objects.get(code="GF-09").title == "基本电费少收漏收"


def test_the_form_refuses_a_reviewer_who_is_the_responsible_post(editor, point):
    response = editor.post(
        reverse("wagtailadmin_pages:edit", args=[point.pk]),
        form_of(point, reviewer=point.position_id),
    )

    assertContains(response, "复核岗位不能是责任岗位本身，请另选一个复核岗位。")
    assert RiskPointPage.objects.get(code="GF-09").reviewer_id == point.reviewer_id


def test_the_form_refuses_a_number_that_two_controls_share(editor, point):
    control = point.controls.get()
    both = [
        {"id": control.pk, "seq": 1, "origin": "self_written", "text": "双人到场"},
        {"id": "", "seq": 1, "origin": "self_written", "text": "每月核查"},
    ]
    response = editor.post(
        reverse("wagtailadmin_pages:edit", args=[point.pk]),
        form_of(point, controls=inline_formset(both, initial=1)),
    )

    assert response.status_code == 200
    assert point.controls.count() == 1


def test_a_new_point_takes_its_address_from_its_code(editor, point):
    from risk_manual.models import ManualIndexPage, RiskAreaPage

    manual = point.get_parent().add_child(instance=ManualIndexPage(title="手册", slug="manual"))
    area = manual.add_child(instance=RiskAreaPage(title="供电服务", code="GF", slug="gf"))
    fields = form_of(
        point,
        code="GF-25",
        controls=inline_formset(
            [{"id": "", "seq": 1, "origin": "self_written", "text": "双人到场"}]
        ),
        citations=inline_formset([]),
    )
    editor.post(
        reverse("wagtailadmin_pages:add", args=["risk_manual", "riskpointpage", area.pk]), fields
    )

    new = RiskPointPage.objects.get(code="GF-25")
    assert new.live
    assert new.slug == "gf-25"
    assert new.current_edition().number == 1


def test_deleting_a_point_that_evidence_rests_on_is_refused_in_words(editor, point):
    address = reverse("wagtailadmin_pages:delete", args=[point.pk])
    response = editor.post(address, follow=True)

    assert response.status_code in {200, 403}
    assert RiskPointPage.objects.filter(pk=point.pk).exists()


def test_a_lesson_that_duties_written_in_bulk_rest_on_is_not_deleted(editor):
    lesson = MicroLessonPageFactory(month="2026-11")
    PostingFactory()
    assert assign_monthly_lesson(now=timezone.make_aware(datetime(2026, 11, 24, 9, 0))) > 0

    response = editor.post(reverse("wagtailadmin_pages:delete", args=[lesson.pk]), follow=True)

    assertContains(response, "培训任务引用它")
    assert type(lesson).objects.filter(pk=lesson.pk).exists()


def test_deleting_a_basis_that_is_cited_is_refused(editor, point):
    basis = LegalBasis.objects.get()
    address = reverse("wagtailsnippets_risk_manual_legalbasis:delete", args=[basis.pk])
    response = editor.post(address, follow=True)

    assert response.status_code == 200
    assert LegalBasis.objects.filter(pk=basis.pk).exists()


def test_every_list_of_the_menu_opens_in_chinese(editor, point):
    CasePageFactory()
    MicroLessonPageFactory()
    QuestionFactory()
    ManualEdition.objects.create(
        code="demo", title="手册", label="2026年版", valid_from=date(2026, 1, 1)
    )
    RegisterPoint.objects.create(
        code="R001",
        profession="营销",
        title="业扩受理体外循环",
        risk="先办后补录",
        level="medium",
        department="营销部",
        monitoring_kind="partly",
    )
    home = editor.get(HOME)
    lists = {
        "风险点": reverse("risk_point_pages:index"),
        "案例": reverse("case_pages:index"),
        "微课": reverse("micro_lesson_pages:index"),
        "课程": reverse("course_pages:index"),
        "依据库": reverse("wagtailsnippets_risk_manual_legalbasis:list"),
        "登记册（115点）": reverse("wagtailsnippets_risk_manual_registerpoint:list"),
        "手册版本": reverse("wagtailsnippets_risk_manual_manualedition:list"),
        "题库": reverse("wagtailsnippets_quizzes_question:list"),
    }

    for label, address in lists.items():
        # The menu is drawn by a script from JSON.
        assertContains(home, json.dumps(label)[1:-1])
        assert editor.get(address).status_code == 200
    assertContains(editor.get(lists["风险点"]), "GF-09")
    assertContains(editor.get(f"{lists['风险点']}?q=基本电费"), "GF-09")
    for model, pk in [
        ("legalbasis", LegalBasis.objects.get().pk),
        ("registerpoint", RegisterPoint.objects.get().pk),
        ("manualedition", ManualEdition.objects.get().pk),
    ]:
        name = f"wagtailsnippets_risk_manual_{model}:edit"
        assert editor.get(reverse(name, args=[pk])).status_code == 200


@pytest.mark.parametrize("kind", [CasePageFactory, MicroLessonPageFactory])
def test_the_form_of_every_page_opens(editor, kind):
    assert editor.get(reverse("wagtailadmin_pages:edit", args=[kind().pk])).status_code == 200


@pytest.mark.parametrize(
    "role", [None, Role.BRANCH_SECRETARY, Role.DISCIPLINE_OFFICER, Role.SYSTEM_ADMIN]
)
def test_who_is_no_editor_does_not_come_in(sign_in, role):
    employee = PostingFactory(position=PositionFactory()).employee
    if role == Role.BRANCH_SECRETARY:
        from tests.factories import PartyBranchFactory

        RoleGrantFactory(employee=employee, role=role, unit=None, branch=PartyBranchFactory())
    elif role is not None:
        RoleGrantFactory(employee=employee, role=role)
    response = sign_in(employee).get(HOME)

    assertContains(response, "编辑后台只对内容编辑开放", status_code=403)
    assert not employee.user.groups.exists()


def test_a_superuser_flag_opens_nothing(sign_in):
    employee = EmployeeFactory()
    client = sign_in(employee)
    employee.user.is_superuser = employee.user.is_staff = True
    employee.user.save()

    assert client.get(HOME).status_code == 403


def test_who_is_not_signed_in_is_sent_to_the_log_in():
    response = Client().get(HOME)

    assertRedirects(
        response, f"{reverse('people:login')}?next={HOME}", fetch_redirect_response=False
    )


def test_the_door_closes_on_the_day_the_role_ends(sign_in):
    grant = RoleGrantFactory(role=Role.EDITOR, valid_to=timezone.localdate())
    client = sign_in(grant.employee)
    assert client.get(HOME).status_code == 200
    assert Group.objects.get(name=GROUP).user_set.get() == grant.employee.user

    grant.valid_to = timezone.localdate() - timedelta(days=1)
    grant.save()

    assert client.get(HOME).status_code == 403
    assert not Group.objects.get(name=GROUP).user_set.exists()


def test_content_cannot_be_made_private(editor, point):
    address = reverse("wagtailadmin_pages:set_privacy", args=[point.pk])
    for kind in ("login", "groups", "password"):
        editor.post(address, {"restriction_type": kind, "password": "x"})

    assert not PageViewRestriction.objects.exists()


def test_nothing_leads_out_of_the_intranet(editor):
    home = editor.get(HOME)

    assertNotContains(home, "guide.wagtail.org")
    assertNotContains(home, "releases.wagtail.org")
    assertContains(home, "回到学习首页")


def test_editors_have_no_business_with_accounts_and_settings(editor):
    home = editor.get(HOME)

    for name in ("wagtailusers_users:index", "wagtailusers_groups:index", "wagtailsites:index"):
        assert editor.get(reverse(name)).status_code in {302, 403}
        assertNotContains(home, reverse(name))


def test_editors_of_an_earlier_release_may_do_what_this_one_adds(editor, tmp_path):
    editor.get(HOME)
    add = reverse("wagtailsnippets_courses_mediafile:add")
    group = Group.objects.get(name=GROUP)
    group.permissions.remove(*group.permissions.filter(content_type__model="mediafile"))
    assert editor.get(add).status_code == 302

    load_content(folder=write_small_content(tmp_path), now=timezone.now())

    assert editor.get(add).status_code == 200
