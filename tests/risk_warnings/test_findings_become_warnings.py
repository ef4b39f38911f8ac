"""The table “When a finding changes in a later run” of the workflow, row by row, and what joins."""

from datetime import date, timedelta

import pytest

from notifications.models import Notification
from risk_engine import Inconclusive
from risk_warnings.models import (
    DismissalReason,
    FindingVersion,
    RiskWarning,
    StoredFinding,
    WarningStatus,
    WhitelistEntry,
)
from risk_warnings.services import (
    decide_brake,
    dismiss_warning,
    notify_receiver,
    release_due_triage,
    ticket_warning,
)
from tests.risk_warnings.findings import finding, run

OPINION = "看过差额和变更单，情况需要说明清楚。"
LATER = timedelta(days=1)


@pytest.fixture(autouse=True)
def _point(risk_point):
    return risk_point


def stored(world, now, **fields):
    run(finding(org_code=world.station.code, emp_no=world.receiver.emp_no, **fields), now=now)
    return RiskWarning.objects.get()


def test_the_same_finding_is_warned_about_once(world, now):
    one = finding(org_code=world.station.code, emp_no=world.receiver.emp_no)

    first, _ = run(one, now=now)
    again, _ = run(one, now=now + LATER)

    assert (first.new_warnings, again.new_warnings) == (1, 0)
    assert RiskWarning.objects.get().number == "YJ-2026-0001"
    assert FindingVersion.objects.count() == 1


def test_the_same_rows_in_a_later_file_say_nothing_new(world, now):
    stored(world, now, row=12)

    again, _ = run(
        finding(org_code=world.station.code, emp_no=world.receiver.emp_no, row=99),
        now=now + LATER,
    )

    assert again.changed == 0
    assert FindingVersion.objects.count() == 1


def test_changed_content_of_the_same_level_is_kept_as_a_version(world, now):
    warning = stored(world, now, amount="4000.00")

    run(
        finding(org_code=world.station.code, emp_no=world.receiver.emp_no, amount="4100.00"),
        now=now + LATER,
    )

    warning.refresh_from_db()
    assert warning.latest.number == 2
    assert str(warning.amount) == "4100.00"
    assert warning.status == WarningStatus.PENDING


def test_a_later_finding_that_shares_a_rule_joins_the_open_warning(world, now):
    october = finding(org_code=world.station.code, emp_no=world.receiver.emp_no)
    november = finding(
        org_code=world.station.code,
        emp_no=world.receiver.emp_no,
        period="202611",
        occurred_on=date(2026, 11, 23),
    )
    run(october, now=now)

    counts, _ = run(october, november, now=now + LATER)

    warning = RiskWarning.objects.get()
    assert (counts.new_findings, counts.joined, counts.new_warnings) == (1, 1, 0)
    assert warning.finding_count == 2
    assert warning.latest.finding.period == "202611"


def test_a_later_finding_of_other_rules_makes_its_own_warning(world, now):
    october = finding(org_code=world.station.code, emp_no=world.receiver.emp_no)
    run(october, now=now)

    run(
        october,
        finding(org_code=world.station.code, period="202611", rules=("R5",), level="low"),
        now=now + LATER,
    )

    assert RiskWarning.objects.count() == 2


@pytest.mark.parametrize("level", ["low", "medium"])
def test_higher_while_notified_goes_back_to_triage(world, now, level):
    warning = stored(world, now, level=level)
    notify_receiver(warning=warning, by=world.officer, opinion=OPINION, now=now)
    release_due_triage(now=now + timedelta(seconds=11))

    run(finding(org_code=world.station.code, level="high"), now=now + LATER)

    warning.refresh_from_db()
    assert warning.status == WarningStatus.PENDING
    assert warning.level == "high"
    assert warning.first_level == level
    assert warning.raised_at == now + LATER


def test_higher_while_an_order_runs_raises_the_order_and_tells_its_officer(world, now):
    warning = stored(world, now)
    order = ticket_warning(warning=warning, by=world.officer, opinion=OPINION, now=now).order

    run(finding(org_code=world.station.code, level="high"), now=now + LATER)

    warning.refresh_from_db()
    order.refresh_from_db()
    assert warning.status == WarningStatus.TICKETED
    assert (warning.level, order.level) == ("high", "high")
    assert Notification.objects.filter(recipient=world.officer, title__contains="升高").exists()


