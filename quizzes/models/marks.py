"""What a person gave for a short answer, and answers that were judged anew after a correction."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from quizzes.models.attempts import Answer
from quizzes.models.bank import Question, QuestionVersion


class AnswerMarkQuerySet(models.QuerySet["AnswerMark"]):
    def standing(self) -> Self:
        """Return the marks that count: those that no later one replaces."""
        credited = Regrade.objects.filter(
            way=RegradeWay.CREDIT,
            question=OuterRef("answer__version__question"),
            version__number__gte=OuterRef("answer__version__number"),
            ordered_at__gte=OuterRef("answer__attempt__started_at"),
        )
        return self.filter(replaced_by=None).annotate(is_overruled=Exists(credited))


class AnswerMark(models.Model):
    """What one person gave for one short answer, point by point; a later row replaces it.

    ``points`` holds what was given for each marking point of the version, in its order.
    """

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="marks", verbose_name="作答")
    points = models.JSONField("各得分点的得分")
    comment = models.CharField("评语", max_length=200, blank=True)
    marked_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="批改人"
    )
    marked_at = models.DateTimeField("批改时间")
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="更正",
    )

    # From ``standing``: whether the question was counted as right for all since.
    is_overruled: bool

    objects = AnswerMarkQuerySet.as_manager()

    class Meta:
        verbose_name = "简答批改"
        verbose_name_plural = "简答批改"
        constraints = [
            models.UniqueConstraint(
                fields=["answer"], condition=Q(replaces=None), name="quizzes_answer_is_marked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.given}分"

    @property
    def given(self) -> int:
        """How much was given in all."""
        return sum(self.points)


class RegradeWay(models.TextChoices):
    KEY = "key", "按新答案重判"
    CREDIT = "credit", "这题人人算对"


class Regrade(models.Model):
    """That earlier answers to a question are judged anew, why, and who said so."""

    question = models.ForeignKey(
        Question, models.PROTECT, related_name="regrades", verbose_name="题目"
    )
    version = models.ForeignKey(
        QuestionVersion, models.PROTECT, related_name="+", verbose_name="按哪一版"
    )
    way = models.CharField("怎么改判", max_length=10, choices=RegradeWay)
    reason = models.CharField("原因", max_length=200)
    ordered_by = models.ForeignKey(
        "people.User", models.PROTECT, related_name="+", verbose_name="决定人"
    )
    ordered_at = models.DateTimeField("决定时间")
    carried_out_at = models.DateTimeField("办完时间", null=True, blank=True)

    class Meta:
        verbose_name = "改判"
        verbose_name_plural = "改判"

    def __str__(self) -> str:
        return f"{self.question.code} {self.get_way_display()}"


class RegradedAnswer(models.Model):
    """One answer that was judged anew: what it was, and what it is since."""

    regrade = models.ForeignKey(
        Regrade, models.PROTECT, related_name="answers", verbose_name="改判"
    )
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="regrades", verbose_name="作答")
    was_right = models.BooleanField("原来算对")
    is_right = models.BooleanField("现在算对")

    class Meta:
        verbose_name = "改判的作答"
        verbose_name_plural = "改判的作答"
        constraints = [
            models.UniqueConstraint(
                fields=["regrade", "answer"], name="quizzes_answer_is_regraded_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer} {self.regrade}"
