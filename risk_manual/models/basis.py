"""Laws and rules that may be cited, and how far each citation has been verified."""

from typing import Any

from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index


class Verification(models.TextChoices):
    VERIFIED = "verified", "已核"
    PARTLY = "partly", "部分核"
    UNVERIFIED = "unverified", "待核"


class LegalBasis(index.Indexed, ClusterableModel):
    """A law, rule or notice; citations point here."""

    code = models.CharField("编码", max_length=12, unique=True)
    title = models.CharField("名称", max_length=120)
    number = models.CharField("文号", max_length=120, blank=True)
    effective = models.CharField(
        "施行日期", max_length=20, blank=True, help_text="只知道年份的写年份，不清楚的留空。"
    )
    status = models.CharField(
        "核对状态",
        max_length=12,
        choices=Verification,
        default=Verification.UNVERIFIED,
        help_text="没有对照原文逐条核过的，选“待核”；页面会如实标出。",
    )
    checked = models.TextField("核对经过", blank=True)
    note = models.TextField("使用说明", blank=True)

    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("effective")]),
        FieldPanel("title"),
        FieldPanel("number"),
        FieldPanel("status"),
        FieldPanel("checked"),
        FieldPanel("note"),
        InlinePanel("articles", heading="引用过的条文", label="条文"),
    ]
    search_fields = [
        index.SearchField("title", boost=2),
        index.AutocompleteField("title"),
        index.SearchField("number"),
        index.FilterField("status"),
    ]

    class Meta:
        verbose_name = "依据"
        verbose_name_plural = "依据"

    def __str__(self) -> str:
        return self.title


class LegalArticle(Orderable):
    """One article that is cited somewhere, in our own summary, with its source."""

    basis = ParentalKey(
        LegalBasis, on_delete=models.CASCADE, related_name="articles", verbose_name="依据"
    )
    number = models.CharField("条号", max_length=40)
    gist = models.TextField("要点", help_text="自己概括的要点，不是原文。")
    status = models.CharField(
        "核对状态", max_length=12, choices=Verification, default=Verification.UNVERIFIED
    )
    source = models.TextField("所见文本", blank=True)
    as_of = models.CharField("所见日期", max_length=20, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = "条文"
        verbose_name_plural = "条文"

    def __str__(self) -> str:
        return f"{self.basis}{self.number}"


class Citation(Orderable):
    """That a page cites a basis, with how far this very citation has been verified."""

    basis = models.ForeignKey(LegalBasis, models.PROTECT, related_name="+", verbose_name="依据")
    text = models.CharField("引用写法", max_length=160)
    article = models.CharField("条号", max_length=40, blank=True)
    status = models.CharField(
        "核对状态", max_length=12, choices=Verification, default=Verification.UNVERIFIED
    )

    panels = [
        FieldPanel("basis"),
        FieldPanel("text"),
        FieldRowPanel([FieldPanel("article"), FieldPanel("status")]),
    ]

    class Meta(Orderable.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.text

    @property
    def item(self) -> dict[str, Any]:
        """The citation as the component ``basis`` shows it: what is not verified says so."""
        return {
            "title": self.basis.title,
            "detail": " · ".join(
                filter(
                    None,
                    [
                        self.article or self.basis.number,
                        "名称或要点已核" if self.status == Verification.PARTLY else "",
                    ],
                )
            ),
            "verified": self.status == Verification.VERIFIED,
        }
