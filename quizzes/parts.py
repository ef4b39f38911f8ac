"""What the page of a risk point shows of the reader's own practice."""

from typing import Any

from django.http import HttpRequest
from wagtail.models import Page

from people.models import User
from quizzes.models import Attempt, ReviewCard
from risk_manual.registry import point_parts


@point_parts.register("quiz", template="quizzes/point_part.html")
def last_attempt_on(point: Page, request: HttpRequest) -> dict[str, Any] | None:
    """Show how the reader did last time, or that an attempt is waiting to be finished."""
    if not isinstance(request.user, User):
        return None
    attempts = Attempt.objects.visible_to(request.user).filter(risk_point=point)
    waiting = attempts.open().filter(cause="", retracted_at=None).exists()
    last = attempts.counted().order_by("-submitted_at", "-pk").first()
    return {"last": last, "waiting": waiting} if waiting or last else None


@point_parts.register("mastery", template="quizzes/mastery_part.html")
def mastery_of(point: Page, request: HttpRequest) -> dict[str, Any] | None:
    """Show how well the reader knows the point, once they have answered anything on it."""
    if not isinstance(request.user, User):
        return None
    card = ReviewCard.objects.visible_to(request.user).filter(risk_point=point).first()
    return {"mastery": card.mastery} if card else None
