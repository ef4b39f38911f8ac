"""A warning's page: 一屏五证 for the one receiver, and what others with a part in it may see."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import CasePage
from common.formats import zh_date, zh_moment
from courses.models import MicroLessonPage
from people.models import Employee, Posting, Role, RoleGrant, SignedInRequest, User
from quizzes.exceptions import QuizRefusal
from quizzes.models import Attempt
from quizzes.services import start_attempt
from risk_manual.models import LegalBasis
from risk_warnings import board as figures
from risk_warnings.forms import (
    BusinessOpinionForm,
    DismissalForm,
    DisownForm,
    NamePersonForm,
    ReasonForm,
    ReplyForm,
    ShareForm,
    offer,
)
from risk_warnings.limits import day_of
from risk_warnings.models import (
    DismissalReason,
    Explanation,
    OpinionRequest,
    Reassignment,
    RiskWarning,
    Triage,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.presentation import (
    choice_text,
    choices_of,
    facts_of,
    mask_name,
    subject_text,
    theme_name,
    themes,
)
from risk_warnings.services import (
    REFUSALS,
    accept_reply,
    ask_opinion,
    attach,
    capacity_in,
    decide_reassignment,
    dismiss_warning,
    disown,
    give_opinion,
    note_case_shown,
    note_reading,
    readings_of,
    save_reply_draft,
    submit_reply,
    ticket_warning,
)
from risk_warnings.services.replies import ANSWERABLE
from risk_warnings.views.shared import done_or_said, me, submission_key

QUESTIONS = 3


def _found(request: SignedInRequest, pk: int) -> RiskWarning:
    visible = RiskWarning.objects.visible_to(request.user)
    return get_object_or_404(
        visible.select_related(
            "unit__parent",
            "risk_point__position",
            "receiver",
            "named_person",
            "order",
            "latest__finding",
            "latest__run",
            "merged_into",
            "follows",
        ),
        pk=pk,
    )


@login_required
@require_http_methods(["GET", "POST"])
def warning(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a warning to the one it asks, or to whoever has a part in looking into it."""
    employee = me(request)
    found = _found(request, pk)
    if found.order is not None and found.order.is_transferred:
        return _transferred(request, found)
    if found.receiver_id == employee.pk:
        if found.taken_back_at is not None:
            return render(
                request,
                "risk_warnings/warning_taken_back.html",
                {"warning": found, "nav_current": "home"},
            )
        return _receiver_page(request, found, employee)
    return _other_page(request, found, employee)


def _transferred(request: SignedInRequest, found: RiskWarning) -> HttpResponse:
    return render(
        request,
        "risk_warnings/transferred.html",
        {"warning": found, "order": found.order, "nav_current": "risk_warnings"},
    )


def _receiver_page(
    request: SignedInRequest, found: RiskWarning, employee: Employee
) -> HttpResponse:
    now = timezone.now()
    status = 200
    draft = (
        Explanation.objects.filter(warning=found, author=employee, submitted_at=None, order=None)
        .order_by("pk")
        .first()
    )
    form = ReplyForm(
        choices=choices_of(found.theme),
        initial={"choice": draft.choice, "text": draft.text} if draft else None,
    )
    if request.method == "POST":
        form = ReplyForm(request.POST, request.FILES, choices=choices_of(found.theme))
        if form.is_valid() and _replied(form, found, employee, now):
            messages.success(request, "说明已提交，纪检专责看过后会告诉您结果。")
            return redirect("risk_warnings:warning", pk=found.pk)
        status = 422
    replies = (
        Explanation.objects.submitted()
        .filter(warning=found, author=employee)
        .prefetch_related("attachments")
        .order_by("submitted_at", "pk")
    )
    case = _case(found, request.user)
    if case is not None:
        note_case_shown(warning=found, case=case, now=now)
    reassignment = _open_reassignment(found)
    can_reply = found.status in ANSWERABLE and reassignment is None
    due = figures.due_of(found.reply_due_at, now=now)
    context = {
        "warning": found,
        "theme_name": theme_name(found.theme),
        "subject": subject_text(found.theme, found.subject, masked=True),
        "customer": _customer(found),
        "facts": _facts(found, masked=True, name=employee.name),
        "due": due if found.replied_at is None and reassignment is None else None,
        "seers": _seers(found),
        "bases": _bases(found),
        "case": case,
        "lesson": _lesson(found),
        "attempt": _attempt(found, employee),
        "questions": QUESTIONS,
        "replies": [(reply, choice_text(found.theme, reply.choice)) for reply in replies],
        "can_reply": can_reply and not replies,
        "can_disown": can_reply and found.replied_at is None,
        "draft": draft,
        "form": form,
        "disown_form": DisownForm(prefix="disown"),
        "reassignment": reassignment,
        "readings": readings_of(found),
        "rail": RAIL,
        "nav_current": "home",
    }
    return render(request, "risk_warnings/warning_receiver.html", context, status=status)


