"""Courses of several lessons: the path of new hires and the role courses."""

from typing import Any

from django.db import models
from django.forms import CheckboxSelectMultiple
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page

from cases.models import CasePage
from common.pages import CodedPage
from courses.models.media import MediaFile, MediaKind, fault_of_media, media_key
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


class LessonForm(WagtailAdminPageForm):
    """The editor's form of a lesson: every file stands where files of its kind belong."""

    def clean(self) -> dict[str, Any]:
        """Check the kinds of the files that were chosen."""
        cleaned: dict[str, Any] = super().clean()
        for name, label, kind in (
            ("video", "视频", MediaKind.VIDEO),
            ("recording", "录音", MediaKind.AUDIO),
        ):
            file = cleaned.get(name)
            if file and (sentence := fault_of_media(label, file, kind=kind, length=None)):
                self.add_error(name, sentence)
        for form in self.formsets["attachments"].forms if "attachments" in self.formsets else ():
            file = form.is_valid() and form.cleaned_data.get("file")
            if file and (
                sentence := fault_of_media("附件", file, kind=MediaKind.ATTACHMENT, length=None)
            ):
                self.add_error(None, sentence)
        return cleaned


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
    video = media_key(
        MediaKind.VIDEO,
        "视频",
        related_name="video_of_lesson",
        help_text="显示在正文上面；学完这一节要有看完它的时间。",
    )
    recording = media_key(
        MediaKind.AUDIO,
        "录音",
        related_name="recording_of_lesson",
        help_text="正文的朗读，听或读都行。",
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
        FieldRowPanel([FieldPanel("video"), FieldPanel("recording")], heading="视频和录音"),
        FieldPanel("text"),
        InlinePanel("attachments", heading="附件", label="附件"),
        FieldPanel("activity"),
        FieldPanel("checks"),
    ]
    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []
    base_form_class = LessonForm
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "课时"
        verbose_name_plural = "课时"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class LessonAttachment(Orderable):
    """A file to take along from a lesson."""

    lesson = ParentalKey(
        LessonPage, on_delete=models.CASCADE, related_name="attachments", verbose_name="课时"
    )
    file = models.ForeignKey(
        MediaFile,
        models.PROTECT,
        related_name="attached",
        verbose_name="文件",
    )

    class Meta(Orderable.Meta):
        verbose_name = "课时的附件"
        verbose_name_plural = "课时的附件"

    def __str__(self) -> str:
        return str(self.file)
