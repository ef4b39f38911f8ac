"""Opening cycles, working out what is left of them, and settling them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils import timezone

from audit.services import record
from courses.exceptions import CourseRefusal
from courses.models import (
    CourseKind,
    CoursePage,
    Enrollment,
    EnrollmentStatus,
    ExamResult,
    LessonPage,
    LessonProgress,
    LessonView,
    MicroLessonPage,
    Renewal,
    SignOff,
)
from courses.services.certificates import issue_certificate
from courses.services.notices import tell_head, tell_mentor
from courses.signals import enrollment_opened, enrollment_settled
from people.models import Employee, Posting
from people.services import account_id

REFRESHER_MONTHS = 12
OPENS_BEFORE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class LessonStep:
    """One lesson of a cycle, and how far the person is in it."""

    lesson: LessonPage
    progress: LessonProgress | None

    @property
    def is_done(self) -> bool:
        """Whether it was read to its end or attended."""
        return self.progress is not None and self.progress.completed_at is not None


@dataclass(frozen=True, slots=True)
class MicroStep:
    """One micro-lesson of a cycle, done in whatever way since the cycle opened."""

    lesson: MicroLessonPage
    view: LessonView | None

    @property
    def is_done(self) -> bool:
        """Whether it was learnt."""
        return self.view is not None


@dataclass(frozen=True, slots=True)
class SignStep:
    """One item of the sign-off sheet as this person has to show it."""

    seq: int
    title: str
    risk_point: str
    demanded: str
    is_alternative: bool
    sign_off: SignOff | None

    @property
    def is_done(self) -> bool:
        """Whether it was signed, and confirmed by who showed it."""
        return self.sign_off is not None and self.sign_off.confirmed_at is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a cycle is."""

    enrollment: Enrollment
    lessons: list[LessonStep]
    micro_lessons: list[MicroStep]
    sign_steps: list[SignStep]
    exams: list[ExamResult]
    blocked_by: CoursePage | None

    @property
    def passed(self) -> ExamResult | None:
        """The examination that was passed, if any."""
        return next((exam for exam in self.exams if exam.is_passed), None)

    @property
    def skips_lessons(self) -> bool:
        """Whether the first try of a refresher was passed: who knows need not sit through it."""
        refresher = self.enrollment.course.kind == CourseKind.REFRESHER
        return refresher and bool(self.exams) and self.exams[0].is_passed

    @property
    def is_learnt(self) -> bool:
        """Whether every lesson is done."""
        steps: Sequence[LessonStep | MicroStep] = [*self.lessons, *self.micro_lessons]
        return self.skips_lessons or all(step.is_done for step in steps)

    @property
    def is_signed(self) -> bool:
        """Whether every item was shown, signed and confirmed."""
        return all(step.is_done for step in self.sign_steps)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        if not self.is_learnt or self.blocked_by is not None:
            return False
        if self.enrollment.course.has_exam:
            return self.passed is not None
        return self.is_signed and self.enrollment.confirmed_at is not None

    @property
    def awaits_head(self) -> bool:
        """Whether nothing is left but the last word of the head."""
        enrollment = self.enrollment
        return (
            enrollment.is_open
            and not enrollment.course.has_exam
            and enrollment.confirmed_at is None
            and self.blocked_by is None
            and self.is_learnt
            and self.is_signed
        )

    @property
    def total(self) -> int:
        """How many steps there are, the examination counted as one."""
        exam = 1 if self.enrollment.course.has_exam else 0
        return len(self.lessons) + len(self.micro_lessons) + len(self.sign_steps) + exam

    @property
    def done(self) -> int:
        """How many of the steps are done."""
        steps: Sequence[LessonStep | MicroStep | SignStep] = [
            *self.lessons,
            *self.micro_lessons,
            *self.sign_steps,
        ]
        return sum(step.is_done for step in steps) + (self.passed is not None)

    @property
    def next_lesson(self) -> LessonStep | None:
        """The first lesson that is not done."""
        return next((step for step in self.lessons if not step.is_done), None)


def open_enrollment(
    *,
    employee: Employee,
    course: CoursePage,
    starts_on: date,
    now: datetime,
    renews: Enrollment | None = None,
    mentor: Employee | None = None,
) -> Enrollment:
    """Open the next cycle of a course for a person; the one that is open is returned."""
    with transaction.atomic():
        Employee.objects.select_for_update(no_key=True).get(pk=employee.pk)
        cycles = Enrollment.objects.filter(employee=employee, course=course)
        present = cycles.open().first()
        if present is not None:
            return present
        last = cycles.aggregate(last=Max("cycle"))["last"] or 0
        enrollment = Enrollment.objects.create(
            employee=employee,
            course=course,
            cycle=last + 1,
            opened_at=now,
            starts_on=starts_on,
            renews=renews,
            mentor=mentor,
        )
        transaction.on_commit(lambda: _announce(enrollment_opened, enrollment))
    return enrollment


