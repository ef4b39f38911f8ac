"""No text of a case reaches readers before a second person has confirmed that it names nobody."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from audit.models import AuditEntry
from cases.exceptions import (
    HitsOpen,
    NoSuchHit,
    NotAChecker,
    NotChecked,
    OwnText,
    TextChanged,
)
from cases.identities import IdentityKind
from cases.models import AcceptedHit, CaseIndexPage, CasePage, DeidentificationCheck, Visibility
from cases.services import accept_hit, confirm_deidentified, publish_case, writers_of
from people.models import Role
from tests.cases.conftest import account, confirm, rewrite
from tests.factories import CasePageFactory, EmployeeFactory, PositionFactory

pytestmark = pytest.mark.django_db

NAMED = "客户经理王志强收下一张购物卡，没有到场。"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(case: CasePage, **changes) -> dict[str, str]:
    """Return the editor's form of a case, filled in as it stands."""
    turn = case.turning_points.get()
    fields = {
        "code": case.code,
        "title": case.title,
        "edition_label": case.edition_label,
        "themes": "T01",
        "story": case.story,
        "consequences": case.consequences,
        "handled": case.handled,
        "lesson": case.lesson,
        "discussion_questions": "如果是你",
        "found_by": case.found_by,
        "ending": case.ending,
        "amount_band": case.amount_band,
        "reading_minutes": case.reading_minutes,
        "disclaimer": case.disclaimer,
        "visibility": case.visibility,
        "expires_on": "",
        "owner_employee": "",
        "review_on": "",
        "turning_points": inline_formset(
            [
                {
                    "id": turn.pk,
                    "at": turn.at,
                    "question": turn.question,
                    "options": "\n".join(turn.options),
                    "comment": turn.comment,
                }
            ],
            initial=1,
        ),
        "controls": inline_formset([]),
        "citations": inline_formset([]),
        "comments": inline_formset([]),
        "action-publish": "1",
    }
    several = {
        "risk_points": [point.pk for point in case.risk_points.all()],
        "positions": [position.pk for position in case.positions.all()],
    }
    return nested_form_data(fields | changes) | several


class TestASecondPerson:
    def test_somebody_else_confirms_and_then_it_can_be_published(
        self, draft, editor, second_editor, now
    ):
        confirm(draft, second_editor, now)
        publish_case(case=draft, by=editor, now=now)

        draft.refresh_from_db()
        assert draft.live
        assert draft.checks.get().checked_by == second_editor
        actions = AuditEntry.objects.values_list("action", "actor_id").order_by("pk")
        assert list(actions) == [
            ("cases.case.checked", second_editor.pk),
            ("cases.case.published", editor.pk),
        ]

    def test_nobody_confirms_what_they_wrote(self, draft, editor, now):
        with pytest.raises(OwnText):
            confirm(draft, editor, now)

        assert not DeidentificationCheck.objects.exists()

    def test_who_changed_a_word_of_it_does_not_confirm_it_either(
        self, draft, editor, second_editor, officer, now
    ):
        rewrite(draft, second_editor, handled="党内警告")

        for writer in (editor, second_editor):
            with pytest.raises(OwnText):
                confirm(draft, writer, now)
        confirm(draft, officer, now)

    def test_who_saved_it_unchanged_wrote_nothing(self, draft, second_editor, now):
        rewrite(draft, second_editor, reading_minutes=4)

        confirm(draft, second_editor, now)

    def test_who_wrote_an_earlier_text_may_confirm_what_another_changed_later(
        self, draft, editor, second_editor, now
    ):
        confirm(draft, second_editor, now)
        rewrite(draft, second_editor, handled="党内警告")

        assert writers_of(draft) == {second_editor.pk}
        confirm(draft, editor, now)

    @pytest.mark.parametrize(
        "role", [None, Role.BRANCH_SECRETARY, Role.TRAINING_OFFICER, Role.SYSTEM_ADMIN]
    )
    def test_who_holds_no_role_for_it_confirms_nothing(self, draft, role, now):
        with pytest.raises(NotAChecker):
            confirm(draft, account(role), now)

    def test_a_role_that_has_ended_confirms_nothing(self, draft, second_editor, now):
        second_editor.employee.role_grants.update(valid_to=timezone.localdate() - timedelta(days=1))

        with pytest.raises(NotAChecker):
            confirm(draft, type(second_editor).objects.get(pk=second_editor.pk), now)

    def test_confirming_twice_is_confirming_once(self, draft, second_editor, officer, now):
        confirm(draft, second_editor, now)
        confirm(draft, officer, now)

        assert draft.checks.get().checked_by == second_editor

    def test_a_text_that_changed_while_it_was_read_is_not_confirmed(
        self, draft, editor, second_editor, now
    ):
        seen = draft.text_digest()
        rewrite(draft, editor, handled="党内警告")

        with pytest.raises(TextChanged):
            confirm_deidentified(case=draft, digest=seen, by=second_editor, now=now)