RAIL = [
    {"anchor": f"s{number}", "label": label, "state": "here" if number == 1 else ""}
    for number, label in enumerate(("事实", "依据", "案例", "微课", "三题", "说明"), start=1)
]


def _replied(form: ReplyForm, found: RiskWarning, employee: Employee, now: datetime) -> bool:
    try:
        reply = submit_reply(
            warning=found,
            by=employee,
            choice=form.cleaned_data["choice"],
            text=form.cleaned_data["text"],
            now=now,
        )
        for file in form.cleaned_data["files"]:
            attach(file=file, to=reply, by=employee, now=now)
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _facts(found: RiskWarning, *, masked: bool, name: str) -> Any:
    if found.latest is None:
        return None
    due = found.reply_due_at
    today = timezone.localdate()
    return facts_of(
        found.latest,
        theme=found.theme,
        masked=masked,
        due=zh_date(due, today=today) if due is not None else "期限",
        name=name,
        unit=found.unit.name if found.unit is not None else "本公司",
    )


def _customer(found: RiskWarning) -> str:
    """Return the name behind the subject, masked, where the evidence carries one."""
    rows = found.latest.evidence if found.latest is not None else []
    names = [row["values"].get("cust_name") for row in rows]
    return next((mask_name(name) for name in names if name), "")


def _seers(found: RiskWarning) -> str:
    told = found.head_told_at is not None and found.status != WarningStatus.PENDING
    return "您、所长、纪检专责" if told else "您、纪检专责"


def _bases(found: RiskWarning) -> list[dict[str, object]]:
    """Return the norms of the theme in force on the day, and the controls of the point."""
    theme = themes().get(found.theme)
    cited = theme.basis if theme is not None else ()
    known = {
        basis.code: basis for basis in LegalBasis.objects.filter(code__in={b.ref for b in cited})
    }
    day = found.occurred_on.isoformat()
    rows: list[dict[str, object]] = []
    for basis in cited:
        law = known.get(basis.ref)
        if law is not None and law.effective and law.effective > day:
            continue
        detail = "，".join(
            part
            for part in (
                law.number if law is not None else "",
                f"{law.effective}起施行" if law is not None and law.effective else "",
            )
            if part
        )
        rows.append(
            {"title": basis.text, "detail": detail, "verified": basis.verified == "已核", "url": ""}
        )
    for control in found.risk_point.controls.all()[:2]:
        rows.append(
            {
                "title": f"手册{found.risk_point.code}措施{control.seq}",
                "detail": control.text,
                "url": found.risk_point.url,
            }
        )
    return rows


def _case(found: RiskWarning, user: User) -> CasePage | None:
    """Return the case nearest to the warning: of its risk point, of its theme first."""
    visible = CasePage.objects.visible_to(user)
    cases = list(visible.filter(risk_points=found.risk_point).order_by("code"))
    of_theme = [case for case in cases if found.theme in case.themes]
    return next(iter(of_theme or cases), None)


def _lesson(found: RiskWarning) -> MicroLessonPage | None:
    lessons = list(
        MicroLessonPage.objects.live().filter(risk_points=found.risk_point).order_by("code")
    )
    of_theme = [lesson for lesson in lessons if found.theme in lesson.themes]
    return next(iter(of_theme or lessons), None)


def _attempt(found: RiskWarning, employee: Employee) -> Attempt | None:
    return (
        Attempt.objects.filter(employee=employee, cause=found.cause)
        .prefetch_related("answers__version")
        .order_by("-started_at", "-pk")
        .first()
    )


def _open_reassignment(found: RiskWarning) -> Reassignment | None:
    if not found.reassignments_open:
        return None
    return (
        Reassignment.objects.filter(warning=found, decided_at=None)
        .select_related("asked_of", "asked_by")
        .first()
    )


@login_required
@require_POST
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep what the receiver is writing."""
    employee = me(request)
    found = get_object_or_404(RiskWarning.objects.received_by(request.user), pk=pk)
    now = timezone.now()
    try:
        save_reply_draft(
            warning=found,
            by=employee,
            choice=request.POST.get("choice", ""),
            text=request.POST.get("text", "")[:4000],
            now=now,
        )
    except REFUSALS as refusal:
        return JsonResponse({"status": str(refusal)}, status=409)
    return JsonResponse({"status": f"草稿{timezone.localtime(now):%H:%M}已自动保存"})


@login_required
@require_POST
def not_mine(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say 不是我的业务."""
    employee = me(request)
    found = get_object_or_404(RiskWarning.objects.received_by(request.user), pk=pk)
    form = DisownForm(request.POST, prefix="disown")
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return done_or_said(
        request,
        lambda: disown(warning=found, by=employee, reason=reason, now=timezone.now()),
        said="已转请确认由谁说明，两个工作日内会有结果；其间不算您逾期。",
        to=reverse("risk_warnings:warning", args=[found.pk]),
    )


