"""Who must learn what, why, by when, and the proof.

Stores duties of learning with their sources, and completion evidence. One act makes one record for
every duty it covers. Stores no fact of a warning: a source points to the order, and only the person
and the officers in scope can see that it does. 个人信息：学习任务与完成情况。
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from people.models import Employee, PartyBranch, Posting, Role
from risk_warnings.models import ADVERSE_CONCLUSIONS, Conclusion, Level

if TYPE_CHECKING:
    from people.models import User


class TrainingTrigger(models.Model):
    """One row of the trigger table: risk point × level × conclusion → what is learnt, how soon.

    ``risk_point`` empty stands for every point that has no row of its own.
    """

    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="training_triggers",
        verbose_name="风险点",
    )
    level = models.CharField("级别", max_length=10, choices=Level)
    conclusion = models.CharField("结论", max_length=30, choices=Conclusion)
    question_count = models.PositiveSmallIntegerField("题数", default=3)
    days = models.PositiveSmallIntegerField("完成期限（工作日）")

    class Meta:
        verbose_name = "触发规则"
        verbose_name_plural = "触发规则"
        constraints = [
            models.UniqueConstraint(
                fields=["risk_point", "level", "conclusion"],
                name="assignments_one_trigger_per_point_and_case",
            ),
            models.UniqueConstraint(
                fields=["level", "conclusion"],
                condition=Q(risk_point=None),
                name="assignments_one_general_trigger_per_case",
            ),
            models.CheckConstraint(
                condition=Q(question_count__gte=3, question_count__lte=5),
                name="assignments_three_to_five_questions",
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="assignments_days_positive"),
            # The others clear the person, or wait for a competent body's answer.
            models.CheckConstraint(
                condition=Q(conclusion__in=sorted(ADVERSE_CONCLUSIONS)),
                name="assignments_only_adverse_conclusions_teach",
            ),
        ]

    def __str__(self) -> str:
        point = self.risk_point.code if self.risk_point else "所有风险点"
        return f"{point} {self.get_level_display()} {self.get_conclusion_display()}"


class DutyKind(models.TextChoices):
    COURSE = "course", "课程与廉政三分钟"
    POSITION = "position", "岗位学习"


class AssignmentStatus(models.TextChoices):
    OPEN = "open", "待完成"
    PAUSED = "paused", "暂停"
    DONE = "done", "已完成"
    WITHDRAWN = "withdrawn", "已撤回"
    ENDED = "ended", "已终止"


COUNTED_STATUSES = frozenset({AssignmentStatus.OPEN, AssignmentStatus.DONE})
UNFINISHED_STATUSES = frozenset({AssignmentStatus.OPEN, AssignmentStatus.PAUSED})


class TrainingAssignmentQuerySet(models.QuerySet["TrainingAssignment"]):
    def counted(self) -> Self:
        """Return the duties that figures count: what was taken back or ended never was."""
        return self.filter(status__in=COUNTED_STATUSES)

    def standing_at(self, moment: datetime) -> Self:
        """Return the duties that figures counted then, of those that were assigned before it."""
        ended_since = Q(status=AssignmentStatus.ENDED, ended_at__gte=moment)
        return self.filter(Q(status__in=COUNTED_STATUSES) | ended_since, assigned_at__lt=moment)

    def unfinished(self) -> Self:
        """Return the duties that still stand."""
        return self.filter(status__in=UNFINISHED_STATUSES)

    def overdue(self, *, on: date) -> Self:
        """Return the open duties whose last day has passed."""
        return self.filter(status=AssignmentStatus.OPEN, due_on__lt=on)

    def of_branch(self, branch: PartyBranch, *, on: date) -> Self:
        """Return the duties of everyone the branch answers for on that day."""
        return self.filter(employee__in=Employee.objects.of_branch(branch, on=on))

    def with_unit_names(self) -> Self:
        """Return the duties with ``unit_name``; only after their units were asked for."""
        return self.annotate(unit_name=F("employee__postings__unit__name"))

    def from_warnings(self) -> Self:
        """Return the duties that a warning's conclusion brought."""
        return self.filter(_has_standing_source(kind=SourceKind.ORDER))

    def visible_to(self, user: "User") -> Self:
        """Return the duties that the person may see one by one.

        One's own; as branch secretary or discipline member those of the branch, as training officer
        those in scope: course duties by name, position learning only once it is overdue; as
        discipline officer or head the duties that an order in scope brought.
        """
        scope = user.scope
        if scope.employee is None:
            return self.none()
        mine = Q(employee=scope.employee)
        by_name = Q(kind=DutyKind.COURSE) | Q(status=AssignmentStatus.OPEN, due_on__lt=scope.on)
        branches = PartyBranch.objects.filter(
            pk__in=scope.branch_ids.get(Role.BRANCH_SECRETARY, frozenset())
            | scope.branch_ids.get(Role.BRANCH_DISCIPLINE_MEMBER, frozenset())
        )
        condition = mine
        for branch in branches:
            members = Employee.objects.of_branch(branch, on=scope.on)
            condition |= by_name & Q(employee__in=members)
        trained = Posting.objects.in_force(on=scope.on).filter(
            scope.units(Role.TRAINING_OFFICER, path="unit__path")
        )
        condition |= by_name & Q(employee__in=trained.values("employee"))
        officers = (Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)
        condition |= Q(
            Exists(
                AssignmentSource.objects.filter(
                    scope.units(*officers, path="work_order__unit__path"),
                    assignment=OuterRef("pk"),
                    work_order__isnull=False,
                )
            )
        )
        return self.filter(condition)


