"""Triage: four decisions, ten seconds to take one back, and what is told after that."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from notifications.models import Notification
from quizzes.models import Attempt
from quizzes.services import start_attempt
from risk_warnings.models import (
    DismissalReason,
    RiskWarning,
    Triage,
    WarningStatus,
    WhitelistEntry,
    WorkOrder,
)
from risk_warnings.services import (
    AlreadyTold,
    ChangedMeanwhile,
    NobodyToAsk,
    OpinionTooShort,
    StillSealed,
    TooLateToUndo,
    TransitionRefused,
    WrongTarget,
    dismiss_warning,
    merge_warning,
    notify_receiver,
    release_due_triage,
    seal_warning,
    ticket_warning,
    undo_triage,
    unseal_warning,
)
from risk_warnings.signals import cause_taken_back, tip_released
from tests.factories import QuestionFactory

OPINION = "看过差额和变更单，情况需要说明清楚。"
TEN = timedelta(seconds=10)


def decide(service, warning, world, now, **more):
    return service(warning=warning, by=world.officer, opinion=OPINION, now=now, **more)


def dismiss(warning, world, now, **more):
    return decide(dismiss_warning, warning, world, now, reason=DismissalReason.INNOCENT, **more)


@pytest.fixture
def heard():
    """What the apps above were told."""
    facts = []

    def hear(signal, **kwargs):
        facts.append(signal)

    tip_released.connect(hear)
    cause_taken_back.connect(hear)
    yield facts
    tip_released.disconnect(hear)
    cause_taken_back.disconnect(hear)


class TestTip:
    def test_nobody_is_told_before_the_ten_seconds_are_over(self, world, now):
        warning = world.warning()

        decide(notify_receiver, warning, world, now)

        assert not Notification.objects.released(now=now + TEN - timedelta(seconds=1)).exists()
        told = Notification.objects.released(now=now + TEN)
        assert {n.recipient for n in told} == {world.receiver, world.head}

    def test_the_receivers_page_is_not_there_before(self, world, now, sign_in):
        warning = world.warning()
        decide(notify_receiver, warning, world, now)
        page = reverse("risk_warnings:warning", args=[warning.pk])

        with time_machine.travel(now + timedelta(seconds=9), tick=False):
            assert sign_in(world.receiver).get(page).status_code == 404
        with time_machine.travel(now + TEN, tick=False):
            assert sign_in(world.receiver).get(page).status_code == 200

    def test_the_head_who_is_asked_is_told_once(self, world, now):
        warning = world.warning(receiver=world.head)

        decide(notify_receiver, warning, world, now)

        assert Notification.objects.filter(recipient=world.head).count() == 1

    def test_the_head_who_is_named_is_not_told(self, world, now):
        warning = world.warning(receiver=world.receiver, named_person=world.head)

        decide(notify_receiver, warning, world, now)

        assert not Notification.objects.filter(recipient=world.head).exists()

    def test_the_secretary_is_told_nothing(self, world, now):
        decide(notify_receiver, world.warning(), world, now)

        assert not Notification.objects.filter(recipient=world.secretary).exists()

    def test_the_apps_above_hear_after_the_undo_time(
        self, world, now, heard, django_capture_on_commit_callbacks
    ):
        decide(notify_receiver, world.warning(), world, now)
        with django_capture_on_commit_callbacks(execute=True):
            release_due_triage(now=now + TEN - timedelta(seconds=1))
        assert heard == []

        with django_capture_on_commit_callbacks(execute=True):
            release_due_triage(now=now + TEN)
        with django_capture_on_commit_callbacks(execute=True):
            release_due_triage(now=now + 2 * TEN)

        assert heard == [tip_released]

    def test_without_a_receiver_nobody_can_be_told(self, world, now):
        with pytest.raises(NobodyToAsk):
            decide(notify_receiver, world.warning(receiver=None, named_person=None), world, now)

    def test_only_a_low_tip_expires_by_itself(self, world, now):
        low, medium = world.warning(level="low"), world.warning(level="medium")

        for warning in (low, medium):
            decide(notify_receiver, warning, world, now)
            warning.refresh_from_db()

        assert timezone.localtime(low.resolve_at).date() == date(2026, 12, 15)
        assert medium.resolve_at is None


class TestUndo:
    @pytest.mark.parametrize("service", [notify_receiver, ticket_warning, dismiss])
    def test_a_decision_taken_back_in_time_was_never_made(self, world, now, service):
        warning = world.warning()
        before = RiskWarning.objects.filter(pk=warning.pk).values().get()
        decision = (
            dismiss(warning, world, now)
            if service is dismiss
            else decide(service, warning, world, now)
        )

        undo_triage(triage=decision, by=world.officer, now=now + timedelta(seconds=9))

        after = RiskWarning.objects.filter(pk=warning.pk).values().get()
        assert after | {"revision": 0} == before | {"revision": 0}
        assert not Notification.objects.exists()
        assert not WorkOrder.objects.exists()

    def test_after_ten_seconds_it_is_too_late(self, world, now):
        decision = decide(notify_receiver, world.warning(), world, now)

        with pytest.raises(TooLateToUndo, match="10秒"):
            undo_triage(triage=decision, by=world.officer, now=now + TEN)

    def test_only_who_decided_can_take_it_back(self, world, now):
        decision = decide(notify_receiver, world.warning(), world, now)

        with pytest.raises(TooLateToUndo):
            undo_triage(triage=decision, by=world.second_officer, now=now)

    def test_a_whitelist_entry_goes_with_it(self, world, now):
        decision = dismiss(world.warning(), world, now, whitelist_until=date(2027, 6, 1))

        undo_triage(triage=decision, by=world.officer, now=now)

        assert not WhitelistEntry.objects.filter(revoked_at=None).exists()

    def test_the_undo_button_stands_on_the_next_page(self, world, now, sign_in):
        first, second = world.warning(level="high"), world.warning()
        client = sign_in(world.officer)
        with time_machine.travel(now, tick=False):
            page = client.post(
                reverse("risk_warnings:triage"),
                {
                    "warning": first.pk,
                    "revision": first.revision,
                    "opinion": OPINION,
                    "action": "notify",
                    "idempotency_key": uuid4(),
                },
                follow=True,
            ).content.decode()
            decision = Triage.objects.get()
            assert second.number in page
            assert reverse("risk_warnings:triage_undo", args=[decision.pk]) in page

            client.post(reverse("risk_warnings:triage_undo", args=[decision.pk]))

        first.refresh_from_db()
        assert first.status == WarningStatus.PENDING


class TestDismissal:
    def test_what_was_told_is_taken_back_in_one_sentence(self, world, now, heard):
        warning = world.warning(triaged=True)
        QuestionFactory.create_batch(3, primary_risk_point=warning.risk_point)
        attempt = start_attempt(
            employee=world.receiver, risk_point=warning.risk_point, cause=warning.cause, now=now
        )
        dismiss(warning, world, now)

        release_due_triage(now=now + TEN)

        warning.refresh_from_db()
        attempt = Attempt.objects.get(pk=attempt.pk)
        said = Notification.objects.released(now=now + TEN).get(recipient=world.receiver)
        assert attempt.retracted_at == now + TEN
        assert said.body == warning.taken_back_because
        assert said.body.count("。") == 1

    def test_nothing_is_taken_back_while_it_can_be_undone(self, world, now):
        warning = world.warning(triaged=True)
        dismiss(warning, world, now)

        release_due_triage(now=now + TEN - timedelta(seconds=1))

        warning.refresh_from_db()
        assert warning.taken_back_at is None

    def test_who_was_never_told_hears_nothing(self, world, now):
        dismiss(world.warning(), world, now)

        release_due_triage(now=now + TEN)

        assert not Notification.objects.exists()

    def test_the_receivers_page_keeps_only_the_sentence(self, world, now, sign_in):
        warning = world.warning(triaged=True)
        dismiss(warning, world, now)
        release_due_triage(now=now + TEN)
        warning.refresh_from_db()

        with time_machine.travel(now + TEN, tick=False):
            page = sign_in(world.receiver).get(reverse("risk_warnings:warning", args=[warning.pk]))

        text = page.content.decode()
        assert warning.taken_back_because in text
        assert "4,000" not in text

    def test_a_whitelist_entry_clears_the_subject_for_a_while(self, world, now):
        warning = world.warning()

        dismiss(warning, world, now, whitelist_until=date(2027, 6, 1))

        entry = WhitelistEntry.objects.get()
        assert (entry.theme, entry.subject) == (warning.theme, warning.subject)
        assert entry.valid_from == warning.occurred_on

    def test_a_short_opinion_is_refused(self, world, now):
        with pytest.raises(OpinionTooShort, match="不少于15字"):
            dismiss_warning(
                warning=world.warning(),
                by=world.officer,
                reason=DismissalReason.DATA,
                opinion="误报",
                now=now,
            )


class TestMerge:
    def test_a_merged_warning_follows_its_target(self, world, now):
        target, warning = world.warning(), world.warning()

        decide(merge_warning, warning, world, now, into=target)

        warning.refresh_from_db()
        assert warning.status == WarningStatus.MERGED
        assert warning.is_open
        RiskWarning.objects.filter(pk=target.pk).update(
            status=WarningStatus.RESOLVED, closed_at=now
        )
        assert not RiskWarning.objects.get(pk=warning.pk).is_open
        assert warning not in RiskWarning.objects.open()

    def test_into_a_ticketed_warning_means_into_its_order(self, world, now):
        target, warning = world.warning(), world.warning()
        order = decide(ticket_warning, target, world, now).order

        decide(merge_warning, warning, world, now, into=target)

        warning.refresh_from_db()
        assert warning.order == order

    def test_not_into_itself_and_not_into_what_is_closed(self, world, now):
        warning = world.warning()
        closed = world.warning(status=WarningStatus.RESOLVED, closed_at=now)

        for target in (warning, closed):
            with pytest.raises(WrongTarget):
                decide(merge_warning, warning, world, now, into=target)


class TestTicket:
    def test_it_drafts_an_order_and_tells_the_receiver_after_ten_seconds(self, world, now):
        warning = world.warning()

        order = decide(ticket_warning, warning, world, now).order

        warning.refresh_from_db()
        assert (order.status, order.number, order.receiver) == ("draft", None, world.receiver)
        assert warning.tip_at == now + TEN

    def test_it_can_extend_an_open_order_and_raises_its_level(self, world, now):
        order = decide(ticket_warning, world.warning(), world, now).order

        decide(ticket_warning, world.warning(level="high"), world, now, order=order)

        order.refresh_from_db()
        assert order.level == "high"
        assert order.warnings.count() == 2


class TestSeal:
    def test_a_sealed_warning_tells_nobody_by_any_decision(self, world, now):
        warning = world.warning(sealed=True)

        with pytest.raises(StillSealed):
            decide(notify_receiver, warning, world, now)
        decide(ticket_warning, warning, world, now)
        release_due_triage(now=now + TEN)

        warning.refresh_from_db()
        assert warning.tip_at is None
        assert warning.head_told_at is None
        assert not Notification.objects.exists()

    def test_released_after_the_ticket_it_tells_then(self, world, now):
        warning = world.warning(sealed=True)
        decide(ticket_warning, warning, world, now)

        unseal_warning(warning=warning, by=world.officer, reason=OPINION, now=now + TEN)

        warning.refresh_from_db()
        assert warning.tip_at == now + TEN
        assert {n.recipient for n in Notification.objects.all()} == {world.receiver, world.head}

    def test_released_while_pending_it_waits_for_triage(self, world, now):
        warning = world.warning(sealed=True)

        unseal_warning(warning=warning, by=world.officer, reason=OPINION, now=now)

        warning.refresh_from_db()
        assert warning.tip_at is None
        assert warning.status == WarningStatus.PENDING

    def test_an_officer_can_seal_a_pending_warning_whatever_the_theme_says(self, world, now):
        warning = world.warning()

        seal_warning(warning=warning, by=world.officer, reason=OPINION, now=now)

        warning.refresh_from_db()
        assert warning.is_sealed

    def test_what_the_receiver_knows_cannot_be_sealed(self, world, now):
        with pytest.raises(AlreadyTold):
            seal_warning(
                warning=world.warning(told=True), by=world.officer, reason=OPINION, now=now
            )


class TestTwoAtOnce:
    def test_who_saw_an_older_state_is_told_to_look_again(self, world, now):
        warning = world.warning()
        decide(notify_receiver, warning, world, now)

        with pytest.raises(ChangedMeanwhile):
            dismiss(warning, world, now, revision=warning.revision)

    def test_the_same_submission_twice_is_one_decision(self, world, now):
        warning, key = world.warning(), uuid4()

        first = decide(notify_receiver, warning, world, now, key=key)
        second = decide(notify_receiver, warning, world, now, key=key)

        assert first == second
        assert Triage.objects.count() == 1

    def test_an_officer_of_another_county_is_refused(self, world, now):
        with pytest.raises(TransitionRefused):
            notify_receiver(
                warning=world.warning(), by=world.other_officer, opinion=OPINION, now=now
            )


NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))


class TestPage:
    @pytest.fixture(autouse=True)
    def _frozen(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def test_it_shows_the_most_urgent_first_with_its_facts(self, world, sign_in):
        world.warning()
        urgent = world.warning(level="high")

        page = sign_in(world.officer).get(reverse("risk_warnings:triage")).content.decode()

        assert f'高 · 待研判</span></span><span class="code">{urgent.number}' in page
        assert "若启封日晚四天，则不会触发。" in page
        assert "先排除这些正常情形" in page

    def test_an_empty_queue_still_says_how_the_data_are(self, world, sign_in):
        page = sign_in(world.officer).get(reverse("risk_warnings:triage")).content.decode()

        assert "没有待研判的预警" in page
        assert "没有待办，不等于没有问题" in page

    def test_a_missing_opinion_is_shown_at_its_place_and_keeps_the_rest(self, world, sign_in):
        warning = world.warning()

        page = sign_in(world.officer).post(
            reverse("risk_warnings:triage"),
            {"warning": warning.pk, "revision": 1, "opinion": "", "action": "dismiss"},
        )

        assert page.status_code == 422
        assert "研判意见不少于15字" in page.content.decode()
        warning.refresh_from_db()
        assert warning.status == WarningStatus.PENDING

    @pytest.mark.parametrize("person", ["receiver", "head", "secretary", "system_admin"])
    def test_it_is_closed_to_everybody_else(self, world, sign_in, person):
        page = sign_in(getattr(world, person)).get(reverse("risk_warnings:triage"))

        assert page.status_code == 403
