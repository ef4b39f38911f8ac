"""What the answers of an attempt come to, and what follows when all of them are graded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import floor

from django.db import transaction

from quizzes.models import Answer, AnswerMark, Attempt
from quizzes.services.review import points_met_in, rebuild_cards
from quizzes.signals import attempt_submitted


def score(attempt: Attempt) -> None:
    """Write how many answers are right, and the share of 100; not while one awaits its mark."""
    answers = list(attempt.answers.select_related("version"))
    if any(answer.is_right is None for answer in answers):
        return
    attempt.right_count = sum(bool(answer.is_right) for answer in answers)
    attempt.score = score_of(answers, marks_of([attempt]))
    attempt.save(update_fields=["right_count", "score"])


def marks_of(attempts: Iterable[Attempt]) -> dict[int, AnswerMark]:
    """Return the marks that stand on the answers of attempts, by answer; one query."""
    found = AnswerMark.objects.standing().filter(answer__attempt__in=attempts)
    return {mark.answer_id: mark for mark in found}


def score_of(answers: Sequence[Answer], marks: Mapping[int, AnswerMark]) -> int:
    """Return what all the answers of an attempt come to, of 100.

    A short answer counts by the share of its points, every other by right or wrong. Rounded down,
    so that nobody passes by rounding.
    """
    shares = [_share_of(answer, marks.get(answer.pk)) for answer in answers]
    return floor(sum(shares, Fraction()) * 100 / len(answers))


def _share_of(answer: Answer, mark: AnswerMark | None) -> Fraction:
    if mark is None:
        return Fraction(bool(answer.is_right))
    full = sum(point["score"] for point in answer.version.marking_points)
    # What was given to everybody after a correction is worth all of it, whatever was marked.
    return Fraction(1) if mark.is_overruled else Fraction(mark.given, full)


def settle(attempt: Attempt) -> None:
    """Bring the review cards up to date and announce an attempt that is graded."""
    rebuild_cards(employee=attempt.employee, risk_points=points_met_in([attempt]))
    if attempt.retracted_at is None:
        transaction.on_commit(lambda: _announce(attempt))


def _announce(attempt: Attempt) -> None:
    attempt_submitted.send(sender=Attempt, attempt=attempt)


def note_right(answer: Answer, *, right: bool, now: datetime) -> None:
    """Write whether an answer is right, and that it is final."""
    answer.is_right = right
    answer.answered_at = answer.answered_at or now
    answer.saved_at = answer.saved_at or now
    answer.save(update_fields=["is_right", "answered_at", "saved_at"])