def test_lower_while_open_lets_the_level_fall_and_keeps_the_history(world, now):
    warning = stored(world, now, level="high")

    run(
        finding(org_code=world.station.code, emp_no=world.receiver.emp_no, level="low"),
        now=now + LATER,
    )

    warning.refresh_from_db()
    assert warning.level == "low"
    assert warning.first_level == "high"
    assert list(warning.versions.order_by("number").values_list("level", flat=True)) == [
        "high",
        "low",
    ]
    assert warning.tip_at is None


def test_gone_while_open_withdraws_the_warning_and_says_so_in_one_sentence(world, now):
    warning = stored(world, now, level="low")
    assert warning.tip_at == now

    run(now=now + LATER)

    warning.refresh_from_db()
    assert warning.status == WarningStatus.WITHDRAWN
    said = Notification.objects.released(now=now + LATER).get(recipient=world.receiver)
    assert said.body == warning.taken_back_because
    assert said.body.count("。") == 1


def test_gone_while_an_order_runs_is_shown_to_the_officer_to_close(world, now):
    warning = stored(world, now)
    order = ticket_warning(warning=warning, by=world.officer, opinion=OPINION, now=now).order

    run(now=now + LATER)

    order.refresh_from_db()
    warning.refresh_from_db()
    assert warning.status == WarningStatus.WITHDRAWN
    assert order.data_corrected_at == now + LATER
    assert order.status == "draft"
    assert Notification.objects.filter(recipient=world.officer, title__contains="数据").exists()


def test_one_of_two_findings_gone_keeps_the_warning_open(world, now):
    both = [
        finding(org_code=world.station.code, period="202609", level="high"),
        finding(org_code=world.station.code, period="202610", level="medium"),
    ]
    run(*both, now=now)

    run(both[1], now=now + LATER)

    warning = RiskWarning.objects.get()
    assert warning.status == WarningStatus.PENDING
    assert (warning.finding_count, warning.level) == (1, "medium")


def dismissed(world, now):
    warning = stored(world, now)
    dismiss_warning(
        warning=warning,
        by=world.officer,
        reason=DismissalReason.INNOCENT,
        opinion=OPINION,
        now=now,
    )
    release_due_triage(now=now + timedelta(seconds=11))
    return warning


def test_the_same_after_dismissal_is_nothing(world, now):
    warning = dismissed(world, now)

    counts, _ = run(
        finding(org_code=world.station.code, emp_no=world.receiver.emp_no), now=now + LATER
    )

    warning.refresh_from_db()
    assert warning.status == WarningStatus.DISMISSED
    assert counts.new_warnings == 0


def test_higher_after_dismissal_comes_back_to_triage_marked_and_without_a_tip(world, now):
    warning = dismissed(world, now)

    run(
        finding(org_code=world.station.code, emp_no=world.receiver.emp_no, level="high"),
        now=now + LATER,
    )

    warning.refresh_from_db()
    assert warning.status == WarningStatus.PENDING
    assert warning.raised_at == now + LATER
    assert warning.tip_at is None
    assert warning.taken_back_at is None


@pytest.mark.parametrize("level", ["low", None])
def test_lower_or_gone_after_dismissal_is_only_recorded(world, now, level):
    warning = dismissed(world, now)
    later = [finding(org_code=world.station.code, level=level)] if level else []

    run(*later, now=now + LATER)

    warning.refresh_from_db()
    assert warning.status == WarningStatus.DISMISSED
    row = StoredFinding.objects.get()
    assert row.level == "low" if level else row.gone_at == now + LATER


def resolved(world, now, **fields):
    warning = stored(world, now, **fields)
    RiskWarning.objects.filter(pk=warning.pk).update(status=WarningStatus.RESOLVED, closed_at=now)
    return warning


def test_higher_after_closure_makes_a_new_warning_that_follows_the_old(world, now):
    old = resolved(world, now)

    run(finding(org_code=world.station.code, level="high"), now=now + LATER)

    old.refresh_from_db()
    new = RiskWarning.objects.exclude(pk=old.pk).get()
    assert new.follows == old
    assert new.status == WarningStatus.PENDING
    assert old.status == WarningStatus.RESOLVED
    assert StoredFinding.objects.get().warning == new
    assert old.versions.count() == 1


