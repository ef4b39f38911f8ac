"""The manual as it was in force: frozen texts with moments, to which evidence points."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from common.models import DatedModel, DatedQuerySet, dates_in_order


class ControlOrigin(models.TextChoices):
    SELF_WRITTEN = "self_written", "自编"
    NEWS_FACT = "news_fact", "公开报道"


class ManualEdition(DatedModel):
    """One edition of the whole manual."""

    code = models.SlugField("编码", max_length=20, unique=True)
    title = models.CharField("书名", max_length=80)
    label = models.CharField("版本", max_length=40)
    edition_label = models.CharField("版本标签", max_length=40, blank=True)
    publisher = models.CharField("编写", max_length=40, blank=True)
    statement = models.TextField("声明", blank=True)
    level_rule = models.TextField("分级口径", blank=True)
    one_to_one = models.TextField("一一对应口径", blank=True)
    pending_note = models.TextField("待核说明", blank=True)

    objects = DatedQuerySet["ManualEdition"].as_manager()

    panels = [
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("label"), FieldPanel("edition_label")]),
        FieldPanel("publisher"),
        FieldRowPanel(
            [FieldPanel("valid_from", read_only=True), FieldPanel("valid_to", read_only=True)]
        ),
        FieldPanel("statement"),
        FieldPanel("one_to_one"),
        FieldPanel("level_rule"),
        FieldPanel("pending_note"),
    ]

    class Meta:
        verbose_name = "手册版本"
        verbose_name_plural = "手册版本"
        constraints = [
            dates_in_order("risk_manual_edition_dates_in_order"),
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(valid_to=None),
                name="risk_manual_one_open_manual_edition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}{self.label}"


class RiskPointEditionQuerySet(models.QuerySet["RiskPointEdition"]):
    def in_force(self, *, at: datetime) -> Self:
        """Return the texts that were in force at a moment: at most one a point."""
        return self.filter(
            Q(effective_from__lte=at) & (Q(effective_until=None) | Q(effective_until__gt=at))
        )

    def current(self) -> Self:
        """Return the texts in force now."""
        return self.filter(effective_until=None)


class RiskPointEdition(models.Model):
    """A risk point's text from one publication to the next; never changed, only closed.

    It holds from ``effective_from`` on and no longer at ``effective_until``.
    """

    point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        related_name="editions",
        verbose_name="风险点",
    )
    manual = models.ForeignKey(
        ManualEdition,
        models.PROTECT,
        null=True,
        related_name="point_editions",
        verbose_name="手册版本",
    )
    number = models.PositiveIntegerField("第几次")
    effective_from = models.DateTimeField("生效")
    effective_until = models.DateTimeField("失效", null=True, blank=True)
    title = models.CharField("名称", max_length=255)
    level = models.CharField("等级", max_length=8)
    position = models.ForeignKey(
        "people.Position", models.PROTECT, related_name="+", verbose_name="责任岗位"
    )
    reviewer = models.ForeignKey(
        "people.Position", models.PROTECT, related_name="+", verbose_name="复核岗位"
    )
    process = models.CharField("业务环节", max_length=60)
    power = models.CharField("权力事项", max_length=120)
    risk_description = models.TextField("风险描述")
    typical_behaviours = models.JSONField("典型表现", default=list)
    evidence = models.JSONField("留痕资料", default=list)
    citations = models.JSONField("依据", default=list)

    objects = RiskPointEditionQuerySet.as_manager()

    class Meta:
        verbose_name = "风险点版本"
        verbose_name_plural = "风险点版本"
        constraints = [
            models.UniqueConstraint(
                fields=["point"],
                condition=Q(effective_until=None),
                name="risk_manual_one_open_edition_a_point",
            ),
            models.UniqueConstraint(
                fields=["point", "number"], name="risk_manual_edition_numbers_differ"
            ),
            models.CheckConstraint(
                condition=Q(effective_until=None) | Q(effective_until__gt=F("effective_from")),
                name="risk_manual_edition_moments_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(reviewer=F("position")),
                name="risk_manual_edition_reviewer_is_someone_else",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point.code} 第{self.number}版"


class ControlQuerySet(models.QuerySet["Control"]):
    def current(self) -> Self:
        """Return the controls in force now."""
        return self.filter(edition__effective_until=None)


class Control(models.Model):
    """One control of an edition, frozen with it. ``seq`` stays the same from edition to edition."""

    edition = models.ForeignKey(
        RiskPointEdition, models.CASCADE, related_name="controls", verbose_name="风险点版本"
    )
    seq = models.PositiveSmallIntegerField("措施序号")
    order = models.PositiveSmallIntegerField("次序")
    text = models.TextField("措施")
    origin = models.CharField("来源", max_length=16, choices=ControlOrigin)

    objects = ControlQuerySet.as_manager()

    class Meta:
        verbose_name = "措施（版本）"
        verbose_name_plural = "措施（版本）"
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "seq"], name="risk_manual_edition_control_numbers_differ"
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition} 措施{self.seq}"