@login_required
@require_POST
def questions(request: SignedInRequest, pk: int) -> HttpResponse:
    """Start the three voluntary questions, or resume them."""
    employee = me(request)
    found = get_object_or_404(
        RiskWarning.objects.received_by(request.user)
        .filter(taken_back_at=None)
        .select_related("risk_point"),
        pk=pk,
    )
    back = reverse("risk_warnings:warning", args=[found.pk])
    try:
        attempt = start_attempt(
            employee=employee,
            risk_point=found.risk_point,
            cause=found.cause,
            count=QUESTIONS,
            now=timezone.now(),
        )
    except QuizRefusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return redirect(f"{reverse('quizzes:attempt', args=[attempt.pk])}?next={back}")


def _other_page(request: SignedInRequest, found: RiskWarning, employee: Employee) -> HttpResponse:
    now = timezone.now()
    scope = request.user.scope
    officer = scope.reaches(found.unit, Role.DISCIPLINE_OFFICER)
    supervises = scope.reaches(found.unit, Role.DISCIPLINE_OFFICER, Role.DISCIPLINE_HEAD)
    capacity = capacity_in(scope, warning=found)
    note_reading(warning=found, by=employee, capacity=capacity, now=now)
    reassignment = _open_reassignment(found)
    request_for_me = OpinionRequest.objects.filter(warning=found, reviewer=employee).first()
    may_name = reassignment is not None and (officer or reassignment.asked_of_id == employee.pk)
    replies = (
        Explanation.objects.submitted()
        .filter(warning=found)
        .select_related("author")
        .prefetch_related("attachments")
        .order_by("submitted_at", "pk")
    )
    notified = found.status == WarningStatus.NOTIFIED
    context = {
        "warning": found,
        "theme_name": theme_name(found.theme),
        "subject": subject_text(found.theme, found.subject, masked=not supervises),
        "facts": _facts(found, masked=not supervises, name=str(found.receiver or "接收人")),
        "is_officer": officer,
        "supervises": supervises,
        "capacity": capacity,
        "progress": figures.progress_of(found),
        "due": figures.due_of(found.due_at(), now=now),
        "replies": [(reply, choice_text(found.theme, reply.choice)) for reply in replies]
        if supervises or request_for_me is None
        else [],
        "history": _history(found, now=now) if supervises else [],
        "readings": readings_of(found) if supervises else [],
        "reassignment": reassignment,
        "name_form": _name_form(found, now) if may_name else None,
        "can_accept": officer and notified and found.replied_at is not None,
        "can_dismiss": officer and notified,
        "can_triage": officer and found.status == WarningStatus.PENDING,
        "dismiss_form": DismissalForm(prefix="dismiss"),
        "ticket_form": ReasonForm(prefix="ticket"),
        "seal_form": ReasonForm(prefix="seal") if officer and found.is_sealed else None,
        "share_form": _share_form(found, now) if officer and found.is_open else None,
        "shared": list(
            OpinionRequest.objects.filter(warning=found).select_related("reviewer").order_by("pk")
        )
        if supervises
        else [],
        "opinion_request": request_for_me,
        "opinion_form": BusinessOpinionForm(prefix="opinion"),
        "nav_current": "risk_warnings" if supervises else "home",
    }
    return render(request, "risk_warnings/warning_officer.html", context)


def _history(found: RiskWarning, *, now: datetime) -> list[dict[str, str]]:
    """Return what happened to a warning, newest first."""
    today = day_of(now)
    entries: list[tuple[datetime, dict[str, str]]] = []
    for version in found.versions.all():
        entries.append(
            (
                version.stored_at,
                {
                    "title": version.get_change_display(),
                    "who": f"{version.get_level_display()}风险",
                    "detail": "数据批次",
                },
            )
        )
    decisions = Triage.objects.standing().filter(warning=found).select_related("officer")
    for decision in decisions:
        entries.append(
            (
                decision.decided_at,
                {
                    "title": decision.get_action_display(),
                    "who": str(decision.officer),
                    "detail": decision.opinion,
                },
            )
        )
    for asked in Reassignment.objects.filter(warning=found).select_related("asked_by", "named"):
        who = f"{asked.asked_by}"
        what = f"确认由{asked.named}说明" if asked.named else asked.reason
        entries.append((asked.asked_at, {"title": "不是我的业务", "who": who, "detail": what}))
    if found.tip_at is not None and found.tip_at <= now:
        entries.append((found.tip_at, {"title": "已提示本人", "who": "", "detail": ""}))
    entries.sort(key=lambda pair: pair[0], reverse=True)
    return [
        row
        | {
            "state": "",
            "detail": f"{zh_moment(at, today=today)}　{row['detail']}".rstrip("　"),
        }
        for at, row in entries
    ]