@pytest.mark.parametrize("level", ["low", None])
def test_lower_or_gone_after_closure_is_only_recorded(world, now, level):
    old = resolved(world, now)
    later = [finding(org_code=world.station.code, level=level)] if level else []

    run(*later, now=now + LATER)

    assert RiskWarning.objects.get().status == WarningStatus.RESOLVED
    assert old.findings.get().level == ("low" if level else "medium")


def test_a_finding_that_was_gone_and_returns_follows_the_withdrawn_warning(world, now):
    old = stored(world, now)
    run(now=now + LATER)

    run(finding(org_code=world.station.code), now=now + 2 * LATER)

    new = RiskWarning.objects.exclude(pk=old.pk).get()
    assert new.follows == old
    assert StoredFinding.objects.get().gone_at is None


def test_what_could_not_be_judged_is_not_gone(world, now):
    warning = stored(world, now)

    run(
        now=now + LATER,
        inconclusive=(Inconclusive("T01", "330100012345", "202610", "mkt_bill.bill_id"),),
    )

    warning.refresh_from_db()
    assert warning.status == WarningStatus.PENDING


def test_a_station_without_data_keeps_its_warnings(world, now):
    warning = stored(world, now)

    run(now=now + LATER, grey_stations={world.station.code: "本所数据没有送达。"})

    warning.refresh_from_db()
    assert warning.status == WarningStatus.PENDING


def test_what_was_cleared_by_the_whitelist_is_not_a_correction_of_data(world, now):
    warning = dismissed(world, now)
    other = finding(org_code=world.station.code, period="202611", occurred_on=date(2026, 11, 20))
    run(finding(org_code=world.station.code, emp_no=world.receiver.emp_no), other, now=now + LATER)
    open_one = RiskWarning.objects.exclude(pk=warning.pk).get()
    dismiss_with_whitelist(open_one, world, now + LATER)

    run(now=now + 2 * LATER, whitelist=WhitelistEntry.objects.all())

    assert StoredFinding.objects.get(period="202611").gone_at is None


def dismiss_with_whitelist(warning, world, now):
    return dismiss_warning(
        warning=warning,
        by=world.officer,
        reason=DismissalReason.INNOCENT,
        opinion=OPINION,
        now=now,
        whitelist_until=date(2027, 11, 1),
    )


class TestWhoIsAsked:
    def test_the_person_the_data_name_is_asked(self, world, now):
        warning = stored(world, now)

        assert warning.receiver == warning.named_person == world.receiver

    def test_without_a_name_two_holders_mean_the_station_head(self, world, now):
        run(finding(org_code=world.station.code), now=now)

        warning = RiskWarning.objects.get()
        assert warning.receiver == world.head
        assert warning.named_person is None

    def test_without_a_name_the_only_holder_is_asked(self, world, now):
        world.colleague.postings.all().delete()

        run(finding(org_code=world.station.code), now=now)

        assert RiskWarning.objects.get().receiver == world.receiver

    def test_where_the_head_is_missing_the_county_officer_is_asked(self, world, now):
        world.head.postings.all().delete()

        run(finding(org_code=world.station.code), now=now)

        assert RiskWarning.objects.get().receiver == world.rule_admin

    def test_without_a_station_the_city_officer_is_asked(self, world, now):
        from people.models import Role
        from tests.factories import RoleGrantFactory

        city_officer = RoleGrantFactory(role=Role.DISCIPLINE_OFFICER, unit=world.city).employee

        run(finding(org_code=None), now=now)

        warning = RiskWarning.objects.get()
        assert warning.unit is None
        assert warning.receiver == city_officer


