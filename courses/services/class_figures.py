"""How far a class is: every member and level in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, F, Q

from courses.models import (
    Certificate,
    ClassMember,
    CourseKind,
    Enrollment,
    ExamResult,
    LessonProgress,
    SignOff,
    TrainingClass,
)


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """One member on one level: lessons learnt, examinations sat, items signed and confirmed."""

    enrollment: Enrollment
    lessons: int
    exams: int
    is_passed: bool
    signed: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """One member of a class with the levels in their order."""

    member: ClassMember
    levels: list[LevelFigures]
    certificate: Certificate | None


def class_figures(training_class: TrainingClass) -> list[MemberFigures]:
    """Return the members by staff number, each with their levels; six queries."""
    members = list(
        training_class.members.select_related("employee", "mentor").order_by("employee__emp_no")
    )
    latest: dict[tuple[int, int], Enrollment] = {}
    cycles = Enrollment.objects.filter(
        employee__in=[member.employee_id for member in members],
        course__kind=CourseKind.ONBOARDING,
    )
    for enrollment in cycles.select_related("course", "mentor").order_by("cycle"):
        latest[(enrollment.employee_id, enrollment.course_id)] = enrollment
    levels = _levels(latest.values())
    certificates = {
        one.enrollment_id: one for one in Certificate.objects.filter(enrollment__in=levels)
    }
    of: dict[int, list[LevelFigures]] = {}
    for level in sorted(levels.values(), key=lambda level: level.enrollment.course.order):
        of.setdefault(level.enrollment.employee_id, []).append(level)
    return [
        MemberFigures(
            member=member,
            levels=of.get(member.employee_id, []),
            certificate=next(
                (
                    certificates[level.enrollment.pk]
                    for level in of.get(member.employee_id, [])
                    if level.enrollment.pk in certificates
                ),
                None,
            ),
        )
        for member in members
    ]


def _levels(enrollments: Iterable[Enrollment]) -> dict[int, LevelFigures]:
    rows = {enrollment.pk: enrollment for enrollment in enrollments}
    lessons = dict(
        LessonProgress.objects.filter(enrollment__in=rows, completed_at__isnull=False)
        .values_list("enrollment")
        .annotate(Count("pk"))
    )
    exams = {
        pk: (count, passed > 0)
        for pk, count, passed in ExamResult.objects.filter(enrollment__in=rows, replaced_by=None)
        .values_list("enrollment")
        .annotate(count=Count("pk"), passed=Count("pk", filter=Q(score__gte=F("pass_mark"))))
    }
    signs = {
        pk: (count, confirmed)
        for pk, count, confirmed in SignOff.objects.filter(enrollment__in=rows)
        .values_list("enrollment")
        .annotate(Count("pk"), Count("confirmed_at"))
    }
    figures = {}
    for pk, enrollment in rows.items():
        sat, passed = exams.get(pk, (0, False))
        signed, confirmed = signs.get(pk, (0, 0))
        figures[pk] = LevelFigures(enrollment, lessons.get(pk, 0), sat, passed, signed, confirmed)
    return figures
