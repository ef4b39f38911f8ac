"""What the answers say about a question, for its owner to look at."""

from django.db import models
from django.db.models import Q

from quizzes.models.bank import Question, QuestionVersion


class FlagKind(models.TextChoices):
    TOO_EASY = "too_easy", "几乎人人答对"
    TOO_HARD = "too_hard", "多数人答错"
    FLAT = "flat", "区分不开会与不会"
    INVERTED = "inverted", "整体答得好的人反而容易错"
    DISTRACTING = "distracting", "选错项的比选对项的多"
    LEECH = "leech", "有人反复答错"


ADVICE = {
    FlagKind.TOO_EASY: "可以换一个更接近现场的说法，或降低难度标记。",
    FlagKind.TOO_HARD: "请看题干是否说清了条件，措施和讲解是否教过。",
    FlagKind.FLAT: "请看选项是否有歧义，或靠猜也能答对。",
    FlagKind.INVERTED: "请先核对答案是否标错，再看题干有没有两种读法。",
    FlagKind.DISTRACTING: "请看那个错项是不是也说得通，或者答案标错了。",
    FlagKind.LEECH: "讲解看过三遍还错，多半是题没写清：请换个问法，或拆成两道。",
}


class QuestionFlag(models.Model):
    """One thing about a version of a question that its owner should look at, until it is over.

    Holds the figures it was raised with; no person.
    """

    question = models.ForeignKey(
        Question, models.PROTECT, related_name="flags", verbose_name="题目"
    )
    version = models.ForeignKey(
        QuestionVersion, models.PROTECT, related_name="+", verbose_name="题目版本"
    )
    kind = models.CharField("提示", max_length=12, choices=FlagKind)
    shown = models.PositiveIntegerField("作答人数")
    facility = models.FloatField("答对率")
    discrimination = models.FloatField("区分度", null=True)
    raised_at = models.DateTimeField("提出时间")
    cleared_at = models.DateTimeField("解除时间", null=True)

    class Meta:
        verbose_name = "题目提示"
        verbose_name_plural = "题目提示"
        constraints = [
            models.UniqueConstraint(
                fields=["question", "kind"],
                condition=Q(cleared_at=None),
                name="quizzes_one_standing_flag_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.question.code}：{self.get_kind_display()}"

    @property
    def advice(self) -> str:
        """What an owner may do about it."""
        return ADVICE[FlagKind(self.kind)]
