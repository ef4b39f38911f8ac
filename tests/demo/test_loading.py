"""The demonstration in the database: complete, alive in every state, and loaded only once."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from assignments.models import (
    AssignmentSource,
    AssignmentStatus,
    CompletionEvidence,
    SourceKind,
    TrainingAssignment,
)
from courses.models import Certificate, Enrollment
from demo import extracts
from demo.accounts import PARTS, PASSWORD
from demo.models import DemoRun
from demo.services import (
    NoDemonstration,
    OtherDemonstration,
    bring_up_to_date,
    demo_folder,
    load_demo,
)
from demo.world import build_world
from education_sessions.models import EducationSession, MakeUp, PlanItem
from home.loading import load_content
from people.models import (
    Employee,
    OrgUnit,
    PartyBranch,
    Posting,
    Role,
    RoleGrant,
    User,
)
from people.registry import demo_accounts
from quizzes.models import Attempt
from quizzes.services.drawing import points_of
from risk_warnings.models import (
    Interview,
    Level,
    Objection,
    OrderStatus,
    RiskWarning,
    RuleRun,
    StoredFinding,
    WarningStatus,
    WorkOrder,
)
from tests.snapshots import PostgresqlSnapshot, SqliteSnapshot

AS_OF = date(2026, 11, 26)
NOW = timezone.make_aware(datetime(2026, 11, 26, 8, 0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[DemoRun]:
    """Load once for all tests here, for it takes a minute; each test works on a copy."""
    with django_db_blocker.unblock():
        kind = PostgresqlSnapshot if connection.vendor == "postgresql" else SqliteSnapshot
        empty = kind()
        load_content(folder=settings.CONTENT_DIR, now=NOW)
        yield load_demo(now=NOW, as_of=AS_OF, folder=folder)
        empty.restore()


pytestmark = pytest.mark.django_db


def test_the_company_stands_in_the_database_as_the_world_says():
    world = build_world(seed=7, as_of=AS_OF)

    assert Employee.objects.count() == len(world.persons)
    assert Posting.objects.count() == len(world.postings)
    assert RoleGrant.objects.count() == len(world.grants)
    assert Counter(OrgUnit.objects.values_list("kind", flat=True)) == {
        "city": 1,
        "county": 6,
        "station": 60,
    }
    assert OrgUnit.objects.get(code="JC0101").path == "JC/JC01/JC0101/"


def test_everyone_has_one_responsible_secretary_and_nobody_is_outside():
    employed = set(Employee.objects.employed(on=AS_OF).values_list("pk", flat=True))

    responsible = Counter()
    for branch in PartyBranch.objects.all():
        secretaries = RoleGrant.objects.in_force(on=AS_OF).filter(
            role=Role.BRANCH_SECRETARY, branch=branch
        )
        for employee in Employee.objects.employed(on=AS_OF).of_branch(branch, on=AS_OF):
            responsible[employee.pk] += secretaries.count()

    assert set(responsible) == employed
    assert set(responsible.values()) == {1}


def test_no_post_that_somebody_holds_has_an_empty_quiz():
    held = set(Posting.objects.in_force(on=AS_OF).values_list("position", flat=True))

    assert all(points_of([position]) for position in held)


def test_there_is_an_account_for_every_part_and_its_password_opens_it(client):
    accounts = {account.name: account for account in demo_accounts()}

    assert set(accounts) == {part.name for part in PARTS}
    assert User.objects.count() == len(PARTS)
    assert client.login(username=accounts["周敏"].username, password=PASSWORD)
    assert accounts["周敏"].post == "城东供电所客户经理（台区经理）"


def test_the_findings_stored_are_those_of_the_truth(folder):
    told = extracts.truth(world=build_world(seed=7, as_of=AS_OF), as_of=AS_OF - timedelta(days=1))

    stored = set(StoredFinding.objects.standing().values_list("theme", "subject", "period"))

    assert stored == {(f.theme, f.subject, f.period) for f in told.findings}


def test_every_theme_ran_and_only_the_first_import_was_backfill():
    runs = list(RuleRun.objects.order_by("pk"))

    assert {run.status for run in runs} == {"ran"}
    assert {run.as_of for run in runs if run.is_backfill} == {AS_OF - timedelta(days=61)}
    assert not any(run.braked_at for run in runs)


def test_the_first_import_tipped_nobody_by_itself():
    past = RiskWarning.objects.filter(is_backfill=True, tip_at__isnull=False)

    assert not past.filter(triages=None).exists()


def test_warnings_stand_in_every_state():
    states = Counter(RiskWarning.objects.values_list("status", flat=True))

    assert set(states) >= {
        WarningStatus.PENDING,
        WarningStatus.NOTIFIED,
        WarningStatus.TICKETED,
        WarningStatus.DISMISSED,
        WarningStatus.RESOLVED,
    }
    assert Counter(RiskWarning.objects.values_list("level", flat=True))[Level.HIGH] > 30


def test_orders_stand_in_every_state_but_reopened_and_keep_their_records():
    states = set(WorkOrder.objects.values_list("status", flat=True))

    assert states == set(OrderStatus) - {OrderStatus.REOPENED}
    assert Interview.objects.exists()
    assert Objection.objects.exists()


def test_conclusions_led_to_learning_and_learning_to_evidence():
    remedial = AssignmentSource.objects.filter(kind=SourceKind.ORDER)
    evidence = CompletionEvidence.objects.filter(work_order__isnull=False)

    assert remedial.count() >= 5
    assert evidence.exists()
    assert Attempt.objects.counted().exists()
    for proof in evidence.select_related("assignment", "work_order"):
        source = proof.assignment.sources.get(work_order=proof.work_order)
        assert proof.recorded_at >= source.started_at >= proof.work_order.effective_at


def test_the_secretarys_branch_has_learnt_more_than_others():
    branch = PartyBranch.objects.get(code="ZJC0101")
    done = TrainingAssignment.objects.filter(status=AssignmentStatus.DONE)

    ours = done.of_branch(branch, on=AS_OF).count()

    assert ours >= 5
    assert ours > done.of_branch(PartyBranch.objects.get(code="ZJC0301"), on=AS_OF).count()


def test_nothing_in_the_database_lies_in_the_future():
    assert not RiskWarning.objects.filter(stored_at__gt=NOW).exists()
    assert not WorkOrder.objects.filter(status_changed_at__gt=NOW).exists()
    assert not TrainingAssignment.objects.filter(assigned_at__gt=NOW).exists()


def test_the_officer_of_the_walk_through_finds_untouched_warnings_of_every_theme_and_level():
    waiting = RiskWarning.objects.awaiting_triage().filter(
        unit__path__startswith="JC/JC01/", stored_at__gt=NOW - timedelta(days=1)
    )

    assert set(waiting.values_list("theme", flat=True)) == {"T01", "T09", "T11"}
    assert set(waiting.values_list("level", flat=True)) == {"high", "medium", "low"}
    assert waiting.filter(level="low", tip_at__isnull=False).count() >= 3


def test_the_account_manager_has_one_untouched_medium_basic_fee_warning():
    warning = RiskWarning.objects.get(
        receiver__name="周敏", theme="T01", occurred_on=date(2026, 10, 31)
    )

    assert (warning.level, warning.status) == (Level.MEDIUM, WarningStatus.PENDING)
    assert warning.tip_at is None
    assert str(warning.amount) == "4000.00"


def test_loading_again_adds_nothing(folder):
    before = _counts()

    load_demo(now=NOW, as_of=AS_OF, folder=folder)

    assert _counts() == before


def test_another_seed_is_refused_while_one_is_there(folder):
    with pytest.raises(OtherDemonstration, match="2026年11月26日"):
        load_demo(now=NOW, seed=8, folder=folder)


def test_a_load_that_broke_off_goes_on_where_it_stopped(folder):
    DemoRun.objects.update(loaded_at=None)
    before = _counts()

    run = load_demo(now=NOW, as_of=AS_OF, folder=folder)

    assert run.loaded_at == NOW
    assert _counts() == before


def test_no_demonstration_is_loaded_over_people_that_are_there(folder):
    DemoRun.objects.all().delete()

    with pytest.raises(NoDemonstration, match="已有人员"):
        load_demo(now=NOW, as_of=AS_OF, folder=folder)


def test_an_installation_that_is_no_demonstration_refuses(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="不是演示环境"):
        call_command("load_demo")


def test_the_next_morning_brings_the_next_day(folder, django_capture_on_commit_callbacks):
    tomorrow = NOW + timedelta(days=1)

    with django_capture_on_commit_callbacks(execute=True):
        run = bring_up_to_date(now=tomorrow, folder=folder)

    assert run.played_until == AS_OF
    assert RuleRun.objects.filter(as_of=AS_OF, status="ran").count() == 3
    assert bring_up_to_date(now=tomorrow, folder=folder).played_until == AS_OF


def test_the_play_leaves_the_walk_throughs_county_alone_after_loading(folder):
    ours = RiskWarning.objects.filter(unit__path__startswith="JC/JC01/")
    before = set(ours.awaiting_triage().values_list("pk", flat=True))

    bring_up_to_date(now=NOW + timedelta(days=1), folder=folder)

    assert before <= set(ours.awaiting_triage().values_list("pk", flat=True))


def test_the_deliveries_lie_in_the_folder_of_the_installation():
    assert demo_folder() == Path(settings.VAR_DIR) / "demo"


def _counts() -> dict[str, int]:
    models = (Employee, Posting, RiskWarning, WorkOrder, TrainingAssignment, Attempt, RuleRun, User)
    return {model.__name__: model.objects.count() for model in models}


def test_the_class_of_new_hires_is_on_its_way(loaded):
    levels = Enrollment.objects.filter(employee__name="李想").order_by("course__order")
    assert [level.status for level in levels] == ["completed", "open", "open"]
    assert Certificate.objects.filter(enrollment__course__kind="onboarding").count() == 1
    assert TrainingAssignment.objects.overdue(on=loaded.as_of).filter(kind="course").exists()


def test_the_branch_that_is_tried_out_has_planned_held_and_caught_up():
    held = EducationSession.objects.over(now=NOW)

    assert set(EducationSession.objects.values_list("branch__code", flat=True)) == {"ZJC0101"}
    assert held.count() >= 4
    for session in held:
        assert session.roll_closed_at
        assert session.plan_item
        present = session.attendances.present().count()
        assert 0.6 * session.attendances.count() < present <= session.attendances.count()
    assert MakeUp.objects.open().exists()
    assert MakeUp.objects.exclude(completed_at=None).exists()
    assert PlanItem.objects.filter(planned_on__gte=AS_OF, session=None).exists()