class TrainingAssignment(models.Model):
    """One duty of one person by a day: a micro-lesson, questions on a point, both, or a course.

    ``requirement`` names what is required (``GF-09``, ``lesson:WK-01`` or ``course:XY-L1``); one
    row per person, requirement and ``cycle``, and at most one of them unfinished. It stands while a
    source stands. ``WITHDRAWN`` is as if it had never been; ``ENDED`` stood until ``ended_at``.
    """

    employee = models.ForeignKey(
        Employee, models.PROTECT, related_name="training_assignments", verbose_name="员工"
    )
    kind = models.CharField("类别", max_length=10, choices=DutyKind)
    requirement = models.CharField("要求", max_length=40)
    cycle = models.PositiveSmallIntegerField("轮次", default=1)
    risk_point = models.ForeignKey(
        "risk_manual.RiskPointPage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="风险点",
    )
    lesson = models.ForeignKey(
        "courses.MicroLessonPage",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="微课",
    )
    question_count = models.PositiveSmallIntegerField("题数", default=0)
    enrollment = models.ForeignKey(
        "courses.Enrollment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duties",
        verbose_name="在学记录",
    )
    status = models.CharField(
        "状态", max_length=10, choices=AssignmentStatus, default=AssignmentStatus.OPEN
    )
    assigned_at = models.DateTimeField("布置时间")
    first_due_on = models.DateField("布置时的最迟完成日")
    due_on = models.DateField("最迟完成日", help_text="请假期间顺延")
    completed_at = models.DateTimeField("完成时间", null=True, blank=True)
    ended_reason = models.CharField("终止原因", max_length=200, blank=True)
    ended_at = models.DateTimeField("终止时间", null=True, blank=True)

    objects = TrainingAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "培训任务"
        verbose_name_plural = "培训任务"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "requirement", "cycle"],
                name="assignments_one_per_person_requirement_cycle",
            ),
            models.UniqueConstraint(
                fields=["employee", "requirement"],
                condition=Q(status__in=sorted(UNFINISHED_STATUSES)),
                name="assignments_one_unfinished_per_requirement",
            ),
            models.CheckConstraint(
                condition=Q(lesson__isnull=False)
                | Q(risk_point__isnull=False, question_count__gt=0)
                | Q(enrollment__isnull=False),
                name="assignments_asks_for_something",
            ),
            models.CheckConstraint(
                condition=Q(status=AssignmentStatus.DONE, completed_at__isnull=False)
                | ~Q(status=AssignmentStatus.DONE),
                name="assignments_done_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"])]

    def __str__(self) -> str:
        return f"{self.employee} {self.requirement}"

    @property
    def title(self) -> str:
        """What the person reads as the name of the duty."""
        if self.enrollment is not None:
            return str(self.enrollment.course.title)
        if self.lesson is not None:
            return f"{self.lesson.title}"
        return f"岗位测验：{self.risk_point.title}" if self.risk_point else self.requirement

    @property
    def cause(self) -> str:
        """The cause that attempts and lesson views made for this duty carry."""
        return f"assignments.trainingassignment:{self.pk}"

    def is_overdue(self, *, on: date) -> bool:
        """Return whether the last day has passed and it still stands open."""
        return self.status == AssignmentStatus.OPEN and self.due_on < on


class SourceKind(models.TextChoices):
    POSITION = "position", "岗位必学"
    MONTHLY = "monthly", "廉政三分钟"
    ONBOARDING = "onboarding", "新员工三级教育"
    RENEWAL = "renewal", "到期复训"
    ORDER = "order", "工单结论"
    SIMILAR = "similar", "举一反三"
    MANUAL = "manual", "人工布置"


class AllotmentQuerySet(models.QuerySet["Allotment"]):
    def visible_to(self, user: "User") -> Self:
        """Return those for units in the scope of a training officer."""
        return self.filter(user.scope.units(Role.TRAINING_OFFICER, path="unit__path"))