class TestHits:
    def test_a_text_with_hits_is_not_confirmed_until_each_is_accepted(
        self, draft, editor, second_editor, now
    ):
        rewrite(draft, editor, story=NAMED)
        with pytest.raises(HitsOpen, match="还有1处"):
            confirm(draft, second_editor, now)

        accept_hit(
            case=draft,
            kind=IdentityKind.PERSON_NAME,
            text="王志强",
            reason="是虚构的名字，全公司查无此人",
            by=editor,
            now=now,
        )
        confirm(draft, second_editor, now)

        assert draft.accepted_hits.get().accepted_by == editor

    def test_what_is_accepted_for_one_case_counts_in_no_other(
        self, draft, editor, second_editor, now
    ):
        other = CasePageFactory(code="AL-02", live=False)
        rewrite(other, editor, story=NAMED)
        AcceptedHit.objects.create(
            case=draft,
            kind=IdentityKind.PERSON_NAME,
            text="王志强",
            reason="虚构的名字",
            accepted_by=editor,
            accepted_at=now,
        )

        with pytest.raises(HitsOpen):
            confirm(other, second_editor, now)

    def test_what_the_scan_does_not_find_cannot_be_accepted(self, draft, editor, now):
        with pytest.raises(NoSuchHit):
            accept_hit(
                case=draft,
                kind=IdentityKind.MOBILE,
                text="13812345678",
                reason="不是号码",
                by=editor,
                now=now,
            )

    def test_a_colleague_of_the_roster_is_found_even_after_leaving(
        self, draft, editor, second_editor, now
    ):
        EmployeeFactory(name="苏晓岚", left_on=now.date())
        rewrite(draft, editor, lesson="苏晓岚当时没有到场。")

        with pytest.raises(HitsOpen):
            confirm(draft, second_editor, now)


