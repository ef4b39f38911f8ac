"""Blueprints, attempts with their answers, and review cards."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from people.models import Position
from quizzes.models.bank import LETTERS, Option, QuestionVersion

if TYPE_CHECKING:
    from people.models import User


# What a person does of their own will: practice has no cause, a review names itself.
REVIEW_CAUSE = "quizzes.review"
OWN_CAUSES = frozenset({"", REVIEW_CAUSE})


class Quiz(models.Model):
    """A blueprint: from which risk points a position's quiz is drawn, and how many questions.

    Without named risk points, the points that the position holds or reviews. The one without a
    position is the common set, for posts that hold and review none.
    """

    code = models.SlugField("编码", max_length=60, unique=True)
    title = models.CharField("名称", max_length=80)
    position = models.OneToOneField(
        Position, models.CASCADE, null=True, blank=True, related_name="quiz", verbose_name="岗位"
    )
    risk_points = models.ManyToManyField(
        "risk_manual.RiskPointPage", related_name="+", blank=True, verbose_name="风险点"
    )
    question_count = models.PositiveSmallIntegerField("题数", default=5)

    class Meta:
        verbose_name = "测验蓝图"
        verbose_name_plural = "测验蓝图"
        constraints = [
            models.CheckConstraint(
                condition=Q(question_count__gte=1, question_count__lte=50),
                name="quizzes_quiz_asks_1_to_50",
            )
        ]

    def __str__(self) -> str:
        return self.title


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def visible_to(self, user: "User") -> Self:
        """Return the person's own attempts; nobody reads another's answers."""
        employee = user.scope.employee
        return self.filter(employee=employee) if employee else self.none()

    def open(self) -> Self:
        """Return what has been started and not submitted."""
        return self.filter(submitted_at=None)

    def counted(self) -> Self:
        """Return what figures and review cards rest on: graded, and its cause still stands."""
        return self.filter(right_count__isnull=False, retracted_at=None)

    def awaiting_marks(self) -> Self:
        """Return what was handed in with short answers that nobody has marked yet."""
        return self.filter(submitted_at__isnull=False, right_count=None)


class AttemptMode(models.TextChoices):
    PRACTICE = "practice", "练习"
    EXAM = "exam", "考试"


class Attempt(models.Model):
    """One sitting of one person. 个人信息：答题记录。

    Practice explains each answer at once. An exam closes at ``closes_at`` by the server's clock,
    grades and explains after it was handed in, and is passed from ``pass_mark`` of 100 on. One with
    short answers is graded, with ``right_count`` and ``score``, when a person has marked them.

    ``cause`` names what asked for it (``risk_warnings.riskwarning:42``); empty is self-practice.
    When the cause is taken back, ``retracted_at`` is set: the attempt stays in the person's own
    record as voluntary and counts nowhere.
    """

    employee = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="attempts", verbose_name="员工"
    )
    cause = models.CharField("缘由", max_length=80, blank=True)
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attempts",
        verbose_name="风险点",
    )
    position = models.ForeignKey(
        Position,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="岗位",
    )
    reason = models.CharField("为什么有这份测验", max_length=200)
    started_at = models.DateTimeField("开始时间")
    submitted_at = models.DateTimeField("交卷时间", null=True, blank=True)
    retracted_at = models.DateTimeField("缘由撤回时间", null=True, blank=True)
    mode = models.CharField(
        "方式", max_length=10, choices=AttemptMode, default=AttemptMode.PRACTICE
    )
    closes_at = models.DateTimeField("截止交卷", null=True, blank=True)
    pass_mark = models.PositiveSmallIntegerField("及格线", null=True, blank=True)
    question_count = models.PositiveSmallIntegerField("题数")
    right_count = models.PositiveSmallIntegerField("答对题数", null=True, blank=True)
    score = models.PositiveSmallIntegerField("得分", null=True, blank=True, help_text="百分制")

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = "答卷"
        verbose_name_plural = "答卷"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "cause", "risk_point"],
                condition=Q(submitted_at=None, retracted_at=None, risk_point__isnull=False),
                name="quizzes_one_open_attempt_per_cause",
            ),
            models.UniqueConstraint(
                fields=["employee", "cause"],
                condition=Q(submitted_at=None, retracted_at=None, risk_point=None),
                name="quizzes_one_open_position_quiz",
            ),
            models.CheckConstraint(
                condition=Q(right_count=None, score=None)
                | Q(
                    submitted_at__isnull=False,
                    right_count__isnull=False,
                    score__isnull=False,
                ),
                name="quizzes_graded_attempt_was_handed_in",
            ),
            models.CheckConstraint(
                condition=Q(mode=AttemptMode.PRACTICE, closes_at=None, pass_mark=None)
                | Q(mode=AttemptMode.EXAM, closes_at__isnull=False, pass_mark__isnull=False),
                name="quizzes_exam_has_its_end_and_pass_mark",
            ),
        ]
        indexes = [
            models.Index(fields=["employee", "-started_at"]),
            models.Index(fields=["cause"]),
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.started_at:%Y-%m-%d}"

    @property
    def is_submitted(self) -> bool:
        """Whether it has been handed in."""
        return self.submitted_at is not None

    @property
    def is_exam(self) -> bool:
        """Whether it is graded and explained only after it was handed in."""
        return self.mode == AttemptMode.EXAM

    @property
    def awaits_marks(self) -> bool:
        """Whether it was handed in with short answers that nobody has marked yet."""
        return self.is_submitted and self.right_count is None

    @property
    def is_passed(self) -> bool:
        """Whether an exam was handed in and reached its pass mark."""
        return (
            self.pass_mark is not None and self.score is not None and self.score >= self.pass_mark
        )

    def is_closed(self, *, now: datetime) -> bool:
        """Return whether nothing can be saved any more: handed in, or its time is over."""
        return self.is_submitted or (self.closes_at is not None and now >= self.closes_at)

    @property
    def is_voluntary(self) -> bool:
        """Whether nothing asks for it, or no longer does."""
        return self.cause in OWN_CAUSES or self.retracted_at is not None


class Confidence(models.IntegerChoices):
    UNSURE = 1, "不确定"
    FAIRLY = 2, "较确定"
    SURE = 3, "很确定"


class Answer(models.Model):
    """One question of an attempt, in the version, values and order of options that the person saw.

    ``response`` holds the chosen keys, or the written text as the only item. It may change until
    ``answered_at``; from then on it is graded and explained, and stands.
    """

    attempt = models.ForeignKey(
        Attempt, models.CASCADE, related_name="answers", verbose_name="答卷"
    )
    number = models.PositiveSmallIntegerField("题号")
    version = models.ForeignKey(
        QuestionVersion, models.PROTECT, related_name="uses", verbose_name="题目版本"
    )
    option_order = models.JSONField("选项次序", default=list)
    drawn = models.JSONField("抽到的参数", default=dict)
    response = models.JSONField("作答", null=True, blank=True)
    sequence = models.PositiveIntegerField("保存序号", default=0)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    answered_at = models.DateTimeField("确定时间", null=True, blank=True)
    is_right = models.BooleanField("答对", null=True, blank=True)
    confidence = models.PositiveSmallIntegerField("把握", choices=Confidence, null=True, blank=True)

    class Meta:
        verbose_name = "作答"
        verbose_name_plural = "作答"
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "number"], name="quizzes_one_answer_per_number"
            ),
            models.UniqueConstraint(
                fields=["attempt", "version"], name="quizzes_question_is_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, is_right=None)
                | Q(answered_at__isnull=False, is_right__isnull=False, saved_at__isnull=False),
                name="quizzes_given_answer_is_graded",
            ),
        ]
        indexes = [models.Index(fields=["version"])]

    def __str__(self) -> str:
        return f"第{self.number}题"

    @cached_property
    def asked(self) -> QuestionVersion:
        """The version as the person meets it, with the values that were drawn for this answer."""
        return self.version.filled(self.drawn)

    @property
    def is_given(self) -> bool:
        """Whether it is final: graded and explained."""
        return self.answered_at is not None

    def shown_options(self) -> list[tuple[str, Option]]:
        """Return the options in the order the person sees them, each with its letter."""
        by_key: dict[str, Option] = {option["key"]: option for option in self.asked.options}
        return [
            (letter, by_key[key]) for letter, key in zip(LETTERS, self.option_order, strict=False)
        ]

    def shown_response(self) -> list[str]:
        """Return the response as the person gave it: letters as they saw them, or their text."""
        given = self.response or []
        if not self.version.has_options:
            return given
        return [letter for letter, option in self.shown_options() if option["key"] in given]

    def keys_of(self, letters: list[str]) -> list[str]:
        """Return the keys of the options behind the letters the person chose, in key order."""
        chosen = [option["key"] for letter, option in self.shown_options() if letter in letters]
        return sorted(chosen)


# Days after which one in ten would have forgotten (FSRS stability).
LEARNING_STABILITY = 7
MASTERED_STABILITY = 21


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def visible_to(self, user: "User") -> Self:
        """Return the person's own cards."""
        employee = user.scope.employee
        return self.filter(employee=employee) if employee else self.none()

    def due(self, *, now: datetime) -> Self:
        """Return what should be met again by then."""
        return self.filter(due_at__lte=now)


