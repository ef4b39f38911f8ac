"""Questions as editors work on them, and the frozen versions that learners meet."""

import random
import re
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any, Self, TypedDict

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.fields import StreamField
from wagtail.models import Orderable, PreviewableMixin

from common.fields import LinesField
from common.loading import digest_of
from people.models import Position
from quizzes.blocks import (
    ChoiceParameterBlock,
    DateParameterBlock,
    MarkingPointBlock,
    NumberParameterBlock,
    OptionBlock,
)
from quizzes.models.clauses import BasisReference, clauses_of
from quizzes.parameters import Parameter, draw, fill, problem_of_parameters


class QuestionType(models.TextChoices):
    SINGLE = "single", "单选"
    MULTIPLE = "multiple", "多选"
    JUDGE = "judge", "判断"
    SCENARIO = "scenario", "情景"
    FILL = "fill", "填空"
    SHORT = "short", "简答"


CHOICE_TYPES = frozenset(
    {QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.JUDGE, QuestionType.SCENARIO}
)
SEVERAL_TYPES = frozenset({QuestionType.MULTIPLE})
# A short answer needs a person to mark it; only a paper that asks for some has any.
DRAWN_TYPES = CHOICE_TYPES | {QuestionType.FILL}

LETTERS = "ABCDEFGH"
SENTENCE_END = re.compile(r"[。？！]”?")


class QuestionStatus(models.TextChoices):
    DRAFT = "draft", "待审核"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤下"


class Option(TypedDict):
    """One choice of a frozen version."""

    key: str
    text: str
    right: bool
    why: str


class MarkingPoint(TypedDict):
    """What a short answer should mention."""

    text: str
    score: int


class QuestionText(TypedDict):
    """Everything of a question that a learner can read; two equal texts are one version."""

    type: str
    stem: str
    options: list[Option]
    answers: list[str]
    unit: str
    marking_points: list[MarkingPoint]
    model_answer: str
    explanation: str
    bases: list[BasisReference]
    control_seq: int | None
    parameters: list[Parameter]


# What a text did not hold when the first versions were frozen; empty, it changes no digest.
LATER_PARTS = frozenset({"parameters"})


def digest_of_text(text: QuestionText) -> str:
    """Return the digest by which two equal texts are one version."""
    return digest_of(
        {part: value for part, value in text.items() if value or part not in LATER_PARTS}
    )


class QuestionQuerySet(models.QuerySet["Question"]):
    def published(self) -> Self:
        """Return what learners may meet."""
        return self.filter(status=QuestionStatus.PUBLISHED, version__isnull=False)

    def drawable(self) -> Self:
        """Return what may be drawn into any quiz: published, and graded without a person."""
        return self.published().filter(version__type__in=sorted(DRAWN_TYPES))

    def about(self, risk_points: "models.QuerySet[Any] | list[Any]") -> Self:
        """Return the questions on any of the risk points, each once."""
        through = Question.risk_points.through
        on = through.objects.filter(riskpointpage__in=risk_points).values("question")
        return self.filter(pk__in=on)

    def awaiting_approval(self) -> Self:
        """Return what was written or changed since a second person last approved it."""
        return self.exclude(status=QuestionStatus.WITHDRAWN).filter(
            Q(version=None) | Q(edited_at__gt=F("version__created_at"))
        )


