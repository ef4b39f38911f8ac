"""A quiz, one question a page: answer, read why, go on, see the result.

Nothing of a key or an explanation is put into a page before the answer is final.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.paths import next_path
from people.models import Employee, SignedInRequest
from quizzes import services
from quizzes.exceptions import AnswerStands, AttemptClosed, NoQuestions, QuizRefusal
from quizzes.forms import AnswerForm
from quizzes.models import Answer, Attempt, Confidence, QuestionType
from quizzes.registry import result_notes
from risk_manual.models import RiskPointPage


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option as it stands on the question page: no word of whether it is right."""

    key: str
    value: str
    text: str


@login_required
@require_POST
def start(request: SignedInRequest) -> HttpResponse:
    """Start practice on a risk point, or resume it."""
    point = get_object_or_404(RiskPointPage.objects.live(), code=request.POST.get("risk_point"))
    now = timezone.now()
    return _started(
        request,
        lambda employee: services.start_attempt(
            employee=employee, risk_point=point, cause="", now=now
        ),
        back=point.url,
    )


@login_required
@require_POST
def start_position(request: SignedInRequest) -> HttpResponse:
    """Start a quiz over all points of the person's posts, or resume it."""
    now = timezone.now()
    return _started(
        request,
        lambda employee: services.start_position_attempt(employee=employee, now=now),
        back=reverse("home:learn"),
    )


@login_required
@require_GET
def review(request: SignedInRequest) -> HttpResponse:
    """Show which risk points are to be met again today."""
    day = services.review_day(employee=_learner(request), now=timezone.now())
    context = {"day": day, "next": next_path(request)}
    return render(request, "quizzes/review.html", context)


@login_required
@require_POST
def start_review(request: SignedInRequest) -> HttpResponse:
    """Start a review of today's points, or resume it; ``more`` asks for those that wait."""
    now = timezone.now()
    more = bool(request.POST.get("more"))
    return _started(
        request,
        lambda employee: services.start_review(employee=employee, now=now, of_own_will=more),
        back=reverse("quizzes:review"),
    )


