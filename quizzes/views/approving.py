"""A question before a second person: approve and publish, or withdraw at once."""

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
from quizzes.models import Question, QuestionStatus
from quizzes.models.bank import problem_of


@require_http_methods(["GET", "POST"])
def question(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a question with its key and who wrote it; take the decision of a second person."""
    if not request.user.has_perm("quizzes.change_question"):
        raise PermissionDenied("只有内容编辑可以审核题目；请联系系统管理员开通。")
    found = get_object_or_404(Question.objects.select_related("version", "edited_by"), pk=pk)
    if request.method == "POST":
        _act(request, found)
        return redirect(request.path)
    text = found.text()
    problem = problem_of(text)
    context = {
        "question": found,
        "text": text,
        "problem": problem[1] if problem else "",
        "samples": found.samples(3) if text["parameters"] and not problem else [],
        "is_changed": found.is_changed(),
        "is_withdrawn": found.status == QuestionStatus.WITHDRAWN,
        "is_own": found.edited_by_id == request.user.pk,
        "versions": found.versions.select_related("written_by", "approved_by").order_by("-number"),
    }
    return TemplateResponse(request, "quizzes/editor/approve.html", context)


def _act(request: SignedInRequest, question: Question) -> None:
    now = timezone.now()
    try:
        if request.POST.get("action") == "withdraw":
            services.withdraw_question(question=question, by=request.user, now=now)
            messages.success(request, f"{question.code}已撤下，从现在起不再出现在新的测验里。")
        else:
            version = services.approve_question(question=question, by=request.user, now=now)
            messages.success(request, f"{question.code}已发布第{version.number}版。")
    except QuizRefusal as refusal:
        messages.error(request, str(refusal))