class Question(PreviewableMixin, ClusterableModel):
    """A question under its stable code, with the text editors work on.

    Learners only ever meet ``version``, which a second person approved.
    """

    code = models.SlugField(
        "编码", max_length=30, unique=True, help_text="稳定不变，如GF-09-1；案例、微课按它引用"
    )
    type = models.CharField("题型", max_length=10, choices=QuestionType)
    status = models.CharField(
        "状态",
        max_length=10,
        choices=QuestionStatus,
        default=QuestionStatus.DRAFT,
        editable=False,
    )
    difficulty = models.PositiveSmallIntegerField(
        "难度", choices=[(1, "易"), (2, "中"), (3, "难")], default=2
    )
    owner = models.ForeignKey(
        "people.Employee",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_questions",
        verbose_name="负责人",
    )
    review_on = models.DateField("下次复核日期", null=True, blank=True)
    primary_risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        related_name="primary_questions",
        verbose_name="主风险点",
    )
    risk_points = models.ManyToManyField(
        "risk_manual.RiskPointPage",
        related_name="questions",
        blank=True,
        verbose_name="风险点",
        help_text="主风险点会自动包含在内",
    )
    positions = models.ManyToManyField(
        Position, related_name="questions", blank=True, verbose_name="适用岗位"
    )
    control_seq = models.PositiveSmallIntegerField(
        "对应防控措施", null=True, blank=True, help_text="主风险点的第几条措施"
    )
    stem = models.TextField("题干")
    parameters = StreamField(
        [
            ("number", NumberParameterBlock()),
            ("date", DateParameterBlock()),
            ("choice", ChoiceParameterBlock()),
        ],
        blank=True,
        verbose_name="参数",
        help_text=(
            "每次出题都重新抽取的数、日期或词。题干、选项、答案和解析里写{容量}放抽到的值，"
            "写{=容量*30}放算出来的值。没有参数就留空。"
        ),
    )
    options = StreamField(
        [("option", OptionBlock())],
        blank=True,
        verbose_name="选项",
        help_text="判断题两项：正确、错误；填空、简答不填",
    )
    answers = LinesField("填空的可接受答案", help_text="一行一个；全角、汉字数字和单位会自动折算。")
    unit = models.CharField("单位", max_length=10, blank=True)
    marking_points = StreamField(
        [("point", MarkingPointBlock())], blank=True, verbose_name="简答的得分点"
    )
    model_answer = models.TextField("简答的参考答案", blank=True)
    explanation = models.TextField("解析")
    version = models.ForeignKey(
        "quizzes.QuestionVersion",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="现行版本",
    )
    edited_by = models.ForeignKey(
        "people.User",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="最后修改人",
    )
    edited_at = models.DateTimeField("最后修改", editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = "题目"
        verbose_name_plural = "题库"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=QuestionStatus.PUBLISHED) | Q(version__isnull=False),
                name="quizzes_published_question_has_a_version",
            )
        ]
        indexes = [models.Index(fields=["status", "primary_risk_point"])]

    def __str__(self) -> str:
        return f"{self.code} {self.stem[:30]}"

    def clean(self) -> None:
        """Refuse a question that could not be asked or graded."""
        super().clean()
        problem = problem_of(self.text())
        if problem is not None:
            field, sentence = problem
            # Wagtail shows an error of a block field only by script, and not whose it is.
            is_block_field = isinstance(self._meta.get_field(field), StreamField)
            raise ValidationError(sentence if is_block_field else {field: sentence})
        if self.control_seq is not None and self.primary_risk_point_id is not None:
            controls = self.primary_risk_point.controls
            if not controls.filter(seq=self.control_seq).exists():
                raise ValidationError(
                    {"control_seq": "主风险点没有这一条措施，请改成已有的序号或留空。"}
                )

    @property
    def stage(self) -> str:
        """Where the question stands, in words: 待审核, 已发布, 已发布，有改动待审核 or 已撤下."""
        words = QuestionStatus(self.status).label
        if self.status == QuestionStatus.PUBLISHED and self.awaits_approval:
            return f"{words}，有改动待审核"
        return words

    @property
    def awaits_approval(self) -> bool:
        """Whether it was written or changed since a second person approved it."""
        return self.version is None or self.edited_at > self.version.created_at

    def text(self) -> QuestionText:
        """Return the text editors are working on; costs one query for the bases of a saved row."""
        bases = self.bases.all() if self.pk else []
        return QuestionText(
            type=self.type,
            stem=self.stem,
            options=[
                Option(
                    key=letter,
                    text=block.value["text"],
                    right=bool(block.value["right"]),
                    why=block.value["why"],
                )
                for letter, block in zip(LETTERS, self.options, strict=False)
            ],
            answers=list(self.answers),
            unit=self.unit,
            marking_points=[
                MarkingPoint(text=block.value["text"], score=block.value["score"])
                for block in self.marking_points
            ],
            model_answer=self.model_answer,
            explanation=self.explanation,
            bases=[
                BasisReference(ref=row.basis.code, article=row.article)
                for row in sorted(bases, key=lambda row: row.sort_order or 0)
            ],
            control_seq=self.control_seq,
            parameters=[_parameter_of(block) for block in self.parameters],
        )

    def samples(self, number: int) -> "list[QuestionVersion]":
        """Return the text as a few persons would meet it; one is enough without parameters.

        :raises FormulaError: if the parameters do not hold; ``problem_of`` says so beforehand.
        """
        text = self.text()
        version = QuestionVersion.of(self, text, number=0, created_at=self.edited_at)
        if not text["parameters"]:
            return [version]
        chance = random.Random(self.code)  # noqa: S311  # the same samples at each look
        draws = (draw(text["parameters"], chance=chance) for _ in range(number))
        return [version.filled(drawn) for drawn in draws]

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        """Return the page that shows a question and its explanation as a learner meets them."""
        return "quizzes/editor/preview.html"

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        """Return what that page shows; the values of parameters are a sample."""
        version = self.samples(1)[0]
        scene, asked = version.scene_and_question()
        return {
            "version": version,
            "point": self.primary_risk_point,
            "scene": scene,
            "asked": asked,
            "options": [
                {
                    "key": option["key"],
                    "value": option["key"],
                    "text": option["text"],
                    "why": option["why"],
                    "state": "right" if option["right"] else "dim",
                    "note": "正确答案" if option["right"] else "",
                }
                for option in version.options
            ],
            "clauses": clauses_of(version.bases),
        }

    def is_changed(self) -> bool:
        """Return whether the text differs from the version learners meet."""
        return self.version is None or digest_of_text(self.text()) != self.version.digest


