"""Work orders and what is done under them; what may follow what is in transitions."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from people.models import Recusal, Role
from people.scope import DEPUTY_HEAD_POSITION
from risk_warnings.models.statuses import (
    ADVERSE_CONCLUSIONS,
    CLEARING_CONCLUSIONS,
    OPEN_ORDER_STATUSES,
    Conclusion,
    Level,
    OrderStatus,
)
from risk_warnings.models.warnings import (
    SUPERVISORS,
    Explanation,
    RiskWarning,
    supervised_by,
)

if TYPE_CHECKING:
    from people.models import Employee, User


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def visible_to(self, user: "User") -> Self:
        """Return the orders that workflow.md lets this person see.

        The receiver (and who stands in for an absent or missing one) once issued; the head of the
        station, or the deputy head who signs in his place, unless asked or named; a verifier the
        one order; in scope as discipline officer or head, unless asked, named or standing aside.
        """
        scope = user.scope
        me = scope.employee
        if me is None:
            return self.none()
        named_me = Exists(RiskWarning.objects.filter(order=OuterRef("pk"), named_person=me))
        about_me = Q(receiver=me) | Q(named_me)
        condition = Q(
            pk__in=self.model.objects.issued().filter(Q(receiver=me) | Q(stand_in=me)).values("pk")
        )
        condition |= Q(
            pk__in=Verification.objects.filter(verifier=me, order__issued_at__isnull=False).values(
                "order"
            )
        )
        condition |= Q(
            pk__in=Rectification.objects.filter(responsible=me).values("order"),
            issued_at__isnull=False,
        )
        headed = scope.headed_unit_ids()
        if headed:
            condition |= Q(unit__in=headed, issued_at__isnull=False) & ~about_me
        deputised = scope.unit_ids_held_as([DEPUTY_HEAD_POSITION])
        if deputised:
            condition |= (
                Q(unit__in=deputised, issued_at__isnull=False, deputy_signs=True) & ~about_me
            )
        if scope.has(*SUPERVISORS):
            aside = Recusal.objects.in_force(on=scope.on).filter(employee=me).values("about")
            involved = RiskWarning.objects.filter(order=OuterRef("pk"), named_person__in=aside)
            condition |= (
                supervised_by(scope)
                & ~about_me
                & ~Q(Exists(involved))
                & (Q(receiver=None) | ~Q(receiver__in=aside))
            )
        return self.filter(condition)

    def supervised_by(self, user: "User") -> Self:
        """Return the orders that the person sees as discipline officer or head."""
        if not user.scope.has(*SUPERVISORS):
            return self.none()
        return self.visible_to(user).filter(supervised_by(user.scope))

    def awaiting(self, user: "User") -> Self:
        """Return the orders that wait for this very person's next step."""
        scope = user.scope
        me = scope.employee
        if me is None:
            return self.none()
        own_check = Verification.objects.filter(
            order=OuterRef("pk"), round=OuterRef("round"), verifier=me, submitted_at=None
        )
        unchecked = Verification.objects.filter(
            order=OuterRef("pk"), round=OuterRef("round"), submitted_at=None
        )
        answered = Explanation.objects.submitted().filter(
            order=OuterRef("pk"), round=OuterRef("round")
        )
        handles = Q(stand_in=me) | Q(stand_in=None, receiver=me)
        to_answer = Q(status__in=[OrderStatus.ACCEPTED, OrderStatus.VERIFYING])
        condition = handles & Q(status=OrderStatus.ISSUED)
        condition |= handles & to_answer & ~Q(Exists(answered))
        condition |= Q(Exists(own_check), status=OrderStatus.VERIFYING)
        condition |= Q(
            pk__in=Rectification.objects.filter(responsible=me, done_at=None).values("order"),
            status=OrderStatus.RECTIFYING,
        )
        signs = Q(unit__in=scope.headed_unit_ids(), deputy_signs=False) | Q(
            unit__in=scope.unit_ids_held_as([DEPUTY_HEAD_POSITION]), deputy_signs=True
        )
        ready = Q(~Exists(unchecked), Exists(answered), status=OrderStatus.VERIFYING)
        condition |= signs & ready
        to_name = Q(status__in=[OrderStatus.ACCEPTED, OrderStatus.RETURNED])
        condition |= Q(unit__in=scope.headed_unit_ids(), deputy_signs=False) & to_name
        condition |= supervised_by(scope, roles=(Role.DISCIPLINE_OFFICER,)) & (
            Q(status=OrderStatus.DRAFT, approval_asked_at=None)
            | Q(status__in=[OrderStatus.SUBMITTED, OrderStatus.RECTIFIED])
            | Q(status=OrderStatus.REVIEWING, conclusion="")
            | Q(data_corrected_at__isnull=False, status__in=OPEN_ORDER_STATUSES)
            | (to_name & Q(deputy_signs=True))
        )
        objections = Objection.objects.open().filter(order=OuterRef("pk"))
        condition |= supervised_by(scope, roles=(Role.DISCIPLINE_HEAD,)) & (
            (Q(status=OrderStatus.DRAFT, approval_asked_at__isnull=False) & ~Q(drafter=me))
            | (Q(status=OrderStatus.REVIEWING) & ~Q(conclusion="") & ~Q(concluded_by=me))
            | Q(Exists(objections))
        )
        return self.visible_to(user).filter(condition)

    def issued(self) -> Self:
        """Return what has left the officer's desk."""
        return self.filter(issued_at__isnull=False)

    def open(self) -> Self:
        """Return what is not closed or cancelled."""
        return self.filter(status__in=OPEN_ORDER_STATUSES)

    def overdue(self, *, now: datetime) -> Self:
        """Return the open orders whose present step is late."""
        return self.open().filter(due_at__lt=now)