def _name_form(found: RiskWarning, now: datetime) -> NamePersonForm:
    form = NamePersonForm(prefix="name")
    people = Posting.objects.in_force(on=day_of(now)).filter(unit=found.unit_id)
    there = Employee.objects.filter(pk__in=people.values("employee"))
    offer(form, "person", there.exclude(pk=found.receiver_id or 0))
    return form


def _share_form(found: RiskWarning, now: datetime) -> ShareForm:
    form = ShareForm(prefix="share")
    grants = RoleGrant.objects.in_force(on=day_of(now)).filter(role=Role.BUSINESS_REVIEWER)
    asked = OpinionRequest.objects.filter(warning=found).values("reviewer")
    reviewers = Employee.objects.filter(pk__in=grants.values("employee"))
    offer(form, "person", reviewers.exclude(pk__in=asked))
    return form


@login_required
@require_POST
def accept(request: SignedInRequest, pk: int) -> HttpResponse:
    """Accept the explanation of a notified warning."""
    employee = me(request)
    found = get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=pk)
    return done_or_said(
        request,
        lambda: accept_reply(warning=found, by=employee, now=timezone.now()),
        said=f"{found.number}已办结，已告知本人。",
        to=reverse("risk_warnings:warning", args=[pk]),
    )


@login_required
@require_POST
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    """Dismiss a warning that has been told, after the explanation."""
    employee = me(request)
    found = get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=pk)
    form = DismissalForm(request.POST, prefix="dismiss")
    if not form.is_valid():
        messages.error(request, "排除要选原因、写明依据，没有提交，请补齐。")
        return redirect("risk_warnings:warning", pk=pk)
    try:
        decision = dismiss_warning(
            warning=found,
            by=employee,
            reason=DismissalReason(form.cleaned_data["reason"]),
            opinion=form.cleaned_data["opinion"],
            whitelist_until=form.cleaned_data["whitelist_until"],
            now=timezone.now(),
            key=submission_key(request),
        )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("risk_warnings:warning", pk=pk)
    return redirect(f"{reverse('risk_warnings:triage')}?done={decision.pk}")


@login_required
@require_POST
def ticket(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make an order of a warning that has been told."""
    employee = me(request)
    found = get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=pk)
    try:
        decision = ticket_warning(
            warning=found,
            by=employee,
            opinion=request.POST.get("ticket-reason", ""),
            now=timezone.now(),
            key=submission_key(request),
        )
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("risk_warnings:warning", pk=pk)
    order: WorkOrder | None = decision.order
    if order is None:
        return redirect("risk_warnings:warning", pk=pk)
    return redirect("risk_warnings:order", pk=order.pk)


@login_required
@require_POST
def name(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name who should explain, after 不是我的业务."""
    employee = me(request)
    found = _found(request, pk)
    asked = get_object_or_404(Reassignment, warning=found, decided_at=None)
    form = NamePersonForm(request.POST, prefix="name")
    offer(form, "person", Employee.objects.all())
    if not form.is_valid():
        messages.error(request, "请写一句理由，再确认由谁说明。")
        return redirect("risk_warnings:warning", pk=pk)
    data = form.cleaned_data
    return done_or_said(
        request,
        lambda: decide_reassignment(
            reassignment=asked,
            by=employee,
            named=data["person"],
            note=data["note"],
            now=timezone.now(),
        ),
        said="已确认，时限从现在起重新算。",
        to=reverse("risk_warnings:board")
        if request.user.scope.has(Role.DISCIPLINE_OFFICER)
        else reverse("risk_warnings:orders"),
    )


@login_required
@require_POST
def share(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask a business reviewer for an opinion."""
    employee = me(request)
    found = get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=pk)
    reviewer = get_object_or_404(Employee, pk=request.POST.get("share-person") or 0)
    return done_or_said(
        request,
        lambda: ask_opinion(
            warning=found,
            reviewer=reviewer,
            by=employee,
            question=request.POST.get("share-question", ""),
            now=timezone.now(),
        ),
        said=f"已请{reviewer}从业务上看。",
        to=reverse("risk_warnings:warning", args=[pk]),
    )


@login_required
@require_POST
def opinion(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the business opinion one was asked for."""
    employee = me(request)
    found = _found(request, pk)
    asked = get_object_or_404(OpinionRequest, warning=found, reviewer=employee)
    return done_or_said(
        request,
        lambda: give_opinion(
            request=asked,
            by=employee,
            opinion=request.POST.get("opinion-opinion", ""),
            now=timezone.now(),
        ),
        said="意见已提交。",
        to=reverse("risk_warnings:warning", args=[pk]),
    )
