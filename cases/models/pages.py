"""A case as editors write it: its parts, who may read it, and until when it is shown."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, F, Max, Q
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from cases.panels import CaseStatePanel
from cases.registry import case_parts
from common.fields import LinesField
from common.loading import digest_of
from common.pages import CodedPage
from people.models import Employee, Role, RoleGrant
from risk_manual.models import Citation, Control, RiskPointPage

if TYPE_CHECKING:
    from cases.models.checks import DeidentificationCheck
    from people.models import User

SENTENCE_END = re.compile(r"[。！？]”?")
THEME_CODE = re.compile(r"T\d{2}")

OFFICERS = (Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)
# Who looks after the library: they read every case, and check what others wrote.
KEEPERS = (Role.EDITOR, *OFFICERS)
LECTURERS = (
    Role.BRANCH_SECRETARY,
    Role.BRANCH_DISCIPLINE_MEMBER,
    Role.TRAINING_OFFICER,
    *KEEPERS,
)


class AmountBand(models.TextChoices):
    NONE = "none", "无"
    UNDER_1K = "under_1k", "千元以下"
    FROM_1K = "1k_5k", "一千至五千元"
    FROM_5K = "5k_30k", "五千至三万元"
    FROM_30K = "30k_plus", "三万元及以上"


class FoundBy(models.TextChoices):
    DATA_WARNING = "data_warning", "数据预警"
    COMPLAINT = "complaint", "客户诉求"
    AUDIT = "audit", "审计"
    INSPECTION = "inspection", "巡察与检查"
    SELF_REPORT = "self_report", "主动报告"
    COLLEAGUE = "colleague", "同事"


class Ending(models.TextChoices):
    WARNING = "warning", "警示"
    GOOD = "good", "守住了"


class Visibility(models.TextChoices):
    ALL = "all", "全体员工"
    PROFESSION = "profession", "本专业"
    DISCIPLINE = "discipline", "纪检人员"


# How many may read it; a check for the wider ones covers the narrower.
WIDTH: dict[str, int] = {Visibility.DISCIPLINE: 0, Visibility.PROFESSION: 1, Visibility.ALL: 2}


class CaseIndexPage(Page):
    """The root of the case library; its address is the view ``cases:list``."""

    max_count = 1
    private_page_options: list[str] = []
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cases.CasePage"]
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "案例库首页"
        verbose_name_plural = "案例库首页"

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect("cases:list")


class CaseQuerySet(PageQuerySet):
    def open_to(self, user: "User") -> Self:
        """Return the published cases that somebody may read, expired ones included.

        本专业 are the posts a case names, and those that answer for or review one of its points.
        """
        scope = user.scope
        live: Self = self.live()
        if scope.has(*KEEPERS):
            return live
        posts = scope.position_ids()
        named = CasePage.positions.through.objects.filter(position__in=posts)
        points = RiskPointPage.objects.filter(Q(position__in=posts) | Q(reviewer__in=posts))
        about = CasePage.risk_points.through.objects.filter(riskpointpage__in=points.values("pk"))
        own = Q(pk__in=named.values("casepage")) | Q(pk__in=about.values("casepage"))
        found: Self = live.filter(
            Q(visibility=Visibility.ALL) | (Q(visibility=Visibility.PROFESSION) & own)
        )
        return found

    def current(self, *, on: date) -> Self:
        """Return what has not expired by that day; the last day still counts."""
        found: Self = self.filter(Q(expires_on=None) | Q(expires_on__gte=on))
        return found

    def visible_to(self, user: "User") -> Self:
        """Return what lists, searches and links may show a person today."""
        return self.open_to(user).current(on=user.scope.on)

    def least_used(self, *, since: datetime) -> Self:
        """Return the cases, those shown least since then first, then the longest unshown.

        Adds ``use_count`` and ``last_used_at``, which is None where it was never shown.
        """
        found: Self = self.annotate(
            use_count=Count("uses", filter=Q(uses__used_at__gte=since), distinct=True),
            last_used_at=Max("uses__used_at"),
        ).order_by("use_count", F("last_used_at").asc(nulls_first=True), "code")
        return found


class CasePageForm(WagtailAdminPageForm):
    """The editor's form: owners are who keeps the library, themes are codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner_employee" in self.fields:
            keepers = RoleGrant.objects.filter(role__in=KEEPERS, valid_to=None)
            own = Q(pk=self.instance.owner_employee_id)
            self.fields["owner_employee"].queryset = Employee.objects.filter(
                Q(pk__in=keepers.values("employee")) | own
            ).order_by("emp_no")
        if self.instance.pk is None:
            # Wagtail adds a page as it is before it asks whether it may be published.
            self.instance.live = False

    def clean_themes(self) -> list[str]:
        """Take theme codes in any case, each once."""
        themes = [theme.upper() for theme in self.cleaned_data["themes"]]
        for theme in themes:
            if not THEME_CODE.fullmatch(theme):
                raise ValidationError(f"“{theme}”不是主题编码，请一行写一个，如T01。")
        return list(dict.fromkeys(themes))