class WorkOrder(models.Model):
    """What one or several warnings are looked into by: 下发→签收→核查→反馈→审核→销号.

    ``number`` is given when it is issued. ``due_at`` is the limit of the present step.
    ``conclusion`` counts from ``effective_at``; before that it is a proposal that waits for a
    discipline head. 个人信息：接收人、结论。
    """

    number = models.CharField("编号", max_length=20, unique=True, null=True, blank=True)
    title = models.CharField("标题", max_length=120)
    theme = models.CharField("主题", max_length=8)
    level = models.CharField("级别", max_length=10, choices=Level)
    status = models.CharField("状态", max_length=12, choices=OrderStatus, default=OrderStatus.DRAFT)
    unit = models.ForeignKey(
        "people.OrgUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_orders",
        verbose_name="单位",
    )
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        related_name="work_orders",
        verbose_name="风险点",
    )
    receiver = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="work_orders",
        verbose_name="接收人",
    )
    stand_in = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="代为办理",
        help_text="接收人缺勤或岗位空缺时办理工单的人",
    )
    deputy_signs = models.BooleanField(
        "由副所长签字", default=False, help_text="所长是接收人或数据指向的人"
    )
    drafter = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="起草人"
    )
    approver = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="批准人",
    )
    copied_to = models.ManyToManyField(
        "people.Employee", related_name="+", blank=True, verbose_name="抄送"
    )
    demands = models.TextField("需说明事项", blank=True)
    created_at = models.DateTimeField("起草时间")
    approval_asked_at = models.DateTimeField("报批时间", null=True, blank=True)
    issued_at = models.DateTimeField("下发时间", null=True, blank=True)
    status_changed_at = models.DateTimeField("状态时间")
    due_at = models.DateTimeField("本环节期限", null=True, blank=True)
    is_overdue = models.BooleanField("超期", default=False)
    escalation = models.PositiveSmallIntegerField(
        "升级督办", default=0, help_text="0未升级，1提醒本人和所长，2县公司督办，3市公司督办"
    )
    round = models.PositiveSmallIntegerField("核查轮次", default=1)

    conclusion = models.CharField("结论", max_length=20, choices=Conclusion, blank=True)
    conclusion_reason = models.TextField("认定理由", blank=True)
    conclusion_next = models.CharField(
        "认定之后",
        max_length=12,
        blank=True,
        choices=[
            (OrderStatus.CLOSED, OrderStatus.CLOSED.label),
            (OrderStatus.RECTIFYING, OrderStatus.RECTIFYING.label),
        ],
    )
    concluded_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="认定人",
    )
    concluded_at = models.DateTimeField("认定时间", null=True, blank=True)
    conclusion_approver = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="结论批准人",
    )
    effective_at = models.DateTimeField("结论生效", null=True, blank=True)
    announced_at = models.DateTimeField("已通报结论", null=True, blank=True)
    learner = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="学习人",
        help_text="接收人不在风险点的岗位上时，由专责指定",
    )
    overturned_at = models.DateTimeField("异议成立", null=True, blank=True)
    data_corrected_at = models.DateTimeField("数据已更正", null=True, blank=True)
    transferred_to = models.CharField("移交给", max_length=60, blank=True)
    transferred_on = models.DateField("移交日期", null=True, blank=True)
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    review_on = models.DateField("回头看", null=True, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)

    unit_id: int | None
    receiver_id: int | None
    stand_in_id: int | None
    drafter_id: int
    learner_id: int | None
    concluded_by_id: int | None
    conclusion_approver_id: int | None

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = "工单"
        verbose_name_plural = "工单"
        constraints = [
            models.CheckConstraint(
                condition=Q(status=OrderStatus.DRAFT, number=None, issued_at=None)
                | (~Q(status=OrderStatus.DRAFT) & Q(number__isnull=False)),
                name="risk_warnings_issued_order_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("drafter")),
                name="risk_warnings_approver_is_not_the_drafter",
            ),
            models.CheckConstraint(
                condition=Q(conclusion_approver=None) | ~Q(conclusion_approver=F("concluded_by")),
                name="risk_warnings_conclusion_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(effective_at=None) | ~Q(conclusion=""),
                name="risk_warnings_effective_means_concluded",
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        OrderStatus.TRANSFERRED,
                        OrderStatus.CLOSED,
                        OrderStatus.REOPENED,
                        OrderStatus.VERIFYING,
                    ]
                )
                | Q(transferred_to=""),
                name="risk_warnings_transfer_has_its_state",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.TRANSFERRED)
                | (~Q(transferred_to="") & Q(transferred_on__isnull=False)),
                name="risk_warnings_transferred_says_where",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="risk_warnings_orders_due")]

    def __str__(self) -> str:
        return f"工单{self.number}" if self.number else "工单草稿"

    @property
    def is_open(self) -> bool:
        """Whether it is not closed or cancelled."""
        return OrderStatus(self.status) in OPEN_ORDER_STATUSES

    @property
    def is_transferred(self) -> bool:
        """Whether only 已移交, to whom and when may still be shown."""
        return self.transferred_to != ""

    @property
    def is_effective(self) -> bool:
        """Whether its conclusion counts."""
        return self.effective_at is not None

    @property
    def is_adverse(self) -> bool:
        """Whether the conclusion that counts starts remedial learning."""
        return (
            self.is_effective
            and self.overturned_at is None
            and self.conclusion in ADVERSE_CONCLUSIONS
        )

    @property
    def is_clearing(self) -> bool:
        """Whether the conclusion that counts clears the person."""
        return self.is_effective and self.conclusion in CLEARING_CONCLUSIONS

    @property
    def awaits_approval(self) -> bool:
        """Whether a discipline head has to approve: the issue of a high one, or its conclusion."""
        if self.status == OrderStatus.DRAFT:
            return self.approval_asked_at is not None
        return (
            self.status == OrderStatus.REVIEWING
            and self.conclusion != ""
            and self.effective_at is None
        )

    @property
    def handler(self) -> "Employee | None":
        """Who accepts and answers: the receiver, or who stands in."""
        return self.stand_in or self.receiver

    def is_late(self, *, now: datetime) -> bool:
        """Return whether the present step is late."""
        return self.is_open and self.due_at is not None and self.due_at < now


