"""Triage: one warning at a time, four decisions, ten seconds to take one back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people.models import Employee, Posting, SignedInRequest
from risk_engine import Theme
from risk_warnings import board as figures
from risk_warnings.forms import OpinionForm, ReasonForm, ReceiverForm, offer
from risk_warnings.limits import limit_of, limits
from risk_warnings.models import (
    DismissalReason,
    RiskWarning,
    Triage,
    TriageAction,
    WarningStatus,
    WorkOrder,
)
from risk_warnings.presentation import facts_of, subject_text, theme_name, themes
from risk_warnings.services import (
    REFUSALS,
    capacity_in,
    dismiss_warning,
    merge_warning,
    name_receiver,
    note_reading,
    notify_receiver,
    seal_warning,
    ticket_warning,
    undo_triage,
    unseal_warning,
)
from risk_warnings.views.shared import done_or_said, require_supervisor

QUEUE_SHOWN = 20
SIMILAR_SHOWN = 3
SAID = {
    TriageAction.DISMISS: "已排除",
    TriageAction.MERGE: "已并入",
    TriageAction.NOTIFY: "已提示",
    TriageAction.TICKET: "已转工单",
}


@dataclass(frozen=True, slots=True)
class Target:
    """An order or a warning that the one at hand may belong to."""

    value: str
    label: str


@login_required
@require_http_methods(["GET", "POST"])
def triage(request: SignedInRequest) -> HttpResponse:
    """Show the most urgent pending warning, or take the decision about one."""
    employee = require_supervisor(request)
    now = timezone.now()
    pending = RiskWarning.objects.supervised_by(request.user).awaiting_triage()
    if request.method == "POST":
        return _decide(request, employee, now)
    queue = list(
        figures.by_urgency(pending).select_related(
            "unit__parent", "risk_point", "receiver", "named_person", "latest__finding", "order"
        )[: QUEUE_SHOWN + 1]
    )
    wanted = request.GET.get("w", "")
    asked = next((w for w in queue if str(w.pk) == wanted), None)
    if asked is None and wanted.isdigit():
        asked = (
            pending.filter(pk=int(wanted))
            .select_related(
                "unit__parent", "risk_point", "receiver", "named_person", "latest__finding", "order"
            )
            .first()
        )
    warning = asked or next(iter(queue), None)
    undo = _undo_of(request, employee, now)
    if warning is None:
        return _empty(request, undo, now)
    note_reading(
        warning=warning,
        by=employee,
        capacity=capacity_in(request.user.scope, warning=warning),
        now=now,
    )
    form = OpinionForm(initial={"revision": warning.revision})
    return _show(request, warning, queue, form, undo=undo, now=now)


def _show(
    request: SignedInRequest,
    warning: RiskWarning,
    queue: list[RiskWarning],
    form: OpinionForm,
    *,
    undo: dict[str, Any] | None,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    theme = themes().get(warning.theme)
    shown = [w for w in queue if w.pk != warning.pk][: QUEUE_SHOWN - 1]
    line = [warning, *shown] if warning not in queue else queue[:QUEUE_SHOWN]
    following = next((w for w in queue if w.pk != warning.pk), None)
    targets = _targets(request, warning)
    context = {
        "warning": warning,
        "facts": _facts(warning),
        "subject": subject_text(warning.theme, warning.subject, masked=False),
        "theme_name": theme_name(warning.theme),
        "innocent": _innocent(theme),
        "targets": targets,
        "target": targets[0] if targets else None,
        "queue": [
            {
                "warning": w,
                "due": figures.due_of(w.triage_due_at, now=now),
                "current": w.pk == warning.pk,
                "theme": theme_name(w.theme),
            }
            for w in line
        ],
        "due": figures.due_of(warning.triage_due_at, now=now),
        "waiting": len(queue) - 1,
        "more": len(queue) > QUEUE_SHOWN,
        "next": following,
        "form": form,
        "seal_form": ReasonForm(prefix="seal"),
        "receiver_form": _receiver_form(warning, now),
        "tip": theme.tip if theme is not None else None,
        "policy": warning.get_tip_policy_display(),
        "verify_days": limit_of("verify", warning.level),
        "undo_seconds": int(limits().undo.total_seconds()),
        "undo": undo,
        "reasons": DismissalReason.choices,
        "nav_current": "risk_warnings",
    }
    return render(request, "risk_warnings/triage.html", context, status=status)


def _facts(warning: RiskWarning) -> Any:
    if warning.latest is None:
        return None
    return facts_of(
        warning.latest,
        theme=warning.theme,
        masked=False,
        due="期限",
        name=str(warning.receiver or "接收人"),
        unit=warning.unit.name if warning.unit is not None else "本公司",
    )


def _innocent(theme: Theme | None) -> list[dict[str, object]]:
    """Return the lawful look-alikes: those the data ruled out, and those only a person can tell."""
    if theme is None:
        return []
    computed = [
        {"text": x.text, "note": "系统已查：不属于这种情形", "is_known": True}
        for x in theme.exclusions
        if not x.whitelist
    ]
    asked = [
        {"text": x.text, "note": "系统查不到，请向当事岗位核实", "is_known": False}
        for x in theme.exclusions
        if x.whitelist
    ]
    others = [
        {"text": text, "note": "系统查不到，请核实", "is_known": False}
        for text in theme.false_positives
    ]
    return [*computed, *asked, *others]


def _targets(request: SignedInRequest, warning: RiskWarning) -> list[Target]:
    """Return open orders and warnings of the same station that it may belong to, best first."""
    orders = (
        WorkOrder.objects.supervised_by(request.user)
        .open()
        .filter(theme=warning.theme, transferred_to="", unit=warning.unit_id)
        .filter(Q(receiver=warning.receiver_id) | Q(warnings__subject=warning.subject))
        .distinct()
        .order_by("-created_at", "-pk")[:SIMILAR_SHOWN]
    )
    others = (
        RiskWarning.objects.supervised_by(request.user)
        .filter(
            Q(status__in=[WarningStatus.PENDING, WarningStatus.NOTIFIED]),
            theme=warning.theme,
            unit=warning.unit_id,
        )
        .filter(Q(receiver=warning.receiver_id) | Q(subject=warning.subject))
        .exclude(pk=warning.pk)
        .order_by("-stored_at", "-pk")[:SIMILAR_SHOWN]
    )
    return [
        *[
            Target(f"order:{order.pk}", f"{order}（{order.get_status_display()}）")
            for order in orders
        ],
        *[
            Target(
                f"warning:{other.pk}",
                f"{other.number} {other.title}（{other.get_status_display()}）",
            )
            for other in others
        ],
    ]


def _receiver_form(warning: RiskWarning, now: datetime) -> ReceiverForm | None:
    if warning.tip_at is not None or warning.unit is None:
        return None
    form = ReceiverForm(prefix="receiver", initial={"person": warning.receiver_id})
    on = timezone.localtime(now).date()
    holders = Posting.objects.in_force(on=on).filter(unit=warning.unit).values("employee")
    offer(form, "person", Employee.objects.filter(pk__in=holders))
    return form


def _undo_of(request: SignedInRequest, employee: Employee, now: datetime) -> dict[str, Any] | None:
    wanted = request.GET.get("done", "")
    if not wanted.isdigit():
        return None
    decision = Triage.objects.filter(pk=int(wanted), officer=employee).select_related("warning")
    found = decision.first()
    if found is None or not found.can_be_undone(now=now):
        return None
    return {
        "action": reverse("risk_warnings:triage_undo", args=[found.pk]),
        "sentence": f"{found.warning.number}{SAID[TriageAction(found.action)]}",
        "seconds": max(1, int((found.release_at - now).total_seconds())),
    }


def _empty(request: SignedInRequest, undo: dict[str, Any] | None, now: datetime) -> HttpResponse:
    strip = figures.theme_strip(
        RiskWarning.objects.supervised_by(request.user), where=figures.BoardFilter()
    )
    last = (
        Triage.objects.standing()
        .filter(officer=request.user.scope.employee)
        .select_related("warning")
        .order_by("-pk")
        .first()
    )
    context = {
        "undo": undo,
        "last": last,
        "state": figures.data_state(strip, now=now),
        "nav_current": "risk_warnings",
    }
    return render(request, "risk_warnings/triage_empty.html", context)


def _decide(request: SignedInRequest, employee: Employee, now: datetime) -> HttpResponse:
    warning = get_object_or_404(
        RiskWarning.objects.supervised_by(request.user).select_related(
            "unit__parent", "risk_point", "receiver", "named_person", "latest__finding", "order"
        ),
        pk=request.POST.get("warning") or 0,
    )
    form = OpinionForm(request.POST)
    if form.is_valid():
        try:
            decision = _take(request, warning, employee, form, now)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{reverse('risk_warnings:triage')}?done={decision.pk}")
    pending = RiskWarning.objects.supervised_by(request.user).awaiting_triage()
    queue = list(
        figures.by_urgency(pending).select_related("unit__parent", "risk_point", "order")[
            : QUEUE_SHOWN + 1
        ]
    )
    return _show(request, warning, queue, form, undo=None, now=now, status=422)


def _take(
    request: SignedInRequest,
    warning: RiskWarning,
    employee: Employee,
    form: OpinionForm,
    now: datetime,
) -> Triage:
    data = form.cleaned_data
    common: dict[str, Any] = {
        "warning": warning,
        "by": employee,
        "opinion": data["opinion"],
        "now": now,
        "revision": data["revision"],
        "key": data["idempotency_key"],
    }
    if data["action"] == "dismiss":
        return dismiss_warning(
            reason=DismissalReason(data["reason"]),
            whitelist_until=data["whitelist_until"],
            **common,
        )
    if data["action"] == "merge":
        return merge_warning(into=_target_of(request, data["target"]), **common)
    if data["action"] == "notify":
        return notify_receiver(**common)
    return ticket_warning(**common)


def _target_of(request: SignedInRequest, value: str) -> RiskWarning | WorkOrder:
    kind, _, pk = value.partition(":")
    number = int(pk) if pk.isdigit() else 0
    if kind == "order":
        return get_object_or_404(WorkOrder.objects.supervised_by(request.user), pk=number)
    return get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=number)


@login_required
@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a decision back within its seconds, and show its warning again."""
    employee = require_supervisor(request)
    decision = get_object_or_404(Triage, pk=pk, officer=employee)
    try:
        warning = undo_triage(triage=decision, by=employee, now=timezone.now())
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect("risk_warnings:triage")
    messages.success(request, f"{warning.number}的研判已撤回，没有人收到通知。")
    return redirect(f"{reverse('risk_warnings:triage')}?w={warning.pk}")


