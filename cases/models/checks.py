"""That a second person found nobody to be told from a text, and which hits were false alarms."""

from django.db import models

from cases.identities import IdentityKind
from cases.models.pages import CasePage, Visibility


class DeidentificationCheck(models.Model):
    """One confirmed text of a case, by its digest; another text needs a check of its own.

    It holds for readers as wide as ``visibility``. What came with the demonstration edition has no
    checker.
    """

    case = models.ForeignKey(CasePage, models.CASCADE, related_name="checks", verbose_name="案例")
    digest = models.CharField("文本校验值", max_length=64)
    visibility = models.CharField("可见范围", max_length=12, choices=Visibility)
    checked_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name="核对人"
    )
    checked_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = "去标识核对"
        verbose_name_plural = "去标识核对"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "digest", "visibility"], name="cases_text_is_checked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.code} {self.checked_by or '随附内容'}"


class AcceptedHit(models.Model):
    """A hit of the scan that is no identity, with the reason; it counts for this case alone."""

    case = models.ForeignKey(
        CasePage, models.CASCADE, related_name="accepted_hits", verbose_name="案例"
    )
    kind = models.CharField("类别", max_length=16, choices=IdentityKind)
    text = models.CharField("文字", max_length=120)
    reason = models.CharField("理由", max_length=200)
    accepted_by = models.ForeignKey(
        "people.User", models.PROTECT, related_name="+", verbose_name="认定人"
    )
    accepted_at = models.DateTimeField("认定时间")

    class Meta:
        verbose_name = "认定的误报"
        verbose_name_plural = "认定的误报"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "text"], name="cases_hit_is_accepted_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.code} {self.get_kind_display()}"
