"""Rows are the queue: asking, claiming, leases, tries, and the clock's own jobs."""

from datetime import time, timedelta

import pytest
import time_machine
from django.utils import timezone

import jobs.tasks
from jobs import services
from jobs.models import Job, JobState
from jobs.registry import UnknownKind, kind_of, register
from jobs.services import cancel, claim, enqueue, fail, finish, renew, run_due, take_over
from jobs.signals import job_ended

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(now):
    """A job that counts, asked for at nine."""
    return enqueue(kind="tests.count", key="11", now=now, owner_id=7)


def run_all(now):
    return run_due(clock=lambda: now)


def test_asking_twice_for_the_same_work_is_asking_once(asked, now):
    again = enqueue(kind="tests.count", key="11", now=now + timedelta(hours=1), owner_id=8)

    assert again == asked
    assert again.owner_id == 7


def test_work_that_nobody_can_do_is_refused_at_once(now):
    with pytest.raises(UnknownKind):
        enqueue(kind="tests.unknown", key="1", now=now)


def test_a_job_runs_through_its_stages_and_keeps_its_result(asked, now):
    run_all(now)

    asked.refresh_from_db()
    assert asked.state == JobState.DONE
    assert asked.result["counted"] == 4
    assert asked.percent == 100
    assert [row["state"] for row in asked.stage_rows()] == ["done", "done"]
    assert asked.stage_rows()[0]["note"] == "4条"


def test_a_job_is_not_started_before_its_time(now):
    job = enqueue(kind="tests.count", key="later", now=now, run_at=now + timedelta(seconds=10))

    assert claim(now=now) is None
    assert claim(now=now + timedelta(seconds=10)) == job


def test_a_job_is_held_by_one_worker_only(asked, now):
    first = claim(now=now)

    assert first == asked
    assert claim(now=now) is None


def test_what_a_dead_worker_held_is_started_again_after_its_lease(asked, now):
    dead = claim(now=now)
    lease = kind_of("tests.count").lease

    assert claim(now=now + lease - timedelta(seconds=1)) is None
    second = claim(now=now + lease + timedelta(seconds=1))

    assert second == dead
    assert second.tries == 2


def test_a_worker_that_comes_back_late_cannot_end_the_job_of_another(asked, now):
    late = claim(now=now)
    later = now + kind_of("tests.count").lease + timedelta(seconds=1)
    second = claim(now=later)

    with pytest.raises(services.LeaseLost):
        finish(job=late, result={"counted": 0}, now=later)
    finish(job=second, result={"counted": 4}, now=later)

    asked.refresh_from_db()
    assert asked.result == {"counted": 4}


def test_a_report_of_progress_renews_the_lease(asked, now):
    job = claim(now=now)
    half = now + kind_of("tests.count").lease / 2

    job.done, job.total, job.label = 1, 2, "一半"
    renew(job=job, now=half)

    job.refresh_from_db()
    assert job.lease_until == half + kind_of("tests.count").lease
    assert job.label == "一半"


def test_a_job_that_kills_its_workers_is_stopped_with_a_sentence(now):
    enqueue(kind="tests.killed", key="1", now=now)
    for start in range(2):
        assert claim(now=now + timedelta(minutes=start)) is not None

    assert claim(now=now + timedelta(minutes=5)) is None
    job = Job.objects.get(kind="tests.killed")
    assert job.state == JobState.FAILED
    assert job.error.startswith(f"任务{job.pk}运行了2次都没有完成，已经停止。")


def test_an_expected_failure_is_told_to_the_owner_and_not_tried_again(now):
    job = enqueue(kind="tests.refuse", key="1", now=now)

    run_all(now)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error == "11月的数据还没有到齐，请等数据到齐后重新发起。"


def test_an_unexpected_failure_is_tried_three_times_and_leaves_no_personal_data(now):
    job = enqueue(kind="tests.break", key="1", now=now)

    for minutes in (0, 1, 10):
        with pytest.raises(ValueError, match="李某"):
            run_all(now + timedelta(minutes=minutes))

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.tries == 3
    assert job.failure == "builtins.ValueError"
    assert "李某" not in job.error + job.failure


def test_asking_again_for_failed_work_starts_it_afresh(now):
    job = enqueue(kind="tests.refuse", key="1", now=now)
    run_all(now)

    again = enqueue(kind="tests.refuse", key="1", now=now + timedelta(hours=1))

    assert again.pk == job.pk
    assert again.state == JobState.WAITING
    assert again.error == ""


def test_a_job_taken_back_while_it_runs_stops_at_its_next_report(asked, now):
    job = claim(now=now)

    assert cancel(job=asked, now=now)
    with pytest.raises(services.LeaseLost):
        renew(job=job, now=now)
    asked.refresh_from_db()
    assert asked.state == JobState.CANCELLED


def test_a_job_that_ended_cannot_be_taken_back(asked, now):
    run_all(now)

    assert not cancel(job=asked, now=now)


def test_the_only_workers_start_gives_back_what_the_last_one_held(asked, now):
    claim(now=now)

    assert take_over(now=now) == 1
    assert claim(now=now) == asked


def test_a_periodic_job_has_one_row_that_is_armed_again(now):
    run_all(now)
    run_all(now + timedelta(minutes=30))
    run_all(now + timedelta(minutes=61))

    row = Job.objects.get(kind="tests.hourly")
    assert row.state == JobState.WAITING
    assert row.run_at == now + timedelta(minutes=121)
    assert row.ended_at == now + timedelta(minutes=61)


def test_a_daily_job_runs_at_its_time_of_day(now):
    register("tests.nightly", daily_at=time(2, 30))(lambda job, progress: {})
    kind = kind_of("tests.nightly")

    due = kind.next_run(now=now)

    assert timezone.localtime(due).strftime("%m-%d %H:%M") == "11-25 02:30"
    assert kind.next_run(now=due) == due + timedelta(days=1)


def test_a_periodic_job_that_failed_is_tried_again_at_its_next_time(now):
    run_all(now)
    row = claim(now=now + timedelta(hours=2))

    fail(job=row, failure="builtins.ValueError", now=now + timedelta(hours=2))

    row.refresh_from_db()
    assert row.state == JobState.WAITING
    assert row.run_at == now + timedelta(hours=3)
    assert row.failure == "builtins.ValueError"


def test_the_end_is_announced_on_commit_and_again_by_the_sweep(
    asked, now, django_capture_on_commit_callbacks
):
    told = []

    def receive(job, **kwargs):
        told.append(job.pk)

    job_ended.connect(receive)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            run_all(now)
        run_all(now + timedelta(minutes=1))
        run_all(now + timedelta(hours=1))
    finally:
        job_ended.disconnect(receive)

    assert told == [asked.pk, asked.pk]


def test_the_task_reads_the_clock_and_runs_what_is_due(asked, now):
    with time_machine.travel(now, tick=False):
        assert jobs.tasks.run_due_task() >= 1

    asked.refresh_from_db()
    assert asked.state == JobState.DONE


def test_files_of_jobs_are_kept_for_seven_days(asked, now, settings, tmp_path):
    from jobs.files import file_of, folder_of, remove_old

    settings.JOB_FILES_ROOT = tmp_path
    (folder_of(asked) / "11.pdf").write_bytes(b"%PDF")
    job = claim(now=now)
    finish(job=job, result={"file": "11.pdf"}, now=now)
    asked.refresh_from_db()

    assert remove_old(now=now + timedelta(days=6)) == 0
    assert file_of(asked) is not None
    assert remove_old(now=now + timedelta(days=8)) == 1
    assert file_of(asked) is None
