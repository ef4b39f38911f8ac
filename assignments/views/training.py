"""The training officer's pages: who is due, overdue and done, and what can be done about it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from assignments.forms import AllotmentForm, ExtensionForm, QuestionForm
from assignments.models import Allotment, AssignmentStatus, TrainingAssignment
from assignments.services import training
from assignments.services.allotting import AllotmentRefused, plan_allotment, withdraw_allotment
from assignments.services.reminding import (
    ExtensionRefused,
    away_on,
    check_extension,
    extend,
    extend_many,
    remind,
)
from assignments.services.training import GROUPS, STATES, Question
from assignments.workbooks import training_workbook, workbook_name
from common.formats import zh_date
from courses.models import MicroLessonPage
from jobs.models import Job
from jobs.services import enqueue
from people.models import Employee, OrgUnit, Position, Role, SignedInRequest

PAGE_SIZE = 50
# What takes longer than about a second, on the two cores that were measured, is a job.
MOST_ROWS = 2000
MOST_TOLD = 200
MOST_PUT_OFF = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    """Show the figures by unit, post or course; every one leads to its rows."""
    _officer(request)
    question, by = _asked(request)
    rows = training.table_of(request.user, question, by=by)
    page = Paginator(training.late(request.user, question), PAGE_SIZE).get_page(
        request.GET.get("page", "1")
    )
    reachable = _reachable(request, page.object_list)
    context = {
        **_filters(request, question),
        "by": by,
        "groups": [
            {"label": label, "url": _url(question, by=key), "count": None, "current": key == by}
            for key, label in GROUPS.items()
        ],
        "rows": [(row, _links(row.question)) for row in rows],
        "total": training.total_of(rows, question),
        "total_links": _links(question),
        "positions_learning": training.position_learning(request.user, question),
        "page": page,
        "late": [(duty, duty.pk in reachable) for duty in page.object_list],
        "months": MicroLessonPage.objects.months_without(on=timezone.localdate()),
        "may_edit": request.user.scope.has(Role.EDITOR),
        "xlsx_url": _url(question, by=by, name="training_xlsx"),
        "remind_late_url": _url(question, name="training_remind_late"),
    }
    return render(request, "assignments/training.html", context)


@login_required
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """Show the duties behind a figure, one by one."""
    _officer(request)
    question, _ = _asked(request)
    duties = training.listed(request.user, question)
    page = Paginator(duties, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    reachable = _reachable(request, page.object_list)
    counts = {
        state: training.duties_meant(request.user, question.narrowed(state=state)).count()
        for state in STATES
    }
    context = {
        **_filters(request, question),
        "page": page,
        "rows": [
            (duty, STATES[training.state_of(duty, on=question.on)], duty.pk in reachable)
            for duty in page.object_list
        ],
        "chips": [
            {
                "label": label,
                "url": _url(question.narrowed(state=state), name="training_people"),
                "count": counts[state],
                "current": state == question.state,
                "over": state == "overdue" and counts[state] > 0,
            }
            for state, label in STATES.items()
        ],
        "back_url": _url(question.narrowed(state="")),
        "remind_url": _url(question, name="training_remind"),
        "extend_url": _url(question, name="training_extend"),
        "is_today": question.on == timezone.localdate(),
        "open": counts["open"],
    }
    return render(request, "assignments/training_people.html", context)


@login_required
@require_GET
def xlsx(request: SignedInRequest) -> HttpResponse:
    """Send the table and its rows as a workbook, the same figures as on the screen; many as a job.

    Asking again within the minute leads to the same job.
    """
    _officer(request)
    question, by = _asked(request)
    now = timezone.now()
    if training.duties_meant(request.user, question).count() > MOST_ROWS:
        job = _enqueue(request, "export", question, "导出培训台账", now=now, by=by)
        return redirect("jobs:detail", job.pk)
    book = training_workbook(request.user, question, by=by)
    response = HttpResponse(book, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{workbook_name(question)}"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def remind_people(request: SignedInRequest) -> HttpResponse:
    """Ask whether to remind those whose duties a question lists, and remind them."""
    me = _officer(request)
    question, _ = _asked(request)
    open_ones = training.listed(request.user, question).filter(status=AssignmentStatus.OPEN)
    back = _url(question, name="training_people")
    return _remind(request, open_ones, question=question, back=back, by=me, late=False)


@login_required
@require_http_methods(["GET", "POST"])
def remind_late(request: SignedInRequest) -> HttpResponse:
    """Ask whether to remind those whose position learning is overdue, and remind them."""
    me = _officer(request)
    question, _ = _asked(request)
    late = training.late(request.user, question).select_related("employee", "lesson", "risk_point")
    return _remind(request, late, question=question, back=_url(question), by=me, late=True)


def _remind(
    request: SignedInRequest,
    duties: Any,
    *,
    question: Question,
    back: str,
    by: Employee,
    late: bool,
) -> HttpResponse:
    if request.method == "POST":
        now = timezone.now()
        if duties.values("employee").distinct().count() > MOST_TOLD:
            job = _enqueue(
                request, "remind", question, "提醒没学完的", now=now, late=late, back_url=back
            )
            return redirect("jobs:detail", job.pk)
        messages.success(request, remind(duties=duties, by=by, now=now).sentence)
        return redirect(back)
    away = len(away_on(timezone.localdate(), duties))
    number = len({duty.employee_id for duty in duties}) - away
    if not number:
        messages.warning(request, "这里没有可以提醒的人：都学完了，或者在请假。")
        return redirect(back)
    context = {
        "title": f"提醒{number}人？",
        "lead": _filters(request, question)["where"],
        "consequences": [
            "每人收到一条消息，写明学什么、哪天前；一人一天最多一条、一周最多两条，多点不多发。",
            "提醒只是告诉，不抄送所长和书记。",
            *([f"{away}人今天请假，期限自动顺延，不提醒。"] if away else []),
        ],
        "icon": "bell",
        "action": f"提醒这{number}人",
        "back_url": back,
    }
    return render(request, "page_confirm.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def extend_listed(request: SignedInRequest) -> HttpResponse:
    """Show what putting off all that a question lists would do, and put it off with a reason."""
    me = _officer(request)
    question, _ = _asked(request)
    back = _url(question, name="training_people")
    duties = (
        training.listed(request.user, question)
        .filter(status=AssignmentStatus.OPEN)
        .exclude(employee=me)
    )
    form = ExtensionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now, asked = timezone.now(), form.cleaned_data
        try:
            number = duties.count()
            check_extension(number=number, now=now, **asked)
            if number > MOST_PUT_OFF:
                job = _enqueue(
                    request,
                    "extend",
                    question,
                    f"给{number}项学习延期",
                    now=now,
                    due_on=asked["due_on"].isoformat(),
                    reason=asked["reason"],
                    back_url=back,
                )
                return redirect("jobs:detail", job.pk)
            done = extend_many(duties=duties, by=me, now=now, **asked)
        except ExtensionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{done}项已延期，本人收到了消息。")
            return redirect(back)
    people = {duty.employee_id for duty in duties}
    if not people:
        messages.warning(request, "这里没有可以延期的学习：都学完了，或者是您自己的。")
        return redirect(back)
    context = {
        "title": f"给{len(people)}人的{len(duties)}项学习延期？",
        "lead": _filters(request, question)["where"],
        "form": form,
        "consequences": [
            "最迟日本来就不早于新日期的，不动；您自己的不在内。",
            f"其中{len(away_on(timezone.localdate(), duties))}人今天请假，请假的天数本来就会顺延。",
            "每人收到一条消息；原来的日期和延期的原因都留档。",
        ],
        "icon": "clock",
        "action": "全部延期",
        "back_url": back,
    }
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def extend_duty(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put off the last day of one person's duty, with the reason."""
    me = _officer(request)
    duties = training.duties_meant(request.user, Question(on=timezone.localdate())).exclude(
        employee=me
    )
    related = ("employee", "lesson", "enrollment__course")
    duty = get_object_or_404(duties.select_related(*related), pk=pk)
    form = ExtensionForm(request.POST if request.method == "POST" else None)
    back = reverse("assignments:detail", args=[pk])
    if request.method == "POST" and form.is_valid():
        try:
            extend(assignment=duty, by=me, now=timezone.now(), **form.cleaned_data)
        except ExtensionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已延期，本人收到了消息。")
            return redirect(back)
    context = {
        "title": f"给{duty.employee}延期？",
        "lead": f"{duty.title}，现在是{zh_date(duty.due_on, today=timezone.localdate())}前。",
        "form": form,
        "consequences": [
            "请假的天数系统会自动顺延，不用在这里办。",
            "原来的日期和延期的原因都留档。",
        ],
        "icon": "clock",
        "action": "延期",
        "back_url": back,
    }
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def allotments(request: SignedInRequest) -> HttpResponse:
    """Show what was given by hand, the latest first."""
    _officer(request)
    found = Allotment.objects.visible_to(request.user).select_related(
        "course", "unit", "position", "given_by"
    )
    page = Paginator(found.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page", "1"))
    return render(request, "assignments/allotments.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def allot(request: SignedInRequest) -> HttpResponse:
    """Ask for a course and for whom, show the impact, and carry it out as a job once confirmed."""
    me = _officer(request)
    units = OrgUnit.objects.filter(request.user.scope.units(Role.TRAINING_OFFICER))
    form = AllotmentForm(request.POST if request.method == "POST" else None, units=units)
    plan = None
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            plan = plan_allotment(
                course=asked["course"],
                unit=asked["unit"],
                position=asked["position"],
                named=asked["named"],
                due_on=asked["due_on"],
                on=timezone.localdate(),
            )
        except AllotmentRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            # What is confirmed must be what was shown: fields may have changed in between.
            if request.POST.get("confirmed") == form.meaning():
                return _carry_out(request, form, me)
    context = {"form": form, "plan": plan, "meaning": form.meaning() if plan else ""}
    return render(request, "assignments/allot.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def take_back_allotment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether to take a course back from who has not done it, and take it back."""
    me = _officer(request)
    found = Allotment.objects.visible_to(request.user).select_related("course", "unit", "position")
    allotment = get_object_or_404(found, pk=pk)
    back = reverse("assignments:allotments")
    if request.method == "POST":
        ended = withdraw_allotment(allotment=allotment, by=me, now=timezone.now())
        messages.success(request, f"已收回，{ended}人不用再学；学完的记录不变。")
        return redirect(back)
    unfinished = (
        TrainingAssignment.objects.unfinished().filter(sources__allotment=allotment).count()
    )
    context = {
        "title": f"收回“{allotment.course.title}”？",
        "lead": f"{allotment.unit}，{allotment.whom}，{unfinished}人还没有学完。",
        "consequences": [
            "没学完的人不用再学；别的来由还要求的，任务照旧。",
            "学完的记录和证书不变。",
        ],
        "icon": "undo-2",
        "action": "收回",
        "back_url": back,
    }
    return render(request, "page_confirm.html", context)


def _carry_out(request: SignedInRequest, form: AllotmentForm, me: Employee) -> HttpResponse:
    now = timezone.now()
    fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
    # The same asked for twice within a day is one: a second click, a second tab.
    allotment, _ = Allotment.objects.get_or_create(
        **fields,
        given_by=me,
        withdrawn_at=None,
        given_at__date=timezone.localdate(now),
        defaults={"given_at": now},
    )
    job = enqueue(
        kind="assignments.allot",
        key=str(allotment.pk),
        params={
            "allotment": allotment.pk,
            "back_url": reverse("assignments:allotments"),
            "back": "看布置单",
        },
        owner_id=request.user.pk,
        title=f"布置{allotment.course.title}",
        now=now,
    )
    return redirect("jobs:detail", job.pk)


def _enqueue(
    request: SignedInRequest,
    kind: str,
    question: Question,
    title: str,
    *,
    now: datetime,
    **params: Any,
) -> Job:
    """Have what a question means done as a job; the same asked for within a minute is one."""
    asked = {"question": question.as_json(), **params}
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    return enqueue(
        kind=f"assignments.{kind}",
        key=f"{request.user.pk}:{now:%Y%m%d%H%M}:{digest}",
        params={"back_url": _url(question), "back": "回培训管理", **asked},
        owner_id=request.user.pk,
        title=title,
        now=now,
    )


def _officer(request: SignedInRequest) -> Employee:
    scope = request.user.scope
    if scope.employee is None or not scope.has(Role.TRAINING_OFFICER):
        raise PermissionDenied("培训管理只对培训专责开放；需要开通的，请联系本公司安全管理员。")
    return scope.employee


def _asked(request: SignedInRequest) -> tuple[Question, str]:
    form = QuestionForm(_known(request.GET))
    question = form.question(today=timezone.localdate())
    return question, form.group()


def _known(asked: QueryDict) -> dict[str, Any]:
    return {key: asked.get(key, "") for key in QuestionForm.base_fields}


def _reachable(request: SignedInRequest, duties: Iterable[TrainingAssignment]) -> set[int]:
    """Return which duties have a page for the reader today: people of a past day may have moved."""
    visible = TrainingAssignment.objects.visible_to(request.user)
    return set(visible.filter(pk__in=[duty.pk for duty in duties]).values_list("pk", flat=True))


def _filters(request: SignedInRequest, question: Question) -> dict[str, Any]:
    units = OrgUnit.objects.filter(request.user.scope.units(Role.TRAINING_OFFICER))
    requirements = training.requirements_meant(request.user, question)
    return {
        "question": question,
        "units": units.order_by("path"),
        "positions": Position.objects.order_by("order", "code"),
        "requirements": requirements,
        "where": training.in_words(request.user, question),
        "today": timezone.localdate(),
    }


def _links(question: Question) -> dict[str, str]:
    return {
        state or "due": _url(question.narrowed(state=state), name="training_people")
        for state in STATES
    }


def _url(question: Question, *, by: str = "", name: str = "training") -> str:
    asked = {
        "on": f"{question.on:%Y-%m-%d}" if question.on != timezone.localdate() else "",
        "by": by if by != "unit" else "",
        "unit": question.unit or "",
        "own": "1" if question.own else "",
        "position": question.position or "",
        "requirement": question.requirement,
        "state": question.state,
    }
    query = urlencode({key: value for key, value in asked.items() if value})
    return reverse(f"assignments:{name}") + (f"?{query}" if query else "")
