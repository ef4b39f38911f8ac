"""The owner's page of a job; to anybody else the job does not exist."""

from datetime import timedelta

import pytest
from django.urls import reverse

from jobs.files import folder_of
from jobs.services import claim, enqueue, finish, run_due
from notifications.models import Notification
from tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(sign_in):
    return sign_in(EmployeeFactory())


def ask(client, now, kind="tests.count"):
    user_id = int(client.session["_auth_user_id"])
    return enqueue(kind=kind, key="11", now=now, owner_id=user_id, title="正在数11月的记录")


def test_the_owner_sees_how_far_the_job_is(owner, now):
    job = ask(owner, now)
    claim(now=now)

    page = owner.get(reverse("jobs:detail", args=[job.pk])).content.decode()

    assert f"任务 {job.pk}" in page
    assert "正在数11月的记录" in page
    assert reverse("jobs:progress", args=[job.pk]) in page


def test_the_part_that_polling_replaces_says_when_it_is_over(owner, now):
    job = ask(owner, now)
    run_due(clock=lambda: now)

    part = owner.get(reverse("jobs:progress", args=[job.pk])).content.decode()

    assert 'data-job-state="done"' in part
    assert "数好了。" in part


@pytest.mark.parametrize("name", ["detail", "progress", "download"])
def test_a_colleague_finds_no_such_job(owner, sign_in, now, name):
    job = ask(owner, now)
    colleague = sign_in(EmployeeFactory())

    assert colleague.get(reverse(f"jobs:{name}", args=[job.pk])).status_code == 404


def test_a_colleague_cannot_take_the_job_back(owner, sign_in, now):
    job = ask(owner, now)

    answer = sign_in(EmployeeFactory()).post(reverse("jobs:cancel", args=[job.pk]))

    assert answer.status_code == 404
    assert claim(now=now) == job


def test_a_stranger_is_asked_to_log_in(client, owner, now):
    job = ask(owner, now)

    answer = client.get(reverse("jobs:detail", args=[job.pk]))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("people:login"))


def test_the_owner_downloads_the_file_under_its_own_name(owner, now, settings, tmp_path):
    settings.JOB_FILES_ROOT = tmp_path
    job = ask(owner, now)
    (folder_of(job) / "out.pdf").write_bytes(b"%PDF-1.7")
    finish(
        job=claim(now=now),
        result={"file": "out.pdf", "filename": "2026年学习记录.pdf"},
        now=now,
    )

    answer = owner.get(reverse("jobs:download", args=[job.pk]))

    assert b"".join(answer.streaming_content) == b"%PDF-1.7"
    assert "filename*=utf-8''2026%E5%B9%B4" in answer["Content-Disposition"]


def test_a_file_that_is_gone_is_said_to_be_gone(owner, now):
    job = ask(owner, now)
    run_due(clock=lambda: now)

    page = owner.get(reverse("jobs:download", args=[job.pk]), follow=True).content.decode()

    assert "的文件只保留7天，已经删除，请重新发起。" in page


def test_the_owner_takes_a_job_back_and_reads_so(owner, now):
    job = ask(owner, now)

    page = owner.post(reverse("jobs:cancel", args=[job.pk]), follow=True).content.decode()

    assert f"任务{job.pk}已取消。" in page
    assert claim(now=now) is None


def test_a_refused_job_shows_its_sentence(owner, now):
    job = ask(owner, now, kind="tests.refuse")
    run_due(clock=lambda: now)

    page = owner.get(reverse("jobs:detail", args=[job.pk])).content.decode()

    assert "11月的数据还没有到齐，请等数据到齐后重新发起。" in page


def test_the_owner_is_told_once_that_the_job_has_ended(
    owner, now, django_capture_on_commit_callbacks
):
    job = ask(owner, now)

    with django_capture_on_commit_callbacks(execute=True):
        run_due(clock=lambda: now)
    run_due(clock=lambda: now + timedelta(minutes=1))

    message = Notification.objects.get()
    assert message.title == "已完成：正在数11月的记录"
    assert message.body == "数好了。"
    assert message.url == reverse("jobs:detail", args=[job.pk])
    assert message.recipient.user.pk == job.owner_id
