"""Sessions with their agenda, and what each counts for."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from education_sessions.models.choices import Audience, ItemKind, SessionKind, SessionStatus
from education_sessions.models.films import Film
from education_sessions.models.plans import PlanItem
from education_sessions.models.sight import kept_branches, seen_branches
from people.models import Employee, PartyBranch

if TYPE_CHECKING:
    from people.models import User

OPENS_BEFORE = timedelta(minutes=30)
CLOSES_AFTER = timedelta(minutes=15)


def day_span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments from the first day's beginning to the end of the last."""
    start = timezone.make_aware(datetime.combine(first, time.min))
    return start, timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))


class EducationSessionQuerySet(models.QuerySet["EducationSession"]):
    def visible_to(self, user: "User") -> Self:
        """Return what the person is to come to or came to, and all of the branches in sight."""
        scope = user.scope
        if scope.employee is None:
            return self.none()
        mine = scope.employee.attendances.values("session")
        return self.filter(Q(pk__in=mine) | Q(branch__in=seen_branches(scope)))

    def kept_by(self, user: "User") -> Self:
        """Return the sessions whose roll the person keeps, as secretary or discipline member."""
        return self.filter(branch__in=kept_branches(user.scope))

    def standing(self) -> Self:
        """Return what was not cancelled."""
        return self.filter(status=SessionStatus.PLANNED)

    def between(self, first: date, last: date) -> Self:
        """Return what begins on one of the days, both included."""
        start, end = day_span(first, last)
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def overlapping(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Return what takes place at least partly in that time."""
        return self.standing().filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def open_for_sign_in(self, *, now: datetime) -> Self:
        """Return what can be signed in to at that moment."""
        return self.standing().filter(
            starts_at__lte=now + OPENS_BEFORE, starts_at__gt=now - CLOSES_AFTER
        )

    def over(self, *, now: datetime) -> Self:
        """Return what has been held to its end."""
        return self.standing().filter(ends_at__lte=now)


class EducationSession(models.Model):
    """One session of a branch: when, where, for whom, and in calendars under which identity.

    ``uid`` stays for ever; ``sequence`` grows with each change that calendars must learn of. What
    it counts for, beside its ``kind``, are its duties: one act, one record. ``roll_closed_at`` is
    when who had not come was noted as absent. 个人信息：主持人、记录人。
    """

    uid = models.UUIDField("日历标识", default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField("日历序号", default=0)
    branch = models.ForeignKey(
        PartyBranch, models.PROTECT, related_name="education_sessions", verbose_name="党支部"
    )
    kind = models.CharField("载体", max_length=20, choices=SessionKind)
    outline = models.SlugField("模板", max_length=30)
    title = models.CharField("标题", max_length=60)
    audience = models.CharField("应到范围", max_length=12, choices=Audience)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    place = models.CharField("地点", max_length=40)
    host = models.ForeignKey(Employee, models.PROTECT, related_name="+", verbose_name="主持")
    recorder = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记录"
    )
    plan_item = models.OneToOneField(
        PlanItem,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="session",
        verbose_name="计划项",
    )
    status = models.CharField(
        "状态", max_length=10, choices=SessionStatus, default=SessionStatus.PLANNED
    )
    cancelled_because = models.CharField("取消原因", max_length=120, blank=True)
    created_by = models.ForeignKey(
        Employee, models.PROTECT, related_name="+", verbose_name="安排人"
    )
    created_at = models.DateTimeField("安排时间")
    changed_at = models.DateTimeField("最近变更")
    roll_closed_at = models.DateTimeField("名单截止", null=True, blank=True)
    submission = models.UUIDField("提交号", null=True, blank=True, unique=True)

    objects = EducationSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "集中学习"
        verbose_name_plural = "集中学习"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="education_sessions_session_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.CANCELLED) ^ Q(cancelled_because=""),
                name="education_sessions_cancelled_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "starts_at"], name="education_sessions_of_branch")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def opens_at(self) -> datetime:
        """From when on one can sign in."""
        return self.starts_at - OPENS_BEFORE

    @property
    def closes_at(self) -> datetime:
        """Until when one can sign in."""
        return self.starts_at + CLOSES_AFTER

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @property
    def cause(self) -> str:
        """How lessons that were watched together name it."""
        return f"education_sessions.session:{self.pk}"

    @property
    def is_cancelled(self) -> bool:
        """Whether it does not take place."""
        return self.status == SessionStatus.CANCELLED

    def is_open(self, *, now: datetime) -> bool:
        """Return whether one can sign in at that moment."""
        return not self.is_cancelled and self.opens_at <= now < self.closes_at

    def is_running(self, *, now: datetime) -> bool:
        """Return whether it takes place at that moment."""
        return not self.is_cancelled and self.starts_at <= now < self.ends_at

    def is_over(self, *, now: datetime) -> bool:
        """Return whether it has been held to its end."""
        return not self.is_cancelled and self.ends_at <= now


class SessionDuty(models.Model):
    """One cadence that the session counts for: a party day with a film is both."""

    session = models.ForeignKey(
        EducationSession, models.CASCADE, related_name="duties", verbose_name="集中学习"
    )
    kind = models.CharField("计入", max_length=20, choices=SessionKind)

    class Meta:
        verbose_name = "计入的载体"
        verbose_name_plural = "计入的载体"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind"], name="education_sessions_duty_counts_once"
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class HandCount(models.Model):
    """How many hands went up for each option of the lesson's question; it does not say whose."""

    session = models.OneToOneField(
        EducationSession, models.PROTECT, related_name="hand_count", verbose_name="集中学习"
    )
    hands = models.JSONField("各选项的人数")
    entered_by = models.ForeignKey(
        Employee, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "举手登记"
        verbose_name_plural = "举手登记"

    def __str__(self) -> str:
        return f"{self.session}举手登记"


class AgendaItem(models.Model):
    """One item of the agenda, with what is shown or talked about."""

    session = models.ForeignKey(
        EducationSession, models.CASCADE, related_name="agenda", verbose_name="集中学习"
    )
    order = models.PositiveSmallIntegerField("次序")
    kind = models.CharField("类别", max_length=10, choices=ItemKind)
    title = models.CharField("标题", max_length=80)
    minutes = models.PositiveSmallIntegerField("分钟")
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name="风险点",
    )
    lesson = models.ForeignKey(
        "courses.MicroLessonPage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name="微课",
    )
    case = models.ForeignKey(
        "cases.CasePage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
        verbose_name="案例",
    )
    film = models.ForeignKey(
        Film, models.PROTECT, null=True, blank=True, related_name="agenda_items", verbose_name="片"
    )

    class Meta:
        verbose_name = "议程项"
        verbose_name_plural = "议程项"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "order"], name="education_sessions_agenda_is_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.title
