"""Roles with a scope and dates. A station head is a posting, not a role."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from common.models import DatedModel, DatedQuerySet, dates_in_order

if TYPE_CHECKING:
    from people.models.persons import Employee


class Role(models.TextChoices):
    BRANCH_SECRETARY = "branch_secretary", "党支部书记"
    BRANCH_DISCIPLINE_MEMBER = "branch_discipline_member", "支部纪检委员"
    DISCIPLINE_OFFICER = "discipline_officer", "纪检专责"
    DISCIPLINE_HEAD = "discipline_head", "纪委办公室负责人"
    BUSINESS_REVIEWER = "business_reviewer", "业务部门专责"
    RULE_ADMIN = "rule_admin", "规则管理员"
    TRAINING_OFFICER = "training_officer", "培训专责"
    EDITOR = "editor", "内容编辑"
    INSPECTION_LIAISON = "inspection_liaison", "巡察联络员"
    LEADER = "leader", "公司领导"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"


BRANCH_ROLES = frozenset({Role.BRANCH_SECRETARY, Role.BRANCH_DISCIPLINE_MEMBER})
# 三员分立: each excludes the other two and every role but plain staff.
SEPARATED_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})


class RoleGrantQuerySet(DatedQuerySet["RoleGrant"]):
    def of(self, employee: "Employee", *, on: date) -> Self:
        """Return the roles the person holds on that day."""
        return self.in_force(on=on).filter(employee=employee)


class RoleGrant(DatedModel):
    """That a person holds a role over a unit (and all below it) or over a Party branch."""

    employee = models.ForeignKey(
        "people.Employee", models.CASCADE, related_name="role_grants", verbose_name="员工"
    )
    role = models.CharField("角色", max_length=30, choices=Role)
    unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, null=True, blank=True, verbose_name="单位范围"
    )
    branch = models.ForeignKey(
        "people.PartyBranch", models.PROTECT, null=True, blank=True, verbose_name="支部范围"
    )

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = "角色授予"
        verbose_name_plural = "角色授予"
        constraints = [
            dates_in_order("people_role_dates_in_order"),
            models.CheckConstraint(
                condition=Q(role__in=sorted(BRANCH_ROLES), branch__isnull=False, unit=None)
                | (~Q(role__in=sorted(BRANCH_ROLES)) & Q(branch=None, unit__isnull=False)),
                name="people_role_has_its_scope",
            ),
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(role=Role.BRANCH_SECRETARY, valid_to=None),
                name="people_branch_has_one_secretary",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.get_role_display()}"
