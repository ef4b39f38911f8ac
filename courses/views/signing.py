"""Signing off what a new hire can do: the mentor item by item, the new hire, then the head."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.files import private_response
from courses import services
from courses.forms import ConfirmForm, SignForm
from courses.models import SignOff
from courses.views.shared import asked, done_or_said, learner, visible
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
    who = enrollment.employee.name

    def act(cleaned: dict[str, Any]) -> str:
        services.sign_item(enrollment=enrollment, seq=seq, by=me, now=now, **cleaned)
        return ""

    is_sent = request.method == "POST"
    return asked(
        request,
        SignForm(
            request.POST if is_sent else None,
            request.FILES if is_sent else None,
            initial={"shown_on": timezone.localdate(now)},
        ),
        act,
        to=f"{here}#sign-off",
        back=here,
        title=f"{who}做到了吗：{step.title}",
        lead=f"{step.risk_point}　要亲眼看见：{step.demanded}",
        consequences=[
            "写一句看到了什么，或者拍一张照片，有一样就能签认。",
            f"{who}会收到消息，逐项确认您写的、拍的是不是事实。",
        ],
        icon="eye",
        action="我看见了，签认这一项",
    )


@login_required
@require_GET
def photo(request: SignedInRequest, pk: int) -> FileResponse:
    """Show the photo of an item to who may see the cycle."""
    found = SignOff.objects.exclude(photo="").filter(enrollment__in=visible(request).values("pk"))
    signed = get_object_or_404(found, pk=pk)
    suffix = str(signed.photo.name).rpartition(".")[2]
    return private_response(
        signed.photo, name=f"{signed.title}.{suffix}", content_type=signed.photo_type
    )


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
    who = enrollment.employee.name

    def act(cleaned: dict[str, Any]) -> str:
        services.confirm_level(enrollment=enrollment, by=me, now=timezone.now())
        return f"已确认，{who}结业，证书已生成。"

    steps = services.standing_of(enrollment).sign_steps
    return asked(
        request,
        ConfirmForm(request.POST if request.method == "POST" else None),
        act,
        to=here,
        title=f"确认{who}可以独立上岗？",
        lead=f"{len(steps)}项实操由{enrollment.mentor}逐项签认，本人逐项确认。",
        consequences=[
            "确认后三级教育办结，自动生成结业证书。",
            "系统权限由业务部门另行开通，不因此自动开通。",
        ],
        icon="user-check",
        action="确认结业",
    )
