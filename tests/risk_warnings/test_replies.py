"""What the receiver says, 不是我的业务, and low tips that end by themselves."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from quizzes.models import Attempt
from risk_warnings.models import Explanation, Reassignment, RiskWarning, WarningStatus
from risk_warnings.services import (
    NotYours,
    ReplyNotPossible,
    TransitionRefused,
    accept_reply,
    decide_reassignment,
    disown,
    issue_order,
    notify_receiver,
    release_due_triage,
    resolve_expired,
    save_reply_draft,
    submit_reply,
    ticket_warning,
)
from tests.factories import QuestionFactory

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
OPINION = "看过差额和变更单，情况需要说明清楚。"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


def reply(warning, by, now, **more):
    fields = {"choice": "entry_error", "text": "启封日期录错了。"} | more
    return submit_reply(warning=warning, by=by, now=now, **fields)


class TestReply:
    def test_the_receiver_replies_once_and_the_officer_is_told(self, world, now):
        warning = world.warning()
        notify_receiver(
            warning=warning, by=world.officer, opinion=OPINION, now=now - timedelta(minutes=1)
        )
        release_due_triage(now=now)

        reply(warning, world.receiver, now)

        warning.refresh_from_db()
        assert warning.replied_at == now
        assert Notification.objects.filter(recipient=world.officer, title="本人已提交说明").exists()
        tip = Notification.objects.get(recipient=world.receiver)
        assert tip.settled_at == now

    @pytest.mark.parametrize("person", ["colleague", "head", "officer", "stranger"])
    def test_nobody_replies_for_another(self, world, now, person):
        with pytest.raises(NotYours):
            reply(world.warning(triaged=True), getattr(world, person), now)

    def test_not_before_being_told(self, world, now):
        with pytest.raises(NotYours):
            reply(world.warning(), world.receiver, now)

    @pytest.mark.parametrize("fields", [{"text": "  "}, {"choice": "nonsense"}])
    def test_it_has_to_say_something(self, world, now, fields):
        with pytest.raises(ReplyNotPossible):
            reply(world.warning(triaged=True), world.receiver, now, **fields)

    def test_not_after_it_was_taken_back(self, world, now):
        warning = world.warning(told=True, status=WarningStatus.DISMISSED, closed_at=now)

        with pytest.raises(ReplyNotPossible):
            reply(warning, world.receiver, now)

    def test_a_draft_is_kept_while_writing_and_only_for_its_author(self, world, sign_in):
        warning = world.warning(triaged=True)
        url = reverse("risk_warnings:draft", args=[warning.pk])

        said = sign_in(world.receiver).post(url, {"choice": "true", "text": "写到一半"})

        assert said.json() == {"status": "草稿09:00已自动保存"}
        page = reverse("risk_warnings:warning", args=[warning.pk])
        assert "写到一半" in sign_in(world.receiver).get(page).content.decode()
        assert "写到一半" not in sign_in(world.officer).get(page).content.decode()
        assert sign_in(world.colleague).post(url, {"text": "x"}).status_code == 404

    def test_handing_in_by_the_page_turns_the_draft_into_the_reply(self, world, now, sign_in):
        warning = world.warning(triaged=True)
        save_reply_draft(
            warning=warning, by=world.receiver, choice="true", text="写到一半", now=now
        )

        page = sign_in(world.receiver).post(
            reverse("risk_warnings:warning", args=[warning.pk]),
            {"choice": "true", "text": "写完了。"},
            follow=True,
        )

        assert "说明已提交" in page.content.decode()
        assert Explanation.objects.get().text == "写完了。"

    def test_an_empty_reply_is_shown_at_its_place(self, world, sign_in):
        warning = world.warning(triaged=True)

        page = sign_in(world.receiver).post(
            reverse("risk_warnings:warning", args=[warning.pk]), {"text": "只写了字"}
        )

        assert page.status_code == 422
        text = page.content.decode()
        assert "还没有提交，请先改正下面几处" in text
        assert "只写了字" in text

    def test_an_accepted_reply_resolves_the_warning_and_says_so(self, world, now):
        warning = world.warning(triaged=True)
        reply(warning, world.receiver, now)

        accept_reply(warning=warning, by=world.officer, now=now)

        warning.refresh_from_db()
        assert warning.status == WarningStatus.RESOLVED
        assert Notification.objects.filter(
            recipient=world.receiver, title="一条预警提示已办结"
        ).exists()

    def test_without_a_reply_there_is_nothing_to_accept(self, world, now):
        with pytest.raises(ReplyNotPossible):
            accept_reply(warning=world.warning(triaged=True), by=world.officer, now=now)


class TestLowTip:
    @pytest.fixture
    def low(self, world, now):
        warning = world.warning(level="low")
        notify_receiver(warning=warning, by=world.officer, opinion=OPINION, now=now)
        release_due_triage(now=now + timedelta(seconds=10))
        return warning

    def test_it_ends_by_itself_after_fifteen_working_days(self, low):
        low.refresh_from_db()
        assert timezone.localtime(low.resolve_at).date() == date(2026, 12, 15)

        assert resolve_expired(now=low.resolve_at - timedelta(seconds=1)) == 0
        assert resolve_expired(now=low.resolve_at) == 1

        low.refresh_from_db()
        assert low.status == WarningStatus.RESOLVED

    def test_not_while_it_is_asked_who_should_explain(self, low, world, now):
        disown(warning=low, by=world.receiver, reason="不是我的户", now=now + timedelta(minutes=1))

        assert resolve_expired(now=now + timedelta(days=60)) == 0


class TestNotMine:
    def test_after_triage_the_head_is_asked(self, world, now):
        warning = world.warning(triaged=True)

        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        assert asked.asked_of == world.head
        assert timezone.localtime(asked.due_at).date() == date(2026, 11, 26)

    def test_before_triage_the_officer_is_asked(self, world, now):
        warning = world.warning(told=True)

        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        assert asked.asked_of in {world.officer, world.rule_admin}
        assert not Notification.objects.filter(recipient=world.head).exists()

    def test_the_head_who_is_named_is_not_asked(self, world, now):
        warning = world.warning(triaged=True, named_person=world.head)

        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        assert asked.asked_of != world.head

    def test_nothing_is_overdue_meanwhile(self, world, now):
        warning = world.warning(triaged=True)
        late = now + timedelta(days=10)
        assert warning in RiskWarning.objects.overdue(now=late)

        disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        assert warning not in RiskWarning.objects.overdue(now=late)

    def test_the_named_person_is_asked_and_the_first_one_sees_it_no_more(self, world, now, sign_in):
        warning = world.warning(triaged=True)
        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        decide_reassignment(
            reassignment=asked, by=world.head, named=world.colleague, note="台区已调整", now=now
        )

        warning.refresh_from_db()
        assert warning.receiver == world.colleague
        assert timezone.localtime(warning.reply_due_at).date() == date(2026, 12, 1)
        page = reverse("risk_warnings:warning", args=[warning.pk])
        assert sign_in(world.colleague).get(page).status_code == 200
        assert sign_in(world.receiver).get(page).status_code == 404

    def test_the_head_can_confirm_the_first_one_and_the_clock_starts_anew(self, world, now):
        warning = world.warning(triaged=True)
        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        decide_reassignment(reassignment=asked, by=world.head, named=None, note="仍归周敏", now=now)

        warning.refresh_from_db()
        assert warning.receiver == world.receiver
        assert warning.reassignments_open == 0

    @pytest.mark.parametrize("person", ["receiver", "colleague", "deputy", "secretary"])
    def test_others_do_not_decide(self, world, now, person):
        warning = world.warning(triaged=True)
        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        with pytest.raises(TransitionRefused):
            decide_reassignment(
                reassignment=asked,
                by=getattr(world, person),
                named=world.colleague,
                note="",
                now=now,
            )

    def test_an_issued_order_moves_with_it(self, world, now):
        warning = world.warning()
        order = ticket_warning(
            warning=warning, by=world.officer, opinion=OPINION, now=now - timedelta(minutes=1)
        ).order
        issue_order(order=order, by=world.officer, demands="请说明", now=now)
        asked = disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)
        order.refresh_from_db()
        assert order.due_at is None

        decide_reassignment(
            reassignment=asked, by=world.head, named=world.colleague, note="调整", now=now
        )

        order.refresh_from_db()
        assert order.receiver == world.colleague
        assert order.due_at is not None

    def test_twice_is_once(self, world, now):
        warning = world.warning(triaged=True)

        for _ in range(2):
            disown(warning=warning, by=world.receiver, reason="这户不归我管", now=now)

        assert Reassignment.objects.count() == 1

    def test_by_the_page(self, world, sign_in):
        warning = world.warning(triaged=True)

        page = sign_in(world.receiver).post(
            reverse("risk_warnings:not_mine", args=[warning.pk]),
            {"disown-reason": "这户不归我管"},
            follow=True,
        )
        assert "其间不算您逾期" in page.content.decode()
        head = sign_in(world.head)
        url = reverse("risk_warnings:warning", args=[warning.pk])
        assert "这户不归我管" in head.get(url).content.decode()

        head.post(
            reverse("risk_warnings:name_person", args=[warning.pk]),
            {"name-person": world.colleague.pk, "name-note": "台区已调整"},
        )

        warning.refresh_from_db()
        assert warning.receiver == world.colleague


class TestQuestions:
    def test_they_are_voluntary_and_lead_back_to_the_warning(self, world, sign_in):
        warning = world.warning(triaged=True)
        QuestionFactory.create_batch(3, primary_risk_point=warning.risk_point)
        url = reverse("risk_warnings:questions", args=[warning.pk])

        page = sign_in(world.receiver).post(url)

        back = reverse("risk_warnings:warning", args=[warning.pk])
        assert page.url.startswith(reverse("quizzes:attempt", args=[Attempt.objects.get().pk]))
        assert back in page.url
        assert sign_in(world.colleague).post(url).status_code == 404

    def test_an_empty_bank_is_said_on_the_page(self, world, sign_in):
        warning = world.warning(triaged=True)

        page = sign_in(world.receiver).post(
            reverse("risk_warnings:questions", args=[warning.pk]), follow=True
        )

        assert page.status_code == 200
        assert warning.title in page.content.decode()
