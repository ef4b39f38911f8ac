"""The company-wide register of 115 points, and how it maps to the 60 of the manual."""

from django.db import models
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.models import Orderable
from wagtail.search import index

from common.fields import LinesField
from risk_manual.models.pages import MonitoringKind, RiskLevel, RiskPointPage


class RegisterPoint(index.Indexed, ClusterableModel):
    """One entry of the register: a power of city, county or station."""

    code = models.CharField("编码", max_length=8, unique=True)
    profession = models.CharField("专业", max_length=20)
    title = models.CharField("名称", max_length=80)
    risk = models.TextField("风险")
    level = models.CharField("等级", max_length=8, choices=RiskLevel)
    department = models.CharField("责任部门", max_length=40)
    controls = LinesField("防控措施", help_text="一行一条。")
    monitoring_kind = models.CharField("数据能看到多少", max_length=12, choices=MonitoringKind)
    themes = LinesField("相关主题", help_text="主题编码，一行一个。")
    scope = models.TextField(
        "不对应的理由", blank=True, help_text="供电所没有对应权力的，写明权力在哪一级。"
    )

    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("level")]),
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("profession"), FieldPanel("department")]),
        FieldPanel("risk"),
        FieldPanel("controls"),
        FieldPanel("monitoring_kind"),
        FieldPanel("themes"),
        InlinePanel("mappings", heading="对应的风险点", label="对应"),
        FieldPanel("scope"),
    ]
    search_fields = [
        index.SearchField("code"),
        index.SearchField("title", boost=2),
        index.AutocompleteField("title"),
        index.SearchField("risk"),
        index.SearchField("controls"),
    ]

    class Meta:
        verbose_name = "登记册条目"
        verbose_name_plural = "登记册（115点）"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class RegisterRelation(models.TextChoices):
    EQUAL = "equal", "同一件事"
    BROADER = "broader", "条目更宽"
    NARROWER = "narrower", "条目更窄"
    OVERLAPS = "overlaps", "部分相交"


class RegisterMapping(Orderable):
    """How an entry of the register relates to a risk point, seen from the entry."""

    entry = ParentalKey(
        RegisterPoint, on_delete=models.CASCADE, related_name="mappings", verbose_name="登记册条目"
    )
    point = models.ForeignKey(
        RiskPointPage, models.CASCADE, related_name="register_mappings", verbose_name="风险点"
    )
    relation = models.CharField("关系", max_length=10, choices=RegisterRelation)

    class Meta(Orderable.Meta):
        verbose_name = "对应关系"
        verbose_name_plural = "对应关系"
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "point"], name="risk_manual_entry_maps_to_a_point_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry.code} {self.get_relation_display()} {self.point.code}"
