"""What the apps below announce, one line each; the sweep repeats what a lost signal left."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from courses.models import LessonView
from courses.signals import lesson_completed
from education_sessions import services
from quizzes.models import Attempt
from quizzes.signals import attempt_submitted


@receiver(lesson_completed, dispatch_uid="education_sessions.lesson_completed")
def on_lesson_completed(sender: object, *, view: LessonView, **kwargs: Any) -> None:
    services.complete_of(employee_id=view.employee_id, now=timezone.now())


@receiver(attempt_submitted, dispatch_uid="education_sessions.attempt_submitted")
def on_attempt_submitted(sender: object, *, attempt: Attempt, **kwargs: Any) -> None:
    services.complete_of(employee_id=attempt.employee_id, now=timezone.now())
