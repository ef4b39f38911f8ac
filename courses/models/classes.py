"""Classes of new hires, and who belongs to them."""

from typing import TYPE_CHECKING, Self

from django.db import models

from people.models import Employee, Role

if TYPE_CHECKING:
    from people.models import User


class TrainingClassQuerySet(models.QuerySet["TrainingClass"]):
    def visible_to(self, user: "User") -> Self:
        """Return the classes of the units in scope of a training officer."""
        return self.filter(user.scope.units(Role.TRAINING_OFFICER, path="unit__path"))


class TrainingClass(models.Model):
    """A batch of new hires, from a list that is kept as it came.

    Without ``formed_at`` the list was only looked at, and the class has no members.
    """

    name = models.CharField("班名", max_length=60)
    unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, related_name="+", verbose_name="办班单位"
    )
    created_by = models.ForeignKey(
        Employee, models.PROTECT, related_name="+", verbose_name="建班人"
    )
    created_at = models.DateTimeField("建班时间")
    file_name = models.CharField("名单文件", max_length=120)
    data = models.BinaryField("名单内容")
    formed_at = models.DateTimeField("导入时间", null=True, blank=True)

    objects = TrainingClassQuerySet.as_manager()

    class Meta:
        verbose_name = "新员工班"
        verbose_name_plural = "新员工班"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="courses_class_name_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClassMember(models.Model):
    """That a new hire belongs to a class."""

    training_class = models.ForeignKey(
        TrainingClass, models.CASCADE, related_name="members", verbose_name="班"
    )
    employee = models.OneToOneField(
        Employee, models.PROTECT, related_name="class_membership", verbose_name="员工"
    )
    mentor = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="师傅"
    )
    is_joiner = models.BooleanField("由名单新增", default=False)
    has_phone = models.BooleanField("用手机", default=True)

    class Meta:
        verbose_name = "班员"
        verbose_name_plural = "班员"

    def __str__(self) -> str:
        return f"{self.training_class} {self.employee}"
