"""廉政三分钟: a script in parts, one decision in the middle, one thing to recall at the end."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db import models
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from cases.models import CasePage
from common.fields import LinesField
from common.pages import CodedPage
from courses.models.media import MediaFile, MediaKind, fault_of_media, media_key
from risk_manual.models import RiskPointPage

# 开场, 讲案, then the choice; the reasons and what to do come after it.
DECISION_AFTER_PARTS = 2


LONGEST_SECONDS = 180
# Faster than this nobody can follow a voice: about 330 characters a minute.
MOST_CHARACTERS_A_SECOND = 5.5


def faults_of(
    *,
    length: int,
    parts: Iterable[tuple[str, int, str]],
    good: int,
    video: MediaFile | None,
    recording: MediaFile | None,
) -> list[tuple[str | None, str]]:
    """Return why a lesson cannot be published: the field it stands at, and what to do.

    ``length`` is in seconds, ``parts`` are name, seconds and text, ``good`` how many options are.
    """
    rows = list(parts)
    found: list[tuple[str | None, str]] = []
    if length > LONGEST_SECONDS:
        sentence = "《廉政三分钟》最长180秒，请删减脚本，或拆成两节再发布。"
        found.append(("duration_seconds", sentence))
    total = sum(seconds for _, seconds, _ in rows)
    if total != length:
        sentence = f"各段加起来是{total}秒，时长写的是{length}秒，请改成一样再发布。"
        found.append(("duration_seconds", sentence))
    for name, seconds, text in rows:
        least = math.ceil(len(text) / MOST_CHARACTERS_A_SECOND)
        if seconds < least:
            sentence = (
                f"“{name}”有{len(text)}个字，{seconds}秒念不完，至少要{least}秒；请加时间或删减。"
            )
            found.append((None, sentence))
    if good != 1:
        found.append((None, f"“选一选”里有{good}项可取，要恰好一项；请改正后再发布。"))
    for field, label, kind, file in (
        ("video", "视频", MediaKind.VIDEO, video),
        ("recording", "录音", MediaKind.AUDIO, recording),
    ):
        if file and (sentence := fault_of_media(label, file, kind=kind, length=length)):
            found.append((field, sentence))
    return found


class MicroLessonForm(WagtailAdminPageForm):
    """The editor's form; what is published must fit into its seconds and have one good way out."""

    def clean(self) -> dict[str, Any]:
        """Check length, script and choice as a whole; drafts may wait."""
        cleaned: dict[str, Any] = super().clean()
        if self.is_deferred_validation or self.errors:
            return cleaned
        options = _kept(self.formsets["decision_options"])
        for field, sentence in faults_of(
            length=cleaned["duration_seconds"],
            parts=[
                (part["part"], part["seconds"], part["text"])
                for part in _kept(self.formsets["script"])
            ],
            good=sum(option["is_good"] for option in options),
            video=cleaned["video"],
            recording=cleaned["recording"],
        ):
            self.add_error(field, sentence)
        return cleaned


def _kept(formset: Any) -> list[dict[str, Any]]:
    """Return the rows of a formset that are filled in and stay."""
    rows = [form.cleaned_data for form in formset.forms if form.is_valid()]
    return [row for row in rows if row and not row.get("DELETE")]


@dataclass(frozen=True, slots=True)
class TimedPart:
    """A part of the script and the stretch of the lesson it takes, in seconds."""

    name: str
    start: int
    end: int
    text: str


class MicroLessonIndexPage(Page):
    """The root of the micro-lessons; its address is the view ``courses:list``."""

    max_count = 1
    private_page_options: list[str] = []
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.MicroLessonPage"]
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "微课首页"
        verbose_name_plural = "微课首页"

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect("courses:list")


