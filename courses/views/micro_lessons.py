"""The micro-lesson's page: watch, listen or read, choose in the middle, recall at the end.

Comments on the options and everything behind the choice are only sent once it was made.
"""

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

from cases.models import CasePage
from common.formats import zh_duration
from common.paths import next_path
from courses import services
from courses.exceptions import LessonRefusal
from courses.forms import DecisionForm, ProgressForm, mode_of
from courses.models import (
    DecisionOption,
    LessonMode,
    LessonView,
    MediaFile,
    MicroLessonPage,
    TimedPart,
)
from people.models import Employee, Role, SignedInRequest
from people.scope import DEPUTY_HEAD_POSITION, HEAD_POSITION

LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class LessonRow:
    """One lesson of the list, and how far the person is with it."""

    lesson: MicroLessonPage
    is_completed: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShownOption:
    """An option before the choice: no word of whether it is good."""

    key: str
    value: str
    text: str


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """An option after the choice, with what comes of it."""

    key: str
    text: str
    state: str
    note: str
    why: str


@login_required
@require_GET
def lessons(request: SignedInRequest) -> HttpResponse:
    """Show all micro-lessons, those for the person's posts first."""
    today = timezone.localdate()
    found = (
        MicroLessonPage.objects.live().prefetch_related("risk_points").order_by("-month", "code")
    )
    own = set(
        MicroLessonPage.objects.for_positions(request.user.scope.position_ids()).values_list(
            "pk", flat=True
        )
    )
    views = LessonView.objects.visible_to(request.user)
    completed = set(views.filter(completed_at__isnull=False).values_list("lesson", flat=True))
    begun = set(views.open().values_list("lesson", flat=True))
    rows = [LessonRow(each, each.pk in completed, each.pk in begun) for each in found]
    context = {
        "monthly": next((row for row in rows if row.lesson.month == f"{today:%Y-%m}"), None),
        "own": [row for row in rows if row.lesson.pk in own],
        "others": [row for row in rows if row.lesson.pk not in own],
    }
    return render(request, "courses/lessons.html", context)


@login_required
@require_GET
def lesson(request: SignedInRequest, code: str) -> HttpResponse:
    """Show the lesson where the person left it; what was completed stays completed."""
    page = get_object_or_404(MicroLessonPage.objects.live(), code=code)
    employee = _employee(request)
    last = (
        LessonView.objects.visible_to(request.user)
        .filter(lesson=page, cause="")
        .order_by("-started_at", "-pk")
        .first()
    )
    shown = last or services.open_lesson(employee=employee, lesson=page, now=timezone.now())
    return _show(request, shown)


@login_required
@require_GET
def view(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the person's own way through a lesson that something asked for."""
    return _show(request, _own(request, pk))


@login_required
@require_POST
def again(request: SignedInRequest, code: str) -> HttpResponse:
    """Begin the lesson anew; the earlier completion stays."""
    page = get_object_or_404(MicroLessonPage.objects.live(), code=code)
    begun = services.open_lesson(employee=_employee(request), lesson=page, now=timezone.now())
    return redirect(_address(request, begun, mode_of(request.POST.get("mode"))))


@login_required
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the choice in the middle, and go on from there."""
    found = _own(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return redirect(_address(request, found, LessonMode.WATCH))
    mode = form.cleaned_data["mode"]
    try:
        services.decide(
            view=found, number=form.cleaned_data["decision"], mode=mode, now=timezone.now()
        )
    except LessonRefusal as refusal:
        messages.warning(request, str(refusal))
    return redirect(_address(request, found, mode) + "#choice")


@login_required
@require_POST
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take what was played since the last report, and say what is credited."""
    found = _own(request, pk)
    form = ProgressForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"status": "这一段没有记上，请刷新页面再接着看。"}, status=422)
    kept = services.record_progress(
        view=found,
        mode=form.cleaned_data["mode"],
        start=form.cleaned_data["start"],
        end=form.cleaned_data["end"],
        now=timezone.now(),
    )
    return JsonResponse(
        {
            "status": f"已学{zh_duration(kept.seconds_covered)}，进度已保存",
            "completed": kept.is_completed,
        }
    )