class CasePage(CodedPage, Page):
    """One teaching case with its turning points."""

    code = models.CharField(
        "编码", max_length=8, unique=True, help_text="微课和课程按编码引用，发布后不要改。"
    )
    edition_label = models.CharField("版本标签", max_length=20, default="【教学示例】")
    disclaimer = models.TextField("声明")
    risk_points = ParentalManyToManyField(
        RiskPointPage,
        related_name="cases",
        verbose_name="风险点",
    )
    positions = ParentalManyToManyField(
        "people.Position", related_name="cases", verbose_name="岗位"
    )
    themes = LinesField("相关主题", help_text="主题编码，一行一个。")
    story = models.TextField("经过")
    consequences = models.TextField("处理结果")
    handled = models.CharField("处理（一句话）", max_length=160)
    lesson = models.TextField("启示")
    discussion_questions = LinesField("讨论题", help_text="一行一题。")
    amount_band = models.CharField("金额", max_length=12, choices=AmountBand)
    found_by = models.CharField("怎么发现", max_length=16, choices=FoundBy)
    ending = models.CharField("结局", max_length=10, choices=Ending)
    reading_minutes = models.PositiveSmallIntegerField("阅读分钟数")
    visibility = models.CharField(
        "可见范围",
        max_length=12,
        choices=Visibility,
        default=Visibility.ALL,
        help_text="本专业指案例写的岗位，以及它的风险点的责任和复核岗位；放宽范围要重新核对。",
    )
    expires_on = models.DateField(
        "有效期至",
        null=True,
        blank=True,
        help_text="过了这一天不再出现在列表、搜索和推荐里；已经讲过的记录仍能查到它。",
    )
    owner_employee = models.ForeignKey(
        Employee,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_cases",
        verbose_name="负责人",
    )
    review_on = models.DateField("下次复核日期", null=True, blank=True)

    objects = PageManager.from_queryset(CaseQuerySet)()

    content_panels = [
        CaseStatePanel(heading="核对和使用"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("code"), FieldPanel("edition_label")]),
                FieldPanel("title"),
                FieldPanel("risk_points", widget=CheckboxSelectMultiple),
                FieldPanel("positions", widget=CheckboxSelectMultiple),
                FieldPanel("themes"),
            ],
            heading="讲的是什么",
        ),
        FieldPanel("story"),
        InlinePanel("turning_points", heading="转折点", label="转折点"),
        MultiFieldPanel(
            [
                FieldPanel("consequences"),
                FieldPanel("handled"),
                FieldPanel("lesson"),
                FieldPanel("discussion_questions"),
                FieldRowPanel([FieldPanel("found_by"), FieldPanel("ending")]),
                FieldRowPanel([FieldPanel("amount_band"), FieldPanel("reading_minutes")]),
            ],
            heading="怎么处理，说明什么",
        ),
        InlinePanel("controls", heading="守住与没守住的措施", label="措施"),
        InlinePanel("citations", heading="依据", label="引用"),
        FieldPanel("disclaimer"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("visibility"), FieldPanel("expires_on")]),
                FieldRowPanel([FieldPanel("owner_employee"), FieldPanel("review_on")]),
            ],
            heading="给谁看，谁负责",
        ),
    ]
    base_form_class = CasePageForm
    search_fields = [
        *Page.search_fields,
        index.SearchField("code", boost=3),
        index.SearchField("story"),
        index.SearchField("consequences"),
        index.SearchField("lesson"),
        index.SearchField("discussion_questions"),
        index.SearchField("themes"),
        index.RelatedFields("positions", [index.SearchField("name")]),
        index.RelatedFields("risk_points", [index.SearchField("code"), index.SearchField("title")]),
        index.FilterField("ending"),
    ]
    parent_page_types = ["cases.CaseIndexPage"]
    subpage_types: list[str] = []
    template = "cases/case.html"
    url_name = "cases:case"

    class Meta:
        verbose_name = "案例"
        verbose_name_plural = "案例"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def first_point(self) -> str:
        """The first sentence of the lesson, for lists."""
        return f"{re.split('[。；]', self.lesson, maxsplit=1)[0]}。"

    def texts(self) -> dict[str, str]:
        """Return everything of the case that is read, by where it stands."""
        parts = {
            "标题": self.title,
            "声明": self.disclaimer,
            "经过": self.story,
            "处理结果": self.consequences,
            "处理（一句话）": self.handled,
            "启示": self.lesson,
            "讨论题": "\n".join(self.discussion_questions),
        }
        for number, turn in enumerate(self.turning_points.all(), start=1):
            parts[f"转折点{number}"] = "\n".join([turn.at, turn.question, *turn.options])
            parts[f"转折点{number}的点评"] = turn.comment
        return parts

    def text_digest(self) -> str:
        """Return what tells this text from any other; the reader's circle is not a part of it."""
        return digest_of(self.texts())

    def confirmed_check(self) -> "DeidentificationCheck | None":
        """Return who confirmed this text for readers as wide as these; costs one query."""
        wide = [level for level, width in WIDTH.items() if width >= WIDTH[self.visibility]]
        check: DeidentificationCheck | None = (
            self.checks.filter(digest=self.text_digest(), visibility__in=wide)
            .select_related("checked_by__employee")
            .order_by("-checked_at", "-pk")
            .first()
        )
        return check

    def is_expired(self, *, on: date) -> bool:
        """Return whether its last day is over."""
        return self.expires_on is not None and self.expires_on < on

    def story_in_turns(self) -> list[tuple[str, "TurningPoint | None"]]:
        """Return the story cut after the sentence of each turning point, in the story's order.

        A turning point whose words an editor has taken out of the story comes last, before its end.
        """
        found = [(self.story.find(turn.at), turn) for turn in self.turning_points.all()]
        parts: list[tuple[str, TurningPoint | None]] = []
        start = 0
        for place, turn in sorted(
            (pair for pair in found if pair[0] != -1), key=lambda pair: pair[0]
        ):
            end = max(start, _end_of_sentence(self.story, place + len(turn.at)))
            parts.append((self.story[start:end], turn))
            start = end
        parts += [("", turn) for place, turn in found if place == -1]
        return [*parts, (self.story[start:], None)]

    def opening(self, length: int) -> str:
        """Return the first sentences of the story, about as long as asked for."""
        end = _end_of_sentence(self.story, length)
        return self.story[:end]

    def controls_with_texts(self) -> list[dict[str, Any]]:
        """Return the controls that were kept or not, in the words in force; costs two queries."""
        judged = list(self.controls.select_related("point"))
        current = Control.objects.current().filter(
            edition__point__in=[control.point_id for control in judged]
        )
        texts = {(c.edition.point_id, c.seq): c.text for c in current.select_related("edition")}
        return [
            {
                "label": f"{control.point.code}措施{control.seq}",
                "text": texts.get((control.point_id, control.seq), ""),
                "url": f"{control.point.url}#s2",
                "held": control.held,
            }
            for control in judged
        ]

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, Any]:
        """Return what the page shows."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        points = list(self.risk_points.filter(live=True).order_by("code"))
        return context | {
            "nav_current": "cases",
            "minutes": f"约{self.reading_minutes}分钟",
            "label": self.edition_label.strip("【】"),
            "facts": [
                ("岗位", "、".join(position.name for position in self.positions.all())),
                ("风险点", "、".join(point.code for point in points)),
                ("金额", self.get_amount_band_display()),
                ("怎么发现", self.get_found_by_display()),
            ],
            "turns": self.story_in_turns(),
            "controls": self.controls_with_texts(),
            "bases": [citation.item for citation in self.citations.select_related("basis")],
            "related": [
                {
                    "title": point.title,
                    "detail": f"{point.code}　{point.get_level_display()}",
                    "url": point.get_url(request),
                }
                for point in points
            ],
            "parts": case_parts.shown_on(self, request),
            "first_risk_point": points[0].code if points else "",
        }


def _end_of_sentence(text: str, start: int) -> int:
    mark = SENTENCE_END.search(text, start)
    return mark.end() if mark else len(text)


class TurningPoint(Orderable):
    """A place in the story where it could have gone otherwise; for talk, without a key."""

    case = ParentalKey(
        CasePage, on_delete=models.CASCADE, related_name="turning_points", verbose_name="案例"
    )
    at = models.CharField("经过里的原文", max_length=120)
    question = models.CharField("问题", max_length=80, default="这时你会…")
    options = LinesField("选项", help_text="一行一项，没有标准答案。")
    comment = models.TextField("点评")

    class Meta(Orderable.Meta):
        verbose_name = "转折点"
        verbose_name_plural = "转折点"

    def __str__(self) -> str:
        return self.at


class CaseControl(Orderable):
    """A control of the manual that was kept, or not, in a case."""

    case = ParentalKey(
        CasePage, on_delete=models.CASCADE, related_name="controls", verbose_name="案例"
    )
    point = models.ForeignKey(
        RiskPointPage, models.CASCADE, related_name="+", verbose_name="风险点"
    )
    seq = models.PositiveSmallIntegerField("措施序号")
    held = models.BooleanField("守住了", default=False)

    class Meta(Orderable.Meta):
        verbose_name = "案例中的措施"
        verbose_name_plural = "案例中的措施"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "point", "seq"], name="cases_control_is_judged_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.point.code}措施{self.seq}{'守住' if self.held else '没守住'}"


class CaseCitation(Citation):
    """What the handling of a case rests on."""

    case = ParentalKey(
        CasePage, on_delete=models.CASCADE, related_name="citations", verbose_name="案例"
    )

    class Meta(Citation.Meta):
        abstract = False
        verbose_name = "案例的依据"
        verbose_name_plural = "案例的依据"