@login_required
@require_POST
def seal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Seal a pending warning."""
    return _seal(request, pk, seal_warning, "已封存：解除之前，本所任何人都看不到任何变化。")


@login_required
@require_POST
def unseal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Release a sealed warning."""
    return _seal(request, pk, unseal_warning, "已解除封存。")


def _seal(request: SignedInRequest, pk: int, service: Any, said: str) -> HttpResponse:
    employee = require_supervisor(request)
    warning = get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=pk)
    return done_or_said(
        request,
        lambda: service(
            warning=warning,
            by=employee,
            reason=request.POST.get("seal-reason", ""),
            now=timezone.now(),
        ),
        said=said,
        to=_back_to(warning),
    )


@login_required
@require_POST
def receiver(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name who is asked to explain, while nobody has been told."""
    employee = require_supervisor(request)
    warning = get_object_or_404(RiskWarning.objects.supervised_by(request.user), pk=pk)
    person = get_object_or_404(Employee, pk=request.POST.get("receiver-person") or 0)
    return done_or_said(
        request,
        lambda: name_receiver(warning=warning, receiver=person, by=employee, now=timezone.now()),
        said=f"接收人已改为{person}。",
        to=_back_to(warning),
    )


def _back_to(warning: RiskWarning) -> str:
    if warning.status == WarningStatus.PENDING:
        return f"{reverse('risk_warnings:triage')}?w={warning.pk}"
    return reverse("risk_warnings:warning", args=[warning.pk])
