"""What a person states each year: the commitment, and relatives' work and holdings."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from people.models.persons import Employee, Recusal
from people.models.posts import Posting
from people.models.roles import Role

if TYPE_CHECKING:
    from people.models.accounts import User

# Who may read what was declared about third parties.
STATEMENT_READERS = (Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)


class CommitmentText(models.Model):
    """A wording of the commitment that somebody signed; never changed."""

    digest = models.CharField("校验值", max_length=64, unique=True)
    text = models.TextField("正文")

    class Meta:
        verbose_name = "承诺书文本"
        verbose_name_plural = "承诺书文本"

    def __str__(self) -> str:
        return f"承诺书文本{self.digest[:8]}"


class Commitment(models.Model):
    """That a person signed the commitment of a year, and the words they signed."""

    employee = models.ForeignKey(
        Employee, models.PROTECT, related_name="commitments", verbose_name="签署人"
    )
    year = models.PositiveSmallIntegerField("年度")
    text = models.ForeignKey(
        CommitmentText, models.PROTECT, related_name="+", verbose_name="签署的文本"
    )
    signed_at = models.DateTimeField("签署时间")
    signed_on = models.DateField("签署日期")

    class Meta:
        verbose_name = "廉洁承诺书"
        verbose_name_plural = "廉洁承诺书"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "year"], name="people_commitment_is_signed_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.year}年承诺书"


class InterestStatementQuerySet(models.QuerySet["InterestStatement"]):
    def visible_to(self, user: "User") -> Self:
        """Return one's own, and for discipline officers those in scope.

        Who recused himself from a person does not read that person's either.
        """
        scope = user.scope
        if scope.employee is None:
            return self.none()
        mains = Posting.objects.in_force(on=scope.on).filter(
            scope.units(*STATEMENT_READERS, path="unit__path"),
            is_main=True,
            employee=OuterRef("employee"),
        )
        aside = Recusal.objects.in_force(on=scope.on).filter(employee=scope.employee)
        in_scope = Exists(mains) & ~Q(employee__in=aside.values("about"))
        return self.filter(Q(employee=scope.employee) | in_scope)

    def current(self) -> Self:
        """Return what was not replaced by a later statement."""
        return self.filter(replaced_by=None)


class InterestStatement(models.Model):
    """What a person declared on a day; a correction is a new one, and nothing is overwritten.

    No entries is the statement that there is nothing to declare. 个人信息：亲属的姓名、任职、持股。
    """

    employee = models.ForeignKey(
        Employee, models.PROTECT, related_name="interest_statements", verbose_name="申报人"
    )
    declared_at = models.DateTimeField("申报时间")
    declared_on = models.DateField("申报日期")
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name="代替"
    )

    objects = InterestStatementQuerySet.as_manager()

    class Meta:
        verbose_name = "从业和持股申报"
        verbose_name_plural = "从业和持股申报"
        constraints = [
            models.UniqueConstraint(
                fields=["employee"],
                condition=Q(replaces=None),
                name="people_only_the_first_statement_replaces_none",
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee} {self.declared_on}申报"


class Relation(models.TextChoices):
    SELF = "self", "本人"
    SPOUSE = "spouse", "配偶"
    PARENT = "parent", "父母"
    CHILD = "child", "子女"
    SIBLING = "sibling", "兄弟姐妹"
    IN_LAW = "in_law", "姻亲"
    OTHER = "other", "其他近亲属"


class InterestEntry(models.Model):
    """One relative at a firm or among the colleagues, or a holding of one's own."""

    statement = models.ForeignKey(
        InterestStatement, models.CASCADE, related_name="entries", verbose_name="申报"
    )
    relation = models.CharField("关系", max_length=10, choices=Relation)
    relative_name = models.CharField("姓名", max_length=40)
    company = models.CharField("所在企业", max_length=80, blank=True)
    company_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    role = models.CharField("职务或持股", max_length=60, blank=True)
    deals_with_us = models.BooleanField("与本单位有业务往来", default=False)
    colleague = models.ForeignKey(
        Employee, models.PROTECT, null=True, related_name="+", verbose_name="是本公司员工"
    )

    class Meta:
        verbose_name = "申报的一项"
        verbose_name_plural = "申报的各项"
        constraints = [
            models.CheckConstraint(
                condition=~Q(company="") | Q(colleague__isnull=False),
                name="people_entry_names_a_firm_or_a_colleague",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()}{self.relative_name}"
