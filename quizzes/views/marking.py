"""Marking short answers: what waits, and one answer at a time without its writer's name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from people.models import Employee, Role, SignedInRequest
from quizzes import services
from quizzes.exceptions import MarkRefused
from quizzes.forms import MarkForm
from quizzes.models import Answer, QuestionVersion

SHOWN_MARKS = 20


@login_required
@require_GET
def piles(request: SignedInRequest) -> HttpResponse:
    """Show which questions have answers that wait, the longest waiting first."""
    marker = _marker(request)
    context = {
        "piles": services.piles_for(marker),
        "own": services.marks_by(marker)[:SHOWN_MARKS],
    }
    return render(request, "quizzes/marking.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def pile(request: SignedInRequest, version: int) -> HttpResponse:
    """Show the next answer to a question, and take what is given for it."""
    marker = _marker(request)
    asked = get_object_or_404(QuestionVersion.objects.select_related("question"), pk=version)
    waiting = services.waiting_for(marker).filter(version=asked)
    form = MarkForm(request.POST if request.method == "POST" else None, version=asked)
    if request.method == "POST":
        answer = _chosen(waiting, request.POST.get("answer", ""))
        if answer is None:
            messages.warning(request, "这一份刚才已经批好了，请接着批下一份。")
            return redirect(request.path)
        if form.is_valid():
            try:
                services.mark_answer(
                    answer=answer,
                    points=form.points,
                    comment=form.cleaned_data["comment"],
                    by=marker,
                    now=timezone.now(),
                )
            except MarkRefused as refusal:
                messages.warning(request, str(refusal))
            return redirect(request.path)
    else:
        answer = waiting.first()
    if answer is None:
        messages.success(request, "这道题的答卷都批完了。")
        return redirect("quizzes:marking")
    return _show(request, answer, form, left=waiting.count())


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a mark of the marker's own again, and replace it; both are kept."""
    marker = _marker(request)
    mark = get_object_or_404(services.marks_by(marker), pk=pk)
    answer = mark.answer
    given = {f"point_{number}": points for number, points in enumerate(mark.points)}
    form = MarkForm(
        request.POST if request.method == "POST" else None,
        version=answer.version,
        initial=given | {"comment": mark.comment},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.mark_answer(
                answer=answer,
                points=form.points,
                comment=form.cleaned_data["comment"],
                by=marker,
                replaces=mark,
                now=timezone.now(),
            )
        except MarkRefused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "已更正，原来给的分也留着。")
        return redirect("quizzes:marking")
    return _show(request, answer, form)


def _show(
    request: SignedInRequest, answer: Answer, form: MarkForm, *, left: int | None = None
) -> HttpResponse:
    scene, question = answer.asked.scene_and_question()
    context = {
        "form": form,
        "answer": answer,
        "scene": scene,
        "asked": question,
        "left": left,
        "back_url": reverse("quizzes:marking"),
    }
    return render(request, "quizzes/mark.html", context, status=422 if form.errors else 200)


def _chosen(waiting: "QuerySet[Answer]", key: str) -> Answer | None:
    return waiting.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 18 else None


def _marker(request: SignedInRequest) -> Employee:
    scope = request.user.scope
    if scope.employee is None or not scope.has(Role.TRAINING_OFFICER, Role.EDITOR):
        raise PermissionDenied("简答题由培训专责和内容编辑批改；请联系培训专责。")
    return scope.employee
