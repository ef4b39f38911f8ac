"""The papers on completed cycles."""

from datetime import date

from django.db import models

from courses.models.enrollments import Enrollment


class CertificateStatus(models.TextChoices):
    VALID = "valid", "有效"
    RENEWED = "renewed", "已换发新证"
    EXPIRED = "expired", "已过期"
    REVOKED = "revoked", "已撤销"


class Certificate(models.Model):
    """The paper on a cycle; one a cycle. Its page is found by ``token``, which nobody can guess.

    Name and title are kept as they were printed. 个人信息：姓名。
    """

    enrollment = models.OneToOneField(
        Enrollment, models.PROTECT, related_name="certificate", verbose_name="在学记录"
    )
    number = models.CharField("证书编号", max_length=30, unique=True)
    token = models.CharField("查验码", max_length=32, unique=True)
    name = models.CharField("姓名", max_length=40)
    title = models.CharField("课程", max_length=120)
    issued_on = models.DateField("发证日期")
    valid_until = models.DateField("有效至", null=True, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_reason = models.CharField("撤销原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "证书"
        verbose_name_plural = "证书"

    def __str__(self) -> str:
        return self.number

    def status(self, *, on: date) -> CertificateStatus:
        """Return what the certificate is worth on that day; costs one query."""
        if self.revoked_at is not None:
            return CertificateStatus.REVOKED
        successor = Certificate.objects.filter(enrollment__renews=self.enrollment_id)
        if successor.exists():
            return CertificateStatus.RENEWED
        if self.valid_until is not None and on > self.valid_until:
            return CertificateStatus.EXPIRED
        return CertificateStatus.VALID
