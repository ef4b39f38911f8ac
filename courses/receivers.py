"""What the apps below announce, one line each."""

from typing import Any

from django.dispatch import receiver

from courses import services
from quizzes.models import Attempt
from quizzes.signals import attempt_submitted


@receiver(attempt_submitted, dispatch_uid="courses.attempt_submitted")
def on_attempt_submitted(sender: object, *, attempt: Attempt, **kwargs: Any) -> None:
    services.record_exam(attempt=attempt)