@login_required
@require_POST
def finish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Complete a lesson that was read, or say what is missing."""
    found = _own(request, pk)
    try:
        services.complete_lesson(
            employee=found.employee, lesson=found.lesson, cause=found.cause, now=timezone.now()
        )
    except LessonRefusal as refusal:
        messages.warning(request, str(refusal))
        return redirect(_address(request, found, LessonMode.READ))
    return redirect(_address(request, found, LessonMode.READ) + "#done")


@login_required
@require_GET
def offline(request: SignedInRequest, code: str) -> HttpResponse:
    """Send a lesson as one file for a screen without a network, to who holds sessions there."""
    if not _may_take_offline(request):
        raise PermissionDenied("离线版给组织集体学习的人下载；请找支部书记、所长或培训专责。")
    page = get_object_or_404(MicroLessonPage.objects.live(), code=code)
    parts, stop = page.timeline(), page.decision_second()
    before = [part for part in parts if part.start < stop]
    after = [part for part in parts if part.start >= stop]
    context = {
        "lesson": page,
        "before": before,
        "after": after,
        "content": {
            "before": [_scene(part) for part in before],
            "after": [_scene(part) for part in after],
            "situation": page.decision_situation,
            "options": [
                {"text": option.text, "good": option.is_good, "comment": option.comment}
                for option in page.decision_options.all()
            ],
            "recall": page.recall_question,
            "recall_answer": page.recall_answer,
            "key": page.key_sentence,
        },
        "made_on": timezone.localdate(),
    }
    response = render(request, "offline/lesson.html", context)
    response["Content-Disposition"] = f'attachment; filename="{page.code}-offline.html"'
    return response


def _may_take_offline(request: SignedInRequest) -> bool:
    scope = request.user.scope
    holds = scope.has(
        Role.BRANCH_SECRETARY, Role.BRANCH_DISCIPLINE_MEMBER, Role.TRAINING_OFFICER, Role.EDITOR
    )
    return holds or bool(scope.unit_ids_held_as([HEAD_POSITION, DEPUTY_HEAD_POSITION]))


def _scene(part: TimedPart) -> dict[str, object]:
    return {"name": part.name, "text": part.text, "seconds": part.end - part.start}


def _show(request: SignedInRequest, view: LessonView) -> HttpResponse:
    mode = mode_of(request.GET.get("mode"))
    if mode == LessonMode.READ and not view.is_completed:
        services.note_reading(view=view, now=timezone.now())
    page = view.lesson
    parts = page.timeline()
    stop = page.decision_second()
    options = list(page.decision_options.all())
    back = next_path(request)
    context = {
        "view": view,
        "lesson": page,
        "mode": mode,
        "media": _media(page, mode),
        "is_read": mode == LessonMode.READ,
        "modes": [(each, _address(request, view, each)) for each in LessonMode],
        "before": [part for part in parts if part.start < stop],
        "after": [part for part in parts if part.start >= stop],
        "here": _part_at(parts, view.position_seconds),
        "stop": stop,
        "options": _shown(options),
        "chosen": _chosen(options, view.decision) if view.decision is not None else [],
        "risk_points": list(page.risk_points.live().order_by("code")),
        "cases": list(
            CasePage.objects.visible_to(request.user).filter(micro_lessons=page).order_by("code")
        ),
        "next": back,
        "may_take_offline": _may_take_offline(request),
    }
    return render(request, "courses/lesson.html", context)


def _media(page: MicroLessonPage, mode: LessonMode) -> MediaFile | None:
    """Return what was uploaded for the mode, if anything; else the page plays the script."""
    uploaded: dict[LessonMode, MediaFile | None] = {
        LessonMode.WATCH: page.video,
        LessonMode.LISTEN: page.recording,
    }
    return uploaded.get(mode)


def _part_at(parts: list[TimedPart], second: int) -> TimedPart | None:
    return next((part for part in parts if part.start <= second < part.end), None)


def _shown(options: list[DecisionOption]) -> list[ShownOption]:
    return [
        ShownOption(letter, str(number), option.text)
        for number, (letter, option) in enumerate(zip(LETTERS, options, strict=False), start=1)
    ]


def _chosen(options: list[DecisionOption], decision: int) -> list[ChosenOption]:
    shown = []
    for number, (letter, option) in enumerate(zip(LETTERS, options, strict=False), start=1):
        mine = number == decision
        state = "right" if option.is_good else "wrong" if mine else "dim"
        words = ["可取的做法"] if option.is_good else []
        words += ["你选的"] if mine else []
        note = "，".join(words) + (f"　{letter}" if words else "")
        shown.append(ChosenOption(letter, option.text, state, note, option.comment))
    return shown


def _address(request: SignedInRequest, view: LessonView, mode: LessonMode) -> str:
    if view.cause:
        path = reverse("courses:view", args=[view.pk])
    else:
        path = reverse("courses:lesson", args=[view.lesson.code])
    back = next_path(request)
    return f"{path}?{urlencode({'mode': mode.value} | ({'next': back} if back else {}))}"


def _own(request: SignedInRequest, pk: int) -> LessonView:
    views = LessonView.objects.visible_to(request.user).select_related("lesson", "employee")
    return get_object_or_404(views, pk=pk)


def _employee(request: SignedInRequest) -> Employee:
    employee = request.user.scope.employee
    if employee is None:
        raise PermissionDenied("学习记在员工本人名下，这个账号没有对应的员工；请联系系统管理员。")
    return employee
