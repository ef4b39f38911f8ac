"""The year plan of a branch."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from education_sessions.models.choices import SessionKind
from education_sessions.models.sight import kept_branches, seen_branches
from people.models import Employee, PartyBranch

if TYPE_CHECKING:
    from people.models import User


class YearPlanQuerySet(models.QuerySet["YearPlan"]):
    def visible_to(self, user: "User") -> Self:
        """Return the plans of the branches that the person sees."""
        if user.scope.employee is None:
            return self.none()
        return self.filter(branch__in=seen_branches(user.scope))

    def kept_by(self, user: "User") -> Self:
        """Return the plans of the branches whose secretary or discipline member the person is."""
        return self.filter(branch__in=kept_branches(user.scope))


class YearPlan(models.Model):
    """That a branch confirmed what it means to hold in a year; written once a branch and year."""

    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, related_name="year_plans", verbose_name="党支部"
    )
    year = models.PositiveSmallIntegerField("年度")
    confirmed_by = models.ForeignKey(
        Employee, models.PROTECT, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间")

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        verbose_name = "年度计划"
        verbose_name_plural = "年度计划"
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "year"], name="education_sessions_one_plan_a_branch_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch}{self.year}年学习计划"


class PlanItem(models.Model):
    """One thing that the plan means to hold on about that day; ``outline`` names the template."""

    plan = models.ForeignKey(
        YearPlan, models.CASCADE, related_name="items", verbose_name="年度计划"
    )
    outline = models.SlugField("模板", max_length=30)
    kind = models.CharField("载体", max_length=20, choices=SessionKind)
    planned_on = models.DateField("拟定日期")
    title = models.CharField("标题", max_length=60)

    class Meta:
        verbose_name = "计划项"
        verbose_name_plural = "计划项"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "outline", "planned_on"],
                name="education_sessions_plan_holds_an_item_once",
            ),
            models.CheckConstraint(
                condition=~Q(title=""), name="education_sessions_plan_item_has_its_title"
            ),
        ]

    def __str__(self) -> str:
        return self.title