@login_required
@require_GET
def attempt(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to where the person is in the attempt: the first open question, or the result."""
    found = _own(request, pk)
    if services.is_over(found, now=timezone.now()):
        return redirect(_with_next(request, "quizzes:result", pk))
    if found.is_exam:
        return _sheet(request, found)
    first = found.answers.filter(answered_at=None).order_by("number").first()
    number = first.number if first is not None else found.question_count
    return redirect(_with_next(request, "quizzes:question", pk, number))


@login_required
def question(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Ask a question; once it is answered, the same address explains it."""
    found = _own(request, pk)
    answers = list(found.answers.select_related("version__question").order_by("number"))
    answer = next((answer for answer in answers if answer.number == number), None)
    if answer is None:
        return redirect(_with_next(request, "quizzes:attempt", pk))
    if found.awaits_marks:
        return redirect(_with_next(request, "quizzes:result", pk))
    if found.is_exam and not found.is_submitted:
        return _exam_question(request, found, answers, answer)
    if request.method == "POST" and not answer.is_given:
        form = AnswerForm(request.POST, answer=answer)
        if form.is_valid():
            try:
                services.confirm_answer(
                    attempt=found,
                    number=number,
                    response=form.letters,
                    sequence=form.save_number,
                    confidence=form.how_sure,
                    now=timezone.now(),
                )
            except QuizRefusal as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect(_with_next(request, "quizzes:question", pk, number))
        return _ask(request, found, answers, answer, form=form, status=422)
    if request.method == "POST":
        return redirect(_with_next(request, "quizzes:question", pk, number))
    if answer.is_given:
        return _explain(request, found, answers, answer)
    return _ask(request, found, answers, answer, form=AnswerForm(answer=answer))


@login_required
@require_POST
def save(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Keep what is chosen so far, and say what is kept."""
    found = _own(request, pk)
    answer = get_object_or_404(found.answers.select_related("version"), number=number)
    form = AnswerForm(request.POST, answer=answer)
    form.fields["response"].required = False
    if not form.is_valid():
        return JsonResponse({"status": "没有存上，请重新选择。"}, status=422)
    try:
        kept = services.save_answer(
            attempt=found,
            number=number,
            response=form.letters,
            sequence=form.save_number,
            now=timezone.now(),
        )
    except (AnswerStands, AttemptClosed) as refusal:
        return JsonResponse({"status": str(refusal)}, status=409)
    return JsonResponse({"status": "已保存", "sequence": kept.sequence})


@login_required
@require_POST
def hand_in(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand an exam in; what was left out counts as wrong."""
    found = _own(request, pk)
    if found.is_exam:
        services.submit_attempt(attempt=found, now=timezone.now())
    return redirect(_with_next(request, "quizzes:result", pk))


@login_required
@require_GET
def result(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how it went, what was recorded, and where to go next."""
    found = _own(request, pk)
    if services.is_over(found, now=timezone.now()):
        services.submit_attempt(attempt=found, now=timezone.now())
    if not found.is_submitted:
        return redirect(_with_next(request, "quizzes:attempt", pk))
    answers = list(
        found.answers.select_related("version__question__primary_risk_point").order_by("number")
    )
    missed = {
        answer.version.question.primary_risk_point_id: answer.version.question.primary_risk_point
        for answer in answers
        if answer.is_right is False
    }
    context = {
        "attempt": found,
        "answers": answers,
        "waiting": sum(answer.is_right is None for answer in answers),
        "missed": sorted(missed.values(), key=lambda point: point.code),
        "notes": result_notes(found),
        "next": next_path(request),
    }
    return render(request, "quizzes/result.html", context)


def _sheet(request: SignedInRequest, attempt: Attempt) -> HttpResponse:
    """Show which questions of an exam are answered, until when there is time, and hand it in."""
    answers = list(attempt.answers.order_by("number"))
    left = [answer.number for answer in answers if answer.response is None]
    context = {
        "attempt": attempt,
        "answers": answers,
        "left": left,
        "begun": len(left) < len(answers),
        "is_over": attempt.is_closed(now=timezone.now()),
        "first": left[0] if left else 1,
        "next": next_path(request),
    }
    return render(request, "quizzes/sheet.html", context)


def _exam_question(
    request: SignedInRequest, attempt: Attempt, answers: list[Answer], answer: Answer
) -> HttpResponse:
    """Keep an answer and go on to the next question; nothing is graded before it is handed in."""
    if attempt.is_closed(now=timezone.now()):
        return redirect(_with_next(request, "quizzes:attempt", attempt.pk))
    if request.method != "POST":
        return _ask(request, attempt, answers, answer, form=AnswerForm(answer=answer))
    form = AnswerForm(request.POST, answer=answer)
    if not form.is_valid():
        return _ask(request, attempt, answers, answer, form=form, status=422)
    try:
        services.save_answer(
            attempt=attempt,
            number=answer.number,
            response=form.letters,
            sequence=form.save_number,
            now=timezone.now(),
        )
    except QuizRefusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(_with_next(request, "quizzes:attempt", attempt.pk))
    if answer.number == attempt.question_count:
        return redirect(_with_next(request, "quizzes:attempt", attempt.pk))
    return redirect(_with_next(request, "quizzes:question", attempt.pk, answer.number + 1))


def _ask(
    request: SignedInRequest,
    attempt: Attempt,
    answers: list[Answer],
    answer: Answer,
    *,
    form: AnswerForm,
    status: int = 200,
) -> HttpResponse:
    scene, asked = answer.asked.scene_and_question()
    context = _page(request, attempt, answers, answer) | {
        "form": form,
        "scene": scene,
        "asked": asked,
        "options": [
            ShownOption(letter, letter, option["text"]) for letter, option in answer.shown_options()
        ],
        "chosen": answer.shown_response(),
        "sequence": answer.sequence + 1,
        "sureness": Confidence.choices,
        "is_short": answer.version.type == QuestionType.SHORT,
        "longest": services.longest_text(answer),
        "last_letter": "ABCDEFGH"[len(answer.option_order) - 1 : len(answer.option_order)],
        "error": " ".join(str(sentence) for errors in form.errors.values() for sentence in errors),
    }
    return render(request, "quizzes/question.html", context, status=status)


def _explain(
    request: SignedInRequest, attempt: Attempt, answers: list[Answer], answer: Answer
) -> HttpResponse:
    explanation = services.explain(answer, at=attempt.started_at)
    waiting = [a.number for a in answers if not a.is_given]
    later = [number for number in waiting if number > answer.number]
    if attempt.is_submitted:
        onward, action = _with_next(request, "quizzes:result", attempt.pk), "看结果"
    else:
        number = (later or waiting)[0]
        onward = _with_next(request, "quizzes:question", attempt.pk, number)
        action = "下一题"
    context = _page(request, attempt, answers, answer) | {
        "explanation": explanation,
        "onward": onward,
        "action": action,
    }
    return render(request, "quizzes/answer.html", context)


def _page(
    request: SignedInRequest, attempt: Attempt, answers: list[Answer], answer: Answer
) -> dict[str, object]:
    """Return what question and explanation have in common."""
    back = next_path(request)
    marks = {True: "ok", False: "no", None: ""}
    is_exam = attempt.is_exam and not attempt.is_submitted
    return {
        "attempt": attempt,
        "answer": answer,
        "point": answer.version.question.primary_risk_point,
        "marks": ["cur" if a == answer and not a.is_given else marks[a.is_right] for a in answers],
        "is_exam": is_exam,
        "is_last": answer.number == attempt.question_count,
        "next": back,
        "close_url": (
            _with_next(request, "quizzes:attempt", attempt.pk)
            if is_exam
            else back or reverse("home:learn")
        ),
    }


def _own(request: SignedInRequest, pk: int) -> Attempt:
    attempts = Attempt.objects.visible_to(request.user).select_related("risk_point", "employee")
    return get_object_or_404(attempts, pk=pk)


def _learner(request: SignedInRequest) -> Employee:
    employee = request.user.scope.employee
    if employee is None:
        raise PermissionDenied("测验记在员工本人名下，这个账号没有对应的员工；请联系系统管理员。")
    return employee


def _started(
    request: SignedInRequest, begin: Callable[[Employee], Attempt], *, back: str
) -> HttpResponse:
    try:
        begun = begin(_learner(request))
    except NoQuestions as refusal:
        messages.warning(request, str(refusal))
        return redirect(next_path(request) or back)
    return redirect(_with_next(request, "quizzes:attempt", begun.pk))


def _with_next(request: SignedInRequest, name: str, *args: int) -> str:
    back = next_path(request)
    return reverse(name, args=args) + (f"?{urlencode({'next': back})}" if back else "")
