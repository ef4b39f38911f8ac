"""Long work, one row each: what is to be done, who holds it, how far it is, and how it ended.

Stores ids of accounts, no foreign keys and no contents: a job's input is where its app keeps it.
"""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from jobs.registry import PERIODIC_KEY, kind_of


class JobState(models.TextChoices):
    WAITING = "waiting", "排队中"
    RUNNING = "running", "运行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"
    CANCELLED = "cancelled", "已取消"


ENDED_STATES = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobQuerySet(models.QuerySet["Job"]):
    def owned_by(self, owner_id: int | None) -> Self:
        """Return the jobs that an account asked for; nobody reads another's."""
        return self.filter(owner_id=owner_id) if owner_id is not None else self.none()

    def due(self, *, now: datetime) -> Self:
        """Return what may be started: waiting and due, or left behind by a worker that died."""
        return self.filter(
            Q(state=JobState.WAITING, run_at__lte=now)
            | Q(state=JobState.RUNNING, lease_until__lt=now)
        )


class Job(models.Model):
    """One piece of long work; ``kind`` and ``key`` name it, so asking twice is asking once.

    ``fence`` counts all starts and never goes back: only the run that wrote the present number may
    renew or end the job; ``tries`` counts the starts since the job was asked for. ``error`` is the
    sentence for the owner, ``failure`` the class of the exception for the developer.
    """

    kind = models.CharField("种类", max_length=80)
    key = models.CharField("键", max_length=200)
    title = models.CharField("标题", max_length=120)
    params = models.JSONField("参数", default=dict)
    owner_id = models.BigIntegerField("发起人", null=True, blank=True, db_index=True)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.WAITING)
    run_at = models.DateTimeField("计划时间")
    lease_until = models.DateTimeField("占用至", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    fence = models.PositiveIntegerField("起跑号", default=0)
    stage = models.PositiveSmallIntegerField("阶段", default=0)
    stage_notes = models.JSONField("阶段说明", default=dict)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    label = models.CharField("进度说明", max_length=120, blank=True)
    result = models.JSONField("结果", default=dict)
    error = models.CharField("未完成的原因", max_length=300, blank=True)
    failure = models.CharField("异常", max_length=200, blank=True)
    created_at = models.DateTimeField("建立时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="jobs_one_row_per_kind_and_key"),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, lease_until__isnull=False)
                | (~Q(state=JobState.RUNNING) & Q(lease_until__isnull=True)),
                name="jobs_running_means_leased",
            ),
        ]
        indexes = [models.Index(fields=["state", "run_at"], name="jobs_due")]

    def __str__(self) -> str:
        return f"任务{self.pk} {self.title}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to the job by itself."""
        return self.state in ENDED_STATES

    @property
    def is_periodic(self) -> bool:
        """Whether the row is the one of a kind that runs by the clock."""
        return self.key == PERIODIC_KEY and kind_of(self.kind).is_periodic

    @property
    def percent(self) -> int | None:
        """How much is done over all stages, 0 to 100; None where nobody can tell."""
        if self.state == JobState.DONE:
            return 100
        if not self.total and not self.stage:
            return None
        stages = max(1, len(kind_of(self.kind).stages))
        within = min(self.done / self.total, 1) if self.total else 0
        before = max(0, self.stage - 1)
        return min(99, int((before + within) * 100 / stages))

    def stage_rows(self) -> list[dict[str, Any]]:
        """Return the stages as ``{title, note, state}``; the state is done, now or empty."""
        rows = []
        for number, title in enumerate(kind_of(self.kind).stages, start=1):
            note = self.stage_notes.get(str(number), "")
            if self.state == JobState.DONE or number < self.stage:
                state = "done"
            elif number == self.stage and not self.has_ended:
                state, note = "now", self.label or note
            else:
                state = ""
            rows.append({"title": title, "note": note, "state": state})
        return rows
