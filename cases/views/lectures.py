"""A lecture from a case: its pack, the screen, the hand-out, and the group's practice."""

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import services
from cases.exceptions import NotALecturer
from cases.models import CasePage, LecturePack
from cases.presentation import facts_of, paper_questions, steps_of
from common.pdf import PdfUnavailable, render_pdf
from people.models import SignedInRequest
from quizzes.exceptions import NoQuestions


@login_required
@require_POST
def make(request: SignedInRequest, code: str) -> HttpResponse:
    """Make a lecture pack from a case, or lead to today's."""
    case = get_object_or_404(CasePage.objects.visible_to(request.user), code=code.upper())
    try:
        pack = services.make_lecture_pack(case=case, by=request.user, now=timezone.now())
    except NotALecturer as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    return redirect("cases:lecture", pack.pk)


@login_required
@require_GET
def lecture(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a pack holds, and how the group answered."""
    pack = _own(request, pk)
    figures = services.group_figures(pack=pack)
    questions = paper_questions(pack)
    context = {
        "pack": pack,
        "case": pack.case,
        "questions": [
            (question, figures.right.get(question.number) if figures.right else None)
            for question in questions
        ],
        "figures": figures,
        "fewest": services.lectures.FEWEST_SHOWN,
        "step_count": len(steps_of(pack)) + 1,
        "code": _code(request, pack),
        "nav_current": "cases",
    }
    return render(request, "cases/lecture.html", context)


@login_required
@require_GET
def screen(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Show one step in large letters; the last leads phones to the practice."""
    pack = _own(request, pk)
    steps = steps_of(pack)
    last = len(steps) + 1
    if not 1 <= number <= last:
        raise Http404
    context = {
        "pack": pack,
        "case": pack.case,
        "step": steps[number - 1] if number < last else None,
        "number": number,
        "last": last,
        "marks": ["ok" if n < number else "cur" if n == number else "" for n in range(1, last + 1)],
        "code": _code(request, pack) if number == last else "",
        # Whatever the lecturer has chosen for himself: a room reads it from the last row.
        "text_size": "care",
    }
    return render(request, "cases/screen.html", context)


@login_required
@require_GET
def handout(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send the hand-out as PDF."""
    pack = _own(request, pk)
    case = pack.case
    context = {
        "title": case.title,
        "case": case,
        "pack": pack,
        "facts": facts_of(case),
        "turns": case.story_in_turns(),
        "controls": case.controls_with_texts(),
        "bases": [citation.item for citation in case.citations.select_related("basis")],
        "questions": paper_questions(pack),
    }
    try:
        pdf = render_pdf("print/case_handout.html", context)
    except PdfUnavailable as unavailable:
        messages.error(request, str(unavailable))
        return redirect("cases:lecture", pack.pk)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{case.code}-handout.pdf"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def practice(request: SignedInRequest, pk: int) -> HttpResponse:
    """Offer the group's questions to a phone in the room; they say nothing of the case."""
    pack = get_object_or_404(LecturePack.objects.select_related("case"), pk=pk)
    here = reverse("cases:practice", args=[pack.pk])
    if request.method == "POST":
        employee = request.user.scope.employee
        if employee is None:
            raise PermissionDenied(
                "测验记在员工本人名下，这个账号没有对应的员工；请联系系统管理员。"
            )
        try:
            attempt = services.start_practice(pack=pack, employee=employee, now=timezone.now())
        except NoQuestions as refusal:
            messages.warning(request, str(refusal))
            return redirect(here)
        return redirect(
            f"{reverse('quizzes:attempt', args=[attempt.pk])}?{urlencode({'next': here})}"
        )
    context = {"pack": pack, "count": pack.questions.count(), "nav_current": "cases"}
    return render(request, "cases/practice.html", context)


def _own(request: SignedInRequest, pk: int) -> LecturePack:
    packs = LecturePack.objects.visible_to(request.user).select_related("case")
    return get_object_or_404(packs, pk=pk)


def _code(request: SignedInRequest, pack: LecturePack) -> SafeString:
    address = request.build_absolute_uri(reverse("cases:practice", args=[pack.pk]))
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=2, omitsize=True, lineclass=None)
    return mark_safe(svg)  # noqa: S308  drawn from an address of ours