class MicroLessonQuerySet(PageQuerySet):
    def about(self, point: RiskPointPage) -> Self:
        """Return the lessons about a risk point."""
        found: Self = self.filter(risk_points=point)
        return found

    def months_without(self, *, on: date) -> list[date]:
        """Return the first days of the months that no lesson stands for, drafts counted.

        From the month of ``on`` to the end of the next quarter.
        """
        first = on.month - 1
        last = first - first % 3 + 5
        months = [date(on.year + n // 12, n % 12 + 1, 1) for n in range(first, last + 1)]
        taken = set(self.values_list("month", flat=True))
        return [month for month in months if f"{month:%Y-%m}" not in taken]

    def for_positions(self, position_ids: set[int]) -> Self:
        """Return the lessons meant for one of the positions, each once."""
        through = MicroLessonPage.positions.through
        on = through.objects.filter(position__in=position_ids).values("microlessonpage")
        found: Self = self.filter(pk__in=on)
        return found


class MicroLessonPage(CodedPage, Page):
    """One micro-lesson; its address is the player, ``courses:lesson``."""

    code = models.CharField(
        "编码", max_length=8, unique=True, help_text="学习任务按编码引用，发布后不要改。"
    )
    series = models.CharField("系列", max_length=20, default="廉政三分钟")
    edition_label = models.CharField("版本标签", max_length=20, default="【教学示例】")
    month = models.CharField("建议播出月份", max_length=7, blank=True, help_text="如2026-10。")
    duration_seconds = models.PositiveSmallIntegerField("时长（秒）")
    risk_points = ParentalManyToManyField(
        RiskPointPage, related_name="micro_lessons", verbose_name="风险点"
    )
    positions = ParentalManyToManyField(
        "people.Position", related_name="micro_lessons", verbose_name="适用岗位"
    )
    cases = ParentalManyToManyField(
        CasePage, related_name="micro_lessons", blank=True, verbose_name="相关案例"
    )
    themes = LinesField("相关主题", help_text="主题编码，一行一个。")
    video = media_key(
        MediaKind.VIDEO,
        "视频",
        related_name="video_of",
        help_text="选了就在“看”里播放；不选，“看”按脚本分段显示。与脚本一样长，到选一选停下。",
    )
    recording = media_key(
        MediaKind.AUDIO,
        "录音",
        related_name="recording_of",
        help_text="选了就在“听”里播放；不选，由设备的语音逐句朗读。与脚本一样长。",
    )
    decision_situation = models.TextField(
        "选一选：情景", help_text="课中停下来选一次；选项里恰有一个是可取的。"
    )
    recall_question = models.CharField("想一想：问题", max_length=120)
    recall_answer = models.TextField("想一想：答案", help_text="学员先想后看，自己对照，不计分。")
    key_sentence = models.CharField(
        "一句话", max_length=80, help_text="对客户或同事能直接说出口的一句话。"
    )

    objects = PageManager.from_queryset(MicroLessonQuerySet)()

    content_panels = [
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("code"), FieldPanel("series")]),
                FieldPanel("title"),
                FieldRowPanel([FieldPanel("duration_seconds"), FieldPanel("month")]),
                FieldPanel("edition_label"),
            ],
            heading="微课",
        ),
        MultiFieldPanel(
            [
                FieldPanel("positions", widget=CheckboxSelectMultiple),
                FieldPanel("risk_points", widget=CheckboxSelectMultiple),
                FieldPanel("cases", widget=CheckboxSelectMultiple),
                FieldPanel("themes"),
            ],
            heading="给谁，讲什么",
        ),
        InlinePanel("script", heading="脚本", label="段", min_num=1),
        FieldRowPanel([FieldPanel("video"), FieldPanel("recording")], heading="视频和录音"),
        MultiFieldPanel(
            [
                FieldPanel("decision_situation"),
                InlinePanel("decision_options", label="选项", min_num=2, max_num=4),
            ],
            heading="选一选",
        ),
        MultiFieldPanel(
            [FieldPanel("recall_question"), FieldPanel("recall_answer")], heading="想一想"
        ),
        FieldPanel("key_sentence"),
        InlinePanel("questions", heading="课后题", label="题"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("code", boost=3),
        index.SearchField("key_sentence"),
        index.RelatedFields("script", [index.SearchField("text")]),
        index.RelatedFields("positions", [index.SearchField("name")]),
    ]
    parent_page_types = ["courses.MicroLessonIndexPage"]
    subpage_types: list[str] = []
    url_name = "courses:lesson"
    base_form_class = MicroLessonForm
    preview_modes: list[tuple[str, str]] = []

    class Meta:
        verbose_name = "微课"
        verbose_name_plural = "微课"

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def faults(self) -> list[str]:
        """Return why it cannot be published as it stands, each a sentence; four queries."""
        found = faults_of(
            length=self.duration_seconds,
            parts=[(part.part, part.seconds, part.text) for part in self.script.all()],
            good=sum(option.is_good for option in self.decision_options.all()),
            video=self.video,
            recording=self.recording,
        )
        return [sentence for _, sentence in found]

    def timeline(self) -> list["TimedPart"]:
        """Return the parts with the second at which each begins; one query."""
        parts, start = [], 0
        for part in self.script.all():
            parts.append(TimedPart(part.part, start, start + part.seconds, part.text))
            start += part.seconds
        return parts

    def decision_second(self) -> int:
        """Return where the lesson stops to let the learner choose: after the case was told."""
        parts = self.timeline()
        return parts[min(DECISION_AFTER_PARTS, len(parts)) - 1].end if parts else 0


class LessonPart(Orderable):
    """One part of the script, as it is spoken."""

    lesson = ParentalKey(
        MicroLessonPage, on_delete=models.CASCADE, related_name="script", verbose_name="微课"
    )
    part = models.CharField("段名", max_length=20)
    seconds = models.PositiveSmallIntegerField("秒数")
    text = models.TextField("讲稿")

    class Meta(Orderable.Meta):
        verbose_name = "脚本段"
        verbose_name_plural = "脚本段"

    def __str__(self) -> str:
        return self.part


class DecisionOption(Orderable):
    """One way out of the lesson's situation, and what comes of it."""

    lesson = ParentalKey(
        MicroLessonPage,
        on_delete=models.CASCADE,
        related_name="decision_options",
        verbose_name="微课",
    )
    text = models.CharField("做法", max_length=80)
    is_good = models.BooleanField("可取", default=False)
    comment = models.TextField("点评")

    class Meta(Orderable.Meta):
        verbose_name = "选一选的选项"
        verbose_name_plural = "选一选的选项"

    def __str__(self) -> str:
        return self.text


class LessonQuestion(Orderable):
    """A question of the bank that follows the lesson."""

    lesson = ParentalKey(
        MicroLessonPage, on_delete=models.CASCADE, related_name="questions", verbose_name="微课"
    )
    question = models.ForeignKey(
        "quizzes.Question", models.PROTECT, related_name="lesson_uses", verbose_name="题目"
    )

    class Meta(Orderable.Meta):
        verbose_name = "课后题"
        verbose_name_plural = "课后题"
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "question"], name="courses_lesson_asks_a_question_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.question)
