"""Abstract models and querysets that every app may build on.

Stores itself only which rows came from ``content/``.
"""

from datetime import date
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

M = TypeVar("M", bound=models.Model, covariant=True)


class DatedQuerySet(models.QuerySet[M]):
    """Rows that hold from one day to another, both included; an open end holds on."""

    def in_force(self, *, on: date) -> Self:
        """Return the rows that hold on that day."""
        return self.filter(Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gte=on)))


class DatedModel(models.Model):
    """A fact that holds from ``valid_from`` to ``valid_to``, both included; no end is open."""

    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)

    class Meta:
        abstract = True

    def holds_on(self, day: date) -> bool:
        """Return whether the fact holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def dates_in_order(name: str) -> models.CheckConstraint:
    """Return the constraint that a dated row does not end before it starts."""
    return models.CheckConstraint(
        condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name=name
    )


class LoadedRow(models.Model):
    """A row that was loaded from ``content/``, with the digest of what was loaded.

    What differs from it now was changed by an editor; what is gone was deleted by one.
    """

    kind = models.CharField("类别", max_length=60)
    code = models.CharField("编码", max_length=40)
    digest = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "导入记录"
        verbose_name_plural = "导入记录"
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="common_row_is_loaded_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
