"""Units in a tree (city company, county companies, stations) and Party branches over them."""

from typing import Self

from django.db import models
from django.db.models import Q

from common.models import DatedModel, DatedQuerySet, dates_in_order


class UnitKind(models.TextChoices):
    CITY = "city", "市公司"
    COUNTY = "county", "县公司"
    STATION = "station", "供电所"


class OrgUnitQuerySet(models.QuerySet["OrgUnit"]):
    def under(self, unit: "OrgUnit") -> Self:
        """Return the unit and everything below it in the tree."""
        return self.filter(path__startswith=unit.path)

    def stations(self) -> Self:
        """Return the power supply stations."""
        return self.filter(kind=UnitKind.STATION)


class OrgUnit(models.Model):
    """One unit of the company; ``path`` holds the codes from the root, each followed by a slash.

    ``code`` is the unit's code in the business systems (``org_code`` of the extracts).
    """

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("层级", max_length=10, choices=UnitKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField("路径", max_length=120, unique=True)

    objects = OrgUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        verbose_name_plural = "单位"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=UnitKind.CITY, parent=None)
                | (~Q(kind=UnitKind.CITY) & Q(parent__isnull=False)),
                name="people_only_the_city_has_no_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, other: "OrgUnit") -> bool:
        """Return whether the other unit is this one or lies below it."""
        return other.path.startswith(self.path)


class PartyBranch(models.Model):
    """A Party branch (党支部); a joint branch covers several units."""

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="所在单位")

    class Meta:
        verbose_name = "党支部"
        verbose_name_plural = "党支部"

    def __str__(self) -> str:
        return self.name


class BranchCoverage(DatedModel):
    """That a branch answers for the education of everyone posted in a unit, from day to day."""

    branch = models.ForeignKey(
        PartyBranch, models.CASCADE, related_name="coverages", verbose_name="党支部"
    )
    unit = models.ForeignKey(
        OrgUnit, models.CASCADE, related_name="branch_coverages", verbose_name="覆盖单位"
    )

    objects = DatedQuerySet["BranchCoverage"].as_manager()

    class Meta:
        verbose_name = "支部覆盖单位"
        verbose_name_plural = "支部覆盖单位"
        constraints = [
            dates_in_order("people_coverage_dates_in_order"),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(valid_to=None),
                name="people_unit_has_one_branch_today",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch}覆盖{self.unit}"
