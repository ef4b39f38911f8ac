"""A duty with its reason and its proof; the branch's page."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from assignments import services
from assignments.models import AssignmentStatus, SourceKind, TrainingAssignment
from assignments.services import training
from assignments.services.training import Question
from people.models import PartyBranch, Role, SignedInRequest

_DETAIL = ("employee", "risk_point", "lesson", "enrollment__course")


@login_required
def detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a duty: why it is there, what is left to do, and the proof once it is done."""
    visible = TrainingAssignment.objects.visible_to(request.user).select_related(*_DETAIL)
    assignment = get_object_or_404(visible, pk=pk)
    scope = request.user.scope
    is_mine = assignment.employee == scope.employee
    officer = scope.has(Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)
    sources = assignment.sources.select_related("work_order").order_by("pk")
    if not (is_mine or officer):
        sources = sources.exclude(kind=SourceKind.ORDER)
    evidence = (
        assignment.evidence.filter(replaced_by=None)
        .select_related("attempt", "lesson_view", "work_order", "risk_point_edition")
        .order_by("-pk")
        .first()
    )
    lesson_view = services.lesson_done(assignment)
    attempt = services.questions_done(assignment)
    context = {
        "assignment": assignment,
        "is_mine": is_mine,
        "is_open": assignment.status == AssignmentStatus.OPEN,
        "is_overdue": assignment.is_overdue(on=scope.on),
        "sources": sources,
        "evidence": evidence if is_mine or officer else None,
        "lesson_view": lesson_view,
        "attempt": attempt,
        "shows_order": is_mine or officer,
        "may_extend": not is_mine
        and assignment.status == AssignmentStatus.OPEN
        and training.duties_meant(request.user, Question(on=scope.on)).filter(pk=pk).exists(),
    }
    return render(request, "assignments/detail.html", context)


@login_required
@require_POST
def start(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead the person to the next step of their own duty."""
    mine = TrainingAssignment.objects.filter(employee=request.user.scope.employee)
    assignment = get_object_or_404(mine.select_related(*_DETAIL), pk=pk)
    return redirect(services.next_step(assignment=assignment, now=timezone.now()))


@login_required
def branch(request: SignedInRequest) -> HttpResponse:
    """Show the branches whose secretary or discipline member the person is."""
    scope = request.user.scope
    ids = scope.branch_ids.get(Role.BRANCH_SECRETARY, frozenset()) | scope.branch_ids.get(
        Role.BRANCH_DISCIPLINE_MEMBER, frozenset()
    )
    if not ids:
        raise PermissionDenied("这一页给党支部书记和支部纪检委员看，开通请找上级党委组织部门。")
    branches = PartyBranch.objects.filter(pk__in=ids).order_by("code")
    figures = [services.branch_figures(branch=one, on=scope.on) for one in branches]
    return render(request, "assignments/branch.html", {"figures": figures})
