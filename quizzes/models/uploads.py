"""Files of questions that editors brought in; each is looked at before anything is written."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from people.models import User


class QuestionUploadQuerySet(models.QuerySet["QuestionUpload"]):
    def visible_to(self, user: "User") -> Self:
        """Return the uploads of whoever may write questions; others have none."""
        return self if user.has_perm("quizzes.change_question") else self.none()


class QuestionUpload(models.Model):
    """One file as it came, kept so that every imported question can be traced to it.

    ``risk_point`` is the one for questions that name none. Without ``applied_at`` nothing of it is
    in the bank.
    """

    name = models.CharField("文件名", max_length=120)
    format = models.CharField("格式", max_length=10)
    data = models.BinaryField("内容")
    digest = models.CharField("校验值", max_length=64)
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage", models.PROTECT, related_name="+", verbose_name="默认风险点"
    )
    uploaded_by = models.ForeignKey(
        "people.User", models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")
    applied_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    applied_at = models.DateTimeField("导入时间", null=True)
    created = models.PositiveIntegerField("新增题数", default=0)
    changed = models.PositiveIntegerField("改动题数", default=0)

    objects = QuestionUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "题目文件"
        verbose_name_plural = "题目文件"
        constraints = [
            models.CheckConstraint(
                condition=Q(applied_at=None, applied_by=None)
                | Q(applied_at__isnull=False, applied_by__isnull=False),
                name="quizzes_applied_upload_has_its_person",
            )
        ]

    def __str__(self) -> str:
        return self.name
