"""What the apps below announce, one line each; the sweep repeats what a lost signal left."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from assignments import services
from courses.models import Enrollment, LessonView
from courses.signals import enrollment_opened, enrollment_settled, lesson_completed
from people.models import Employee
from quizzes.models import Attempt
from quizzes.signals import attempt_submitted
from risk_warnings.models import Objection, RiskWarning, WorkOrder
from risk_warnings.signals import (
    cause_taken_back,
    objection_decided,
    objection_filed,
    order_concluded,
)


@receiver(lesson_completed, dispatch_uid="assignments.lesson_completed")
def on_lesson_completed(sender: object, *, view: LessonView, **kwargs: Any) -> None:
    services.record_lesson(view=view, now=timezone.now())


@receiver(enrollment_opened, dispatch_uid="assignments.enrollment_opened")
def on_enrollment_opened(sender: object, *, enrollment: Enrollment, **kwargs: Any) -> None:
    services.require_course(enrollment=enrollment, now=timezone.now())


@receiver(enrollment_settled, dispatch_uid="assignments.enrollment_settled")
def on_enrollment_settled(sender: object, *, enrollment: Enrollment, **kwargs: Any) -> None:
    services.record_course(enrollment=enrollment, now=timezone.now())


@receiver(attempt_submitted, dispatch_uid="assignments.attempt_submitted")
def on_attempt_submitted(sender: object, *, attempt: Attempt, **kwargs: Any) -> None:
    services.record_attempt(attempt=attempt, now=timezone.now())


@receiver(order_concluded, dispatch_uid="assignments.order_concluded")
def on_order_concluded(
    sender: object, *, order: WorkOrder, learner: Employee | None, **kwargs: Any
) -> None:
    services.follow_conclusion(order=order, learner=learner, now=timezone.now())


@receiver(cause_taken_back, dispatch_uid="assignments.cause_taken_back")
def on_cause_taken_back(
    sender: object, *, warning: RiskWarning, reason: str, **kwargs: Any
) -> None:
    services.take_back_for(warning=warning, reason=reason, now=timezone.now())


@receiver(objection_filed, dispatch_uid="assignments.objection_filed")
def on_objection_filed(sender: object, *, objection: Objection, **kwargs: Any) -> None:
    services.pause_learning(order=objection.order)


@receiver(objection_decided, dispatch_uid="assignments.objection_decided")
def on_objection_decided(sender: object, *, objection: Objection, **kwargs: Any) -> None:
    services.resume_learning(order=objection.order)
