"""The manual as editors see it: index, four areas, sixty points."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from common.fields import LinesField
from common.pages import CodedPage
from risk_manual.models.basis import Citation
from risk_manual.models.editions import ControlOrigin
from risk_manual.registry import point_parts

if TYPE_CHECKING:
    from risk_manual.models.editions import RiskPointEdition


POINT_STEPS = ("风险", "防控", "案例", "微课", "测一测")


class RiskLevel(models.TextChoices):
    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"


class MonitoringKind(models.TextChoices):
    DATA = "data", "现有主题能直接查到主要典型表现"
    PARTLY = "partly", "主题只看得到部分迹象，其余靠现场和复核"
    NOT_BY_DATA = "not_by_data", "现有24个主题看不到，靠措施、复核和当面问"


class ManualIndexPage(Page):
    """The root of the manual; its address is the view ``risk_manual:browse``."""

    max_count = 1
    private_page_options: list[str] = []
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["risk_manual.RiskAreaPage"]
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "风险手册首页"
        verbose_name_plural = "风险手册首页"

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect("risk_manual:browse")


class RiskAreaPage(CodedPage, Page):
    """One of the four areas, GF GC CW ZH."""

    code = models.CharField("编码", max_length=4, unique=True)

    content_panels = [*Page.content_panels, FieldPanel("code")]
    parent_page_types = ["risk_manual.ManualIndexPage"]
    subpage_types = ["risk_manual.RiskPointPage"]
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "方面"
        verbose_name_plural = "方面"

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect(f"{reverse('risk_manual:browse')}#{self.code}")


class RiskPointQuerySet(PageQuerySet):
    def held_by(self, position_ids: Iterable[int]) -> Self:
        """Return the points that one of the positions answers for."""
        found: Self = self.filter(position__in=position_ids)
        return found

    def with_posts(self) -> Self:
        """Fetch the responsible and the reviewing position in the same query."""
        found: Self = self.select_related("position", "reviewer")
        return found


class RiskPointPage(CodedPage, Page):
    """One risk point: the stable identity to which cases, lessons, questions and warnings refer.

    What was in force at a moment is in its editions.
    """

    code = models.CharField(
        "编码", max_length=8, unique=True, help_text="题目、案例、预警都按编码引用，发布后不要改。"
    )
    level = models.CharField("等级", max_length=8, choices=RiskLevel)
    position = models.ForeignKey(
        "people.Position",
        models.PROTECT,
        related_name="risk_points",
        verbose_name="责任岗位",
        help_text="每个风险点只有一个责任岗位。",
    )
    reviewer = models.ForeignKey(
        "people.Position",
        models.PROTECT,
        related_name="reviewed_risk_points",
        verbose_name="复核岗位",
        help_text="不能是责任岗位本身；责任岗位是所长的，由县公司专责复核。",
    )
    process = models.CharField("业务环节", max_length=60)
    power = models.CharField("权力事项", max_length=120)
    risk_description = models.TextField("风险描述")
    typical_behaviours = LinesField("典型表现", help_text="一行一条。")
    evidence = LinesField("留痕资料", help_text="一行一条。")
    training_hint = models.TextField("教育提示", blank=True)
    questions_to_ask = LinesField("当面问", help_text="一行一问。问实物和记录，不问态度。")
    monitoring_kind = models.CharField("数据能看到多少", max_length=12, choices=MonitoringKind)
    themes = LinesField("相关主题", help_text="主题编码，一行一个，最相关的在前。")
    monitoring_note = models.TextField("监测说明", blank=True)

    objects = PageManager.from_queryset(RiskPointQuerySet)()

    content_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("code"), FieldPanel("level")]),
                FieldPanel("title"),
                FieldRowPanel([FieldPanel("position"), FieldPanel("reviewer")]),
                FieldPanel("process"),
                FieldPanel("power"),
            ],
            heading="谁的什么权力",
        ),
        MultiFieldPanel(
            [FieldPanel("risk_description"), FieldPanel("typical_behaviours")],
            heading="风险：怎么出的事",
        ),
        InlinePanel("controls", heading="防控措施", label="措施", min_num=1),
        FieldPanel("evidence"),
        InlinePanel("citations", heading="依据", label="引用"),
        MultiFieldPanel(
            [FieldPanel("training_hint"), FieldPanel("questions_to_ask")], heading="教育"
        ),
        MultiFieldPanel(
            [
                FieldPanel("monitoring_kind"),
                FieldPanel("themes"),
                FieldPanel("monitoring_note"),
            ],
            heading="数据监测",
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("code", boost=3),
        index.SearchField("process"),
        index.SearchField("power"),
        index.SearchField("risk_description"),
        index.SearchField("typical_behaviours"),
        index.SearchField("training_hint"),
        index.RelatedFields("controls", [index.SearchField("text")]),
        index.RelatedFields("position", [index.SearchField("name")]),
        index.FilterField("level"),
        index.FilterField("position"),
    ]
    parent_page_types = ["risk_manual.RiskAreaPage"]
    subpage_types: list[str] = []
    template = "risk_manual/point.html"
    url_name = "risk_manual:point"

    class Meta:
        verbose_name = "风险点"
        verbose_name_plural = "风险点"
        constraints = [
            models.CheckConstraint(
                condition=~Q(reviewer=F("position")),
                name="risk_manual_reviewer_is_someone_else",
                violation_error_message="复核岗位不能是责任岗位本身，请另选一个复核岗位。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def area_code(self) -> str:
        """GF, GC, CW or ZH."""
        return self.code.partition("-")[0]

    def current_edition(self) -> "RiskPointEdition | None":
        """Return the text in force now; None before the first publication. Costs one query."""
        current: RiskPointEdition | None = self.editions.filter(effective_until=None).first()
        return current

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, Any]:
        """Return what the page shows, the parts of the apps above included."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        position_ids = request.user.scope.position_ids() if request.user.is_authenticated else set()
        parts = point_parts.shown_on(self, request)
        lessons = parts.get("lessons", {}).get("context", {})
        return context | {
            "nav_current": "risk_manual",
            "area": self.get_parent(),
            "level_word": f"{self.get_level_display()}风险",
            "is_mine": self.position_id in position_ids,
            "reviews_it": self.reviewer_id in position_ids,
            "steps": [
                {"anchor": f"s{number}", "label": label, "state": ""}
                for number, label in enumerate(POINT_STEPS, start=1)
            ],
            "controls": self.controls.all(),
            "bases": [citation.item for citation in self.citations.select_related("basis")],
            "related": [
                {
                    "title": point.title,
                    "detail": f"{point.code}　{point.get_level_display()}",
                    "url": point.get_url(request),
                }
                for point in self.related_points()
            ],
            "parts": parts,
            "lesson_hint": lessons.get("hint", ""),
        }

    def related_points(self) -> PageQuerySet:
        """Return up to four points of the same process."""
        process = self.process.partition("—")[0]
        siblings = RiskPointPage.objects.live().sibling_of(self, inclusive=False)
        return siblings.filter(process__startswith=process).order_by("path")[:4]