def open_many(
    *, employees: Sequence[int], course: CoursePage, starts_on: date, now: datetime
) -> list[Enrollment]:
    """Open the next cycle of a course for many persons at once; who is on it already is left out.

    Two statements for a thousand persons. Nothing is announced: who asks gives the duties as well.
    """
    with transaction.atomic():
        cycles = Enrollment.objects.filter(course=course, employee__in=employees)
        busy = set(cycles.open().values_list("employee", flat=True))
        last = dict(cycles.values_list("employee").annotate(Max("cycle")))
        return Enrollment.objects.bulk_create(
            [
                Enrollment(
                    employee_id=employee,
                    course=course,
                    cycle=last.get(employee, 0) + 1,
                    opened_at=now,
                    starts_on=starts_on,
                )
                for employee in employees
                if employee not in busy
            ],
            batch_size=500,
        )


def open_path(*, employee: Employee, mentor: Employee | None, now: datetime) -> list[Enrollment]:
    """Open the levels of the path of new hires, in their order; the mentor is for the sign-offs."""
    levels = CoursePage.objects.live().filter(kind=CourseKind.ONBOARDING).order_by("order")
    opened = [
        open_enrollment(
            employee=employee,
            course=level,
            starts_on=employee.joined_on,
            mentor=None if level.has_exam else mentor,
            now=now,
        )
        for level in levels
    ]
    for enrollment in opened:
        tell_mentor(enrollment, now=now)
    return opened


def open_renewals(*, now: datetime) -> int:
    """Open the next cycle of everything that ends within 60 days, once; return how many.

    The refresher that fits the person's post today carries it on. Who has left is left alone.
    """
    today = timezone.localdate(now)
    ending = (
        Enrollment.objects.settled()
        .filter(
            valid_until__lte=today + OPENS_BEFORE,
            renewed_by=None,
            employee__in=Employee.objects.employed(on=today),
        )
        .select_related("course__refreshes", "employee")
        .order_by("pk")
    )
    opened = 0
    for enrollment in ending:
        next_ = open_enrollment(
            employee=enrollment.employee,
            course=refresher_of(enrollment, on=today),
            starts_on=today,
            renews=enrollment,
            now=now,
        )
        opened += next_.renews_id == enrollment.pk
    return opened


def standing_of(enrollment: Enrollment) -> Standing:
    """Return how far a cycle is; about seven queries."""
    course = enrollment.course
    positions = _positions_since(enrollment)
    progress = {row.lesson_id: row for row in enrollment.progress.all()}
    pages = (
        LessonPage.objects.child_of(course).live().prefetch_related("positions").order_by("path")
    )
    lessons = [
        LessonStep(page, progress.get(page.pk))
        for page in pages
        if _is_for(positions, {position.pk for position in page.positions.all()})
    ]
    return Standing(
        enrollment=enrollment,
        lessons=lessons,
        micro_lessons=_micro_steps(enrollment),
        sign_steps=_sign_steps(enrollment, positions),
        exams=list(
            enrollment.exams.filter(replaced_by=None)
            .select_related("attempt")
            .order_by("recorded_at", "pk")
        ),
        blocked_by=_blocked_by(enrollment),
    )


def settle_if_done(*, enrollment: Enrollment, now: datetime) -> bool:
    """Complete a cycle of which nothing is left; return whether it was completed by this.

    Where only the head's word is left, the head is told, whichever step was the last.
    """
    with transaction.atomic():
        held = Enrollment.objects.select_for_update().select_related("course").get(pk=enrollment.pk)
        if not held.is_open:
            return False
        standing = standing_of(held)
        if standing.awaits_head:
            tell_head(held, now=now)
        if not standing.is_done:
            return False
        _settle(held, EnrollmentStatus.COMPLETED, by=None, reason="", now=now)
    # What waited for this one may have been done already: papers are entered in any order.
    waiting = Enrollment.objects.open().filter(
        employee=held.employee_id, course__kind=CourseKind.ONBOARDING
    )
    if held.course.kind == CourseKind.ONBOARDING:
        for other in waiting.select_related("course").order_by("course__order"):
            settle_if_done(enrollment=other, now=now)
    return True


def except_enrollment(
    *, enrollment: Enrollment, status: EnrollmentStatus, by: Employee, reason: str, now: datetime
) -> Enrollment:
    """Waive a cycle or credit it with recent equal learning, for a reason.

    :raises CourseRefusal: if it is not open any more, or no reason is given.
    """
    if not reason.strip():
        raise CourseRefusal("还没有写原因，请写明凭什么免修或折抵，再保存。")
    with transaction.atomic():
        held = Enrollment.objects.select_for_update().select_related("course").get(pk=enrollment.pk)
        if not held.is_open:
            raise CourseRefusal("这门课已经办结，不能再免修或折抵；请刷新页面看最新状态。")
        _settle(held, status, by=by, reason=reason.strip(), now=now)
    return held


