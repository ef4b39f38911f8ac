"""Work orders: the list, the page, every step as a form, the sheet as PDF."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.base import File
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from common.pdf import PdfUnavailable, render_pdf
from people.models import Employee, Posting, Role, RoleGrant, SignedInRequest
from people.scope import Scope
from risk_warnings import board as figures
from risk_warnings import order_pages, services
from risk_warnings.forms import (
    AnswerForm,
    ConclusionForm,
    EmptyForm,
    InterviewForm,
    IssueForm,
    ObjectionAnswerForm,
    ObjectionForm,
    OutcomeForm,
    ReasonForm,
    RectifiedForm,
    RemarkForm,
    SignForm,
    SubmissionForm,
    TransferForm,
    VerificationForm,
    VerifiersForm,
    offer,
)
from risk_warnings.limits import day_of
from risk_warnings.models import (
    ADVERSE_CONCLUSIONS,
    Attachment,
    Conclusion,
    Explanation,
    Interview,
    Level,
    Objection,
    OrderStatus,
    OrderStep,
    Rectification,
    RiskWarning,
    Verification,
    WorkOrder,
)
from risk_warnings.models.warnings import SUPERVISORS
from risk_warnings.presentation import (
    choice_text,
    choices_of,
    facts_of,
    subject_text,
    theme_name,
    themes,
)
from risk_warnings.transitions import OrderCase, order_acts
from risk_warnings.views.shared import me

PAGE_SIZE = 20


# The list


@login_required
@require_GET
def orders(request: SignedInRequest) -> HttpResponse:
    """Show the orders in which the reader has a part, those that wait for the reader first."""
    me(request)
    now = timezone.now()
    visible = WorkOrder.objects.visible_to(request.user)
    awaiting = WorkOrder.objects.awaiting(request.user)
    sets = {
        "mine": awaiting,
        "open": visible.open(),
        "overdue": visible.overdue(now=now),
        "closed": visible.filter(status__in=[OrderStatus.CLOSED, OrderStatus.CANCELLED]),
    }
    counts = {key: rows.count() for key, rows in sets.items()}
    show = request.GET.get("show", "")
    if show not in sets:
        show = "mine" if counts["mine"] or not counts["open"] else "open"
    found = sets[show].select_related("unit__parent", "risk_point", "receiver")
    page = Paginator(found.order_by("due_at", "-created_at", "pk"), PAGE_SIZE).get_page(
        request.GET.get("page", "1")
    )
    supervises = request.user.scope.has(*SUPERVISORS)
    strip = (
        figures.theme_strip(
            RiskWarning.objects.supervised_by(request.user), where=figures.BoardFilter()
        )
        if supervises
        else []
    )
    last = OrderStep.objects.filter(by=request.user.scope.employee).select_related("order")
    context = {
        "chips": [
            {
                "label": label,
                "url": f"?show={key}",
                "count": counts[key],
                "current": key == show,
                "over": key == "overdue" and counts[key] > 0,
            }
            for key, label in (
                ("mine", "待我办"),
                ("open", "在办"),
                ("overdue", "超期"),
                ("closed", "已办结"),
            )
        ],
        "page": page,
        "rows": [
            (order, _progress(order), figures.due_of(order.due_at, now=now)) for order in page
        ],
        "show": show,
        "state": figures.data_state(strip, now=now) if supervises else None,
        "pending": RiskWarning.objects.supervised_by(request.user).awaiting_triage().count()
        if supervises
        else 0,
        "last": last.order_by("-at", "-pk").first(),
        "nav_current": "orders",
    }
    return render(request, "risk_warnings/orders.html", context)


def _progress(order: WorkOrder) -> str:
    if order.awaits_approval:
        return "待批准" if order.status == OrderStatus.DRAFT else "待批准结论"
    return str(order.get_status_display())


# The steps


@dataclass(frozen=True, slots=True)
class Act:
    """One step that a reader may take: its words, its form, and what it calls."""

    verb: str
    title: str
    lead: str
    button: str
    build: Callable[["Desk", Any], SubmissionForm]
    run: Callable[["Desk", dict[str, Any]], object]
    said: str
    is_main: bool = True
    takes_files: bool = False
    has_own_page: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """An order with its reader, its people and the time, as the steps need them."""

    order: WorkOrder
    by: Employee
    scope: Scope
    case: OrderCase
    now: datetime
    warnings: list[RiskWarning]
    verifications: list[Verification]
    rectifications: list[Rectification]

    @property
    def common(self) -> dict[str, Any]:
        """The arguments that every service takes."""
        return {"order": self.order, "by": self.by, "now": self.now}


def _plain(form: type[SubmissionForm]) -> Callable[["Desk", Any], SubmissionForm]:
    return lambda desk, data: form(data)


def _keyed(data: dict[str, Any]) -> dict[str, Any]:
    return {"key": data.get("idempotency_key")}


def _these(people: Iterable[Employee]) -> QuerySet[Employee]:
    return Employee.objects.filter(pk__in=[person.pk for person in people])


def _people_of_station(desk: Desk) -> QuerySet[Employee]:
    postings = Posting.objects.in_force(on=day_of(desk.now)).filter(unit=desk.order.unit_id)
    return Employee.objects.filter(pk__in=postings.values("employee"))


def _issue_form(desk: Desk, data: Any) -> SubmissionForm:
    theme = themes().get(desk.order.theme)
    asked = [f"请说明：{desk.order.title}的经过和原因"]
    asked += [f"请提供：{item}" for item in desk.order.risk_point.evidence]
    form = IssueForm(data, initial={"demands": "\n".join(asked), "revision": desk.order.revision})
    codes = theme.cc if theme is not None else ()
    postings = Posting.objects.in_force(on=day_of(desk.now)).filter(
        unit=desk.order.unit_id, position__code__in=codes
    )
    holders = Employee.objects.filter(pk__in=postings.values("employee"))
    offer(form, "copied_to", holders.exclude(pk__in=desk.case.concerned))
    return form


def _verifiers_form(desk: Desk, data: Any) -> SubmissionForm:
    form = VerifiersForm(data)
    people = services.verifier_candidates(desk.order, on=day_of(desk.now))
    for name in ("first", "second"):
        offer(form, name, _these(people))
    return form


def _verification_form(desk: Desk, data: Any) -> SubmissionForm:
    theme = themes().get(desk.order.theme)
    data, files = data if data is not None else (None, None)
    return VerificationForm(
        data,
        files,
        checklist=theme.checklist if theme is not None else (),
        initial={"visited_on": day_of(desk.now)},
    )


def _answer_form(desk: Desk, data: Any) -> SubmissionForm:
    data, files = data if data is not None else (None, None)
    return AnswerForm(data, files, choices=choices_of(desk.order.theme))


def _conclusion_form(desk: Desk, data: Any) -> SubmissionForm:
    form = ConclusionForm(data, initial={"revision": desk.order.revision, "then": "close"})
    proposed, must_name = services.learner_proposed(desk.order, on=day_of(desk.now))
    people = _people_of_station(desk)
    if proposed is not None:
        people = people | _these([proposed])
    offer(form, "learner", people.distinct())
    if must_name:
        form.fields["learner"].help_text = "接收人不在这个风险点的岗位上，要补学的请指定学习人"
        form.initial["learner"] = proposed
    offer(form, "responsible", _people_of_station(desk))
    return form


def _outcome_form(desk: Desk, data: Any) -> SubmissionForm:
    form = OutcomeForm(data)
    offer(form, "learner", _people_of_station(desk))
    return form


def _interview_form(desk: Desk, data: Any) -> SubmissionForm:
    data, files = data if data is not None else (None, None)
    form = InterviewForm(data, files, initial={"held_at": timezone.localtime(desk.now)})
    offer(form, "person", Employee.objects.filter(pk__in=desk.case.concerned))
    grants = RoleGrant.objects.in_force(on=day_of(desk.now)).filter(role__in=SUPERVISORS)
    others = Employee.objects.filter(pk__in=grants.values("employee")).exclude(pk=desk.by.pk)
    offer(form, "second_officer", others)
    return form


def _attach_all(files: list[File[bytes]], *, to: Any, desk: Desk) -> None:
    for file in files:
        services.attach(file=file, to=to, by=desk.by, now=desk.now)


def _verify(desk: Desk, data: dict[str, Any]) -> object:
    check = services.submit_verification(
        **desk.common,
        visited_on=data["visited_on"],
        method=data["method"],
        facts=data["facts"],
        evidence=data["evidence"],
        amount=data["amount"],
        checked=data.get("checked", ()),
    )
    _attach_all(data["files"], to=check, desk=desk)
    return check


def _answer(desk: Desk, data: dict[str, Any]) -> object:
    answer = services.answer_order(
        **desk.common,
        choice=data["choice"],
        text=data["text"],
        remedy=data["remedy"],
        amount=data["amount"],
    )
    _attach_all(data["files"], to=answer, desk=desk)
    return answer


def _conclude(desk: Desk, data: dict[str, Any]) -> object:
    plan = (
        services.RectificationPlan(responsible=data["responsible"], measures=data["measures"])
        if data["then"] == "rectify"
        else None
    )
    conclusion = Conclusion(data["conclusion"])
    return services.conclude_order(
        **desk.common,
        conclusion=conclusion,
        reason=data["reason"],
        learner=data["learner"] if conclusion in ADVERSE_CONCLUSIONS else None,
        rectification=plan,
        revision=data["revision"],
        **_keyed(data),
    )


def _interview(desk: Desk, data: dict[str, Any]) -> object:
    talk = services.record_interview(
        **desk.common,
        second_officer=data["second_officer"],
        person=data["person"],
        held_at=data["held_at"],
        place=data["place"],
        statement=data["statement"],
        demands=data["demands"],
        signed_by_person=data["signed_by_person"],
        signed_by_officers=data["signed_by_officers"],
    )
    _attach_all(data["files"], to=talk, desk=desk)
    return talk


def _decide_objection(desk: Desk, data: dict[str, Any]) -> object:
    objection = Objection.objects.open().filter(order=desk.order).order_by("pk").first()
    if objection is None:
        raise services.NothingToDecide("没有待答复的异议，请刷新页面看最新情况。")
    return services.decide_objection(
        objection=objection,
        by=desk.by,
        is_upheld=data["upheld"] == "yes",
        answer=data["answer"],
        now=desk.now,
    )


ACTS = {
    act.verb: act
    for act in (
        Act(
            "issue",
            "下发工单",
            "写清要说明什么。高风险的先报纪委办公室负责人批准，批准即下发。",
            "下发",
            _issue_form,
            lambda desk, data: services.issue_order(
                **desk.common,
                demands=data["demands"],
                copied_to=data["copied_to"],
                revision=data["revision"],
                **_keyed(data),
            ),
            "工单已下发，或已报负责人批准。",
        ),
        Act(
            "approve",
            "批准下发",
            "批准即下发；起草人不能批准自己起草的工单。",
            "批准并下发",
            _plain(EmptyForm),
            lambda desk, data: services.approve_order(**desk.common, **_keyed(data)),
            "已批准，工单已下发。",
        ),
        Act(
            "decline",
            "不批准，退回起草人",
            "",
            "退回",
            _plain(ReasonForm),
            lambda desk, data: services.decline_order(**desk.common, reason=data["reason"]),
            "已退回起草人。",
            is_main=False,
        ),
        Act(
            "accept",
            "轮到您签收",
            "签收表示已经看过全部证据，不表示承认。签收之后请反馈情况，所长会指定两名核查人。",
            "签收",
            _plain(EmptyForm),
            lambda desk, data: services.accept_order(**desk.common, **_keyed(data)),
            "已签收，请接着反馈情况。",
        ),
        Act(
            "name",
            "指定两名核查人",
            "接收人、数据指向的人、要签字的人和应当回避的人不在名单里。",
            "指定",
            _verifiers_form,
            lambda desk, data: services.name_verifiers(
                **desk.common, first=data["first"], second=data["second"], **_keyed(data)
            ),
            "已指定两名核查人，已通知他们。",
        ),
        Act(
            "verify",
            "轮到您核查",
            "两名核查人各写各的，提交后不能改。",
            "提交核查",
            _verification_form,
            _verify,
            "核查已提交。",
            takes_files=True,
        ),
        Act(
            "answer",
            "请您反馈",
            "写清原因、金额影响和措施；附上凭据，说得清当场就清。",
            "提交反馈",
            _answer_form,
            _answer,
            "反馈已提交。",
            takes_files=True,
        ),
        Act(
            "sign",
            "轮到您签字",
            "两名核查人和接收人都已提交。签字后交纪检专责审核。",
            "签字并提交",
            _plain(SignForm),
            lambda desk, data: services.sign_feedback(
                **desk.common, opinion=data["opinion"], **_keyed(data)
            ),
            "已签字，交纪检专责审核。",
        ),
        Act(
            "review",
            "轮到您审核",
            "参加过核查的人不能审核。",
            "开始审核",
            _plain(EmptyForm),
            lambda desk, data: services.start_review(**desk.common, **_keyed(data)),
            "已开始审核。",
        ),
        Act(
            "conclude",
            "认定结论",
            "高风险的结论经纪委办公室负责人批准后生效。",
            "提交结论",
            _conclusion_form,
            _conclude,
            "结论已提交。",
        ),
        Act(
            "return",
            "退回补充",
            "",
            "退回补充",
            _plain(ReasonForm),
            lambda desk, data: services.return_order(
                **desk.common, reason=data["reason"], **_keyed(data)
            ),
            "已退回补充。",
            is_main=False,
        ),
        Act(
            "approve_conclusion",
            "批准结论",
            "批准即生效：本人会收到结论，补学按结论布置或撤回。",
            "批准",
            _plain(EmptyForm),
            lambda desk, data: services.approve_conclusion(**desk.common, **_keyed(data)),
            "结论已生效。",
        ),
        Act(
            "decline_conclusion",
            "不批准，退回认定人",
            "",
            "退回",
            _plain(ReasonForm),
            lambda desk, data: services.decline_conclusion(**desk.common, reason=data["reason"]),
            "结论已退回。",
            is_main=False,
        ),
        Act(
            "rectified",
            "轮到您整改",
            "写清做了什么、凭证号是多少。",
            "提交整改",
            _plain(RectifiedForm),
            lambda desk, data: services.report_rectified(
                **desk.common, text=data["text"], amount_recovered=data["amount"], **_keyed(data)
            ),
            "整改已提交，等待验收。",
        ),
        Act(
            "accept_rectification",
            "轮到您验收",
            "整改人不能验收自己的整改。",
            "验收通过，销号",
            _plain(RemarkForm),
            lambda desk, data: services.accept_rectification(
                **desk.common, opinion=data["opinion"], **_keyed(data)
            ),
            "已验收，工单销号。",
        ),
        Act(
            "reject_rectification",
            "验收不通过",
            "",
            "退回整改",
            _plain(ReasonForm),
            lambda desk, data: services.reject_rectification(
                **desk.common, reason=data["reason"], **_keyed(data)
            ),
            "已退回整改。",
            is_main=False,
        ),
        Act(
            "correct",
            "数据已更正，按数据问题销号",
            "原来的发现在数据里不再出现。销号后一切撤回，并告知本人。",
            "按数据问题销号",
            _plain(EmptyForm),
            lambda desk, data: services.close_corrected(**desk.common, **_keyed(data)),
            "已按数据问题销号。",
        ),
        Act(
            "transfer",
            "涉嫌违纪违法，移交",
            "移交后平台只留“已移交、接收方、日期”，不再展示内容。",
            "移交",
            _plain(TransferForm),
            lambda desk, data: services.transfer_order(
                **desk.common, to=data["to"], **_keyed(data)
            ),
            "已移交。",
            is_main=False,
        ),
        Act(
            "settle",
            "录入有权机关的答复",
            "",
            "录入并销号",
            _outcome_form,
            lambda desk, data: services.settle_transfer(
                **desk.common,
                outcome=Conclusion(data["outcome"]),
                reason=data["reason"],
                learner=data["learner"],
                **_keyed(data),
            ),
            "答复已录入，工单销号。",
        ),
        Act(
            "cancel",
            "误发，撤销工单",
            "撤销后预警回到研判。",
            "撤销工单",
            _plain(ReasonForm),
            lambda desk, data: services.cancel_order(
                **desk.common, reason=data["reason"], **_keyed(data)
            ),
            "工单已撤销，预警回到研判。",
            is_main=False,
        ),
        Act(
            "reopen",
            "回头看复发，重新打开",
            "",
            "重新打开",
            _plain(ReasonForm),
            lambda desk, data: services.reopen_order(
                **desk.common, reason=data["reason"], **_keyed(data)
            ),
            "工单已重新打开，请指定核查人。",
            is_main=False,
        ),
        Act(
            "interview",
            "记录一次约谈",
            "只有约谈人、纪委办公室负责人和本人能看内容。约谈是日常提醒，不是谈话函询。",
            "保存约谈记录",
            _interview_form,
            _interview,
            "约谈已记录。",
            is_main=False,
            takes_files=True,
            has_own_page=True,
        ),
        Act(
            "object",
            "对结论有异议",
            "结论生效后十个工作日内可提一次，由未批准这个结论的负责人答复；其间补学暂停。",
            "提出异议",
            _plain(ObjectionForm),
            lambda desk, data: services.file_objection(**desk.common, text=data["text"]),
            "异议已提出，十个工作日内答复。",
            is_main=False,
        ),
        Act(
            "decide_objection",
            "答复异议",
            "成立的，由这条预警而来的一切都撤回。",
            "答复",
            _plain(ObjectionAnswerForm),
            _decide_objection,
            "异议已答复，已告知本人。",
        ),
    )
}


def _open_verbs(desk: Desk) -> list[str]:
    """Return what this reader may do now, the main act first."""
    order, acts = desk.order, order_acts(desk.case, desk.scope)
    status = OrderStatus(order.status)
    officer = desk.scope.reaches(order.unit, Role.DISCIPLINE_OFFICER)
    head = desk.scope.reaches(order.unit, Role.DISCIPLINE_HEAD)
    free = desk.by.pk not in desk.case.concerned
    verbs: list[str] = []
    if status == OrderStatus.DRAFT:
        if order.approval_asked_at is None and officer and free:
            verbs.append("issue")
        if order.approval_asked_at is not None and "issue" in acts and order.level == Level.HIGH:
            verbs += ["approve", "decline"]
    if "accept" in acts:
        verbs.append("accept")
    if acts & {"verify", "verify_again", "verify_reopened"}:
        verbs.append("name")
    verbs += _station_verbs(desk, acts)
    if "review" in acts:
        verbs.append("review")
    if status == OrderStatus.REVIEWING:
        verbs += _review_verbs(desk, acts, head=head, free=free)
    for key in ("rectified", "accept_rectification", "reject_rectification", "settle"):
        if key in acts:
            verbs.append(key)
    if "correct" in acts and order.data_corrected_at is not None:
        verbs.insert(0, "correct")
    objected = order.effective_at is not None and head and free
    if objected and Objection.objects.open().filter(order=order).exists():
        verbs.insert(0, "decide_objection")
    if services.may_object(order, person=desk.by, now=desk.now):
        verbs.append("object")
    if order.issued_at is not None and order.is_open and (officer or head) and free:
        verbs.append("interview")
    verbs += [key for key in ("transfer", "cancel", "reopen") if key in acts]
    return verbs


def _station_verbs(desk: Desk, acts: frozenset[str]) -> list[str]:
    order = desk.order
    verbs = []
    answers = order.status in {
        OrderStatus.ACCEPTED,
        OrderStatus.VERIFYING,
        OrderStatus.RETURNED,
    }
    handles = order.handler == desk.by or (order.handler is None and desk.by.pk in desk.case.heads)
    if answers and handles and not services.has_answer(order):
        verbs.append("answer")
    if order.status == OrderStatus.VERIFYING:
        own = [
            check
            for check in desk.verifications
            if check.verifier_id == desk.by.pk
            and check.round == order.round
            and check.submitted_at is None
        ]
        if own:
            verbs.append("verify")
        if "submit" in acts and not services.missing_for_signature(order):
            verbs.append("sign")
    return verbs


def _review_verbs(desk: Desk, acts: frozenset[str], *, head: bool, free: bool) -> list[str]:
    if desk.order.awaits_approval:
        own = desk.order.concluded_by_id == desk.by.pk
        return ["approve_conclusion", "decline_conclusion"] if head and free and not own else []
    return [verb for verb, key in (("conclude", "close"), ("return", "return")) if key in acts]


# The page


def _desk(request: SignedInRequest, pk: int) -> Desk:
    employee = me(request)
    order = get_object_or_404(
        WorkOrder.objects.visible_to(request.user).select_related(
            "unit__parent",
            "risk_point",
            "receiver",
            "stand_in",
            "drafter",
            "approver",
            "concluded_by",
            "conclusion_approver",
            "learner",
        ),
        pk=pk,
    )
    now = timezone.now()
    warnings = services.held_warnings(order)
    verifications = list(
        order.verifications.select_related("verifier", "named_by")
        .prefetch_related("attachments")
        .order_by("round", "pk")
    )
    rectifications = list(order.rectifications.select_related("responsible").order_by("pk"))
    case = OrderCase.among(
        order,
        named=[warning.named_person_id for warning in warnings],
        verifiers=[check.verifier_id for check in verifications],
        rectifiers=[plan.responsible_id for plan in rectifications],
        on=day_of(now),
    )
    return Desk(
        order=order,
        by=employee,
        scope=request.user.scope,
        case=case,
        now=now,
        warnings=warnings,
        verifications=verifications,
        rectifications=rectifications,
    )


@login_required
@require_GET
def order(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show an order, and the forms of what its reader may do now."""
    desk = _desk(request, pk)
    services.note_order_reading(order=desk.order, by=desk.by, now=desk.now)
    return _show(request, desk)


