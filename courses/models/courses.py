"""Courses of several lessons: the path of new hires and the role courses."""

from django.db import models
from django.forms import CheckboxSelectMultiple
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.models import Page

from cases.models import CasePage
from common.pages import CodedPage
from courses.models.micro_lessons import MicroLessonPage
from risk_manual.models import RiskPointPage


class CourseKind(models.TextChoices):
    ONBOARDING = "onboarding", "新员工三级教育"
    ROLE = "role", "岗位课程"
    REFRESHER = "refresher", "复训"


class AssessmentKind(models.TextChoices):
    CLOSED_BOOK = "closed_book", "闭卷"
    SCENARIO = "scenario", "情景题"
    SIGN_OFF = "sign_off", "实操签认表"
    QUIZ = "quiz", "测验"


class Renewal(models.TextChoices):
    ROLLING = "rolling", "从完成之日起算"
    FIXED = "fixed", "接着上一轮的到期日"


class CourseIndexPage(Page):
    """The root of the courses."""

    max_count = 1
    private_page_options: list[str] = []
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CoursePage"]
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "课程首页"
        verbose_name_plural = "课程首页"


class CoursePage(CodedPage, Page):
    """One course, or one level of the path of new hires."""

    code = models.CharField("编码", max_length=12, unique=True)
    kind = models.CharField("类别", max_length=12, choices=CourseKind)
    edition_label = models.CharField("版本标签", max_length=20, default="【教学示例】")
    order = models.PositiveSmallIntegerField("次序", default=0)
    form = models.CharField("形式", max_length=40, blank=True)
    profession = models.CharField("专业", max_length=20, blank=True)
    positions = ParentalManyToManyField(
        "people.Position",
        related_name="courses",
        blank=True,
        verbose_name="适用岗位",
        help_text="留空是所有岗位。",
    )
    minutes = models.PositiveSmallIntegerField("时长（分钟）", null=True, blank=True)
    text = models.TextField("正文", blank=True)
    notes = models.TextField("说明", blank=True)
    micro_lessons = ParentalManyToManyField(
        MicroLessonPage, related_name="courses", blank=True, verbose_name="微课"
    )
    assessment = models.CharField("考核", max_length=12, choices=AssessmentKind)
    pass_mark = models.PositiveSmallIntegerField("及格线", help_text="百分制；签认表是签认项数。")
    quiz_blueprint = models.JSONField(
        "各风险点出题数",
        default=dict,
        blank=True,
        help_text="风险点编码: 题数，或 风险点编码: {难度1至3: 题数}；留空按课时的风险点出题。",
    )
    exam_minutes = models.PositiveSmallIntegerField("考试时长（分钟）", default=40)
    exam_tries = models.PositiveSmallIntegerField(
        "手机上可考几次", default=3, help_text="一天一次；用完后由培训专责安排纸笔补考。"
    )
    sign_off = models.JSONField("签认表", default=dict, blank=True)
    validity_months = models.PositiveSmallIntegerField("有效期（月）", null=True, blank=True)
    renewal = models.CharField(
        "下一轮有效期", max_length=8, choices=Renewal, default=Renewal.ROLLING
    )
    refreshes = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="refreshers",
        verbose_name="复训的课程",
    )

    content_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("code"), FieldPanel("kind")]),
                FieldPanel("title"),
                FieldRowPanel([FieldPanel("order"), FieldPanel("minutes")]),
                FieldRowPanel([FieldPanel("form"), FieldPanel("profession")]),
                FieldPanel("edition_label"),
                FieldPanel("positions", widget=CheckboxSelectMultiple),
            ],
            heading="课程",
        ),
        FieldPanel("text"),
        FieldPanel("notes"),
        FieldPanel("micro_lessons", widget=CheckboxSelectMultiple),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("assessment"), FieldPanel("pass_mark")]),
                FieldRowPanel([FieldPanel("exam_minutes"), FieldPanel("exam_tries")]),
                FieldPanel("quiz_blueprint"),
                FieldPanel("sign_off"),
                FieldRowPanel([FieldPanel("validity_months"), FieldPanel("renewal")]),
                FieldPanel("refreshes"),
            ],
            heading="考核与复训",
        ),
    ]
    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.LessonPage"]
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "课程"
        verbose_name_plural = "课程"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def has_exam(self) -> bool:
        """Whether it ends in an examination; otherwise in items that a mentor signs."""
        return self.assessment != AssessmentKind.SIGN_OFF

    @property
    def level_name(self) -> str:
        """The last part of the title, 公司级 of 新员工廉洁三级教育：公司级."""
        return str(self.title).rpartition("：")[2]


class LessonPage(CodedPage, Page):
    """One lesson of a course."""

    code = models.CharField("编码", max_length=12, unique=True)
    minutes = models.PositiveSmallIntegerField("时长（分钟）")
    due_days_after_joining = models.PositiveSmallIntegerField(
        "入职后第几天前完成", null=True, blank=True, help_text="自然日；岗位课程留空。"
    )
    positions = ParentalManyToManyField(
        "people.Position",
        related_name="lessons",
        blank=True,
        verbose_name="适用岗位",
        help_text="留空是所有岗位。",
    )
    risk_points = ParentalManyToManyField(
        RiskPointPage, related_name="lessons", blank=True, verbose_name="风险点"
    )
    cases = ParentalManyToManyField(
        CasePage, related_name="lessons", blank=True, verbose_name="案例"
    )
    micro_lessons = ParentalManyToManyField(
        MicroLessonPage, related_name="lessons", blank=True, verbose_name="微课"
    )
    text = models.TextField("正文")
    activity = models.TextField("活动", blank=True)
    checks = models.JSONField("随堂题", default=list, blank=True)

    content_panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("minutes")]),
        FieldPanel("title"),
        FieldPanel("due_days_after_joining"),
        MultiFieldPanel(
            [
                FieldPanel("positions", widget=CheckboxSelectMultiple),
                FieldPanel("risk_points", widget=CheckboxSelectMultiple),
                FieldPanel("cases", widget=CheckboxSelectMultiple),
                FieldPanel("micro_lessons", widget=CheckboxSelectMultiple),
            ],
            heading="给谁，讲什么",
        ),
        FieldPanel("text"),
        FieldPanel("activity"),
        FieldPanel("checks"),
    ]
    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "课时"
        verbose_name_plural = "课时"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
