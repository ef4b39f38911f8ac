"""Duties that cycles of courses bring: from the joining date, to the end of a validity, by hand."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from assignments.models import (
    UNFINISHED_STATUSES,
    AssignmentStatus,
    CompletionEvidence,
    SourceKind,
    TrainingAssignment,
)
from assignments.services.assigning import Requirement, Source, assignment_event, require
from assignments.services.completing import complete
from audit.services import record
from common.calendar import add_workdays
from courses.models import CourseKind, CoursePage, Enrollment, EnrollmentStatus, LessonPage
from courses.services import open_path
from notifications.services import settle
from people.models import Employee

# Who is entered late still has a working week.
SHORTEST_TIME = 5
JOINED_LATELY = timedelta(days=30)


def require_course(*, enrollment: Enrollment, now: datetime) -> TrainingAssignment | None:
    """Give the duty that a cycle brings, once; a course that somebody began themselves brings none.

    The path of new hires is due by its last lesson or sign-off, counted from the joining date; a
    refresher by the end of what it renews; both at least five working days from now.
    """
    source, due_on = _source_of(enrollment)
    if source is None or due_on is None or not enrollment.is_open:
        return None
    return require(
        employee=enrollment.employee,
        requirement=Requirement.on_course(enrollment),
        source=source,
        due_on=max(due_on, add_workdays(timezone.localdate(now), SHORTEST_TIME)),
        now=now,
    )


def record_course(*, enrollment: Enrollment, now: datetime) -> list[CompletionEvidence]:
    """Complete the duty of a cycle that was completed; end that of one settled in another way."""
    duties = TrainingAssignment.objects.unfinished().filter(enrollment=enrollment)
    if enrollment.status == EnrollmentStatus.COMPLETED:
        return complete(duties, now=now)
    if not enrollment.is_open:
        words = filter(None, [enrollment.get_status_display(), enrollment.reason])
        end_duties(duties, reason="：".join(words), now=now)
    return []


def end_duties(
    duties: Iterable[TrainingAssignment], *, reason: str, now: datetime
) -> list[TrainingAssignment]:
    """End duties that need not be done any more; what was done for them stays."""
    ended = []
    for duty in duties:
        duty.status = AssignmentStatus.ENDED
        duty.ended_reason = reason[:200]
        duty.ended_at = now
        duty.save(update_fields=["status", "ended_reason", "ended_at"])
        settle(event=assignment_event(duty), now=now)
        record(actor_id=None, action="assignments.assignment.ended", subject=duty, now=now)
        ended.append(duty)
    return ended


def sweep_courses(*, now: datetime) -> dict[str, int]:
    """Do what lost signals left undone, and return how much of each kind.

    Who comes back after leaving finds a new duty for the cycle that is still open.
    """
    standing = TrainingAssignment.objects.unfinished().filter(enrollment=OuterRef("pk"))
    lacking = (
        Enrollment.objects.open()
        .filter(
            Q(course__kind=CourseKind.ONBOARDING) | Q(renews__isnull=False),
            ~Exists(standing),
            employee__in=Employee.objects.employed(on=timezone.localdate(now)),
        )
        .select_related("course", "employee", "renews")
        .order_by("pk")
    )
    required = [require_course(enrollment=enrollment, now=now) for enrollment in lacking]
    settled = (
        Enrollment.objects.exclude(status=EnrollmentStatus.OPEN)
        .filter(duties__status__in=UNFINISHED_STATUSES)
        .distinct()
        .order_by("pk")
    )
    for enrollment in settled:
        record_course(enrollment=enrollment, now=now)
    return {
        "required": sum(duty is not None for duty in required),
        "settled": len(settled),
    }


def open_paths_of_joiners(*, now: datetime) -> int:
    """Open the path of new hires for who joined lately without a class; return for how many."""
    today = timezone.localdate(now)
    if not CoursePage.objects.live().filter(kind=CourseKind.ONBOARDING).exists():
        return 0
    joiners = (
        Employee.objects.employed(on=today)
        .filter(joined_on__gt=today - JOINED_LATELY)
        .exclude(enrollments__course__kind=CourseKind.ONBOARDING)
        .order_by("pk")
    )
    for employee in joiners:
        open_path(employee=employee, mentor=None, now=now)
    return len(joiners)


def due_dates_of_cycles(enrollments: Iterable[Enrollment]) -> dict[int, date]:
    """Return the last day of each cycle that a duty stands for, by the cycle's key; one query."""
    rows = TrainingAssignment.objects.unfinished().filter(
        enrollment__in=[enrollment.pk for enrollment in enrollments]
    )
    return dict(rows.values_list("enrollment", "due_on"))


def _source_of(enrollment: Enrollment) -> tuple[Source | None, date | None]:
    course = enrollment.course
    failed = enrollment.renews
    if failed is not None and failed.lost_its_pass():
        # Who began the course themselves, without a duty, owes no resit either.
        if not TrainingAssignment.objects.filter(enrollment=failed).exists():
            return None, None
        is_path = course.kind == CourseKind.ONBOARDING
        kind = SourceKind.ONBOARDING if is_path else SourceKind.RENEWAL
        reason = f"“{course.title}”的成绩更正后不合格，要补考"
        return Source(kind=kind, reason=reason), timezone.localdate(enrollment.opened_at)
    if course.kind == CourseKind.ONBOARDING:
        joined = enrollment.starts_on
        reason = f"您{joined.year}年{joined.month}月{joined.day}日入职，新员工都要学"
        return Source(kind=SourceKind.ONBOARDING, reason=reason), _last_day(enrollment)
    before = enrollment.renews
    if before is not None and before.valid_until is not None:
        until = before.valid_until
        reason = f"“{before.course.title}”{until.year}年{until.month}月{until.day}日到期，要复训"
        return Source(kind=SourceKind.RENEWAL, reason=reason), until
    return None, None


def _last_day(enrollment: Enrollment) -> date:
    lessons = LessonPage.objects.child_of(enrollment.course).live()
    days = lessons.aggregate(last=Max("due_days_after_joining"))["last"] or 0
    sign_off = enrollment.course.sign_off.get("due_days_after_joining") or 0
    return enrollment.starts_on + timedelta(days=max(days, sign_off))