def _parameter_of(block: Any) -> Parameter:
    """Return a block of the form as a frozen version keeps it."""
    value = block.value
    if block.block_type == "choice":
        lines = [line.strip() for line in value["values"].splitlines() if line.strip()]
        return Parameter(kind="choice", name=value["name"], values=lines)
    return Parameter(
        kind=block.block_type,
        name=value["name"],
        low=str(value["low"]),
        high=str(value["high"]),
        step=str(value["step"]),
    )


def problem_of(text: QuestionText) -> tuple[str, str] | None:
    """Return the field and the sentence that says why a text cannot be asked, or None."""
    options, right = text["options"], [o for o in text["options"] if o["right"]]
    kind = QuestionType(text["type"])
    if kind in CHOICE_TYPES:
        if len(options) < 2 or len(options) > len(LETTERS):
            return "options", f"{kind.label}题要有2至{len(LETTERS)}个选项，请补足或删去选项。"
        if any(not o["text"].strip() or not o["why"].strip() for o in options):
            return "options", "每个选项都要有文字，也要写明为什么对或为什么错，请补上空着的。"
        if kind in SEVERAL_TYPES and not right:
            return "options", "多选题至少要有一个正确选项，请勾选。"
        if kind not in SEVERAL_TYPES and len(right) != 1:
            return "options", f"{kind.label}题要有且只有一个正确选项，请重新勾选。"
    elif options:
        return "options", f"{kind.label}题没有选项，请删去选项或改题型。"
    if kind == QuestionType.FILL and not text["answers"]:
        return "answers", "填空题至少要有一个可接受的答案，请每行写一个。"
    if kind == QuestionType.SHORT and not text["marking_points"]:
        return "marking_points", "简答题至少要有一个得分点，请补上。"
    problem = problem_of_parameters(text["parameters"], parts_read(text))
    return ("parameters", problem) if problem else None


def parts_read(text: QuestionText) -> dict[str, str]:
    """Return every part of a text in which a parameter may stand, by where it stands."""
    parts = {"题干": text["stem"], "解析": text["explanation"], "参考答案": text["model_answer"]}
    for option in text["options"]:
        parts[f"选项{option['key']}"] = option["text"]
        parts[f"{option['key']}的缘由"] = option["why"]
    for number, answer in enumerate(text["answers"], start=1):
        parts[f"第{number}个答案"] = answer
    return parts


