"""What the views of this app share: who may come in, and how a refusal is shown."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from people.models import Employee, SignedInRequest
from risk_warnings.models.warnings import SUPERVISORS
from risk_warnings.services import REFUSALS


def me(request: SignedInRequest) -> Employee:
    """Return who the reader is.

    :raises PermissionDenied: for an account without an employee.
    """
    employee = request.user.scope.employee
    if employee is None:
        raise PermissionDenied("您的账号没有关联在职员工，看不了这一页，请联系系统管理员。")
    return employee


def require_supervisor(request: SignedInRequest) -> Employee:
    """Return who the reader is, if discipline officer or head.

    :raises PermissionDenied: for everybody else.
    """
    employee = me(request)
    if not request.user.scope.has(*SUPERVISORS):
        raise PermissionDenied(
            "预警台只对纪检专责和纪委办公室负责人开放；需要开通的，请联系本公司安全管理员。"
        )
    return employee


def submission_key(request: SignedInRequest) -> UUID | None:
    """Return the number of the submission, so that a second click is the same one."""
    try:
        return UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return None


def done_or_said(
    request: SignedInRequest, act: Callable[[], object], *, said: str, to: str
) -> HttpResponse:
    """Do it and say so, or say why not; lead back either way."""
    try:
        act()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect(to)
