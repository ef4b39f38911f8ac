"""Signing off what a new hire can do: the mentor item by item, the new hire, then the head."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from courses import services
from courses.exceptions import CourseRefusal
from courses.forms import ConfirmForm, SignForm
from courses.models import SignOff
from courses.views.shared import done_or_said, learner, visible
from people.models import SignedInRequest


@login_required
@require_http_methods(["GET", "POST"])
def sign(request: SignedInRequest, pk: int, seq: int) -> HttpResponse:
    """Ask the mentor what was seen of one item on which day, and sign that."""
    me = learner(request)
    enrollment = get_object_or_404(visible(request).filter(mentor=me), pk=pk)
    steps = services.standing_of(enrollment).sign_steps
    step = next((step for step in steps if step.seq == seq), None)
    if step is None:
        raise Http404(f"The sheet has no item {seq}")
    here = reverse("courses:cycle", args=[pk])
    now = timezone.now()
    form = SignForm(
        request.POST if request.method == "POST" else None,
        initial={"shown_on": timezone.localdate(now)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.sign_item(enrollment=enrollment, seq=seq, by=me, now=now, **form.cleaned_data)
        except CourseRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{here}#sign-off")
    context = {
        "title": f"{enrollment.employee.name}做到了吗：{step.title}",
        "lead": f"{step.risk_point}　要亲眼看见：{step.demanded}",
        "form": form,
        "consequences": [f"{enrollment.employee.name}会收到消息，逐项确认您写的是不是事实。"],
        "icon": "eye",
        "action": "我看见了，签认这一项",
        "back_url": here,
    }
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def confirm_item(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm, as the one who showed it, that an item was shown as written."""
    me = learner(request)
    signed = get_object_or_404(SignOff.objects.filter(enrollment__employee=me), pk=pk)
    return done_or_said(
        request,
        lambda: services.confirm_item(sign_off=signed, by=me, now=timezone.now()),
        to=reverse("courses:cycle", args=[signed.enrollment_id]) + "#sign-off",
    )


@login_required
@require_http_methods(["GET", "POST"])
def confirm_level(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the head whether the new hire may work alone, and record the answer."""
    me = learner(request)
    enrollment = get_object_or_404(visible(request), pk=pk)
    if not services.may_confirm(enrollment, request.user.scope):
        raise Http404("Only the head of the station confirms")
    here = reverse("courses:cycle", args=[pk])
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return done_or_said(
            request,
            lambda: services.confirm_level(enrollment=enrollment, by=me, now=timezone.now()),
            to=here,
            said=f"已确认，{enrollment.employee.name}结业，证书已生成。",
        )
    steps = services.standing_of(enrollment).sign_steps
    context = {
        "title": f"确认{enrollment.employee.name}可以独立上岗？",
        "lead": f"{len(steps)}项实操由{enrollment.mentor}逐项签认，本人逐项确认。",
        "form": form,
        "consequences": [
            "确认后三级教育办结，自动生成结业证书。",
            "系统权限由业务部门另行开通，不因此自动开通。",
        ],
        "icon": "user-check",
        "action": "确认结业",
        "back_url": here,
    }
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)