class ReviewCard(models.Model):
    """When a person should meet a risk point again (FSRS); worked out from counted attempts alone.

    It can be thrown away and rebuilt at any time. 个人信息：掌握程度。
    """

    employee = models.ForeignKey(
        "people.Employee", models.CASCADE, related_name="review_cards", verbose_name="员工"
    )
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.CASCADE,
        related_name="review_cards",
        verbose_name="风险点",
    )
    state = models.PositiveSmallIntegerField("阶段")
    stability = models.FloatField("稳定度")
    difficulty = models.FloatField("难度")
    reviews = models.PositiveIntegerField("复习次数")
    lapses = models.PositiveIntegerField("遗忘次数")
    last_review_at = models.DateTimeField("最近一次")
    due_at = models.DateTimeField("下次")

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        verbose_name = "复习卡"
        verbose_name_plural = "复习卡"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "risk_point"], name="quizzes_one_card_per_risk_point"
            )
        ]
        indexes = [models.Index(fields=["employee", "due_at"])]

    def __str__(self) -> str:
        return f"{self.employee} {self.risk_point}"

    @property
    def mastery(self) -> int:
        """How well the point is known: 1 初学, 2 在学, 3 掌握; without a card it is 0 未学."""
        if self.stability >= MASTERED_STABILITY:
            return 3
        return 2 if self.stability >= LEARNING_STABILITY else 1
