"""Who was to come, who came, and what those who did not caught up with."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from education_sessions.models.choices import (
    AttendanceStatus,
    SignInWay,
)
from education_sessions.models.sessions import EducationSession
from education_sessions.models.sight import kept_branches
from people.models import Employee

if TYPE_CHECKING:
    from people.models import User


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def visible_to(self, user: "User") -> Self:
        """Return one's own rows, and the rolls that the person keeps."""
        scope = user.scope
        if scope.employee is None:
            return self.none()
        return self.filter(Q(employee=scope.employee) | Q(session__branch__in=kept_branches(scope)))

    def expected(self) -> Self:
        """Return who was to come; guests are counted apart."""
        return self.filter(is_expected=True)

    def present(self) -> Self:
        """Return who was there."""
        return self.filter(status=AttendanceStatus.PRESENT)


class Attendance(models.Model):
    """One person on the list of one session. 个人信息：出席、请假事由。

    Whether somebody is a Party member is kept as it was that day: members and all staff are counted
    apart. ``device`` tells, within this session alone, whether two people used the same phone; it
    says nothing about the phone. A guest has ``is_expected`` false.
    """

    session = models.ForeignKey(
        EducationSession, models.PROTECT, related_name="attendances", verbose_name="集中学习"
    )
    employee = models.ForeignKey(
        Employee, models.PROTECT, related_name="attendances", verbose_name="员工"
    )
    is_expected = models.BooleanField("应到", default=True)
    is_member = models.BooleanField("党员")
    status = models.CharField(
        "状态", max_length=10, choices=AttendanceStatus, default=AttendanceStatus.EXPECTED
    )
    way = models.CharField("签到方式", max_length=10, choices=SignInWay, blank=True)
    at = models.DateTimeField("签到时间", null=True, blank=True)
    device = models.CharField("设备标记", max_length=32, blank=True)
    reason = models.CharField("理由", max_length=120, blank=True)
    marked_by = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    marked_at = models.DateTimeField("登记时间", null=True, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "出席"
        verbose_name_plural = "出席"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "employee"], name="education_sessions_one_row_a_person"
            ),
            models.CheckConstraint(
                condition=Q(status=AttendanceStatus.PRESENT, at__isnull=False) & ~Q(way="")
                | ~Q(status=AttendanceStatus.PRESENT) & Q(at=None, way=""),
                name="education_sessions_present_says_when_and_how",
            ),
            models.CheckConstraint(
                condition=~Q(way=SignInWay.ROLL) | ~Q(reason="") & Q(marked_by__isnull=False),
                name="education_sessions_roll_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee}{self.get_status_display()}"

    @property
    def is_present(self) -> bool:
        """Whether the person was there."""
        return self.status == AttendanceStatus.PRESENT


class MakeUpQuerySet(models.QuerySet["MakeUp"]):
    def standing(self) -> Self:
        """Return what was not taken back."""
        return self.filter(withdrawn_at=None)

    def open(self) -> Self:
        """Return what is still to be caught up with."""
        return self.standing().filter(completed_at=None)


class MakeUp(models.Model):
    """That somebody who was not there is to catch up, by when, and with what it was done.

    It never turns an absence into attendance: it stands beside it. It is taken back where the
    absence was a mistake. 个人信息：补学。
    """

    attendance = models.OneToOneField(
        Attendance, models.PROTECT, related_name="make_up", verbose_name="出席"
    )
    due_on = models.DateField("最迟补学日")
    opened_at = models.DateTimeField("开出时间")
    lesson_view = models.ForeignKey(
        "courses.LessonView",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="补看的微课",
    )
    attempt = models.ForeignKey(
        "quizzes.Attempt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="补答的题",
    )
    completed_at = models.DateTimeField("补学完成", null=True, blank=True)
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = MakeUpQuerySet.as_manager()

    class Meta:
        verbose_name = "补学"
        verbose_name_plural = "补学"
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(withdrawn_at=None),
                name="education_sessions_done_make_up_stands",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None)
                | Q(lesson_view__isnull=False)
                | Q(attempt__isnull=False),
                name="education_sessions_make_up_points_to_an_act",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendance.employee}补学{self.attendance.session}"

    @property
    def cause(self) -> str:
        """How lessons and questions name it."""
        return f"education_sessions.makeup:{self.pk}"

    def is_overdue(self, *, on: date) -> bool:
        """Return whether it is open after its last day."""
        return self.completed_at is None and self.withdrawn_at is None and self.due_on < on