class TestPublishing:
    def test_the_form_keeps_the_text_as_a_draft_and_leads_to_the_check(self, draft, editor):
        response = signed_in(editor).post(
            reverse("wagtailadmin_pages:edit", args=[draft.pk]),
            form_of(draft, lesson="现场封了才能算。"),
        )

        assertRedirects(
            response, reverse("cases:check", args=["AL-01"]), fetch_redirect_response=False
        )
        draft.refresh_from_db()
        assert not draft.live
        assert draft.get_latest_revision_as_object().lesson == "现场封了才能算。"

    def test_a_new_case_is_kept_as_a_draft_and_led_to_the_check(self, draft, editor):
        library = draft.get_parent().add_child(
            instance=CaseIndexPage(title="案例库", slug="library")
        )
        rows = inline_formset(
            [
                {
                    "id": "",
                    "at": "没有到场",
                    "question": "这时你会…",
                    "options": "去",
                    "comment": "去",
                }
            ]
        )
        response = signed_in(editor).post(
            reverse("wagtailadmin_pages:add", args=["cases", "casepage", library.pk]),
            form_of(draft, code="AL-30", turning_points=rows),
        )

        assertRedirects(
            response, reverse("cases:check", args=["AL-30"]), fetch_redirect_response=False
        )
        new = CasePage.objects.get(code="AL-30")
        assert not new.live
        assert writers_of(new) == {editor.pk}

    def test_the_form_publishes_what_was_confirmed(self, draft, editor, second_editor, now):
        address = reverse("wagtailadmin_pages:edit", args=[draft.pk])
        text = form_of(draft, lesson="现场封了才能算。")
        client = signed_in(editor)
        client.post(address, {key: value for key, value in text.items() if "action" not in key})
        confirm(draft, second_editor, now)

        client.post(address, text)

        assert CasePage.objects.live().get().lesson == "现场封了才能算。"
        assertContains(client.get(address), f"这份文本由{second_editor}核对过")

    def test_a_post_added_to_a_published_case_is_found_at_once(
        self, draft, editor, second_editor, now
    ):
        confirm(draft, second_editor, now)
        publish_case(case=draft, by=editor, now=now)
        crew = PositionFactory(code="om_repair", name="配电运维抢修员")
        case = CasePage.objects.get()
        text = form_of(case) | {"positions": [crew.pk]}

        # Another discussion question stands in the form; that is a new text to confirm.
        address = reverse("wagtailadmin_pages:edit", args=[case.pk])
        signed_in(editor).post(address, text)
        confirm(case, second_editor, now)
        signed_in(editor).post(address, text)

        shown = signed_in(editor).get(reverse("cases:list"), {"q": "配电运维"})
        assert [row.case.code for row in shown.context["rows"]] == ["AL-01"]

    def test_an_edit_lets_the_confirmation_fall_away(self, draft, editor, second_editor, now):
        confirm(draft, second_editor, now)
        publish_case(case=draft, by=editor, now=now)
        rewrite(draft, editor, lesson="改过的一句话。")

        with pytest.raises(NotChecked):
            publish_case(case=draft, by=editor, now=now)

        # What readers see is still what was confirmed.
        assert "三道关口" in CasePage.objects.get().lesson

    def test_a_text_set_back_to_what_was_confirmed_waits_for_nobody(
        self, draft, editor, second_editor, now
    ):
        confirm(draft, second_editor, now)
        old = draft.lesson
        rewrite(draft, editor, lesson="改过的一句话。")
        rewrite(draft, editor, lesson=old)

        publish_case(case=draft, by=editor, now=now)

        assert CasePage.objects.get().live

    def test_a_wider_circle_of_readers_needs_a_check_of_its_own(
        self, draft, editor, second_editor, officer, now
    ):
        rewrite(draft, editor, visibility=Visibility.DISCIPLINE)
        confirm(draft, second_editor, now)
        rewrite(draft, editor, visibility=Visibility.ALL)

        with pytest.raises(NotChecked):
            publish_case(case=draft, by=editor, now=now)
        confirm(draft, officer, now)
        rewrite(draft, editor, visibility=Visibility.PROFESSION)
        publish_case(case=draft, by=editor, now=now)

        assert CasePage.objects.get().visibility == Visibility.PROFESSION

    def test_publishing_in_bulk_publishes_none_of_them(self, draft, editor, second_editor, now):
        checked = CasePageFactory(code="AL-02", live=False)
        checked.save_revision(user=editor)
        confirm(checked, second_editor, now)
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

        response = signed_in(editor).post(f"{address}?id={checked.pk}&id={draft.pk}", follow=True)

        assertContains(response, "一个也没有发布")
        assert not CasePage.objects.live().exists()

    def test_publishing_in_bulk_publishes_what_was_confirmed(
        self, draft, editor, second_editor, now
    ):
        confirm(draft, second_editor, now)
        address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])

        signed_in(editor).post(f"{address}?id={draft.pk}")

        assert CasePage.objects.live().exists()

    def test_no_other_way_of_wagtail_leads_around_it(self, draft, editor):
        with pytest.raises(NotChecked):
            draft.get_latest_revision().publish()
        client = signed_in(editor)
        client.get(reverse("wagtailadmin_home"))
        response = client.post(
            f"/editor/api/main/pages/{draft.pk}/action/publish/", content_type="application/json"
        )

        assert response.status_code == 403
        assert not CasePage.objects.live().exists()

    def test_the_schedule_publishes_what_was_confirmed_and_only_that(
        self, draft, editor, second_editor, now
    ):
        rewrite(draft, editor, go_live_at=timezone.now() + timedelta(seconds=-1))
        confirm(draft, second_editor, now)
        revision = draft.get_latest_revision()
        revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
        revision.save()

        call_command("publish_scheduled")

        assert CasePage.objects.get().live

    def test_only_an_editor_publishes(self, draft, second_editor, officer, now):
        confirm(draft, second_editor, now)

        with pytest.raises(NotAChecker):
            publish_case(case=draft, by=officer, now=now)

    def test_what_was_taken_down_can_be_published_again_unchanged(
        self, draft, editor, second_editor, now
    ):
        confirm(draft, second_editor, now)
        publish_case(case=draft, by=editor, now=now)
        CasePage.objects.get().unpublish()

        publish_case(case=CasePage.objects.get(), by=editor, now=now)

        assert CasePage.objects.get().live


