"""Who may take longer over an examination."""

from django.db import models
from django.db.models import Q

from common.models import DatedModel, DatedQuerySet, dates_in_order
from people.models import Employee


class ExtraTime(DatedModel):
    """That a person has so many per cent more time from day to day; why is nobody's business here.

    个人信息：考试加时。
    """

    employee = models.ForeignKey(
        Employee, models.CASCADE, related_name="extra_times", verbose_name="员工"
    )
    percent = models.PositiveSmallIntegerField("加时（百分比）")
    granted_by = models.ForeignKey(
        Employee, models.PROTECT, related_name="+", verbose_name="办理人"
    )
    granted_at = models.DateTimeField("办理时间")

    objects = DatedQuerySet["ExtraTime"].as_manager()

    class Meta:
        verbose_name = "考试加时"
        verbose_name_plural = "考试加时"
        constraints = [
            dates_in_order("quizzes_extra_time_dates_in_order"),
            models.CheckConstraint(
                condition=Q(percent__gte=5, percent__lte=100), name="quizzes_extra_time_is_sane"
            ),
            models.UniqueConstraint(
                fields=["employee"],
                condition=Q(valid_to=None),
                name="quizzes_one_standing_extra_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} 加时{self.percent}%"
