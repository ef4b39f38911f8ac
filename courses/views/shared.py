"""What the views of this app share: who may come in, which cycles they reach, how refusals show."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from courses.exceptions import CourseRefusal, LessonRefusal
from courses.models import CourseKind, Enrollment
from people.models import Employee, Role, SignedInRequest
from quizzes.exceptions import QuizRefusal
from quizzes.services import ExtraTimeRefused

RELATED = ("course", "employee", "mentor", "confirmed_by", "settled_by", "renews__course")


def learner(request: SignedInRequest) -> Employee:
    """Return who the reader is.

    :raises PermissionDenied: for an account without an employee.
    """
    employee = request.user.scope.employee
    if employee is None:
        raise PermissionDenied("学习记在员工本人名下，这个账号没有对应的员工；请联系系统管理员。")
    return employee


def training_officer(request: SignedInRequest) -> Employee:
    """Return who the reader is, if training officer.

    :raises PermissionDenied: for everybody else.
    """
    employee = learner(request)
    if not request.user.scope.has(Role.TRAINING_OFFICER):
        raise PermissionDenied("培训管理只对培训专责开放；需要开通的，请联系本公司安全管理员。")
    return employee


def visible(request: SignedInRequest) -> QuerySet[Enrollment]:
    """Return the cycles that the reader may see."""
    return Enrollment.objects.visible_to(request.user).select_related(*RELATED)


def own_cycle(request: SignedInRequest, pk: int) -> Enrollment:
    """Return a cycle of the reader's own."""
    return get_object_or_404(visible(request).filter(employee=learner(request)), pk=pk)


def path_of(employee: Employee) -> list[Enrollment]:
    """Return a person's cycles of the path of new hires in its order, of each level the latest."""
    latest: dict[int, Enrollment] = {}
    cycles = Enrollment.objects.filter(employee=employee, course__kind=CourseKind.ONBOARDING)
    for enrollment in cycles.select_related(*RELATED).order_by("course__order", "cycle"):
        latest[enrollment.course_id] = enrollment
    return list(latest.values())


def asked(
    request: SignedInRequest,
    form: Form,
    act: Callable[[dict[str, Any]], str],
    *,
    to: str,
    back: str = "",
    **page: object,
) -> HttpResponse:
    """Ask with a form before it is done; do it, or say in the form why not.

    ``act`` does it and returns what is then said, at ``to``; ``page`` are the words of the page.
    """
    if request.method == "POST" and form.is_valid():
        try:
            said = act(form.cleaned_data)
        except CourseRefusal as refusal:
            form.add_error(refusal.field, str(refusal))
        except ExtraTimeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if said:
                messages.success(request, said)
            return redirect(to)
    for name in request.FILES:
        if name in form.fields and name not in form.errors:
            form.add_error(name, "浏览器没有留住这个文件，请再选一次。")
    context = {"form": form, "back_url": back or to, **page}
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)


def done_or_said(
    request: SignedInRequest, act: Callable[[], object], *, to: str, said: str = ""
) -> HttpResponse:
    """Do it and say so, or say why not; lead to the same place either way."""
    try:
        act()
    except (CourseRefusal, LessonRefusal, QuizRefusal) as refusal:
        messages.warning(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect(to)
