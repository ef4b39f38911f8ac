"""The paper that people signed, photographed: kept privately, shown to who keeps the roll."""

from typing import TYPE_CHECKING, Self

from django.db import models

from common.files import private_storage
from education_sessions.models.sessions import EducationSession
from education_sessions.models.sight import kept_branches
from people.models import Employee

if TYPE_CHECKING:
    from people.models import User


class PaperSheetQuerySet(models.QuerySet["PaperSheet"]):
    def visible_to(self, user: "User") -> Self:
        """Return the sheets of the rolls that the person keeps."""
        return self.filter(session__branch__in=kept_branches(user.scope))


class PaperSheet(models.Model):
    """A photograph or scan of the sheet that people signed. 个人信息：姓名、签名。

    It stands beside the roll and changes nobody's attendance. ``original`` is what was handed in,
    ``shown`` the picture drawn anew, without place and device.
    """

    session = models.ForeignKey(
        EducationSession, models.PROTECT, related_name="sheets", verbose_name="集中学习"
    )
    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=60)
    sha256 = models.CharField("校验值", max_length=64)
    original = models.FileField("原件", upload_to="sheets/original", storage=private_storage)
    shown = models.FileField("展示件", upload_to="sheets/shown", storage=private_storage)
    uploaded_by = models.ForeignKey(
        Employee, models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")

    objects = PaperSheetQuerySet.as_manager()

    class Meta:
        verbose_name = "纸质签到表"
        verbose_name_plural = "纸质签到表"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "sha256"], name="education_sessions_sheet_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether it is shown as a picture."""
        return self.content_type.startswith("image/")
