"""The append-only, hash-chained log of what was done and what was read.

Stores ids and no foreign keys, so that it outlives what it speaks of. Stores no names, no phone
numbers and no contents. The database itself refuses to change or delete a row.
"""

from django.db import models


class AuditEntry(models.Model):
    """One act: who (account id), what (dotted, past tense), about what, and when.

    ``digest`` = sha256 of the previous digest and this entry's canonical JSON; see
    ``audit.services.digest_of``.
    """

    at = models.DateTimeField("时间")
    actor_id = models.BigIntegerField("操作人", null=True, db_index=True)
    action = models.CharField("动作", max_length=80, db_index=True)
    subject_type = models.CharField("对象类型", max_length=60)
    subject_id = models.CharField("对象编号", max_length=60)
    data = models.JSONField("摘要", default=dict)
    previous = models.CharField("前一条校验值", max_length=64, unique=True)
    digest = models.CharField("校验值", max_length=64, unique=True)

    class Meta:
        verbose_name = "审计日志"
        verbose_name_plural = "审计日志"
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}#{self.subject_id}"
