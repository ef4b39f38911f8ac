"""我的记录: my proofs, the warnings I was asked about, and who opened my records."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from assignments.models import AssignmentStatus, CompletionEvidence, TrainingAssignment
from audit.models import AuditEntry
from people.models import InterestStatement, SignedInRequest, User
from people.models.statements import STATEMENT_READERS
from people.services import file_state_of
from quizzes.models import Attempt
from risk_warnings.models import RiskWarning, WorkOrder

SHOWN = 20
RECENT = timedelta(days=90)
READING = (
    "risk_warnings.warning.read",
    "risk_warnings.order.read",
    "risk_warnings.interview.read",
    "people.interests.read",
)


@login_required
def me(request: SignedInRequest) -> HttpResponse:
    """Show my own records, and nothing of anybody else's."""
    employee = request.user.scope.employee
    if employee is None:
        return render(request, "home/no_employee.html")
    now = timezone.now()
    duties = TrainingAssignment.objects.counted().filter(employee=employee)
    evidence = (
        CompletionEvidence.objects.filter(
            assignment__employee=employee,
            assignment__status=AssignmentStatus.DONE,
            replaced_by=None,
        )
        .select_related(
            "assignment__lesson",
            "assignment__risk_point",
            "assignment__enrollment__course",
            "attempt",
            "lesson_view",
            "enrollment",
        )
        .prefetch_related("assignment__sources")
        .order_by("-recorded_at", "-pk")
    )
    attempts = Attempt.objects.visible_to(request.user).filter(right_count__isnull=False)
    recent = attempts.filter(submitted_at__gte=now - RECENT, retracted_at=None).aggregate(
        asked=Sum("question_count"), right=Sum("right_count")
    )
    warnings = RiskWarning.objects.received_by(request.user)
    context = {
        "employee": employee,
        "postings": request.user.scope.postings,
        "evidence": evidence[:SHOWN],
        "done": duties.filter(status=AssignmentStatus.DONE).count(),
        "open": duties.filter(status=AssignmentStatus.OPEN).count(),
        "right_share": round(100 * recent["right"] / recent["asked"]) if recent["asked"] else None,
        "voluntary": [
            one for one in attempts.order_by("-submitted_at")[:SHOWN] if one.is_voluntary
        ],
        "warnings": warnings.order_by("-stored_at", "-pk")[:SHOWN],
        "readers": _readers(request.user),
        "file": file_state_of(employee, on=request.user.scope.on),
        "reads_statements": request.user.scope.has(*STATEMENT_READERS),
    }
    return render(request, "home/me.html", context)


def _readers(user: User) -> list[dict[str, object]]:
    """Return who opened a restricted record about the person in the last 90 days, newest first."""
    employee = user.scope.employee
    subjects = {
        ("risk_warnings.riskwarning", str(pk)): number
        for pk, number in RiskWarning.objects.received_by(user).values_list("pk", "number")
    } | {
        ("risk_warnings.workorder", str(pk)): f"工单{number}"
        for pk, number in WorkOrder.objects.issued()
        .filter(receiver=employee)
        .values_list("pk", "number")
    }
    statements = InterestStatement.objects.filter(employee=employee).values_list("pk", flat=True)
    subjects |= {("people.intereststatement", str(pk)): "您的从业和持股申报" for pk in statements}
    found = (
        AuditEntry.objects.filter(
            action__in=READING,
            at__gte=timezone.now() - RECENT,
            subject_type__in={kind for kind, _ in subjects},
            subject_id__in={pk for _, pk in subjects},
        )
        .exclude(actor_id=user.pk)
        .order_by("-pk")
    )
    # Types and ids are asked for apart; a pair may belong to somebody else's record.
    entries = [e for e in found if (e.subject_type, e.subject_id) in subjects][:SHOWN]
    readers = User.objects.select_related("employee").in_bulk(
        {entry.actor_id for entry in entries if entry.actor_id is not None}
    )
    return [
        {
            "who": str(readers[entry.actor_id]),
            "at": entry.at,
            "what": subjects[(entry.subject_type, entry.subject_id)],
        }
        for entry in entries
        if entry.actor_id in readers
    ]
