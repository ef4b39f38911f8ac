"""What everybody signs and declares each year, and what discipline officers see of it."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from people.forms import BaseInterestFormSet, CommitmentForm, InterestFormSet, InterestsForm
from people.models import Commitment, Employee, InterestStatement, Posting, SignedInRequest
from people.models.statements import STATEMENT_READERS
from people.services import statements

A_PAGE = 50


@login_required
@require_http_methods(["GET", "POST"])
def commitment(request: SignedInRequest) -> HttpResponse:
    """Show the commitment of this year to be signed, or as it was signed."""
    employee = _me(request)
    now = timezone.now()
    form = CommitmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            statements.sign_commitment(
                employee=employee, typed=form.cleaned_data["name"], by=request.user, now=now
            )
        except statements.StatementRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, "已签署，记在您的记录里。")
            return redirect("people:commitment")
    signed = Commitment.objects.filter(employee=employee).select_related("text")
    this_year = signed.filter(year=timezone.localdate(now).year).first()
    context = {
        "form": form,
        "year": timezone.localdate(now).year,
        "signed": this_year,
        "text": this_year.text.text if this_year else statements.COMMITMENT_TEXT,
        "earlier": signed.filter(year__lt=timezone.localdate(now).year).order_by("-year"),
        "nav_current": "me",
    }
    return render(request, "people/commitment.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def declaration(request: SignedInRequest) -> HttpResponse:
    """Show what I declared and let me declare anew; another blank entry is one press away."""
    employee = _me(request)
    now = timezone.now()
    current = statements.current_statement(employee)
    form, formset = _declaration_forms(request, current)
    status = 200
    if request.method == "POST" and "more" not in request.POST:
        if _declared(request, form, formset, employee=employee, now=now):
            messages.success(request, "已申报。情况有变化，随时可以再报一次。")
            return redirect("people:declaration")
        status = 422
    context = {
        "form": form,
        "formset": formset,
        "current": current,
        "state": statements.file_state_of(employee, on=timezone.localdate(now)),
        "asks_more": "more" in request.POST,
        "nav_current": "me",
    }
    return render(request, "people/declaration.html", context, status=status)


@login_required
@require_GET
def interests(request: SignedInRequest) -> HttpResponse:
    """List who signed and declared in the officer's scope, by unit and staff number."""
    scope = request.user.scope
    if not scope.has(*STATEMENT_READERS):
        raise PermissionDenied(
            "申报情况只对本单位的纪检专责开放；要了解某人是否已申报，请联系本单位纪检专责。"
        )
    mains = Posting.objects.in_force(on=scope.on).filter(
        scope.units(*STATEMENT_READERS, path="unit__path"), is_main=True
    )
    people = statements.with_file_state(
        Employee.objects.employed(on=scope.on).filter(pk__in=mains.values("employee")),
        on=scope.on,
    )
    due = people.filter(statements.something_due(on=scope.on))
    only_due = request.GET.get("due") == "1"
    page = Paginator((due if only_due else people).order_by("emp_no"), A_PAGE).get_page(
        request.GET.get("page")
    )
    posts = {
        posting.employee_id: posting
        for posting in mains.filter(employee__in=list(page)).select_related("unit", "position")
    }
    rows = [(one, posts[one.pk], statements.state_of_row(one, on=scope.on)) for one in page]
    count, due_count = people.count(), due.count()
    context = {
        "chips": [
            {"label": "全部", "url": "?", "count": count, "current": not only_due},
            {"label": "还要签或报", "url": "?due=1", "count": due_count, "current": only_due},
        ],
        "page": page,
        "rows": rows,
        "nav_current": "me",
    }
    return render(request, "people/interests.html", context)


@login_required
@require_GET
def interests_of(request: SignedInRequest, pk: int) -> HttpResponse:
    """Open what a person declared; the person sees who did."""
    statement = get_object_or_404(
        InterestStatement.objects.visible_to(request.user)
        .current()
        .select_related("employee")
        .prefetch_related("entries__colleague"),
        employee=pk,
    )
    statements.open_statement(statement=statement, by=request.user, now=timezone.now())
    context = {"statement": statement, "nav_current": "me"}
    return render(request, "people/interests_of.html", context)


def _me(request: SignedInRequest) -> Employee:
    employee = request.user.scope.employee
    if employee is None:
        raise PermissionDenied("这个账号没有对应的员工，不能签署和申报；请联系系统管理员。")
    return employee


def _declaration_forms(
    request: SignedInRequest, current: InterestStatement | None
) -> tuple[InterestsForm, BaseInterestFormSet]:
    if request.method == "POST":
        data = request.POST.copy()
        total = data.get("form-TOTAL_FORMS", "")
        if "more" in data and total.isdecimal():
            data["form-TOTAL_FORMS"] = str(min(int(total) + 1, InterestFormSet.max_num))
        return InterestsForm(data), InterestFormSet(data)
    initial = [
        {
            "relation": entry.relation,
            "relative_name": entry.relative_name,
            "company": entry.company,
            "company_code": entry.company_code,
            "role": entry.role,
            "colleague": entry.colleague.emp_no if entry.colleague else "",
            "deals_with_us": entry.deals_with_us,
        }
        for entry in (current.entries.all() if current else [])
    ]
    form = InterestsForm(initial={"has_any": "yes"} if initial else None)
    return form, InterestFormSet(initial=initial)


def _declared(
    request: SignedInRequest,
    form: InterestsForm,
    formset: BaseInterestFormSet,
    *,
    employee: Employee,
    now: datetime,
) -> bool:
    """Declare if everything is in order; else say on the form what is not."""
    if not formset.is_valid():
        form.add_error(None, "下面有几项还没有填好，请按每一项里的提示改正。")
        return False
    if not form.is_valid():
        return False
    filled = formset.filled
    if filled and form.cleaned_data["has_any"] == "no":
        form.add_error("has_any", "下面填了内容，却选了“没有”；请改选“有”，或把下面的去掉。")
    elif not filled and form.cleaned_data["has_any"] == "yes":
        form.add_error("has_any", "选了“有”，请在下面至少填一项；拿不准也可以先填上。")
    if form.errors:
        return False
    interests = [
        statements.Interest(
            relation=row["relation"],
            relative_name=row["relative_name"],
            company=row["company"],
            company_code=row["company_code"],
            role=row["role"],
            deals_with_us=row["deals_with_us"],
            colleague_id=row["colleague"].pk if row["colleague"] else None,
        )
        for row in filled
    ]
    try:
        statements.declare_interests(
            employee=employee, interests=interests, by=request.user, now=now
        )
    except statements.StatementRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
