"""Rosters that administrators brought in; each is looked at before anything is written."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from people.models.roles import Role

if TYPE_CHECKING:
    from people.models.accounts import User


class RosterUploadQuerySet(models.QuerySet["RosterUpload"]):
    def visible_to(self, user: "User") -> Self:
        """Return the uploads for system administrators; others have none."""
        return self if user.scope.has(Role.SYSTEM_ADMIN) else self.none()


class RosterUpload(models.Model):
    """One roster as it came, kept so that every change of a person can be traced to its row.

    Without ``applied_at`` nothing of it was written. ``joiners`` are the persons it added, who
    need a first code. 个人信息：文件里的姓名、工号、党员身份。
    """

    name = models.CharField("文件名", max_length=120)
    data = models.BinaryField("内容")
    digest = models.CharField("校验值", max_length=64)
    uploaded_by = models.ForeignKey(
        "people.User", models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")
    applied_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name="写入人"
    )
    applied_at = models.DateTimeField("写入时间", null=True)
    added = models.PositiveIntegerField("新增人数", default=0)
    changed = models.PositiveIntegerField("改动人数", default=0)
    same = models.PositiveIntegerField("不变人数", default=0)
    joiners = models.ManyToManyField("people.Employee", related_name="+", verbose_name="新增的人")

    objects = RosterUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "名册文件"
        verbose_name_plural = "名册文件"
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="people_applied_roster_has_its_person",
            )
        ]

    def __str__(self) -> str:
        return self.name
