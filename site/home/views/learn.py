"""我的学习: the one thing to do now, what comes next, and my risk points."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from assignments.models import TrainingAssignment
from common.formats import zh_date, zh_minutes
from home import services
from notifications.models import Notification
from people.models import SignedInRequest

SHOWN_POINTS = 6


@dataclass(frozen=True, slots=True)
class Todo:
    """One row of what comes next."""

    url: str
    icon: str
    title: str
    detail: str
    due: str = ""
    tag: str = ""
    tag_colour: str = ""


@login_required
def learn(request: SignedInRequest) -> HttpResponse:
    """Show what there is to do and to learn, and nothing of anybody else."""
    now = timezone.localtime()
    scope = request.user.scope
    if scope.employee is None:
        return render(request, "home/no_employee.html")
    learning = services.learning_of(scope.employee, position_ids=scope.position_ids(), now=now)
    acts = (
        Notification.objects.visible_to(request.user)
        .released(now=now)
        .todo()
        .order_by("-release_at", "-pk")[:5]
    )
    first = learning.duties[0] if learning.duties else None
    todos = [
        Todo(
            url=reverse("notifications:open", args=[act.pk]),
            icon=act.icon,
            title=act.title,
            detail=act.body,
        )
        for act in acts
    ]
    if learning.due_cards:
        todos.append(
            Todo(
                url=reverse("quizzes:review"),
                icon="rotate-ccw",
                title=f"复习{len(learning.due_cards)}个到期的风险点",
                detail=zh_minutes(len(learning.due_cards) * services.SECONDS_A_QUESTION),
                tag="今天",
                tag_colour="red",
            )
        )
    todos += [
        _todo(duty, seconds=learning.duty_seconds[duty.pk], today=scope.on)
        for duty in learning.duties[1:]
    ]
    context = {
        "greeting": _greeting(now.hour),
        "name": request.user,
        "posts": [f"{posting.position} · {posting.unit}" for posting in scope.postings],
        "learning": learning,
        "now": first,
        "now_url": _address(first) if first else "",
        "now_seconds": learning.duty_seconds[first.pk] if first else 0,
        "now_tag": _tag(first, today=scope.on) if first else None,
        "todos": todos,
        "points": learning.points[:SHOWN_POINTS],
        "points_total": len(learning.points),
        "mastered": sum(row.mastery == 3 for row in learning.points),
    }
    return render(request, "home/learn.html", context)


def _address(duty: TrainingAssignment) -> str:
    """Return where a duty is done: a course has a page of its own."""
    if duty.enrollment_id is not None:
        return reverse("courses:cycle", args=[duty.enrollment_id])
    return reverse("assignments:detail", args=[duty.pk])


def _todo(duty: TrainingAssignment, *, seconds: int, today: date) -> Todo:
    tag, colour = _tag(duty, today=today)
    icon = "graduation-cap" if duty.enrollment_id else "play" if duty.lesson else "clipboard-check"
    return Todo(
        url=_address(duty),
        icon=icon,
        title=duty.title,
        detail=f"{duty.get_kind_display()}，{zh_minutes(seconds)}",
        due="" if tag else f"{zh_date(duty.due_on, today=today)}前",
        tag=tag,
        tag_colour=colour,
    )


def _tag(duty: TrainingAssignment, *, today: date) -> tuple[str, str]:
    if duty.due_on < today:
        return "已超期", "red"
    if duty.due_on == today:
        return "今天到期", "red"
    return "", ""


def _greeting(hour: int) -> str:
    if hour < 6:
        return "夜深了"
    if hour < 12:
        return "上午好"
    return "下午好" if hour < 18 else "晚上好"