class PointControl(Orderable):
    """A control as editors work on it; publication freezes it into a ``Control``."""

    point = ParentalKey(
        RiskPointPage, on_delete=models.CASCADE, related_name="controls", verbose_name="风险点"
    )
    seq = models.PositiveSmallIntegerField(
        "措施序号", help_text="题目和案例按序号引用，已有的不要改；新增的接着往下编。"
    )
    text = models.TextField("措施", help_text="谁、什么时候、做什么、留什么痕。")
    origin = models.CharField(
        "来源", max_length=16, choices=ControlOrigin, default=ControlOrigin.SELF_WRITTEN
    )

    panels = [
        FieldRowPanel([FieldPanel("seq"), FieldPanel("origin")]),
        FieldPanel("text"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "防控措施"
        verbose_name_plural = "防控措施"
        constraints = [
            models.UniqueConstraint(
                fields=["point", "seq"], name="risk_manual_control_numbers_differ"
            )
        ]

    def __str__(self) -> str:
        return f"{self.point.code}措施{self.seq}"


class PointCitation(Citation):
    """What a risk point rests on."""

    point = ParentalKey(
        RiskPointPage, on_delete=models.CASCADE, related_name="citations", verbose_name="风险点"
    )

    class Meta(Citation.Meta):
        abstract = False
        verbose_name = "风险点的依据"
        verbose_name_plural = "风险点的依据"
