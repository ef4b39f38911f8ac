"""The doctor names what is wrong and the remedy."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from audit.services import record
from home.doctor import examine
from jobs.registry import kind_of
from tests.factories import JobFactory

pytestmark = pytest.mark.django_db


def finding(subject, now):
    return next(found for found in examine(now=now) if found.subject == subject)


def test_a_sound_installation_has_nothing_to_do(now, capsys):
    call_command("doctor")

    assert "都正常。" in capsys.readouterr().out


def test_a_worker_that_is_silent_is_named(now):
    kind = kind_of("jobs.remove_old_files")
    JobFactory(kind=kind.name, key="periodic", run_at=now - timedelta(hours=1))

    found = finding("后台任务", now)

    assert not found.is_well
    assert "请启动 celery worker" in found.sentence


def test_a_periodic_job_that_failed_is_named(now):
    JobFactory(key="periodic", run_at=now + timedelta(hours=1), error="任务1运行了3次都没有完成。")

    assert "上次没有完成" in finding("后台任务", now).sentence


def test_a_clock_behind_the_log_is_named(now):
    record(actor_id=1, action="a.was_done", subject=("x.y", 1), now=now + timedelta(hours=1))

    assert "请校准系统时间" in finding("时钟", now).sentence


def test_a_year_without_a_published_calendar_is_named(now):
    assert not finding("工作日历", now.replace(year=now.year + 20)).is_well


def test_a_folder_that_is_gone_is_named(now, settings, tmp_path):
    settings.VAR_DIR = tmp_path / "gone"

    assert not finding("磁盘", now).is_well