def valid_until(enrollment: Enrollment, *, settled_on: date) -> date | None:
    """Return until when a cycle that is settled on a day holds, None for good.

    A refresher holds as long as the course that it refreshes. ``Renewal.FIXED`` counts from the end
    of the cycle before, so that learning early costs nobody a day.
    """
    course = enrollment.course
    months = course.validity_months
    if course.kind == CourseKind.REFRESHER:
        months = (course.refreshes and course.refreshes.validity_months) or REFRESHER_MONTHS
    if months is None:
        return None
    start = settled_on
    renewed = enrollment.renews
    before = renewed.valid_until if renewed is not None and not renewed.lost_its_pass() else None
    if course.renewal == Renewal.FIXED and before is not None:
        start = max(start, before)
    return _months_later(start, months)


def refresher_of(enrollment: Enrollment, *, on: date) -> CoursePage:
    """Return the course that carries a cycle on: its own refresher, that of the post, or itself."""
    course = enrollment.course
    if course.kind == CourseKind.REFRESHER:
        return course
    own: CoursePage | None = (
        CoursePage.objects.live().filter(refreshes=course).order_by("order").first()
    )
    if own is not None:
        return own
    main = enrollment.employee.main_posting(on=on)
    if main is not None:
        of_post: CoursePage | None = (
            CoursePage.objects.live()
            .filter(kind=CourseKind.REFRESHER, positions=main.position_id)
            .order_by("order")
            .first()
        )
        if of_post is not None:
            return of_post
    return course


def _settle(
    enrollment: Enrollment,
    status: EnrollmentStatus,
    *,
    by: Employee | None,
    reason: str,
    now: datetime,
) -> None:
    enrollment.status = status
    enrollment.settled_at = now
    enrollment.settled_by = by
    enrollment.reason = reason
    enrollment.valid_until = valid_until(enrollment, settled_on=timezone.localdate(now))
    enrollment.save(update_fields=["status", "settled_at", "settled_by", "reason", "valid_until"])
    if status == EnrollmentStatus.COMPLETED and _earns_certificate(enrollment.course):
        issue_certificate(enrollment=enrollment, on=timezone.localdate(now))
    record(
        actor_id=account_id(by),
        action=f"courses.enrollment.{status}",
        subject=enrollment,
        now=now,
    )
    transaction.on_commit(lambda: _announce(enrollment_settled, enrollment))


def _announce(signal: Signal, enrollment: Enrollment) -> None:
    signal.send(sender=Enrollment, enrollment=enrollment)


def _earns_certificate(course: CoursePage) -> bool:
    """Return whether it ends in a paper: the last level of the path of new hires stands for all."""
    return course.kind != CourseKind.ONBOARDING or not course.has_exam


def _positions_since(enrollment: Enrollment) -> set[int]:
    """Return the posts the person has held since the cycle began, rotations included."""
    postings = Posting.objects.filter(employee=enrollment.employee_id)
    return {
        posting.position_id
        for posting in postings
        if posting.valid_to is None or posting.valid_to >= enrollment.starts_on
    }


def _is_for(held: set[int], wanted: set[int]) -> bool:
    return not wanted or bool(held & wanted)


def _micro_steps(enrollment: Enrollment) -> list[MicroStep]:
    lessons = list(enrollment.course.micro_lessons.live().order_by("code"))
    if not lessons:
        return []
    views: dict[int, LessonView] = {}
    for view in LessonView.objects.filter(
        employee=enrollment.employee_id,
        lesson__in=lessons,
        completed_at__gte=enrollment.opened_at,
    ).order_by("-completed_at"):
        views[view.lesson_id] = view
    return [MicroStep(lesson, views.get(lesson.pk)) for lesson in lessons]


def _sign_steps(enrollment: Enrollment, held: set[int]) -> list[SignStep]:
    items = enrollment.course.sign_off.get("items", [])
    if not items:
        return []
    codes = set(
        Posting.objects.filter(position__in=held)
        .values_list("position__code", flat=True)
        .distinct()
    )
    signed = {row.seq: row for row in enrollment.sign_offs.select_related("signed_by")}
    steps = []
    for item in items:
        whose = item.get("positions", "all")
        alternative = whose != "all" and not codes & set(whose)
        found = signed.get(item["seq"])
        steps.append(
            SignStep(
                seq=item["seq"],
                title=found.title if found else item["title"],
                risk_point=item["risk_point"],
                demanded=(
                    found.demanded
                    if found
                    else item["alternative"].partition("：")[2]
                    if alternative
                    else item["must_see"]
                ),
                is_alternative=alternative,
                sign_off=found,
            )
        )
    return steps


def _blocked_by(enrollment: Enrollment) -> CoursePage | None:
    """Return the earlier level of the path that has to be passed first."""
    if enrollment.course.kind != CourseKind.ONBOARDING:
        return None
    earlier = (
        Enrollment.objects.open()
        .filter(
            employee=enrollment.employee_id,
            course__kind=CourseKind.ONBOARDING,
            course__order__lt=enrollment.course.order,
        )
        .select_related("course")
        .order_by("course__order")
        .first()
    )
    return earlier.course if earlier else None


def _months_later(day: date, months: int) -> date:
    """Return the last day of so many months: a year from 1 March ends with February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year, month + 1, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(last, date(year, month + 1, min(day.day, last.day))) - timedelta(days=1)