def _show(
    request: SignedInRequest,
    desk: Desk,
    *,
    verb: str = "",
    bound: SubmissionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    order = desk.order
    if order.is_transferred:
        return _transferred(request, desk, verb=verb, bound=bound, status=status)
    supervises = desk.scope.reaches(order.unit, *SUPERVISORS)
    steps = list(order.steps.select_related("by").order_by("at", "pk"))
    interviews = list(
        Interview.objects.visible_to(request.user)
        .filter(order=order)
        .select_related("officer", "second_officer", "person")
        .order_by("held_at", "pk")
    )
    explanations = list(
        Explanation.objects.submitted()
        .filter(order=order)
        .select_related("author")
        .prefetch_related("attachments")
        .order_by("submitted_at", "pk")
    )
    objections = (
        list(order.objections.select_related("person", "decided_by").order_by("pk"))
        if order.effective_at is not None
        else []
    )
    warnings, verifications = desk.warnings, desk.verifications
    shown = _forms(desk, verb=verb, bound=bound)
    context = {
        "order": order,
        "theme_name": theme_name(order.theme),
        "facts": order_pages.facts_rows(order, theme=theme_name(order.theme), count=len(warnings)),
        "steps": order_pages.step_marks(order, steps),
        "due": figures.due_of(order.due_at, now=desk.now) if order.is_open else None,
        "progress": _progress(order),
        "warnings": [_warning_part(w, order, masked=not supervises) for w in warnings],
        "verifications": verifications,
        "explanations": [(e, choice_text(order.theme, e.choice)) for e in explanations],
        "missing": services.missing_for_signature(order)
        if order.status == OrderStatus.VERIFYING
        else "",
        "rectifications": order_pages.rectification_rows(desk.rectifications),
        "interviews": interviews,
        "objections": objections,
        "history": order_pages.history(
            order,
            steps=steps,
            explanations=explanations,
            verifications=verifications,
            interviews=interviews,
            objections=objections,
            today=day_of(desk.now),
        ),
        "limits": order_pages.limit_rows(order, steps, now=desk.now)
        if order.issued_at is not None
        else [],
        "copied": list(order.copied_to.all()) if supervises else [],
        "supervises": supervises,
        "acts": [item for item in shown if item["is_main"]],
        "others": [item for item in shown if not item["is_main"]],
        "nav_current": "orders",
    }
    return render(request, "risk_warnings/order.html", context, status=status)


def _forms(desk: Desk, *, verb: str, bound: SubmissionForm | None) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    for name in _open_verbs(desk):
        act = ACTS[name]
        if act.has_own_page:
            shown.append({"act": act, "form": None, "is_main": False})
            continue
        form = bound if name == verb and bound is not None else act.build(desk, None)
        form.auto_id = f"{name}-%s"
        shown.append({"act": act, "form": form, "is_main": act.is_main or name == verb})
    return shown


def _warning_part(warning: RiskWarning, order: WorkOrder, *, masked: bool) -> dict[str, Any]:
    facts = (
        facts_of(
            warning.latest,
            theme=warning.theme,
            masked=masked,
            due="期限",
            name=str(order.receiver or "接收人"),
            unit=order.unit.name if order.unit is not None else "本公司",
        )
        if warning.latest is not None
        else None
    )
    return {
        "warning": warning,
        "facts": facts,
        "subject": subject_text(warning.theme, warning.subject, masked=masked),
    }


def _transferred(
    request: SignedInRequest,
    desk: Desk,
    *,
    verb: str,
    bound: SubmissionForm | None,
    status: int,
) -> HttpResponse:
    allowed = order_acts(desk.case, desk.scope) & {"settle"}
    context = {
        "order": desk.order,
        "acts": _forms(desk, verb=verb, bound=bound) if allowed else [],
        "nav_current": "orders",
    }
    return render(request, "risk_warnings/transferred.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def act(request: SignedInRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step of an order; a form with errors is shown again in its place."""
    desk = _desk(request, pk)
    step = ACTS.get(verb)
    if step is None or (request.method == "GET" and verb not in _open_verbs(desk)):
        raise Http404
    if request.method == "GET":
        return _act_page(request, desk, step, step.build(desk, None))
    data: Any = (request.POST, request.FILES) if step.takes_files else request.POST
    form = step.build(desk, data)
    if form.is_valid():
        try:
            with transaction.atomic():
                step.run(desk, form.cleaned_data)
        except services.REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, step.said)
            return redirect("risk_warnings:order", pk=pk)
    if verb not in _open_verbs(desk):
        said = [str(error) for error in form.non_field_errors()]
        messages.error(request, said[0] if said else "这一步现在不能办，请看最新情况。")
        return redirect("risk_warnings:order", pk=pk)
    if step.has_own_page:
        return _act_page(request, desk, step, form, status=422)
    return _show(request, desk, verb=verb, bound=form, status=422)


def _act_page(
    request: SignedInRequest, desk: Desk, step: Act, form: SubmissionForm, *, status: int = 200
) -> HttpResponse:
    form.auto_id = f"{step.verb}-%s"
    context = {"order": desk.order, "act": step, "form": form, "nav_current": "orders"}
    return render(request, "risk_warnings/order_act.html", context, status=status)


# Papers


@login_required
@require_GET
def sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hand over the 预警风险单 of an issued order as PDF; it is logged."""
    desk = _desk(request, pk)
    order = desk.order
    if order.issued_at is None or order.is_transferred:
        raise Http404
    services.note_order_reading(order=order, by=desk.by, now=desk.now)
    theme = themes().get(order.theme)
    accepted = order.steps.filter(target=OrderStatus.ACCEPTED).order_by("pk").first()
    context = {
        "title": "预警风险单",
        "order": order,
        "theme_name": theme_name(order.theme),
        "warnings": [_warning_part(w, order, masked=True) for w in desk.warnings],
        "demands": [line for line in order.demands.splitlines() if line.strip()],
        "checklist": theme.checklist if theme is not None else (),
        "accept_by": accepted.limit_at if accepted is not None else order.due_at,
    }
    try:
        content = render_pdf("risk_warnings/sheet.html", context)
    except PdfUnavailable as refusal:
        messages.error(request, str(refusal))
        return redirect("risk_warnings:order", pk=pk)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="order-{order.number}.pdf"'
    return response


@login_required
@require_GET
def interview(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open an interview; each opening is one entry in the log."""
    employee = me(request)
    found = get_object_or_404(
        Interview.objects.visible_to(request.user).select_related(
            "order__unit", "officer", "second_officer", "person", "recorded_by"
        ),
        pk=pk,
    )
    now = timezone.now()
    services.open_interview(interview=found, by=employee, now=now)
    context = {
        "interview": found,
        "attachments": Attachment.objects.filter(interview=found).order_by("pk"),
        "nav_current": "orders",
    }
    return render(request, "risk_warnings/interview.html", context)
