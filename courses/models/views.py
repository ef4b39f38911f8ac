"""Who has seen which micro-lesson, and why."""

from django.db import models
from django.db.models import F, Q


class LessonView(models.Model):
    """One person's way through one lesson for one cause. 个人信息：学习记录。

    ``cause`` is like "assignments.trainingassignment:7"; it is empty for reading of one's own will.
    """

    employee = models.ForeignKey(
        "people.Employee", models.CASCADE, related_name="lesson_views", verbose_name="员工"
    )
    lesson = models.ForeignKey(
        "courses.MicroLessonPage", models.PROTECT, related_name="views", verbose_name="微课"
    )
    cause = models.CharField("来由", max_length=80, blank=True)
    started_at = models.DateTimeField("开始")
    seconds_covered = models.PositiveSmallIntegerField("看过的秒数", default=0)
    position_seconds = models.PositiveSmallIntegerField("上次看到", default=0)
    decision = models.PositiveSmallIntegerField("选了第几项", null=True, blank=True)
    decided_at = models.DateTimeField("选择时间", null=True, blank=True)
    completed_at = models.DateTimeField("学完", null=True, blank=True)

    class Meta:
        verbose_name = "微课学习"
        verbose_name_plural = "微课学习"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "lesson", "cause"], name="courses_one_view_a_cause"
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(completed_at__gte=F("started_at")),
                name="courses_view_moments_in_order",
            ),
        ]
        indexes = [models.Index(fields=["cause"])]

    def __str__(self) -> str:
        return f"{self.employee} {self.lesson}"
