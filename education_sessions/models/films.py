"""Films of warning education: what there is to show."""

from typing import Self

from django.db import models

from common.fields import LinesField
from risk_manual.models import RiskPointPage


class FilmQuerySet(models.QuerySet["Film"]):
    def about(self, point: RiskPointPage) -> Self:
        """Return the films about a risk point."""
        return self.filter(risk_points=point)


class Film(models.Model):
    """A film that a branch can show, with what to talk about; the film lies elsewhere."""

    code = models.CharField("编码", max_length=8, unique=True)
    title = models.CharField("片名", max_length=60)
    minutes = models.PositiveSmallIntegerField("分钟")
    synopsis = models.CharField("梗概", max_length=300)
    discussion_questions = LinesField("讨论题", help_text="一行一题。")
    risk_points = models.ManyToManyField(RiskPointPage, related_name="films", verbose_name="风险点")

    objects = FilmQuerySet.as_manager()

    class Meta:
        verbose_name = "警示教育片"
        verbose_name_plural = "警示教育片"

    def __str__(self) -> str:
        return f"《{self.title}》"
