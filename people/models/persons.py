"""Employees and what must be known about them before a task is given."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from common.models import DatedModel, DatedQuerySet, dates_in_order
from people.models.organisation import BranchCoverage, OrgUnit, PartyBranch
from people.models.posts import Position, Posting
from people.models.roles import Role, RoleGrant

if TYPE_CHECKING:
    from people.models.accounts import User


class EmploymentType(models.TextChoices):
    DIRECT = "direct", "直签"
    RURAL = "rural", "农电"
    DISPATCHED = "dispatched", "派遣"


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def employed(self, *, on: date) -> Self:
        """Return who has joined and not left by that day."""
        return self.filter(Q(joined_on__lte=on) & (Q(left_on=None) | Q(left_on__gt=on)))

    def posted_under(self, unit: OrgUnit, *, on: date) -> Self:
        """Return who holds a post in the unit or below it on that day."""
        postings = Posting.objects.in_force(on=on).filter(unit__path__startswith=unit.path)
        return self.filter(pk__in=postings.values("employee"))

    def of_branch(self, branch: PartyBranch, *, on: date) -> Self:
        """Return everyone whose main posting lies in a unit that the branch covers."""
        units = BranchCoverage.objects.in_force(on=on).filter(branch=branch).values("unit")
        mains = Posting.objects.in_force(on=on).filter(is_main=True, unit__in=units)
        return self.filter(pk__in=mains.values("employee"))

    def holding(self, position: Position, *, on: date) -> Self:
        """Return who holds the position anywhere on that day."""
        postings = Posting.objects.in_force(on=on).filter(position=position)
        return self.filter(pk__in=postings.values("employee"))


class Employee(models.Model):
    """One person on the roster. 个人信息：姓名、工号、党员身份。"""

    emp_no = models.CharField("工号", max_length=20, unique=True)
    name = models.CharField("姓名", max_length=40)
    employment_type = models.CharField("用工性质", max_length=12, choices=EmploymentType)
    is_party_member = models.BooleanField("中共党员", default=False)
    joined_on = models.DateField("入职日期")
    left_on = models.DateField("离职日期", null=True, blank=True)

    user: "User"

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = "员工"
        verbose_name_plural = "员工"

    def __str__(self) -> str:
        return self.name

    def current_postings(self, *, on: date) -> list[Posting]:
        """Return the posts held on that day, the main one first; costs one query."""
        return list(
            self.postings.in_force(on=on)
            .select_related("unit__parent", "position", "deputy")
            .order_by("-is_main", "pk")
        )

    def main_posting(self, *, on: date) -> Posting | None:
        """Return the main post held on that day; costs one query."""
        postings = self.current_postings(on=on)
        return postings[0] if postings and postings[0].is_main else None

    def branch(self, *, on: date) -> PartyBranch | None:
        """Return the Party branch that answers for this person's education on that day."""
        main = self.main_posting(on=on)
        if main is None:
            return None
        coverage = (
            BranchCoverage.objects.in_force(on=on)
            .filter(unit=main.unit_id)
            .select_related("branch")
            .first()
        )
        return coverage.branch if coverage else None

    def responsible_secretary(self, *, on: date) -> "Employee | None":
        """Return the one secretary of the branch that answers for this person."""
        branch = self.branch(on=on)
        if branch is None:
            return None
        grant = (
            RoleGrant.objects.in_force(on=on)
            .filter(role=Role.BRANCH_SECRETARY, branch=branch)
            .select_related("employee")
            .order_by("pk")
            .first()
        )
        return grant.employee if grant else None

    def is_absent(self, *, on: date) -> bool:
        """Return whether a recorded absence covers that day."""
        return self.absences.in_force(on=on).exists()


class DeclarationKind(models.TextChoices):
    RELATIVE = "relative", "亲属关系"
    INTEREST = "interest", "利益关系"


class Declaration(DatedModel):
    """What a person declared of relatives and interests; it says who must stand aside.

    个人信息：亲属与利益关系。
    """

    employee = models.ForeignKey(
        Employee, models.CASCADE, related_name="declarations", verbose_name="申报人"
    )
    kind = models.CharField("类别", max_length=10, choices=DeclarationKind)
    relative = models.ForeignKey(
        Employee,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="declared_by_relatives",
        verbose_name="涉及员工",
    )
    description = models.CharField("内容", max_length=200)

    objects = DatedQuerySet["Declaration"].as_manager()

    class Meta:
        verbose_name = "利益冲突申报"
        verbose_name_plural = "利益冲突申报"
        constraints = [dates_in_order("people_declaration_dates_in_order")]

    def __str__(self) -> str:
        return f"{self.employee}：{self.description}"


class Recusal(DatedModel):
    """That a person stands aside from everything about another person."""

    employee = models.ForeignKey(
        Employee, models.CASCADE, related_name="recusals", verbose_name="回避人"
    )
    about = models.ForeignKey(Employee, models.CASCADE, related_name="+", verbose_name="回避对象")
    reason = models.CharField("原因", max_length=200)

    objects = DatedQuerySet["Recusal"].as_manager()

    class Meta:
        verbose_name = "回避"
        verbose_name_plural = "回避"
        constraints = [dates_in_order("people_recusal_dates_in_order")]

    def __str__(self) -> str:
        return f"{self.employee}回避{self.about}"


class AbsenceKind(models.TextChoices):
    LEAVE = "leave", "休假"
    SICK = "sick", "病假"
    SECONDMENT = "secondment", "借调"


class Absence(DatedModel):
    """Days on which a person's clocks of learning stand still. 个人信息：请假。"""

    employee = models.ForeignKey(
        Employee, models.CASCADE, related_name="absences", verbose_name="员工"
    )
    kind = models.CharField("类别", max_length=12, choices=AbsenceKind)

    objects = DatedQuerySet["Absence"].as_manager()

    class Meta:
        verbose_name = "缺勤"
        verbose_name_plural = "缺勤"
        constraints = [dates_in_order("people_absence_dates_in_order")]

    def __str__(self) -> str:
        return f"{self.employee}{self.get_kind_display()}"
