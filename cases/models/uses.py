"""Where and when a case was shown, and the packs that lectures are held from."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from cases.models.pages import KEEPERS, LECTURERS, OFFICERS, CasePage
from cases.registry import confidential_uses, use_label

if TYPE_CHECKING:
    from people.models import User


class CaseUseQuerySet(models.QuerySet["CaseUse"]):
    def visible_to(self, user: "User") -> Self:
        """Return what keepers of the library may know of: confidential uses by an officer's scope.

        That a warning showed a case is known to the officers of its unit and to nobody else.
        """
        scope = user.scope
        if not scope.has(*KEEPERS):
            return self.none()
        secret = Q(kind__in=confidential_uses())
        return self.filter(~secret | scope.units(*OFFICERS, path="unit__path"))


class CaseUse(models.Model):
    """That a case was shown somewhere. ``subject`` names what showed it, once: ``app.model:7``.

    ``title`` is in words and names no person.
    """

    case = models.ForeignKey(CasePage, models.PROTECT, related_name="uses", verbose_name="案例")
    kind = models.CharField("方式", max_length=20)
    subject = models.CharField("出处", max_length=80)
    title = models.CharField("在哪里", max_length=160)
    url = models.CharField("地址", max_length=200, blank=True)
    unit = models.ForeignKey(
        "people.OrgUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="单位",
    )
    used_by = models.ForeignKey(
        "people.User", models.PROTECT, null=True, related_name="+", verbose_name="使用人"
    )
    used_at = models.DateTimeField("时间")

    objects = CaseUseQuerySet.as_manager()

    class Meta:
        verbose_name = "案例使用记录"
        verbose_name_plural = "案例使用记录"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "subject"], name="cases_use_is_noted_once"
            )
        ]
        indexes = [models.Index(fields=["case", "-used_at"])]

    def __str__(self) -> str:
        return f"{self.case.code} {self.title}"

    @property
    def kind_label(self) -> str:
        """The way it was shown, in words."""
        return use_label(self.kind)


class LecturePackQuerySet(models.QuerySet["LecturePack"]):
    def visible_to(self, user: "User") -> Self:
        """Return the packs a lecturer made whose case is still open to the lecturer."""
        if not user.scope.has(*LECTURERS):
            return self.none()
        return self.filter(made_by=user, case__in=CasePage.objects.open_to(user).values("pk"))


class LecturePack(models.Model):
    """What one person holds a lecture from on one day: a case and questions on its points."""

    case = models.ForeignKey(
        CasePage, models.PROTECT, related_name="lecture_packs", verbose_name="案例"
    )
    made_by = models.ForeignKey(
        "people.User", models.PROTECT, related_name="+", verbose_name="讲课人"
    )
    made_on = models.DateField("日期")
    made_at = models.DateTimeField("做成时间")

    questions: "models.QuerySet[LectureQuestion]"

    objects = LecturePackQuerySet.as_manager()

    class Meta:
        verbose_name = "讲课包"
        verbose_name_plural = "讲课包"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "made_by", "made_on"], name="cases_one_pack_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case.code} {self.made_on:%Y-%m-%d}"

    @property
    def cause(self) -> str:
        """What attempts of the group name as their cause."""
        return f"cases.lecturepack:{self.pk}"


class LectureQuestion(models.Model):
    """One question of a pack, in the version and with the values that the group sees."""

    pack = models.ForeignKey(
        LecturePack, models.CASCADE, related_name="questions", verbose_name="讲课包"
    )
    number = models.PositiveSmallIntegerField("题号")
    version = models.ForeignKey(
        "quizzes.QuestionVersion", models.PROTECT, related_name="+", verbose_name="题目版本"
    )
    drawn = models.JSONField("抽到的参数", default=dict)

    class Meta:
        verbose_name = "讲课包的题"
        verbose_name_plural = "讲课包的题"
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="cases_one_question_a_number")
        ]

    def __str__(self) -> str:
        return f"第{self.number}题"