class OrderStep(models.Model):
    """One passage from state to state: who, when, why. Never changed, never deleted."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="steps", verbose_name="工单")
    source = models.CharField("从", max_length=12, choices=OrderStatus)
    target = models.CharField("到", max_length=12, choices=OrderStatus)
    label = models.CharField("动作", max_length=20)
    by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="办理人"
    )
    capacity = models.CharField("身份", max_length=30)
    at = models.DateTimeField("时间")
    reason = models.TextField("意见", blank=True)
    limit_at = models.DateTimeField("该环节期限", null=True, blank=True)
    idempotency_key = models.UUIDField("提交号", null=True, blank=True)

    class Meta:
        verbose_name = "办理记录"
        verbose_name_plural = "办理记录"
        constraints = [
            models.UniqueConstraint(
                fields=["order", "idempotency_key"], name="risk_warnings_one_step_a_submission"
            )
        ]
        indexes = [models.Index(fields=["order", "at"], name="risk_warnings_steps_of_order")]

    def __str__(self) -> str:
        return f"{self.order} {self.label}"


class VerificationQuerySet(models.QuerySet["Verification"]):
    def of_round(self, order: WorkOrder) -> Self:
        """Return the verifications of the order's present round."""
        return self.filter(order=order, round=order.round)

    def submitted(self) -> Self:
        """Return what was handed in."""
        return self.filter(submitted_at__isnull=False)


