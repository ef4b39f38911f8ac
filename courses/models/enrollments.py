"""Who is on which course, in which cycle, and how far: lessons, examinations, sign-offs."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from common.files import private_storage
from people.models import Employee, Posting, Role
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION

if TYPE_CHECKING:
    from people.models import User


class EnrollmentStatus(models.TextChoices):
    OPEN = "open", "在学"
    COMPLETED = "completed", "已完成"
    WAIVED = "waived", "免修"
    CREDITED = "credited", "以近期同等学习折抵"
    ENDED = "ended", "已终止"


SETTLED_STATUSES = frozenset(
    {EnrollmentStatus.COMPLETED, EnrollmentStatus.WAIVED, EnrollmentStatus.CREDITED}
)


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def open(self) -> Self:
        """Return what is still being learnt."""
        return self.filter(status=EnrollmentStatus.OPEN)

    def settled(self) -> Self:
        """Return what was completed, waived or credited: it holds until ``valid_until``."""
        return self.filter(status__in=SETTLED_STATUSES)

    def holding(self, *, on: date) -> Self:
        """Return what still holds on that day."""
        return self.filter(Q(valid_until=None) | Q(valid_until__gte=on))

    def trained_by(self, user: "User") -> Self:
        """Return those of whom one is training officer today."""
        scope = user.scope
        if scope.employee is None:
            return self.none()
        postings = Posting.objects.in_force(on=scope.on)
        answered_for = postings.filter(scope.units(Role.TRAINING_OFFICER, path="unit__path"))
        return self.filter(employee__in=answered_for.values("employee"))

    def visible_to(self, user: "User") -> Self:
        """Return one's own, and of those whose mentor, head or training officer one is."""
        scope = user.scope
        if scope.employee is None:
            return self.none()
        headed = scope.unit_ids_held_as([HEAD_POSITION, DEPUTY_HEAD_POSITION])
        led = Posting.objects.in_force(on=scope.on).filter(unit__in=headed)
        return self.filter(
            Q(employee=scope.employee)
            | Q(mentor=scope.employee)
            | Q(employee__in=led.values("employee"))
            | Q(pk__in=self.trained_by(user).values("pk"))
        )


class Enrollment(models.Model):
    """One person's cycle of one course; never overwritten, the next cycle is a row of its own.

    Days of lessons count from ``starts_on`` (the joining date on the path of new hires). What was
    completed holds until ``valid_until``; without it, for good. ``renews`` is the cycle whose
    validity this one carries on. When it is due is for the duty to say, in the app above.
    """

    employee = models.ForeignKey(
        Employee, models.PROTECT, related_name="enrollments", verbose_name="员工"
    )
    course = models.ForeignKey(
        "courses.CoursePage", models.PROTECT, related_name="enrollments", verbose_name="课程"
    )
    cycle = models.PositiveSmallIntegerField("轮次", default=1)
    opened_at = models.DateTimeField("开放时间")
    starts_on = models.DateField("起算日")
    status = models.CharField(
        "状态", max_length=10, choices=EnrollmentStatus, default=EnrollmentStatus.OPEN
    )
    settled_at = models.DateTimeField("完成时间", null=True, blank=True)
    valid_until = models.DateField("有效至", null=True, blank=True)
    reason = models.CharField("免修、折抵或终止的原因", max_length=200, blank=True)
    settled_by = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    renews = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="renewed_by",
        verbose_name="接续的一轮",
    )
    mentor = models.ForeignKey(
        Employee,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mentored_enrollments",
        verbose_name="师傅",
    )
    confirmed_by = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("所长确认时间", null=True, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = "在学记录"
        verbose_name_plural = "在学记录"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "course", "cycle"], name="courses_one_enrollment_a_cycle"
            ),
            models.UniqueConstraint(
                fields=["employee", "course"],
                condition=Q(status=EnrollmentStatus.OPEN),
                name="courses_one_open_enrollment",
            ),
            models.CheckConstraint(
                condition=Q(status=EnrollmentStatus.OPEN, settled_at=None)
                | (~Q(status=EnrollmentStatus.OPEN) & Q(settled_at__isnull=False)),
                name="courses_settled_enrollment_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[EnrollmentStatus.OPEN, EnrollmentStatus.COMPLETED])
                | ~Q(reason=""),
                name="courses_exception_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(mentor=None) | ~Q(mentor=models.F("employee")),
                name="courses_nobody_mentors_themselves",
            ),
        ]
        indexes = [models.Index(fields=["valid_until"])]

    def __str__(self) -> str:
        return f"{self.employee} {self.course.code} 第{self.cycle}轮"

    @property
    def is_open(self) -> bool:
        """Whether it is still being learnt."""
        return self.status == EnrollmentStatus.OPEN

    @property
    def cause(self) -> str:
        """What the causes of its examinations begin with."""
        return f"courses.enrollment:{self.pk}"

    def lost_its_pass(self) -> bool:
        """Return whether it was completed by a score that was corrected to a fail; two queries."""
        if self.status != EnrollmentStatus.COMPLETED or not self.course.has_exam:
            return False
        exams = self.exams.filter(replaced_by=None)
        passed = exams.filter(score__gte=models.F("pass_mark"))
        return exams.exists() and not passed.exists()

    def holds_on(self, day: date) -> bool:
        """Return whether it was settled and is still valid on that day."""
        return self.status in SETTLED_STATUSES and (
            self.valid_until is None or day <= self.valid_until
        )


