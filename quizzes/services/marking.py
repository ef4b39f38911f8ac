"""Marking short answers: one person against the marking points, without knowing whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.urls import reverse

from audit.services import record
from notifications.models import NotificationCategory
from notifications.services import notify
from people.models import Employee
from people.services import account_id
from quizzes.exceptions import MarkRefused
from quizzes.models import Answer, AnswerMark, Attempt, QuestionType, QuestionVersion
from quizzes.services.regrading import standing_verdict
from quizzes.services.scoring import note_right, score, settle


@dataclass(frozen=True, slots=True)
class MarkingPile:
    """The answers to one version of a question that wait: how many, and since when."""

    version: QuestionVersion
    waiting: int
    since: datetime


def waiting_for(marker: Employee) -> "QuerySet[Answer]":
    """Return the short answers that wait for a mark and are not the marker's own."""
    return (
        Answer.objects.filter(
            attempt__in=Attempt.objects.awaiting_marks().filter(retracted_at=None),
            version__type=QuestionType.SHORT,
            is_right=None,
        )
        .exclude(attempt__employee=marker)
        .select_related("version__question", "attempt")
        .order_by("attempt__submitted_at", "pk")
    )


def piles_for(marker: Employee) -> list[MarkingPile]:
    """Return what waits, by version of the question, the longest waiting first; two queries."""
    rows = list(
        waiting_for(marker)
        .order_by()
        .values("version")
        .annotate(waiting=Count("pk"), since=Min("attempt__submitted_at"))
        .order_by("since")
    )
    versions = QuestionVersion.objects.select_related("question").in_bulk(
        [row["version"] for row in rows]
    )
    return [MarkingPile(versions[row["version"]], row["waiting"], row["since"]) for row in rows]


def marks_by(marker: Employee) -> "QuerySet[AnswerMark]":
    """Return the marks that a person gave and that stand, the latest first."""
    return (
        AnswerMark.objects.standing()
        .filter(marked_by=marker)
        .select_related("answer__version__question", "answer__attempt")
        .order_by("-marked_at", "-pk")
    )


def mark_answer(
    *,
    answer: Answer,
    points: Sequence[int],
    comment: str = "",
    by: Employee,
    now: datetime,
    replaces: AnswerMark | None = None,
) -> AnswerMark:
    """Mark a short answer; the last one of an attempt grades it and tells the person.

    ``points`` holds what is given for each marking point, in its order. The answer is right if its
    share reaches the pass mark of the attempt. ``replaces`` is the mark that was a slip; both stay.

    :raises MarkRefused: if it is the marker's own, was marked before, or the points cannot be.
    """
    with transaction.atomic():
        Employee.objects.select_for_update(no_key=True).get(pk=answer.attempt.employee_id)
        answer = Answer.objects.select_related("attempt__employee", "version").get(pk=answer.pk)
        attempt = answer.attempt
        _check(answer, points, by=by, replaces=replaces)
        mark = AnswerMark.objects.create(
            answer=answer,
            points=list(points),
            comment=comment.strip(),
            marked_by=by,
            marked_at=now,
            replaces=replaces,
        )
        full = sum(point["score"] for point in answer.version.marking_points)
        reaches = mark.given * 100 >= full * (attempt.pass_mark or 100)
        note_right(answer, right=standing_verdict(answer) or reaches, now=now)
        record(
            actor_id=account_id(by),
            action="quizzes.answer.marked",
            subject=answer,
            now=now,
            data={"given": mark.given, "of": full},
        )
        score(attempt)
        if not attempt.awaits_marks:
            settle(attempt)
            _tell(attempt, now=now)
    return mark


def _check(
    answer: Answer, points: Sequence[int], *, by: Employee, replaces: AnswerMark | None
) -> None:
    if answer.attempt.employee_id == by.pk:
        raise MarkRefused("这是您自己的答卷，请换一位同事批改。")
    if answer.version.type != QuestionType.SHORT or not answer.attempt.is_submitted:
        raise MarkRefused("这道题不用人工批改，请回到批改清单。")
    standing = answer.marks.filter(replaced_by=None).first()
    if standing != replaces or (standing is None and answer.is_given):
        raise MarkRefused("这一份刚才已经批好了，请接着批下一份。")
    most = [point["score"] for point in answer.version.marking_points]
    if len(points) != len(most) or any(
        not 0 <= given <= of for given, of in zip(points, most, strict=True)
    ):
        raise MarkRefused("每个得分点都要给分，不能超过它的分值；请补上再保存。")


def _tell(attempt: Attempt, *, now: datetime) -> None:
    notify(
        recipient=attempt.employee,
        event=f"quizzes.attempt:{attempt.pk}:graded:{attempt.score}",
        category=NotificationCategory.NOTICE,
        title="考卷批好了",
        body=f"{attempt.reason.rstrip('。')}，{attempt.score}分",
        url=reverse("quizzes:result", args=[attempt.pk]),
        icon="check",
        now=now,
    )
