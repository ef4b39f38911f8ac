"""The way of a question's text to the learners: written, approved by another, withdrawn."""

from datetime import datetime

from django.db import transaction

from audit.services import record
from people.models import User
from quizzes.exceptions import NotApprovable, NothingToApprove, OwnText
from quizzes.models import Question, QuestionStatus, QuestionVersion
from quizzes.models.bank import digest_of_text, problem_of


def note_edit(*, question: Question, by: User, now: datetime) -> None:
    """Note who changed the text last; a text that is again the published one waits for nobody."""
    if question.version is not None and not question.is_changed():
        question.edited_at = question.version.created_at
    else:
        question.edited_by = by
        question.edited_at = now
    question.save(update_fields=["edited_by", "edited_at"])


def approve_question(*, question: Question, by: User, now: datetime) -> QuestionVersion:
    """Publish the text as a new version, approved by somebody who did not write it.

    A withdrawn question whose text is unchanged is published again in its old version.

    :raises OwnText: if the approver wrote it.
    :raises NotApprovable: if the text could not be asked or graded.
    :raises NothingToApprove: if it is published and unchanged.
    """
    with transaction.atomic():
        question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
        text = question.text()
        version = question.version
        if version is not None and digest_of_text(text) != version.digest:
            version = None
        if version is not None and question.status == QuestionStatus.PUBLISHED:
            raise NothingToApprove
        if question.edited_by_id == by.pk:
            raise OwnText
        problem = problem_of(text)
        if problem is not None:
            raise NotApprovable(problem[1])
        if version is None:
            version = freeze(question, now=now)
            version.written_by = question.edited_by
            version.approved_by = by
            version.save()
            question.version = version
        question.status = QuestionStatus.PUBLISHED
        question.save(update_fields=["version", "status"])
        record(
            actor_id=by.pk,
            action="quizzes.question.approved",
            subject=question,
            now=now,
            data={"version": version.number},
        )
    return version


def withdraw_question(*, question: Question, by: User, now: datetime) -> Question:
    """Stop drawing a question at once; attempts that hold it already keep it."""
    with transaction.atomic():
        question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
        if question.status != QuestionStatus.WITHDRAWN:
            question.status = QuestionStatus.WITHDRAWN
            question.save(update_fields=["status"])
            record(actor_id=by.pk, action="quizzes.question.withdrawn", subject=question, now=now)
    return question


def freeze(question: Question, *, now: datetime) -> QuestionVersion:
    """Return the question's text as its next version, unsaved."""
    last = question.versions.order_by("-number").values_list("number", flat=True).first()
    return QuestionVersion.of(question, question.text(), number=(last or 0) + 1, created_at=now)
