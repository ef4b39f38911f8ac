"""A delivery comes in: the engine judges it, its health is kept, its findings become warnings."""

import csv
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

import risk_engine
from jobs.services import enqueue, run_due
from notifications.models import Notification
from risk_warnings.models import (
    DataSource,
    RiskWarning,
    RowError,
    RuleRun,
    RunStatus,
    SourceBatch,
    WhitelistEntry,
)
from risk_warnings.services import OutdatedBatch, import_batch
from tests.factories import EmployeeFactory, RiskPointPageFactory
from tests.risk_engine.healthy import AS_OF, STATIONS, healthy_t11

NOW = timezone.make_aware(datetime(2026, 4, 1, 8, 30))
DAY = timedelta(days=1)


def purchase(number, *, day, amount="26000.00", station=STATIONS[0]):
    """Two of these within thirty days pass the limit of petty purchases."""
    return {
        "po_no": f"X{number}",
        "line_no": 1,
        "org_code": station,
        "category_code": "K2",
        "supplier_code": f"S{number}",
        "amount": amount,
        "method": "petty",
        "create_date": str(day),
        "requester_emp_no": "E1",
        "contract_no": "",
    }


COLUMNS = {
    table.name: [column.name for column in table.columns]
    for system in risk_engine.systems()
    for table in system.tables
}


class Deliveries:
    """A folder of extracts that grows day by day."""

    def __init__(self, root):
        self.root = root
        self.tables = healthy_t11()

    def write(self):
        for name, rows in self.tables.items():
            with (self.root / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=COLUMNS[name])
                writer.writeheader()
                writer.writerows(rows)

    def add(self, *rows):
        self.tables["erp_purchase_order"] += rows
        self.write()


@pytest.fixture
def deliveries(tmp_path):
    made = Deliveries(tmp_path)
    made.write()
    return made


@pytest.fixture
def buyer(world):
    """Who asks for the purchases; the station has the code of the extracts."""
    world.station.code = STATIONS[0]
    world.station.save()
    RiskPointPageFactory(code="CW-06")
    RiskPointPageFactory(code="GC-03")
    return EmployeeFactory(emp_no="E1", name="采购人")


def bring_in(deliveries, *, as_of=AS_OF, now=NOW, **more):
    return import_batch(extracts=deliveries.root, as_of=as_of, now=now, **more)


def test_a_batch_keeps_hash_files_counts_and_row_errors(deliveries, buyer):
    deliveries.add(purchase(1, day=AS_OF) | {"create_date": "2026-13-45"})

    batch = bring_in(deliveries)

    assert len(batch.digest) == 64
    assert {file["table"] for file in batch.files} == {"erp_purchase_order", "law_contract"}
    assert batch.row_count == 32
    error = RowError.objects.get()
    assert (error.file, error.row, error.column, error.value) == (
        "erp_purchase_order.csv",
        32,
        "create_date",
        "2026-13-45",
    )


def test_the_same_batch_twice_adds_nothing(deliveries, buyer):
    deliveries.add(purchase(1, day=AS_OF), purchase(2, day=AS_OF))

    first = bring_in(deliveries)
    again = bring_in(deliveries, now=NOW + DAY)

    assert first == again
    assert (SourceBatch.objects.count(), RiskWarning.objects.count()) == (1, 1)


def test_the_same_files_a_day_later_add_no_warning(deliveries, buyer):
    deliveries.add(purchase(1, day=AS_OF), purchase(2, day=AS_OF))

    bring_in(deliveries)
    bring_in(deliveries, as_of=AS_OF + DAY, now=NOW + DAY)

    assert (SourceBatch.objects.count(), RiskWarning.objects.count()) == (2, 1)


def test_the_past_that_a_first_import_finds_is_backfill_and_tips_nobody(deliveries, buyer):
    deliveries.add(purchase(1, day=AS_OF), purchase(2, day=AS_OF))

    bring_in(deliveries)

    warning = RiskWarning.objects.get()
    assert warning.is_backfill
    assert warning.level == "low"
    assert warning.receiver == buyer
    assert warning.tip_at is None
    assert not Notification.objects.exists()
    assert DataSource.objects.get(code="S07").first_imported_at == NOW


def test_what_a_later_import_finds_is_told_at_once(deliveries, buyer):
    bring_in(deliveries)
    tomorrow = AS_OF + DAY
    deliveries.add(purchase(1, day=tomorrow), purchase(2, day=tomorrow))

    bring_in(deliveries, as_of=tomorrow, now=NOW + DAY)

    warning = RiskWarning.objects.get()
    assert not warning.is_backfill
    assert warning.tip_at == NOW + DAY
    assert Notification.objects.get().recipient == buyer
    assert warning.title == "2笔零星采购合计疑似超过限额"
    assert warning.latest.evidence[0]["table"] == "erp_purchase_order"


def test_a_theme_without_its_data_is_grey_with_the_reason_and_stores_no_warning(deliveries, buyer):
    bring_in(deliveries)

    health = dict(RuleRun.objects.values_list("theme", "status"))
    assert health == {"T01": RunStatus.GREY, "T09": RunStatus.GREY, "T11": RunStatus.RAN}
    assert RuleRun.objects.get(theme="T09").reasons


def test_findings_of_a_grey_theme_are_kept_apart(deliveries, buyer):
    deliveries.add(purchase(1, day=AS_OF), purchase(2, day=AS_OF))
    stale = AS_OF + timedelta(days=60)
    for name in ("erp_purchase_order", "law_contract"):
        folder = deliveries.root / name
        folder.mkdir()
        (deliveries.root / f"{name}.csv").rename(folder / "2026-03-31.csv")

    bring_in(deliveries, as_of=stale, now=NOW + timedelta(days=60))

    run = RuleRun.objects.get(theme="T11")
    assert run.status == RunStatus.GREY
    assert run.found_grey == 1
    assert not RiskWarning.objects.exists()


def test_a_delivery_older_than_what_is_stored_is_refused_in_one_sentence(deliveries, buyer):
    bring_in(deliveries)

    with pytest.raises(OutdatedBatch, match="没有入库"):
        bring_in(deliveries, as_of=AS_OF - DAY)

    assert SourceBatch.objects.count() == 1


def test_the_whitelist_reaches_the_engine(deliveries, buyer, world):
    bring_in(deliveries)
    WhitelistEntry.objects.create(
        theme="T11",
        subject=f"{STATIONS[0]}/K2",
        reason="分属不同项目",
        approver=world.officer,
        valid_from=date(2026, 1, 1),
        valid_to=date(2026, 12, 31),
        created_at=NOW,
    )
    deliveries.add(purchase(1, day=AS_OF), purchase(2, day=AS_OF))

    bring_in(deliveries, as_of=AS_OF + DAY, now=NOW + DAY)

    assert not RiskWarning.objects.exists()


def test_it_runs_as_a_job_that_says_what_came_in(deliveries, buyer):
    job = enqueue(
        kind="risk_warnings.import_batch",
        key="2026-03-31",
        params={"extracts": str(deliveries.root), "as_of": str(AS_OF)},
        now=NOW,
    )

    run_due(clock=lambda: NOW)

    job.refresh_from_db()
    assert job.state == "done", job.failure
    assert job.result["sentence"] == "导入2个文件、31行，隔离0行。"