class TestWhatIsTold:
    def low(self, world, **fields):
        return finding(
            org_code=world.station.code, emp_no=world.receiver.emp_no, level="low", **fields
        )

    def test_at_once_is_at_once_where_the_data_name_the_receiver(self, world, now):
        run(self.low(world), now=now)

        warning = RiskWarning.objects.get()
        assert warning.tip_at == now
        assert Notification.objects.get().recipient == world.receiver

    def test_at_once_waits_for_triage_where_nobody_is_named(self, world, now):
        run(finding(org_code=world.station.code, level="low"), now=now)

        assert RiskWarning.objects.get().tip_at is None
        assert not Notification.objects.exists()

    def test_medium_waits_for_triage(self, world, now):
        run(finding(org_code=world.station.code, emp_no=world.receiver.emp_no), now=now)

        assert RiskWarning.objects.get().tip_at is None

    def test_a_first_import_tips_nobody(self, world, now):
        many = [
            self.low(world, subject=f"3301{n:08d}", period="202501", occurred_on=date(2025, 1, 31))
            for n in range(30)
        ]

        run(*many, now=now, is_backfill=True)

        assert RiskWarning.objects.filter(is_backfill=True, tip_at=None).count() == 30
        assert not Notification.objects.exists()

    def test_an_officers_tip_of_backfill_works_as_always(self, world, now):
        run(self.low(world), now=now, is_backfill=True)
        warning = RiskWarning.objects.get()

        notify_receiver(warning=warning, by=world.officer, opinion=OPINION, now=now)

        warning.refresh_from_db()
        assert warning.tip_at == now + timedelta(seconds=10)

    def test_the_flood_brake_holds_from_twenty_on(self, world, now):
        flood = [self.low(world, subject=f"3301{n:08d}") for n in range(20)]

        _, held = run(*flood, now=now)

        assert held.is_braked
        assert RiskWarning.objects.filter(is_braked=True, tip_at=None).count() == 20
        assert not Notification.objects.exists()

    def test_nineteen_are_no_flood(self, world, now):
        _, row = run(*[self.low(world, subject=f"3301{n:08d}") for n in range(19)], now=now)

        assert not row.is_braked

    def test_five_times_the_usual_is_no_flood_and_one_more_is(self, world, now):
        usual = [self.low(world, subject=f"33{n:010d}") for n in range(4)]
        run(*usual, now=now - timedelta(days=3))
        twenty = [self.low(world, subject=f"44{n:010d}") for n in range(20)]
        _, row = run(*usual, *twenty, now=now)
        assert not row.is_braked

        flood = [self.low(world, subject=f"55{n:010d}") for n in range(61)]
        _, row = run(*usual, *twenty, *flood, now=now + LATER)

        assert row.is_braked

    def test_one_officer_decides_about_all_held_tips(self, world, now):
        _, held = run(*[self.low(world, subject=f"3301{n:08d}") for n in range(20)], now=now)

        sent = decide_brake(
            run=held, by=world.officer, tip=True, reason="口径没有问题，逐户提示", now=now + LATER
        )

        assert sent == 20
        assert RiskWarning.objects.filter(tip_at=now + LATER, is_braked=False).count() == 20

    def test_a_dismissed_cause_does_not_tip_the_same_person_again_within_90_days(self, world, now):
        run(self.low(world), now=now)
        warning = RiskWarning.objects.get()
        dismiss_warning(
            warning=warning,
            by=world.officer,
            reason=DismissalReason.INNOCENT,
            opinion=OPINION,
            now=now,
        )
        release_due_triage(now=now + timedelta(seconds=11))

        run(
            self.low(world),
            self.low(world, period="202611", occurred_on=date(2026, 11, 20)),
            now=now + timedelta(days=90),
        )

        again = RiskWarning.objects.exclude(pk=warning.pk).get()
        assert again.repeats_dismissed
        assert again.tip_at is None

    def test_after_90_days_it_tips_again(self, world, now):
        run(self.low(world), now=now)
        dismiss_warning(
            warning=RiskWarning.objects.get(),
            by=world.officer,
            reason=DismissalReason.INNOCENT,
            opinion=OPINION,
            now=now,
        )
        release_due_triage(now=now + timedelta(seconds=11))

        run(
            self.low(world),
            self.low(world, period="202611", occurred_on=date(2026, 11, 20)),
            now=now + timedelta(days=91),
        )

        assert RiskWarning.objects.order_by("-pk").first().tip_at == now + timedelta(days=91)


def test_storing_costs_a_fixed_number_of_queries(world, now, django_assert_max_num_queries):
    many = [finding(org_code=world.station.code, subject=f"3301{n:08d}") for n in range(40)]

    with django_assert_max_num_queries(40):
        run(*many, now=now, is_backfill=True)