class Allotment(models.Model):
    """A course that a training officer gave to the people of a unit, or of a post in it, by hand.

    ``named`` narrows it to persons, by their staff numbers with spaces between; empty is everybody.
    Who is given it is settled when it is carried out; ``people`` is how many were new to it.
    """

    course = models.ForeignKey(
        "courses.CoursePage", models.PROTECT, related_name="+", verbose_name="课程"
    )
    unit = models.ForeignKey(
        "people.OrgUnit", models.PROTECT, related_name="+", verbose_name="单位"
    )
    position = models.ForeignKey(
        "people.Position",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="岗位",
    )
    named = models.TextField("只给这些人", blank=True)
    due_on = models.DateField("最迟完成日")
    reason = models.CharField("为什么", max_length=200)
    given_by = models.ForeignKey(Employee, models.PROTECT, related_name="+", verbose_name="布置人")
    given_at = models.DateTimeField("布置时间")
    people = models.PositiveIntegerField("新布置人数", default=0)
    carried_out_at = models.DateTimeField("办完时间", null=True, blank=True)
    withdrawn_at = models.DateTimeField("收回时间", null=True, blank=True)

    objects = AllotmentQuerySet.as_manager()

    class Meta:
        verbose_name = "布置单"
        verbose_name_plural = "布置单"

    def __str__(self) -> str:
        return f"{self.course} {self.unit}{self.position or '全员'}"

    @property
    def whom(self) -> str:
        """Whom of the unit it is for, in words."""
        persons = len(self.named.split())
        if persons:
            return f"点名{persons}人"
        return self.position.name if self.position is not None else "全体人员"


class Extension(models.Model):
    """That the last day of a duty was put off, to when, and why; the latest one counts."""

    assignment = models.ForeignKey(
        TrainingAssignment, models.CASCADE, related_name="extensions", verbose_name="任务"
    )
    due_on = models.DateField("延到")
    reason = models.CharField("原因", max_length=200)
    given_by = models.ForeignKey(Employee, models.PROTECT, related_name="+", verbose_name="办理人")
    given_at = models.DateTimeField("办理时间")

    class Meta:
        verbose_name = "延期"
        verbose_name_plural = "延期"

    def __str__(self) -> str:
        return f"{self.assignment} 延到{self.due_on}"


class AssignmentSource(models.Model):
    """Why a duty stands, from when; without ``withdrawn_at`` it still does.

    ``reason`` is the sentence that the person reads as the answer to “why do I have this?”.
    """

    assignment = models.ForeignKey(
        TrainingAssignment, models.CASCADE, related_name="sources", verbose_name="任务"
    )
    kind = models.CharField("来源", max_length=10, choices=SourceKind)
    work_order = models.ForeignKey(
        "risk_warnings.WorkOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="工单",
    )
    position = models.ForeignKey(
        "people.Position",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="岗位",
    )
    allotment = models.ForeignKey(
        Allotment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sources",
        verbose_name="布置单",
    )
    reason = models.CharField("为什么", max_length=200)
    started_at = models.DateTimeField("起")
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = "任务来源"
        verbose_name_plural = "任务来源"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=SourceKind.ORDER, work_order__isnull=False)
                | ~Q(kind=SourceKind.ORDER),
                name="assignments_order_source_has_its_order",
            ),
            models.UniqueConstraint(
                fields=["assignment", "allotment"], name="assignments_one_source_per_allotment"
            ),
            models.UniqueConstraint(
                fields=["assignment", "kind", "work_order"],
                condition=Q(work_order__isnull=False),
                name="assignments_one_source_per_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.reason}"


class CompletionEvidence(models.Model):
    """The proof that a duty was done: which lesson, attempt or cycle, under which order, and when.

    Never changed or deleted; a correction is a new row that ``replaces`` the old.
    """

    assignment = models.ForeignKey(
        TrainingAssignment, models.PROTECT, related_name="evidence", verbose_name="任务"
    )
    attempt = models.ForeignKey(
        "quizzes.Attempt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答卷",
    )
    lesson_view = models.ForeignKey(
        "courses.LessonView",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="微课学习",
    )
    enrollment = models.ForeignKey(
        "courses.Enrollment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="在学记录",
    )
    work_order = models.ForeignKey(
        "risk_warnings.WorkOrder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="工单",
    )
    risk_point_edition = models.ForeignKey(
        "risk_manual.RiskPointEdition",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="当时有效的风险点文本",
    )
    recorded_at = models.DateTimeField("记录时间")
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="更正",
    )

    class Meta:
        verbose_name = "完成证据"
        verbose_name_plural = "完成证据"
        constraints = [
            models.CheckConstraint(
                condition=Q(attempt__isnull=False)
                | Q(lesson_view__isnull=False)
                | Q(enrollment__isnull=False),
                name="assignments_evidence_points_to_an_act",
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.recorded_at:%Y-%m-%d}"


def _has_standing_source(*, kind: SourceKind) -> Exists:
    return Exists(
        AssignmentSource.objects.filter(
            assignment=OuterRef("pk"), kind=kind, withdrawn_at__isnull=True
        )
    )
