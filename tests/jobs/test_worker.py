"""A real worker process on the broker that the environment names, on the tests' own database."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from jobs.models import Job, JobState
from tests.factories import JobFactory

ROOT = Path(settings.BASE_DIR)
PATIENCE = 120

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def environment(tmp_path):
    """The environment of a process that shares this test's database, and nothing else."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        address = f"{database['HOST']}:{database['PORT'] or 5432}"
        url = f"postgres://{database['USER']}:{database['PASSWORD']}@{address}/{database['NAME']}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": url,
        "QINGFENG_VAR": str(tmp_path),
        "JOBS_SWEEP_SECONDS": "1",
        # Workers of tests that run side by side must not take each other's nudges.
        "CELERY_QUEUE": f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}",
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture
def start_worker(environment, tmp_path):
    """A function that starts a worker with beat; whatever was started is ended with the test."""
    started = []

    def start(**more):
        with (tmp_path / f"worker-{len(started)}.log").open("w") as log:
            worker = subprocess.Popen(
                [
                    *[sys.executable, "-m", "celery", "-A", "config", "worker", "-B"],
                    *["--concurrency", "1", "--include", "tests.jobs.handlers"],
                    *["--without-gossip", "--without-mingle", "--loglevel", "INFO"],
                ],
                cwd=ROOT,
                env=environment | more,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill(worker)


def kill(worker):
    """End the worker and its children as the kernel does when memory runs out."""
    try:
        os.killpg(worker.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    worker.wait()


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        time.sleep(0.2)


def test_a_job_whose_worker_is_killed_is_run_again_by_the_next_one(start_worker, tmp_path):
    log = tmp_path / "starts.log"
    job = JobFactory(kind="tests.killed", params={"log": str(log)})
    first = start_worker()
    wait_for(log.exists, "the first start")

    kill(first)
    start_worker()

    wait_for(lambda: Job.objects.get(pk=job.pk).has_ended, "the second worker")
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert job.result == {"starts": 2}


def ask(environment, key):
    """Ask for a job in a process of its own, where tasks go to the broker."""
    script = (
        "import django; django.setup()\n"
        "import tests.jobs.handlers\n"
        "from django.utils import timezone\n"
        "from jobs.services import enqueue\n"
        f"enqueue(kind='tests.count', key='{key}', now=timezone.now())\n"
    )
    subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, timeout=60
    )
    return Job.objects.get(kind="tests.count", key=key)


def is_done(job):
    return Job.objects.get(pk=job.pk).state == JobState.DONE


def test_a_job_is_run_at_the_brokers_nudge_and_need_not_wait_for_the_sweep(
    environment, start_worker, tmp_path
):
    start_worker(JOBS_SWEEP_SECONDS="3600")
    log = tmp_path / "worker-0.log"
    wait_for(lambda: " ready." in log.read_text(encoding="utf-8"), "the worker")

    job = ask(environment, "nudged")

    wait_for(lambda: is_done(job), "the nudge")


def test_a_broker_that_is_down_at_commit_loses_nothing(environment, start_worker):
    nobody = {"CELERY_BROKER_URL": "amqp://guest:guest@127.0.0.1:9//"}

    job = ask(environment | nobody, "asked while the broker was down")
    start_worker()

    wait_for(lambda: is_done(job), "the worker")
