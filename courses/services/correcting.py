"""Correcting a paper score that was typed wrong: what it would change, and doing it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from audit.services import record
from courses.exceptions import CourseRefusal
from courses.models import (
    SETTLED_STATUSES,
    Certificate,
    CourseKind,
    Enrollment,
    EnrollmentStatus,
    ExamResult,
    LessonProgress,
)
from courses.services.enrolling import (
    except_enrollment,
    open_enrollment,
    settle_if_done,
    standing_of,
)
from courses.services.notices import tell_of_correction
from people.models import Employee
from people.services import account_id


class Outcome(StrEnum):
    SAME = "same"
    PASSES = "passes"
    SETTLES = "settles"
    FAILS = "fails"
    REOPENS = "reopens"
    SUPERSEDED = "superseded"
    RESTORES = "restores"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a score would change: the cycle, the resit that it ends, the papers that rest on it."""

    score: int
    outcome: Outcome
    resit: Enrollment | None
    certificates: list[Certificate]

    @property
    def meaning(self) -> str:
        """What is confirmed: other than this, it is asked about again."""
        return f"{self.score}:{self.outcome}"


def plan_correction(*, result: ExamResult, score: int) -> Correction:
    """Return what correcting a paper score would change; nothing is written."""
    enrollment = result.enrollment
    standing = standing_of(enrollment)
    others = [exam for exam in standing.exams if exam.pk != result.pk]
    then = replace(standing, exams=[*others, ExamResult(score=score, pass_mark=result.pass_mark)])
    gains = standing.passed is None and then.passed is not None
    loses = standing.passed is not None and then.passed is None
    resit = Enrollment.objects.open().filter(renews=enrollment, course=enrollment.course).first()
    outcome = Outcome.SAME
    if enrollment.is_open and gains:
        outcome = Outcome.SETTLES if then.is_done else Outcome.PASSES
    elif enrollment.is_open and loses:
        outcome = Outcome.FAILS
    elif enrollment.status == EnrollmentStatus.COMPLETED and loses:
        outcome = Outcome.SUPERSEDED if _is_followed(enrollment) else Outcome.REOPENS
    elif enrollment.status == EnrollmentStatus.COMPLETED and gains and resit is not None:
        outcome = Outcome.RESTORES
    rests = outcome in {Outcome.REOPENS, Outcome.SUPERSEDED}
    return Correction(
        score=score,
        outcome=outcome,
        resit=resit if outcome == Outcome.RESTORES else None,
        certificates=_certificates_on(enrollment) if rests else [],
    )


def correct_paper_score(
    *, result: ExamResult, score: int, reason: str, by: Employee, now: datetime
) -> ExamResult:
    """Replace a score that was typed wrong; both rows are kept, the later one counts.

    A completed cycle that loses its only pass stays as it is: the next one opens, to be examined
    again. Should the pass come back, that one is credited. No certificate is taken back by this.
    The same correction sent twice is one.

    :raises CourseRefusal: if it was no paper, was corrected otherwise before, or says no reason.
    """
    if not result.is_paper:
        raise CourseRefusal("手机上考的成绩由系统判分，不能手工更正。")
    if not reason.strip():
        raise CourseRefusal("还没有写更正的原因，请写明凭什么更正，再保存。")
    if not 0 <= score <= 100:
        raise CourseRefusal("成绩要在0到100之间，请改正后再保存。")
    reason = reason.strip()
    with transaction.atomic():
        held = Enrollment.objects.select_for_update(of=("self",)).select_related(
            "course", "employee"
        )
        result.enrollment = held.get(pk=result.enrollment_id)
        before = ExamResult.objects.filter(replaces=result).first()
        if before is not None:
            if (before.score, before.reason, before.recorded_by_id) == (score, reason, by.pk):
                return before
            raise CourseRefusal("这个成绩已经更正过，请刷新页面，在新的成绩上更正。")
        plan = plan_correction(result=result, score=score)
        corrected = ExamResult.objects.create(
            enrollment=result.enrollment,
            score=score,
            pass_mark=result.pass_mark,
            taken_on=result.taken_on,
            recorded_at=now,
            recorded_by=by,
            replaces=result,
            reason=reason,
        )
        record(
            actor_id=account_id(by),
            action="courses.exam.corrected",
            subject=corrected,
            now=now,
            data={"from": result.score, "to": score, "outcome": plan.outcome},
        )
        if plan.outcome == Outcome.REOPENS:
            _open_resit(result.enrollment, now=now)
        elif plan.resit is not None:
            _credit(plan.resit, corrected, by=by, now=now)
        tell_of_correction(corrected, now=now)
    settle_if_done(enrollment=corrected.enrollment, now=now)
    return corrected


def rests_on_lost_pass(certificate: Certificate) -> bool:
    """Return whether a pass behind a certificate was corrected away and not made good since."""
    enrollment = certificate.enrollment
    cycles = Enrollment.objects.filter(pk=enrollment.pk)
    if enrollment.course.kind == CourseKind.ONBOARDING:
        cycles = Enrollment.objects.filter(
            employee=enrollment.employee_id, course__kind=CourseKind.ONBOARDING
        )
    open_questions = cycles.select_related("course").exclude(
        renewed_by__status__in=SETTLED_STATUSES
    )
    return any(cycle.lost_its_pass() for cycle in open_questions)


def _certificates_on(enrollment: Enrollment) -> list[Certificate]:
    """Return the certificates in force that a settled cycle is behind; the path has one for all."""
    held = Certificate.objects.filter(revoked_at=None)
    if enrollment.course.kind != CourseKind.ONBOARDING or enrollment.settled_at is None:
        return list(held.filter(enrollment=enrollment))
    return list(
        held.filter(
            enrollment__employee=enrollment.employee_id,
            enrollment__course__kind=CourseKind.ONBOARDING,
            issued_on__gte=timezone.localdate(enrollment.settled_at),
        )
    )


def _is_followed(enrollment: Enrollment) -> bool:
    """Return whether a later cycle makes another one needless, or the person has left."""
    later = Enrollment.objects.filter(
        employee=enrollment.employee_id, course=enrollment.course, cycle__gt=enrollment.cycle
    )
    renewed = Enrollment.objects.filter(renews=enrollment)
    return later.exists() or renewed.exists() or enrollment.employee.left_on is not None


def _open_resit(enrollment: Enrollment, *, now: datetime) -> None:
    """Open the next cycle with the lessons that were learnt: only the examination is lacking."""
    resit = open_enrollment(
        employee=enrollment.employee,
        course=enrollment.course,
        starts_on=enrollment.starts_on,
        renews=enrollment,
        now=now,
    )
    learnt = list(enrollment.progress.filter(completed_at__isnull=False))
    for progress in learnt:
        progress.pk, progress.enrollment = None, resit
        progress._state.adding = True
    LessonProgress.objects.bulk_create(learnt)


def _credit(resit: Enrollment, corrected: ExamResult, *, by: Employee, now: datetime) -> None:
    first = corrected.enrollment
    credited = except_enrollment(
        enrollment=resit,
        status=EnrollmentStatus.CREDITED,
        by=by,
        reason=f"第{first.cycle}轮的成绩再次更正为{corrected.score}分，合格",
        now=now,
    )
    # It holds as long as what it stands for, not a year from the day of a typing error.
    credited.valid_until = first.valid_until
    credited.save(update_fields=["valid_until"])
