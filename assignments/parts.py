"""What the result of an attempt says of the duty that it completed."""

from django.urls import reverse

from assignments.models import AssignmentStatus, CompletionEvidence
from quizzes.models import Attempt
from quizzes.registry import ResultNote, register_result_note


@register_result_note
def duty_completed_by(attempt: Attempt) -> ResultNote | None:
    """Lead from the answers to the proof that rests on them, while the duty stands."""
    evidence = (
        CompletionEvidence.objects.filter(attempt=attempt, assignment__status=AssignmentStatus.DONE)
        .select_related("assignment")
        .order_by("-pk")
        .first()
    )
    if evidence is None:
        return None
    return ResultNote(
        sentence=f"已记入学习任务“{evidence.assignment.title}”，记录不可修改。",
        url=reverse("assignments:detail", args=[evidence.assignment_id]),
        action="看完成证据",
    )
