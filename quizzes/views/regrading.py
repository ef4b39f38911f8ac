"""Judging earlier answers to a corrected question anew: the preview, and the decision."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import SignedInRequest
from quizzes import services
from quizzes.exceptions import QuizRefusal
from quizzes.forms import RegradeForm
from quizzes.models import Question, RegradeWay


@require_http_methods(["GET", "POST"])
def question(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what judging anew would change, by the number of the sheet; carry it out as shown."""
    if not request.user.has_perm("quizzes.change_question"):
        raise PermissionDenied("只有内容编辑可以改判答卷；请联系系统管理员开通。")
    found = get_object_or_404(Question.objects.select_related("version", "edited_by"), pk=pk)
    given = request.POST if request.method == "POST" else {"way": request.GET.get("way", "key")}
    form = RegradeForm(given)
    way = form.cleaned_data["way"] if form.is_valid() else RegradeWay.KEY
    problem = "" if form.is_valid() else "原因超过200个字，或者没有选怎么改判，请改正再确认。"
    try:
        if request.method == "POST" and form.is_valid():
            job = services.order_regrade(
                question=found,
                way=way,
                reason=form.cleaned_data["reason"],
                shown=form.cleaned_data["shown"],
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, "正在改判，办完会通知您。")
            return redirect("jobs:detail", job.pk)
    except QuizRefusal as refusal:
        problem = str(refusal)
    try:
        plan = services.plan_regrade(question=found, way=way)
    except QuizRefusal as refusal:
        plan, problem = None, str(refusal)
    context = {
        "question": found,
        "form": form,
        "way": way,
        "ways": RegradeWay.choices,
        "plan": plan,
        "problem": problem,
        "is_own": found.edited_by_id == request.user.pk,
        "versions": found.versions.order_by("-number")[:2],
        "earlier": found.regrades.select_related("ordered_by", "version").order_by("-pk"),
    }
    return TemplateResponse(
        request, "quizzes/editor/regrade.html", context, status=422 if problem else 200
    )
