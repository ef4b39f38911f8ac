"""Files of questions in the back office: bring in with a look beforehand, take out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from people.models import SignedInRequest
from quizzes.exceptions import ImportRefused
from quizzes.forms import UploadForm
from quizzes.interchange.drafts import UnreadableFile
from quizzes.interchange.formats import FORMATS
from quizzes.interchange.workbook import template as empty_workbook
from quizzes.models import Question, QuestionUpload
from quizzes.services import exchanging

# How many questions of a plan are listed; the counts are of all.
MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a file and lead to what it would do; offer the bank in each format."""
    _check(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = exchanging.keep_upload(
                name=file.name,
                format_code=form.cleaned_data["format"],
                data=file.read(exchanging.LARGEST_FILE + 1),
                risk_point=form.cleaned_data["risk_point"],
                by=request.user,
                now=timezone.now(),
            )
        except ImportRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("quizzes_import", kept.pk)
    recent = QuestionUpload.objects.visible_to(request.user).select_related("uploaded_by")
    context = {
        "form": form,
        "formats": FORMATS.values(),
        "recent": recent.defer("data").order_by("-pk")[:10],
    }
    return TemplateResponse(
        request, "quizzes/editor/upload.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
def plan(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a file would do, row by row; do it once the editor says so."""
    _check(request)
    kept = get_object_or_404(QuestionUpload.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        _apply(request, kept)
        return redirect("quizzes_import", pk)
    unreadable, planned = "", exchanging.ImportPlan()
    if kept.applied_at is None:
        try:
            planned = exchanging.plan_import(kept)
        except UnreadableFile as error:
            unreadable = str(error)
    context = {
        "upload": kept,
        "format": FORMATS[kept.format],
        "plan": planned,
        "unreadable": unreadable,
        "counts": {state: planned.count(state) for state in ("new", "changed", "same")},
        "shown": [each for each in planned.planned if each.state != "same"][:MOST_SHOWN],
    }
    return TemplateResponse(request, "quizzes/editor/plan.html", context)


@require_GET
def export(request: SignedInRequest, code: str) -> HttpResponse:
    """Send the bank, or one risk point of it, as a file."""
    _check(request)
    format_ = FORMATS.get(code)
    if format_ is None or format_.write is None:
        raise Http404(f"{code} is not written")
    questions = Question.objects.all()
    if point := request.GET.get("point"):
        questions = questions.filter(primary_risk_point__code=point)
    data, left_out = exchanging.export_questions(
        questions=questions, format_code=code, by=request.user, now=timezone.now()
    )
    name = f"question-bank-{timezone.localdate():%Y%m%d}.{format_.suffix}"
    response = HttpResponse(data, content_type=format_.content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    if left_out:
        codes = "、".join(finding.where for finding in left_out[:10])
        more = "等" if len(left_out) > 10 else ""
        messages.warning(
            request,
            f"{format_.label}放不下这{len(left_out)}题的参数或选项，没有导出：{codes}{more}。"
            "要全部导出，请用Excel。",
        )
    return response


@require_GET
def template(request: SignedInRequest) -> HttpResponse:
    """Send the empty workbook that editors fill in."""
    _check(request)
    response = HttpResponse(empty_workbook(), content_type=FORMATS["xlsx"].content_type)
    response["Content-Disposition"] = 'attachment; filename="question-template.xlsx"'
    return response


def _check(request: SignedInRequest) -> None:
    if not request.user.has_perm("quizzes.change_question"):
        raise PermissionDenied("只有内容编辑可以导入导出题库；请联系系统管理员开通。")


def _apply(request: SignedInRequest, upload: QuestionUpload) -> None:
    try:
        done = exchanging.apply_import(upload=upload, by=request.user, now=timezone.now())
    except (ImportRefused, UnreadableFile) as refusal:
        messages.error(request, str(refusal))
        return
    where = reverse("wagtailsnippets_quizzes_question:list")
    messages.success(
        request,
        f"新增{done.created}题，改动{done.changed}题，都等另一位同事审核后才会出现在测验里。"
        f"可以到题库（{where}）里补缺的内容。",
    )