class LessonWay(models.TextChoices):
    READ = "read", "自学"
    ATTENDED = "attended", "集中授课"


class LessonProgress(models.Model):
    """How far a person is in one lesson of a cycle. 个人信息：学习记录。

    ``checks`` holds the first answer to each question in the lesson: ``{code: [key, …]}``;
    ``seconds_by_day`` says how much of ``reading_seconds`` was read when: ``{"2026-11-24": 300}``.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="progress", verbose_name="在学记录"
    )
    lesson = models.ForeignKey(
        "courses.LessonPage", models.PROTECT, related_name="progress", verbose_name="课时"
    )
    opened_at = models.DateTimeField("打开时间")
    last_act_at = models.DateTimeField("最近一次动作")
    reading_seconds = models.PositiveIntegerField("阅读秒数", default=0)
    seconds_by_day = models.JSONField("每天的阅读秒数", default=dict)
    checks = models.JSONField("随堂题作答", default=dict)
    completed_at = models.DateTimeField("学完", null=True, blank=True)
    way = models.CharField("怎么学完", max_length=10, choices=LessonWay, blank=True)
    recorded_by = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )

    class Meta:
        verbose_name = "课时进度"
        verbose_name_plural = "课时进度"
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lesson"], name="courses_one_progress_a_lesson"
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None, way="")
                | (Q(completed_at__isnull=False) & ~Q(way="")),
                name="courses_completed_lesson_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} {self.lesson}"


class ExamResult(models.Model):
    """One examination of a cycle: an attempt on the phone, or a paper whose score was entered.

    Never changed or deleted; each try is a row, and one that reaches its pass mark passes. A score
    that was typed wrong, or whose question was corrected, is replaced by a new row.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="exams", verbose_name="在学记录"
    )
    attempt = models.ForeignKey(
        "quizzes.Attempt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="答卷",
    )
    score = models.PositiveSmallIntegerField("成绩", help_text="百分制")
    pass_mark = models.PositiveSmallIntegerField("及格线")
    taken_on = models.DateField("考试日期")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(
        Employee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="登记人"
    )
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name="更正",
    )
    reason = models.CharField("更正的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "考试成绩"
        verbose_name_plural = "考试成绩"
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=0, score__lte=100), name="courses_score_is_of_100"
            ),
            models.CheckConstraint(
                condition=Q(attempt__isnull=False) | Q(recorded_by__isnull=False),
                name="courses_paper_score_has_its_person",
            ),
            models.UniqueConstraint(
                fields=["attempt"],
                condition=Q(replaces=None),
                name="courses_attempt_is_recorded_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} {self.score}分"

    @property
    def is_passed(self) -> bool:
        """Whether the score reaches the pass mark."""
        return self.score >= self.pass_mark

    @property
    def is_paper(self) -> bool:
        """Whether it was sat on paper."""
        return self.attempt_id is None


class SignOff(models.Model):
    """That a mentor saw one item done, and that the new hire confirms it.

    个人信息：签认记录、照片。

    The wording of the item is kept as it was signed. There is no signing in bulk: one row an item,
    each with its own day and what was seen, in a sentence, a photo or both.
    """

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="sign_offs", verbose_name="在学记录"
    )
    seq = models.PositiveSmallIntegerField("序号")
    title = models.CharField("项目", max_length=60)
    demanded = models.CharField("要看到什么", max_length=300)
    shown_on = models.DateField("演示日期")
    seen = models.CharField("看到了什么", max_length=300, blank=True)
    photo = models.FileField(
        "照片", upload_to="courses/sign-offs", storage=private_storage, blank=True
    )
    photo_type = models.CharField("照片类型", max_length=20, blank=True)
    signed_by = models.ForeignKey(Employee, models.PROTECT, related_name="+", verbose_name="签认人")
    signed_at = models.DateTimeField("签认时间")
    confirmed_at = models.DateTimeField("本人确认", null=True, blank=True)

    class Meta:
        verbose_name = "实操签认"
        verbose_name_plural = "实操签认"
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "seq"], name="courses_item_is_signed_once"
            ),
            models.CheckConstraint(
                condition=~Q(seen="") | ~Q(photo=""), name="courses_item_was_seen"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment} {self.title}"
