"""我的学习: the one thing to do now, what comes next, and my risk points."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from common.formats import zh_date, zh_minutes, zh_moment
from education_sessions.models import EducationSession
from home import services
from notifications.models import Notification
from people.models import Employee, SignedInRequest
from planning.registry import Claim
from planning.services import Share
from quizzes.services import SECONDS_A_QUESTION

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
    first = learning.shares[0] if learning.shares else None
    todos = [
        Todo(
            url=reverse("notifications:open", args=[act.pk]),
            icon=act.icon,
            title=act.title,
            detail=act.body,
        )
        for act in acts
    ]
    todos += _sessions(scope.employee, now=now)
    if learning.due_cards:
        todos.append(
            Todo(
                url=reverse("quizzes:review"),
                icon="rotate-ccw",
                title=f"复习{len(learning.due_cards)}个到期的风险点",
                detail=zh_minutes(len(learning.due_cards) * SECONDS_A_QUESTION),
                tag="今天",
                tag_colour="red",
            )
        )
    todos += [_todo(share, today=scope.on) for share in learning.shares[1:]]
    context = {
        "greeting": _greeting(now.hour),
        "name": request.user,
        "posts": [f"{posting.position} · {posting.unit}" for posting in scope.postings],
        "learning": learning,
        "now": first,
        "now_meta": _meta(first, today=scope.on) if first else "",
        "now_tag": _tag(first.claim, today=scope.on) if first else None,
        "todos": todos,
        "later": [_later(claim, today=scope.on) for claim in learning.later],
        "points": learning.points[:SHOWN_POINTS],
        "points_total": len(learning.points),
        "mastered": sum(row.mastery == 3 for row in learning.points),
    }
    return render(request, "home/learn.html", context)


def _meta(share: Share, *, today: date) -> str:
    words = [share.in_words] if share.is_slice else [share.claim.label, zh_minutes(share.seconds)]
    return " · ".join(filter(None, [*words, _due(share.claim, today=today)]))


def _todo(share: Share, *, today: date) -> Todo:
    claim = share.claim
    tag, colour = _tag(claim, today=today)
    whole = f"{claim.label}，{zh_minutes(share.seconds)}"
    return Todo(
        url=claim.url,
        icon=claim.icon,
        title=claim.title,
        detail=share.in_words if share.is_slice else whole,
        due="" if tag else _due(claim, today=today),
        tag=tag,
        tag_colour=colour,
    )


def _sessions(employee: Employee, *, now: datetime) -> list[Todo]:
    """Return what the person's branch meets for within a week."""
    coming = EducationSession.objects.standing().filter(
        attendances__employee=employee, ends_at__gt=now, starts_at__lt=now + timedelta(days=7)
    )
    return [
        Todo(
            url=reverse("education_sessions:session", args=[session.pk]),
            icon="calendar",
            title=session.title,
            detail=f"{session.place}，到场扫码签到",
            due=zh_moment(session.starts_at, today=now.date()),
        )
        for session in coming.order_by("starts_at", "pk")
    ]


def _later(claim: Claim, *, today: date) -> Todo:
    return Todo(
        url=claim.url,
        icon=claim.icon,
        title=claim.title,
        detail=claim.label if claim.parts else f"{claim.label}，等签认",
        due=_due(claim, today=today),
    )


def _due(claim: Claim, *, today: date) -> str:
    return f"{zh_date(claim.due_on, today=today)}前" if claim.due_on is not None else ""


def _tag(claim: Claim, *, today: date) -> tuple[str, str]:
    if claim.due_on is None:
        return "", ""
    if claim.due_on < today:
        return "已超期", "red"
    if claim.due_on == today:
        return "今天到期", "red"
    return "", ""


def _greeting(hour: int) -> str:
    if hour < 6:
        return "夜深了"
    if hour < 12:
        return "上午好"
    return "下午好" if hour < 18 else "晚上好"
