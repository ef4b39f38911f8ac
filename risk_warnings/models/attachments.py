"""Files that people hand in: kept privately, shown only through a view that asks who looks."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

# The migrations know the folder under the name it has here.
from common.files import private_storage as private_storage
from risk_warnings.models.orders import Interview, Verification, WorkOrder
from risk_warnings.models.warnings import Explanation, RiskWarning

if TYPE_CHECKING:
    from people.models import User


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: "User") -> Self:
        """Return what hangs on a record that the person may see.

        A draft's files are its author's. Verifiers and the head see a reply's files once it is a
        feedback of an order that they see.
        """
        me = user.scope.employee
        if me is None:
            return self.none()
        orders = WorkOrder.objects.visible_to(user).filter(transferred_to="").values("pk")
        warnings = (
            RiskWarning.objects.visible_to(user)
            .exclude(
                pk__in=RiskWarning.objects.exclude(order=None).exclude(order__transferred_to="")
            )
            .values("pk")
        )
        return self.filter(
            Q(explanation__author=me)
            | Q(explanation__submitted_at__isnull=False, explanation__warning__in=warnings)
            | Q(explanation__submitted_at__isnull=False, explanation__order__in=orders)
            | Q(verification__verifier=me)
            | Q(verification__submitted_at__isnull=False, verification__order__in=orders)
            | Q(interview__in=Interview.objects.visible_to(user).values("pk"))
        )


class Attachment(models.Model):
    """One file of one record.

    ``original`` is what was handed in, evidence with everything in it; ``shown`` is what others
    open: a picture drawn anew, without the place and device that a camera writes into it.
    个人信息：照片、单据。
    """

    explanation = models.ForeignKey(
        Explanation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="说明",
    )
    verification = models.ForeignKey(
        Verification,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="核查",
    )
    interview = models.ForeignKey(
        Interview,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        verbose_name="约谈",
    )
    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=60)
    size = models.PositiveIntegerField("大小")
    sha256 = models.CharField("校验值", max_length=64)
    original = models.FileField("原件", upload_to="warnings/original", storage=private_storage)
    shown = models.FileField("展示件", upload_to="warnings/shown", storage=private_storage)
    uploaded_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = "附件"
        verbose_name_plural = "附件"
        constraints = [
            models.CheckConstraint(
                condition=Q(explanation__isnull=False, verification=None, interview=None)
                | Q(explanation=None, verification__isnull=False, interview=None)
                | Q(explanation=None, verification=None, interview__isnull=False),
                name="risk_warnings_attachment_hangs_on_one_record",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_image(self) -> bool:
        """Whether it is shown as a picture."""
        return self.content_type.startswith("image/")
