"""Who has seen which micro-lesson, why, and how far."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from common.formats import zh_duration

if TYPE_CHECKING:
    from people.models import User

# Less than a breath at each end may be missing, so that a slow network costs nobody the lesson.
COVERED_PERCENT = 95
# Faster than anybody reads for meaning: about 600 characters a minute.
CHARACTERS_A_SECOND = 10


class LessonMode(models.TextChoices):
    WATCH = "watch", "看"
    LISTEN = "listen", "听"
    READ = "read", "读文字"


# Not a way of the player: the lesson ran on a wall, and somebody saw who was in the room.
WATCHED_TOGETHER = "together"


class LessonViewQuerySet(models.QuerySet["LessonView"]):
    def visible_to(self, user: "User") -> Self:
        """Return the person's own ways through lessons."""
        employee = user.scope.employee
        return self.filter(employee=employee) if employee else self.none()

    def open(self) -> Self:
        """Return what was begun and is not completed."""
        return self.filter(completed_at=None)


class LessonView(models.Model):
    """One person's way through one lesson for one cause. 个人信息：学习记录。

    ``cause`` is like "risk_warnings.riskwarning:42", empty for the lesson's own page. A lesson
    may be completed any number of times, each a row of its own.

    ``covered`` holds the stretches of the lesson really played, as pairs of seconds; a stretch is
    only credited against time that passed on the server's clock (``allowance``).
    """

    employee = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="lesson_views", verbose_name="员工"
    )
    lesson = models.ForeignKey(
        "courses.MicroLessonPage", models.PROTECT, related_name="views", verbose_name="微课"
    )
    cause = models.CharField("来由", max_length=80, blank=True)
    started_at = models.DateTimeField("开始")
    last_act_at = models.DateTimeField("最近一次动作")
    position_seconds = models.PositiveSmallIntegerField("上次看到", default=0)
    covered = models.JSONField("看过的片段", default=list)
    seconds_covered = models.PositiveSmallIntegerField("看过的秒数", default=0)
    allowance = models.FloatField("尚可计入的秒数", default=0)
    reading_seconds = models.PositiveIntegerField("阅读秒数", default=0)
    decision = models.PositiveSmallIntegerField("选了第几项", null=True, blank=True)
    decided_well = models.BooleanField("选得可取", null=True, blank=True)
    decided_at = models.DateTimeField("选择时间", null=True, blank=True)
    completed_at = models.DateTimeField("学完", null=True, blank=True)
    completed_by = models.CharField(
        "怎么学完",
        max_length=10,
        choices=[*LessonMode.choices, (WATCHED_TOGETHER, "集体看")],
        blank=True,
    )

    objects = LessonViewQuerySet.as_manager()

    class Meta:
        verbose_name = "微课学习"
        verbose_name_plural = "微课学习"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "lesson", "cause"],
                condition=Q(completed_at=None),
                name="courses_one_open_view_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(completed_at__gte=F("started_at")),
                name="courses_view_moments_in_order",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None)
                | (Q(decided_at__isnull=False) & ~Q(completed_by="")),
                name="courses_completed_view_was_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["cause"]),
            models.Index(fields=["employee", "lesson", "-started_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.lesson}"

    @property
    def is_decided(self) -> bool:
        """Whether the person has chosen in the middle of the lesson."""
        return self.decided_at is not None

    @property
    def is_completed(self) -> bool:
        """Whether the lesson was learnt to its end."""
        return self.completed_at is not None

    @property
    def way(self) -> str:
        """How it was learnt, for evidence: 看了2分58秒, 听了3分钟, 读完文字 or 集体看."""
        if self.completed_by == WATCHED_TOGETHER:
            return "集体看"
        if self.completed_by == LessonMode.READ:
            return "读完文字"
        return f"{self.get_completed_by_display()}了{zh_duration(self.seconds_covered)}"

    def cover(self, start: int, end: int) -> None:
        """Add a stretch of the lesson to what was played; what overlaps counts once."""
        merged: list[list[int]] = []
        for first, last in sorted([*self.covered, [start, end]]):
            if merged and first <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        self.covered = merged
        self.seconds_covered = sum(last - first for first, last in merged)

    def covers(self, start: int, end: int) -> bool:
        """Return whether nearly all of a stretch was played."""
        played: int = sum(
            max(0, min(last, end) - max(first, start)) for first, last in self.covered
        )
        return played * 100 >= (end - start) * COVERED_PERCENT

    def is_played(self, *, duration: int) -> bool:
        """Return whether nearly the whole lesson was played."""
        return self.seconds_covered * 100 >= duration * COVERED_PERCENT
