"""How questions do, and how long they last: for editors, without any person."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from people.models import SignedInRequest
from quizzes.models import QuestionFlag
from quizzes.services import analysis, stock
from risk_manual.models import RiskPointPage


@require_GET
def items(request: SignedInRequest) -> HttpResponse:
    """Show the figures of the questions, those that want a look first."""
    _check(request)
    chosen = request.GET.get("point", "")
    rows = analysis.figures(risk_point=chosen)
    flags: dict[int, list[QuestionFlag]] = {}
    for flag in QuestionFlag.objects.filter(cleared_at=None).order_by("raised_at"):
        flags.setdefault(flag.question_id, []).append(flag)
    context = {
        "rows": sorted(
            [(row, flags.get(row.question.pk, [])) for row in rows],
            key=lambda pair: (not pair[1], not pair[0].is_enough, pair[0].question.code),
        ),
        "reliabilities": analysis.reliabilities(),
        "calibration": analysis.calibration(risk_point=chosen),
        "points": RiskPointPage.objects.live().order_by("code"),
        "chosen": chosen,
        "enough": analysis.ENOUGH,
        "fewest": analysis.FEWEST_SHOWN,
    }
    return TemplateResponse(request, "quizzes/editor/items.html", context)


@require_GET
def gauge(request: SignedInRequest) -> HttpResponse:
    """Show for how many weeks each post meets new questions on each of its points."""
    _check(request)
    rows = stock.stock_of_the_bank(now=timezone.now())
    context = {
        "rows": rows,
        "low": sum(row.is_low for row in rows),
        "few_weeks": stock.FEW_WEEKS,
        "measured_weeks": stock.MEASURED_WEEKS,
        "fresh_draws": stock.FRESH_DRAWS,
    }
    return TemplateResponse(request, "quizzes/editor/gauge.html", context)


def _check(request: SignedInRequest) -> None:
    if not request.user.has_perm("quizzes.change_question"):
        raise PermissionDenied("只有内容编辑可以查看题目分析；请联系系统管理员开通。")