class TestThePage:
    def test_it_shows_every_hit_with_place_and_suggestion(self, draft, editor, second_editor):
        rewrite(draft, editor, story=NAMED, handled="转到13812345678")
        page = signed_in(second_editor).get(reverse("cases:check", args=["AL-01"]))

        assertContains(page, "<mark>王志强</mark>", html=True)
        assertContains(page, "<mark>13812345678</mark>", html=True)
        assertContains(page, "改成姓加“某”")
        assertContains(page, "还有2处可能是身份信息")
        assertNotContains(page, "确认看不出是谁")

    def test_a_false_alarm_is_accepted_with_a_reason_and_taken_back(
        self, draft, editor, second_editor
    ):
        rewrite(draft, editor, story=NAMED)
        client = signed_in(second_editor)
        address = reverse("cases:check", args=["AL-01"])
        hit = {"action": "accept", "kind": "person_name", "text": "王志强"}

        refused = client.post(address, hit | {"reason": "虚构"})
        assertContains(refused, "理由太短", status_code=422)
        assertContains(refused, 'value="虚构"', status_code=422)
        client.post(address, hit | {"reason": "虚构的名字，查无此人"})
        shown = client.get(address)
        assertContains(shown, "认定为误报：虚构的名字，查无此人")
        assertContains(shown, "确认看不出是谁")

        client.post(address, {"action": "reopen", "accepted": AcceptedHit.objects.get().pk})
        assertContains(client.get(address), "还有1处可能是身份信息")

    def test_two_persons_take_a_case_to_its_readers_in_the_browser(
        self, draft, editor, second_editor, reader
    ):
        address = reverse("cases:check", args=["AL-01"])
        assertContains(signed_in(editor).get(address), "请换一位没有改过它的")
        assertContains(signed_in(second_editor).get(reverse("cases:checks")), "等您核对")
        assert signed_in(reader).get(draft.url).status_code == 404

        client = signed_in(second_editor)
        client.post(address, {"action": "confirm", "digest": draft.text_digest()})
        assertContains(client.get(address), "现在可以发布")
        client.post(address, {"action": "publish"})

        assert signed_in(reader).get(draft.url).status_code == 200
        assertContains(client.get(reverse("cases:checks")), "没有等着核对的案例")

    def test_the_writer_is_refused_in_words(self, draft, editor):
        response = signed_in(editor).post(
            reverse("cases:check", args=["AL-01"]),
            {"action": "confirm", "digest": draft.text_digest()},
            follow=True,
        )

        assertContains(response, "这份文本有您写的内容，不能由您核对")

    def test_an_officer_confirms_and_leaves_publishing_to_editors(self, draft, officer):
        client = signed_in(officer)
        address = reverse("cases:check", args=["AL-01"])
        client.post(address, {"action": "confirm", "digest": draft.text_digest()})

        assertContains(client.get(address), "请告诉内容编辑，可以发布了。")

    @pytest.mark.parametrize("role", [None, Role.BRANCH_SECRETARY, Role.AUDITOR])
    def test_nobody_else_reads_drafts(self, draft, role):
        client = signed_in(account(role))

        assert client.get(reverse("cases:check", args=["AL-01"])).status_code == 403
        assert client.get(reverse("cases:checks")).status_code == 403

    def test_a_case_that_is_not_there_is_not_found(self, editor):
        assert signed_in(editor).get(reverse("cases:check", args=["AL-99"])).status_code == 404
