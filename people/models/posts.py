"""Positions (岗位) and who holds them from when to when (任职)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from common.models import DatedModel, DatedQuerySet, dates_in_order


class PositionLevel(models.TextChoices):
    STATION = "station", "供电所岗位"
    COUNTY = "county", "县公司复核岗位"
    DEPARTMENT = "department", "部门岗位"


class Position(models.Model):
    """A post of the manual (16 at stations, 5 county reviewers) or a department post."""

    code = models.SlugField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    duty = models.CharField("职责", max_length=200, blank=True)
    level = models.CharField("层级", max_length=12, choices=PositionLevel)
    order = models.PositiveSmallIntegerField("次序", default=0)

    class Meta:
        verbose_name = "岗位"
        verbose_name_plural = "岗位"

    def __str__(self) -> str:
        return self.name


class PostingKind(models.TextChoices):
    REGULAR = "regular", "任职"
    ACTING = "acting", "代理"
    TRAINEE = "trainee", "见习"


class PostingQuerySet(DatedQuerySet["Posting"]):
    def at(self, *, unit_id: int, position_code: str, on: date) -> Self:
        """Return who holds the position at the unit on that day."""
        return self.in_force(on=on).filter(unit=unit_id, position__code=position_code)


class Posting(DatedModel):
    """That an employee holds a position at a unit; several at once are possible, one is the main.

    ``deputy`` stands in while the holder is absent.
    """

    employee = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="postings", verbose_name="员工"
    )
    unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, related_name="postings", verbose_name="单位"
    )
    position = models.ForeignKey(
        Position, models.PROTECT, related_name="postings", verbose_name="岗位"
    )
    kind = models.CharField("性质", max_length=10, choices=PostingKind, default=PostingKind.REGULAR)
    is_main = models.BooleanField("主岗", default=True)
    deputy = models.ForeignKey(
        "people.Employee",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="代班人",
    )

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        verbose_name_plural = "任职"
        constraints = [
            dates_in_order("people_posting_dates_in_order"),
            models.UniqueConstraint(
                fields=["employee"],
                condition=Q(valid_to=None, is_main=True),
                name="people_one_main_posting_today",
            ),
            models.UniqueConstraint(
                fields=["employee", "unit", "position", "valid_from"],
                name="people_posting_is_written_once",
            ),
        ]
        indexes = [models.Index(fields=["unit", "position"])]

    def __str__(self) -> str:
        return f"{self.employee} {self.unit}{self.position}"