class QuestionBasis(Orderable):
    """The law or rule a question rests on."""

    question = ParentalKey(
        Question, on_delete=models.CASCADE, related_name="bases", verbose_name="题目"
    )
    basis = models.ForeignKey(
        "risk_manual.LegalBasis", models.PROTECT, related_name="+", verbose_name="依据"
    )
    article = models.CharField("条款", max_length=40, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = "依据"
        verbose_name_plural = "依据"

    def __str__(self) -> str:
        return f"{self.basis}{self.article}"


class QuestionVersion(models.Model):
    """A question's text as one second person approved it; the database refuses to change it.

    Versions that came with the demonstration edition have neither writer nor approver.
    """

    question = models.ForeignKey(
        Question, models.PROTECT, related_name="versions", verbose_name="题目"
    )
    number = models.PositiveSmallIntegerField("版本号")
    type = models.CharField("题型", max_length=10, choices=QuestionType)
    stem = models.TextField("题干")
    options = models.JSONField("选项", default=list)
    answers = models.JSONField("可接受答案", default=list)
    unit = models.CharField("单位", max_length=10, blank=True)
    marking_points = models.JSONField("得分点", default=list)
    model_answer = models.TextField("参考答案", blank=True)
    explanation = models.TextField("解析")
    bases = models.JSONField("依据", default=list)
    control_seq = models.PositiveSmallIntegerField("对应防控措施", null=True)
    parameters = models.JSONField("参数", default=list)
    digest = models.CharField("校验值", max_length=64)
    written_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name="编写人"
    )
    approved_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name="审核人"
    )
    created_at = models.DateTimeField("定稿时间")

    class Meta:
        verbose_name = "题目版本"
        verbose_name_plural = "题目版本"
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="quizzes_version_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(written_by=None, approved_by=None)
                | Q(written_by=None, approved_by__isnull=False)
                | (Q(approved_by__isnull=False) & ~Q(approved_by=F("written_by"))),
                name="quizzes_nobody_approves_their_own_text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.code} 第{self.number}版"

    @classmethod
    def of(
        cls,
        question: Question,
        text: QuestionText,
        *,
        number: int,
        created_at: datetime,
    ) -> Self:
        """Return an unsaved version that freezes the text."""
        digest = digest_of_text(text)
        return cls(question=question, number=number, created_at=created_at, digest=digest, **text)

    def filled(self, drawn: Mapping[str, str]) -> "QuestionVersion":
        """Return this version, unsaved, with drawn values in the places of its parameters.

        :raises FormulaError: if a value cannot be worked out; approval tries that beforehand.
        """
        if not self.parameters:
            return self

        def put(text: str) -> str:
            return fill(text, drawn, self.parameters)

        version = copy(self)
        version.stem = put(self.stem)
        version.explanation = put(self.explanation)
        version.model_answer = put(self.model_answer)
        version.answers = [put(answer) for answer in self.answers]
        version.options = [
            {**option, "text": put(option["text"]), "why": put(option["why"])}
            for option in self.options
        ]
        return version

    @property
    def takes_several(self) -> bool:
        """Whether more than one option may be chosen."""
        return self.type in SEVERAL_TYPES

    @property
    def has_options(self) -> bool:
        """Whether it is answered by choosing, not by writing."""
        return self.type in CHOICE_TYPES

    def scene_and_question(self) -> tuple[str, str]:
        """Return what a scenario tells, and what it asks in its last sentence."""
        ends = [mark.end() for mark in SENTENCE_END.finditer(self.stem.rstrip("。？！"))]
        if self.type != QuestionType.SCENARIO or not ends:
            return "", self.stem
        return self.stem[: ends[-1]], self.stem[ends[-1] :].strip()

    def right_keys(self) -> list[str]:
        """Return the keys of the right options."""
        return [option["key"] for option in self.options if option["right"]]
