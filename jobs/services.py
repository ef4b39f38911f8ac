"""Asking for long work, and running it: claim, renew, finish, fail."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

import jobs
from jobs.models import ENDED_STATES, Job, JobState
from jobs.registry import (
    PERIODIC_KEY,
    JobRefused,
    Kind,
    kind_names,
    kind_of,
    periodic_kinds,
)
from jobs.signals import job_ended

logger = logging.getLogger(__name__)

RETRY_AFTER = (timedelta(seconds=30), timedelta(minutes=5))
# The owner's page asks every two seconds at most; more writes than that nobody sees.
WRITE_EVERY = timedelta(seconds=1)
ANNOUNCE_AGAIN_FOR = timedelta(minutes=10)


class LeaseLost(Exception):
    """Raised in a run whose job was cancelled, or was given to another worker."""


def enqueue(
    *,
    kind: str,
    key: str,
    now: datetime,
    params: Mapping[str, Any] | None = None,
    owner_id: int | None = None,
    title: str = "",
    run_at: datetime | None = None,
) -> Job:
    """Ask for a piece of long work; asking again for the same kind and key returns the first job.

    A job that failed or was cancelled is started afresh. ``title`` is what the owner reads, where
    the kind's own title says too little.

    :raises UnknownKind: if no app registered the kind.
    """
    fresh = {
        "title": title or kind_of(kind).title,
        "params": dict(params or {}),
        "owner_id": owner_id,
        "run_at": run_at or now,
        "created_at": now,
    }
    with transaction.atomic():
        job, created = Job.objects.get_or_create(kind=kind, key=key, defaults=fresh)
        if not created and job.state in {JobState.FAILED, JobState.CANCELLED}:
            job = _start_afresh(job, fresh)
        jobs.wake()
    return job


def _start_afresh(job: Job, fresh: Mapping[str, Any]) -> Job:
    blank = Job(kind=job.kind, key=job.key, **fresh)
    # The fence goes on counting: a worker may still be at work on the old start.
    blank.pk, blank.fence = job.pk, job.fence
    blank.save(force_update=True)
    return blank


def claim(*, now: datetime) -> Job | None:
    """Take the job that has been due longest and lease it; None where nothing is due.

    A job whose worker died too often is failed here, because starting it once more would only kill
    another worker.
    """
    while True:
        job = (
            Job.objects.due(now=now).filter(kind__in=kind_names()).order_by("run_at", "pk").first()
        )
        if job is None:
            return None
        kind = kind_of(job.kind)
        if job.state == JobState.RUNNING and job.tries >= kind.max_tries:
            fail(job=job, failure="worker died", now=now, retry=False)
            continue
        mine = Job.objects.filter(pk=job.pk, state=job.state, fence=job.fence).update(
            state=JobState.RUNNING,
            fence=job.fence + 1,
            tries=job.tries + 1,
            lease_until=now + kind.lease,
            started_at=now,
            ended_at=None,
            stage=0,
            stage_notes={},
            done=0,
            total=0,
            label="",
        )
        if mine:
            job.refresh_from_db()
            return job


def renew(*, job: Job, now: datetime) -> None:
    """Write how far a running job is and hold it for another lease.

    :raises LeaseLost: if the job is no longer this run's.
    """
    _write(
        job,
        lease_until=now + kind_of(job.kind).lease,
        stage=job.stage,
        stage_notes=job.stage_notes,
        done=job.done,
        total=job.total,
        label=job.label,
    )


def finish(*, job: Job, result: Mapping[str, Any], now: datetime) -> Job:
    """End a job well; a periodic one waits for its next time.

    :raises LeaseLost: if the job is no longer this run's.
    """
    if job.is_periodic:
        return _arm(job, result=dict(result), error="", failure="", now=now)
    with transaction.atomic():
        _write(
            job,
            state=JobState.DONE,
            lease_until=None,
            result=dict(result),
            error="",
            failure="",
            ended_at=now,
        )
        _announce(job)
    return job


def fail(*, job: Job, failure: str, now: datetime, sentence: str = "", retry: bool = True) -> Job:
    """End a run badly: another try later, or, after the last one, the end with a sentence.

    :raises LeaseLost: if the job is no longer this run's.
    """
    kind = kind_of(job.kind)
    if retry and job.tries < kind.max_tries:
        pause = RETRY_AFTER[min(job.tries, len(RETRY_AFTER)) - 1]
        _write(job, state=JobState.WAITING, lease_until=None, run_at=now + pause, failure=failure)
        return job
    error = sentence or (
        f"任务{job.pk}运行了{job.tries}次都没有完成，已经停止。请稍后重新发起；"
        f"再不行，请把任务编号{job.pk}告诉系统管理员。"
    )
    if job.is_periodic:
        return _arm(job, result={}, error=error, failure=failure, now=now)
    with transaction.atomic():
        _write(
            job,
            state=JobState.FAILED,
            lease_until=None,
            error=error,
            failure=failure,
            ended_at=now,
        )
        _announce(job)
    return job


def cancel(*, job: Job, now: datetime) -> bool:
    """Take a job back and return whether that was still possible.

    A running one stops at its next report of progress.
    """
    return bool(
        Job.objects.filter(pk=job.pk)
        .exclude(state__in=ENDED_STATES)
        .update(state=JobState.CANCELLED, lease_until=None, ended_at=now)
    )


def arm(*, kind: str, now: datetime) -> Job:
    """Make a kind that runs by the clock due at once, unless it is running already.

    :raises UnknownKind: if no app registered the kind.
    """
    with transaction.atomic():
        job, _ = Job.objects.get_or_create(
            kind=kind,
            key=PERIODIC_KEY,
            defaults={"title": kind_of(kind).title, "run_at": now, "created_at": now},
        )
        Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(run_at=now)
        jobs.wake()
    return job


def take_over(*, now: datetime) -> int:
    """Give back what dead workers hold, without waiting for their leases; return how many jobs.

    Only where it is certain that no worker is running: on one machine, before its worker starts.
    """
    return Job.objects.filter(state=JobState.RUNNING).update(
        state=JobState.WAITING, lease_until=None, run_at=now
    )


def run_due(*, clock: Callable[[], datetime]) -> int:
    """Run every job that is due, one after the other, and return how many were run.

    An unexpected exception is recorded with its job and then raised; the worker is nudged first, so
    that the jobs behind it do not wait.
    """
    _ensure_periodic(now=clock())
    _announce_again(now=clock())
    count = 0
    while (job := claim(now=clock())) is not None:
        count += 1
        _run(job, clock)
    return count


def _run(job: Job, clock: Callable[[], datetime]) -> None:
    kind = kind_of(job.kind)
    try:
        result = kind.handler(job, _Reporter(job, kind, clock))
        finish(job=job, result=result, now=clock())
    except LeaseLost:
        logger.warning("Job %s (%s) was cancelled or given to another worker", job.pk, job.kind)
    except JobRefused as refusal:
        with suppress(LeaseLost):
            fail(job=job, failure="", sentence=str(refusal), now=clock(), retry=False)
    except Exception as error:
        # The class only: a message may hold personal data, and the worker logs the traceback.
        failure = f"{type(error).__module__}.{type(error).__qualname__}"
        with suppress(LeaseLost):
            fail(job=job, failure=failure, now=clock())
        jobs.wake()
        raise


class _Reporter:
    """The ``progress`` that a handler is given."""

    def __init__(self, job: Job, kind: Kind, clock: Callable[[], datetime]) -> None:
        self.job = job
        self.kind = kind
        self.clock = clock
        self.written_at = clock()

    def __call__(self, done: int, total: int, label: str) -> None:
        self.job.done, self.job.total, self.job.label = done, total, label
        self._write(at_once=done >= total)

    def stage(self, number: int, note: str = "") -> None:
        if note and self.job.stage:
            self.job.stage_notes[str(self.job.stage)] = note
        self.job.stage = number
        self.job.done, self.job.total, self.job.label = 0, 0, ""
        self._write(at_once=True)

    def _write(self, *, at_once: bool) -> None:
        now = self.clock()
        if at_once or now - self.written_at >= WRITE_EVERY:
            renew(job=self.job, now=now)
            self.written_at = now


def _write(job: Job, **fields: Any) -> None:
    """Change the row if this run still holds it, and the instance with it."""
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, fence=job.fence)
    if not mine.update(**fields):
        raise LeaseLost(f"job {job.pk}, start {job.fence}")
    for name, value in fields.items():
        setattr(job, name, value)


def _arm(job: Job, *, result: Mapping[str, Any], error: str, failure: str, now: datetime) -> Job:
    _write(
        job,
        state=JobState.WAITING,
        lease_until=None,
        tries=0,
        run_at=kind_of(job.kind).next_run(now=now),
        result=dict(result),
        error=error,
        failure=failure,
        ended_at=now,
    )
    return job


def _ensure_periodic(*, now: datetime) -> None:
    kinds = periodic_kinds()
    armed = set(Job.objects.filter(key=PERIODIC_KEY).values_list("kind", flat=True))
    for kind in kinds:
        if kind.name not in armed:
            Job.objects.get_or_create(
                kind=kind.name,
                key=PERIODIC_KEY,
                defaults={
                    "title": kind.title,
                    "run_at": kind.first_run(now=now),
                    "created_at": now,
                },
            )


def _announce(job: Job) -> None:
    transaction.on_commit(lambda: job_ended.send(sender=Job, job=job))


def _announce_again(*, now: datetime) -> None:
    ended = Job.objects.filter(
        state__in=[JobState.DONE, JobState.FAILED],
        owner_id__isnull=False,
        ended_at__gte=now - ANNOUNCE_AGAIN_FOR,
    ).order_by("pk")
    for job in ended:
        job_ended.send(sender=Job, job=job)
