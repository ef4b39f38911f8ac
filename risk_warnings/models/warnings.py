"""Warnings, the decisions of triage, and what the person asked says to them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.models import Recusal, Role
from risk_warnings.models.statuses import (
    OPEN_ORDER_STATUSES,
    OPEN_WARNING_STATUSES,
    Level,
    OrderStatus,
    TipTime,
    TriageAction,
    WarningStatus,
)

if TYPE_CHECKING:
    from people.models import User
    from people.scope import Scope

SUPERVISORS = (Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)
# What the head of a station is told of: what an officer has looked at and has not taken back.
SHOWN_TO_HEAD = frozenset({WarningStatus.NOTIFIED, WarningStatus.TICKETED, WarningStatus.RESOLVED})


class Counter(models.Model):
    """The last number given of a kind in a year; its row is locked while the next one is taken."""

    kind = models.CharField("种类", max_length=20)
    year = models.PositiveSmallIntegerField("年")
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = "编号"
        verbose_name_plural = "编号"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year"], name="risk_warnings_one_counter_a_kind_and_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.last}"


def supervised_by(scope: "Scope", *, roles: tuple[Role, ...] = SUPERVISORS) -> Q:
    """Return the condition that a row lies in the person's scope as discipline officer or head.

    A row without a station belongs to the company's own inbox, which city-wide roles read.
    """
    condition = scope.units(*roles, path="unit__path")
    if scope.reaches(None, *roles):
        condition |= Q(unit=None)
    return condition


class RiskWarningQuerySet(models.QuerySet["RiskWarning"]):
    def visible_to(self, user: "User") -> Self:
        """Return the warnings that workflow.md lets this person see, by the date and clock of now.

        Own ones once told; as head of the station after triage, unless asked or named in it; in
        scope as discipline officer or head, unless asked, named or standing aside; those shared
        with a business reviewer. Nobody else sees any.
        """
        scope = user.scope
        me = scope.employee
        if me is None:
            return self.none()
        now = timezone.now()
        not_about_me = ~Q(receiver=me) & (Q(named_person=None) | ~Q(named_person=me))
        condition = Q(receiver=me, tip_at__lte=now)
        headed = scope.headed_unit_ids()
        if headed:
            condition |= not_about_me & Q(
                unit__in=headed, head_told_at__lte=now, status__in=SHOWN_TO_HEAD
            )
        if scope.has(*SUPERVISORS):
            aside = Recusal.objects.in_force(on=scope.on).filter(employee=me).values("about")
            involved = Q(receiver__in=aside) | Q(named_person__in=aside)
            condition |= (
                not_about_me
                & supervised_by(scope)
                & ~Q(pk__in=RiskWarning.objects.filter(involved).values("pk"))
            )
        if scope.has(Role.BUSINESS_REVIEWER):
            shared = OpinionRequest.objects.filter(reviewer=me).values("warning")
            condition |= not_about_me & Q(pk__in=shared)
        return self.filter(condition)

    def supervised_by(self, user: "User") -> Self:
        """Return the warnings that the person sees as discipline officer or head."""
        if not user.scope.has(*SUPERVISORS):
            return self.none()
        return self.visible_to(user).filter(supervised_by(user.scope))

    def received_by(self, user: "User") -> Self:
        """Return the warnings that ask this very person, once told."""
        return self.visible_to(user).filter(receiver=user.scope.employee)

    def open(self) -> Self:
        """Return what still waits for something; a merged one waits as long as its target."""
        return self.filter(
            Q(status__in=OPEN_WARNING_STATUSES)
            | Q(status=WarningStatus.MERGED, merged_into__status__in=OPEN_WARNING_STATUSES)
            | Q(status=WarningStatus.MERGED, order__status__in=OPEN_ORDER_STATUSES)
        )

    def standing(self) -> Self:
        """Return what counts in figures: taken-back warnings are as if they had never been."""
        return self.filter(taken_back_at=None).exclude(
            status__in=[WarningStatus.DISMISSED, WarningStatus.WITHDRAWN]
        )

    def awaiting_triage(self) -> Self:
        """Return what an officer has not looked at yet."""
        return self.filter(status=WarningStatus.PENDING)

    def overdue(self, *, now: datetime) -> Self:
        """Return what is late: for triage, for the explanation, or with its order."""
        pending = Q(status=WarningStatus.PENDING, triage_due_at__lt=now)
        notified = Q(
            status=WarningStatus.NOTIFIED,
            reply_due_at__lt=now,
            replied_at=None,
            reassignments_open=0,
        )
        ticketed = Q(status=WarningStatus.TICKETED, order__due_at__lt=now)
        return self.filter(pending | notified | ticketed)


class RiskWarning(models.Model):
    """A clue in the data about one subject, tied to one risk point; never a verdict.

    ``receiver`` is asked to explain, ``named_person`` is whom the data name; they differ where the
    post was passed on. ``tip_at`` is when the receiver is told (empty: not yet), ``head_told_at``
    when the head of the station is. A sealed warning tells nobody. 个人信息：接收人、数据指向的人。
    """

    number = models.CharField("编号", max_length=20, unique=True)
    theme = models.CharField("主题", max_length=8)
    subject = models.CharField("对象", max_length=120)
    rules = models.JSONField("规则", default=list)
    title = models.CharField("标题", max_length=120)
    unit = models.ForeignKey(
        "people.OrgUnit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="risk_warnings",
        verbose_name="单位",
    )
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        related_name="risk_warnings",
        verbose_name="风险点",
    )
    level = models.CharField("级别", max_length=10, choices=Level)
    first_level = models.CharField("入库时的级别", max_length=10, choices=Level)
    status = models.CharField(
        "状态", max_length=10, choices=WarningStatus, default=WarningStatus.PENDING
    )
    receiver = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="risk_warnings",
        verbose_name="接收人",
    )
    named_person = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="数据指向的人",
    )
    receiver_position = models.CharField("应说明的岗位", max_length=40)
    amount = models.DecimalField("金额", max_digits=18, decimal_places=2, null=True, blank=True)
    occurred_on = models.DateField("发生日")
    stored_at = models.DateTimeField("入库时间")
    finding_count = models.PositiveIntegerField("发现数", default=1)
    latest = models.ForeignKey(
        "risk_warnings.FindingVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="最新证据",
    )

    tip_policy = models.CharField("告知方式", max_length=14, choices=TipTime)
    tip_at = models.DateTimeField("告知本人", null=True, blank=True)
    tip_announced_at = models.DateTimeField("已通报告知", null=True, blank=True)
    head_told_at = models.DateTimeField("告知所长", null=True, blank=True)
    sealed_at = models.DateTimeField("封存时间", null=True, blank=True)
    unsealed_at = models.DateTimeField("解除封存", null=True, blank=True)
    is_backfill = models.BooleanField("首次导入发现", default=False)
    is_braked = models.BooleanField("限流待定", default=False)
    repeats_dismissed = models.BooleanField("90天内排除过的同一情形", default=False)
    raised_at = models.DateTimeField("级别升高", null=True, blank=True)

    triage_due_at = models.DateTimeField("研判期限")
    reply_due_at = models.DateTimeField("说明期限", null=True, blank=True)
    replied_at = models.DateTimeField("已说明", null=True, blank=True)
    resolve_at = models.DateTimeField("自动办结时间", null=True, blank=True)
    reassignments_open = models.PositiveSmallIntegerField("确认由谁说明", default=0)

    order = models.ForeignKey(
        "risk_warnings.WorkOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="warnings",
        verbose_name="工单",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name="并入的预警",
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name="接续的预警",
    )
    closed_at = models.DateTimeField("结束时间", null=True, blank=True)
    taken_back_at = models.DateTimeField("撤回时间", null=True, blank=True)
    taken_back_because = models.CharField("撤回时告知本人的话", max_length=120, blank=True)
    taken_back_announced_at = models.DateTimeField("已通报撤回", null=True, blank=True)
    revision = models.PositiveIntegerField("修订号", default=1)

    unit_id: int | None
    receiver_id: int | None
    named_person_id: int | None
    order_id: int | None
    merged_into_id: int | None

    objects = RiskWarningQuerySet.as_manager()

    class Meta:
        verbose_name = "预警"
        verbose_name_plural = "预警"
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=WarningStatus.TICKETED) | Q(order__isnull=False),
                name="risk_warnings_ticketed_has_its_order",
            ),
            models.CheckConstraint(
                condition=~Q(status=WarningStatus.MERGED)
                | Q(order__isnull=False)
                | Q(merged_into__isnull=False),
                name="risk_warnings_merged_has_its_target",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                name="risk_warnings_not_merged_into_itself",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None)
                | Q(unsealed_at__isnull=False)
                | Q(tip_at=None, head_told_at=None),
                name="risk_warnings_sealed_tells_nobody",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(OPEN_WARNING_STATUSES | {WarningStatus.MERGED}))
                | Q(closed_at__isnull=False),
                name="risk_warnings_ended_has_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "level"], name="risk_warnings_by_status"),
            models.Index(fields=["theme", "subject"], name="risk_warnings_by_subject"),
            models.Index(fields=["-stored_at"], name="risk_warnings_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def cause(self) -> str:
        """The cause that a voluntary attempt on the warning's page carries."""
        return f"risk_warnings.riskwarning:{self.pk}"

    @property
    def is_sealed(self) -> bool:
        """Whether nothing may differ for anybody at the station."""
        return self.sealed_at is not None and self.unsealed_at is None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for a decision, an explanation or its order."""
        if self.status == WarningStatus.MERGED:
            if self.order is not None:
                return OrderStatus(self.order.status) in OPEN_ORDER_STATUSES
            return self.merged_into is not None and self.merged_into.is_open
        return WarningStatus(self.status) in OPEN_WARNING_STATUSES

    @property
    def is_taken_back(self) -> bool:
        """Whether it is as if it had never fired, and the time to undo is over."""
        return self.taken_back_at is not None

    def is_told(self, *, now: datetime) -> bool:
        """Return whether the receiver has been told by then."""
        return self.tip_at is not None and self.tip_at <= now

    def age_days(self, *, today: date) -> int:
        """Return for how many days it has been stored."""
        return (today - timezone.localtime(self.stored_at).date()).days

    def due_at(self) -> datetime | None:
        """Return the limit of what is to happen next; the order is not read unless ticketed."""
        if self.status == WarningStatus.PENDING:
            return self.triage_due_at
        if self.status == WarningStatus.NOTIFIED:
            return None if self.replied_at or self.reassignments_open else self.reply_due_at
        if self.status == WarningStatus.TICKETED and self.order is not None:
            return self.order.due_at
        return None


class DismissalReason(models.TextChoices):
    INNOCENT = "innocent", "属于正常情形"
    EXPLAINED = "explained", "本人说明有据，已核实"
    DATA = "data", "数据有误"
    SETTLED = "settled", "已更正或已补收"
    KNOWN = "known", "已在其他渠道处理"


class WhitelistEntry(models.Model):
    """A subject that an officer looked into and cleared for a while; both days are included."""

    theme = models.CharField("主题", max_length=8)
    subject = models.CharField("对象", max_length=120)
    rule = models.CharField("规则", max_length=8, blank=True, help_text="空为全部规则")
    reason = models.CharField("原因", max_length=200)
    approver = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="批准人"
    )
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    created_at = models.DateTimeField("写入时间")
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "白名单"
        verbose_name_plural = "白名单"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")),
                name="risk_warnings_whitelist_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.theme} {self.subject} 至{self.valid_to:%Y-%m-%d}"


class TriageQuerySet(models.QuerySet["Triage"]):
    def standing(self) -> Self:
        """Return the decisions that were not undone."""
        return self.filter(undone_at=None)

    def due(self, *, now: datetime) -> Self:
        """Return the decisions whose time to undo is over and whose effects are not sent yet."""
        return self.standing().filter(released_at=None, release_at__lte=now)


class Triage(models.Model):
    """One decision about a warning: who, when, why, and until when it could be undone.

    ``before`` holds the fields that the decision changed, for the undo.
    """

    warning = models.ForeignKey(
        RiskWarning, models.PROTECT, related_name="triages", verbose_name="预警"
    )
    officer = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="研判人"
    )
    action = models.CharField("处理", max_length=10, choices=TriageAction)
    reason = models.CharField("排除原因", max_length=12, choices=DismissalReason, blank=True)
    opinion = models.TextField("研判意见")
    decided_at = models.DateTimeField("研判时间")
    release_at = models.DateTimeField("生效时间")
    released_at = models.DateTimeField("已生效", null=True, blank=True)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    before = models.JSONField("处理前", default=dict)
    order = models.ForeignKey(
        "risk_warnings.WorkOrder",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="工单",
    )
    created_order = models.BooleanField("新建工单", default=False)
    merged_into = models.ForeignKey(
        RiskWarning,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="并入的预警",
    )
    whitelist_entry = models.ForeignKey(
        WhitelistEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="白名单",
    )
    idempotency_key = models.UUIDField("提交号", null=True, blank=True, unique=True)

    objects = TriageQuerySet.as_manager()

    class Meta:
        verbose_name = "研判"
        verbose_name_plural = "研判"
        constraints = [
            models.CheckConstraint(
                condition=Q(release_at__gte=F("decided_at")),
                name="risk_warnings_triage_takes_effect_later",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(released_at=None),
                name="risk_warnings_released_triage_stands",
            ),
            models.CheckConstraint(
                condition=~Q(action=TriageAction.DISMISS) | ~Q(reason=""),
                name="risk_warnings_dismissal_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warning.number} {self.get_action_display()}"

    def can_be_undone(self, *, now: datetime) -> bool:
        """Return whether nobody has been told of the decision yet."""
        return self.undone_at is None and self.released_at is None and now < self.release_at


class ReplyChoice(models.TextChoices):
    ENTRY_ERROR = "entry_error", "系统录入有误"
    SETTLED = "settled", "已经更正或补收"
    CHANGED = "changed", "业务中途有变更"
    TRUE = "true", "情况属实，需要更正"
    OTHER = "other", "其他"


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    def submitted(self) -> Self:
        """Return what was handed in, drafts left out."""
        return self.filter(submitted_at__isnull=False)


class Explanation(models.Model):
    """What the person asked says; on an order it is a feedback, the first one the earlier reply.

    Without ``submitted_at`` it is a draft that only its author sees. 个人信息：说明内容。
    """

    warning = models.ForeignKey(
        RiskWarning, models.PROTECT, related_name="explanations", verbose_name="预警"
    )
    order = models.ForeignKey(
        "risk_warnings.WorkOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="explanations",
        verbose_name="工单",
    )
    round = models.PositiveSmallIntegerField("轮次", default=0)
    author = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="说明人"
    )
    choice = models.CharField("最接近的情况", max_length=14, choices=ReplyChoice, blank=True)
    text = models.TextField("说明", blank=True)
    remedy = models.TextField("整改措施", blank=True)
    amount = models.DecimalField("涉及金额", max_digits=18, decimal_places=2, null=True, blank=True)
    saved_at = models.DateTimeField("保存时间")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    accepted_at = models.DateTimeField("认可时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="认可人",
    )

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = "情况说明"
        verbose_name_plural = "情况说明"
        constraints = [
            models.UniqueConstraint(
                fields=["warning", "author"],
                condition=Q(submitted_at=None, order=None),
                name="risk_warnings_one_draft_reply_per_author",
            ),
            models.UniqueConstraint(
                fields=["order", "author"],
                condition=Q(submitted_at=None, order__isnull=False),
                name="risk_warnings_one_draft_feedback_per_author",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | ~Q(text=""),
                name="risk_warnings_submitted_reply_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author}对{self.warning.number}的说明"


class Reassignment(models.Model):
    """不是我的业务: somebody else is asked to name who should explain; no clock runs meanwhile."""

    warning = models.ForeignKey(
        RiskWarning, models.PROTECT, related_name="reassignments", verbose_name="预警"
    )
    asked_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="提出人"
    )
    asked_at = models.DateTimeField("提出时间")
    reason = models.CharField("原因", max_length=200)
    asked_of = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="请谁确认",
    )
    due_at = models.DateTimeField("确认期限")
    decided_by = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认人",
    )
    decided_at = models.DateTimeField("确认时间", null=True, blank=True)
    named = models.ForeignKey(
        "people.Employee",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="应由谁说明",
    )
    note = models.CharField("确认意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "确认由谁说明"
        verbose_name_plural = "确认由谁说明"
        constraints = [
            models.UniqueConstraint(
                fields=["warning"],
                condition=Q(decided_at=None),
                name="risk_warnings_one_open_reassignment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.warning.number} 请确认由谁说明"


class OpinionRequest(models.Model):
    """That an officer shares a warning with a business reviewer and asks for an opinion."""

    warning = models.ForeignKey(
        RiskWarning, models.PROTECT, related_name="opinion_requests", verbose_name="预警"
    )
    reviewer = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="业务专责"
    )
    asked_by = models.ForeignKey(
        "people.Employee", models.PROTECT, related_name="+", verbose_name="提请人"
    )
    asked_at = models.DateTimeField("提请时间")
    question = models.TextField("请看什么")
    opinion = models.TextField("业务意见", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "业务意见"
        verbose_name_plural = "业务意见"
        constraints = [
            models.UniqueConstraint(
                fields=["warning", "reviewer"], name="risk_warnings_reviewer_is_asked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.warning.number} 请{self.reviewer}看"
