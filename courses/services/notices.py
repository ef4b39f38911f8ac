"""Who is told what of a sign-off: mentor, new hire and head, each once a day at most."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from courses.models import Enrollment, ExamResult
from notifications.models import NotificationCategory
from notifications.services import notify, settle
from people.models import Employee, Posting
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION


def tell_mentor(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell the mentor whom they show the work to."""
    if enrollment.mentor is not None:
        _tell(
            enrollment,
            enrollment.mentor,
            event=f"courses.mentor:{enrollment.pk}",
            title=f"请您带新员工{enrollment.employee.name}",
            body="看着做对一项，签认一项；签认表在课程里",
            now=now,
            category=NotificationCategory.NOTICE,
        )


def tell_of_signed_items(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell the new hire that items wait to be confirmed: one message a day, however many."""
    _tell(
        enrollment,
        enrollment.employee,
        event=f"{_signed(enrollment)}:{timezone.localdate(now)}",
        title="师傅签认了实操，请您确认",
        body="看清楚写的是不是您做的，再逐项确认",
        now=now,
        is_rationed=True,
    )


def settle_signed_items(enrollment: Enrollment, *, now: datetime) -> None:
    """Mark those messages as dealt with, once no item waits."""
    days = {timezone.localdate(row.signed_at) for row in enrollment.sign_offs.all()}
    for day in days:
        settle(event=f"{_signed(enrollment)}:{day}", now=now)


def tell_head(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell the head that a new hire waits for the last word; the deputy where the head cannot."""
    today = timezone.localdate(now)
    main = enrollment.employee.main_posting(on=today)
    if main is None:
        return
    may_confirm = (
        Posting.objects.in_force(on=today)
        .filter(unit=main.unit_id, position__code__in=[HEAD_POSITION, DEPUTY_HEAD_POSITION])
        .exclude(employee__in=[enrollment.mentor_id, enrollment.employee_id])
        .select_related("employee", "position")
        .order_by("pk")
    )
    heads = [posting for posting in may_confirm if posting.position.code == HEAD_POSITION]
    for posting in heads or may_confirm:
        _tell(
            enrollment,
            posting.employee,
            event=_ready(enrollment),
            title=f"{enrollment.employee.name}的三级教育等您确认",
            body="课时和实操都完成了，请看逐项签认后确认",
            now=now,
        )


def settle_head(enrollment: Enrollment, *, now: datetime) -> None:
    """Mark the head's message as dealt with."""
    settle(event=_ready(enrollment), now=now)


def tell_of_correction(corrected: ExamResult, *, now: datetime) -> None:
    """Tell the person that a paper score of theirs was corrected, why, and what it is now."""
    enrollment = corrected.enrollment
    verdict = "合格" if corrected.is_passed else "不合格，要补考的会在课程里开放"
    _tell(
        enrollment,
        enrollment.employee,
        event=f"courses.corrected:{corrected.pk}",
        title=f"纸笔成绩更正为{corrected.score}分：{enrollment.course.title}"[:120],
        body=f"{verdict}。原因：{corrected.reason}"[:200],
        now=now,
        category=NotificationCategory.NOTICE,
    )


def _signed(enrollment: Enrollment) -> str:
    return f"courses.signed:{enrollment.pk}"


def _ready(enrollment: Enrollment) -> str:
    return f"courses.ready:{enrollment.pk}"


def _tell(
    enrollment: Enrollment,
    recipient: Employee,
    *,
    event: str,
    title: str,
    body: str,
    now: datetime,
    category: NotificationCategory = NotificationCategory.TODO,
    is_rationed: bool = False,
) -> None:
    notify(
        recipient=recipient,
        event=event,
        category=category,
        title=title,
        body=body,
        url=reverse("courses:cycle", args=[enrollment.pk]),
        icon="clipboard-check",
        now=now,
        is_rationed=is_rationed,
    )