class Verification(models.Model):
    """What one of the two people sent to look on the spot found. 个人信息：核查事实。"""

    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="verifications", verbose_name="工单"
    )
    round = models.PositiveSmallIntegerField("轮次")
    verifier = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="核查人"
    )
    named_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="指定人"
    )
    named_at = models.DateTimeField("指定时间")
    visited_on = models.DateField("核查日期", null=True, blank=True)
    method = models.CharField("方式", max_length=120, blank=True)
    checked = models.JSONField("核查清单", default=list)
    facts = models.TextField("发现的事实", blank=True)
    evidence = models.TextField("证据", blank=True)
    amount = models.DecimalField("涉及金额", max_digits=18, decimal_places=2, null=True, blank=True)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)

    verifier_id: int

    objects = VerificationQuerySet.as_manager()

    class Meta:
        verbose_name = "核查"
        verbose_name_plural = "核查"
        constraints = [
            models.UniqueConstraint(
                fields=["order", "round", "verifier"],
                name="risk_warnings_verifier_once_a_round",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | ~Q(facts=""),
                name="risk_warnings_submitted_verification_has_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.verifier}核查"


class InterviewQuerySet(models.QuerySet["Interview"]):
    def visible_to(self, user: "User") -> Self:
        """Return the interviews of which the person is part, or which lie in scope as head."""
        scope = user.scope
        me = scope.employee
        if me is None:
            return self.none()
        heads = scope.units(Role.DISCIPLINE_HEAD, path="order__unit__path")
        if scope.reaches(None, Role.DISCIPLINE_HEAD):
            heads |= Q(order__unit=None)
        return self.filter(
            Q(officer=me) | Q(second_officer=me) | Q(person=me) | heads, order__transferred_to=""
        )


class Interview(models.Model):
    """约谈: a daily reminder face to face. Restricted to the two officers, the person and heads.

    个人信息：陈述内容、签字。
    """

    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="interviews", verbose_name="工单"
    )
    held_at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=60)
    officer = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="约谈人"
    )
    second_officer = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="第二约谈人"
    )
    person = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="被谈人"
    )
    statement = models.TextField("本人陈述")
    demands = models.TextField("提出的要求")
    signed_by_person = models.BooleanField("被谈人已签字", default=False)
    signed_by_officers = models.BooleanField("约谈人已签字", default=False)
    recorded_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="记录人"
    )
    recorded_at = models.DateTimeField("记录时间")

    objects = InterviewQuerySet.as_manager()

    class Meta:
        verbose_name = "约谈记录"
        verbose_name_plural = "约谈记录"
        constraints = [
            models.CheckConstraint(
                condition=~Q(officer=F("second_officer"))
                & ~Q(officer=F("person"))
                & ~Q(second_officer=F("person")),
                name="risk_warnings_interview_has_three_people",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order} 约谈"


class Extension(models.Model):
    """A longer limit for the present step; one an order, five working days at most."""

    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="extensions", verbose_name="工单"
    )
    asked_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="申请人"
    )
    asked_at = models.DateTimeField("申请时间")
    workdays = models.PositiveSmallIntegerField("延长（工作日）")
    reason = models.TextField("理由")
    decided_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="批准人",
    )
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    is_granted = models.BooleanField("已批准", null=True, blank=True)

    class Meta:
        verbose_name = "延期"
        verbose_name_plural = "延期"
        constraints = [
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(is_granted=None) | Q(is_granted=True),
                name="risk_warnings_one_extension_an_order",
            ),
            models.CheckConstraint(
                condition=Q(workdays__gte=1, workdays__lte=5),
                name="risk_warnings_extension_is_short",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} 延期{self.workdays}个工作日"


class Rectification(models.Model):
    """What must be put right, by which post, until when, and whether it was."""

    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="rectifications", verbose_name="工单"
    )
    responsible = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="整改人"
    )
    measures = models.TextField("整改要求")
    created_at = models.DateTimeField("布置时间")
    due_at = models.DateTimeField("整改期限")
    done_text = models.TextField("整改情况", blank=True)
    amount_recovered = models.DecimalField(
        "追补金额", max_digits=18, decimal_places=2, null=True, blank=True
    )
    done_at = models.DateTimeField("整改时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="验收人",
    )
    accepted_at = models.DateTimeField("验收时间", null=True, blank=True)

    responsible_id: int

    class Meta:
        verbose_name = "整改"
        verbose_name_plural = "整改"
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("responsible")),
                name="risk_warnings_rectifier_does_not_accept",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(done_at__isnull=False),
                name="risk_warnings_accepted_was_rectified",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} 整改"


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self) -> Self:
        """Return what has not been answered; remedial learning rests meanwhile."""
        return self.filter(decided_at=None)


class Objection(models.Model):
    """异议: the person does not accept a conclusion; another head than its approver answers."""

    order = models.ForeignKey(
        WorkOrder, models.PROTECT, related_name="objections", verbose_name="工单"
    )
    person = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    text = models.TextField("异议")
    filed_at = models.DateTimeField("提出时间")
    due_at = models.DateTimeField("答复期限")
    decided_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答复人",
    )
    decided_at = models.DateTimeField("答复时间", null=True, blank=True)
    is_upheld = models.BooleanField("成立", null=True, blank=True)
    answer = models.TextField("答复", blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = "异议"
        verbose_name_plural = "异议"
        constraints = [
            models.UniqueConstraint(
                fields=["order", "person"],
                condition=Q(decided_at=None),
                name="risk_warnings_one_open_objection_a_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, is_upheld=None)
                | (Q(decided_at__isnull=False, is_upheld__isnull=False) & ~Q(answer="")),
                name="risk_warnings_decided_objection_is_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.person}的异议"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.decided_at is None
