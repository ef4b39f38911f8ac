"""The message centre: what I was told, newest first."""

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from notifications.models import Notification, NotificationCategory
from people.models import SignedInRequest

_PER_PAGE = 30
_FILTERS = {
    "all": "全部",
    NotificationCategory.TODO: NotificationCategory.TODO.label,
    NotificationCategory.LEARNING: NotificationCategory.LEARNING.label,
    NotificationCategory.NOTICE: NotificationCategory.NOTICE.label,
}


@login_required
def inbox(request: SignedInRequest) -> HttpResponse:
    """Show my messages by day, with filters."""
    now = timezone.now()
    mine = Notification.objects.visible_to(request.user).released(now=now)
    chosen = request.GET.get("kind", "all")
    if chosen not in _FILTERS:
        chosen = "all"
    shown = mine if chosen == "all" else mine.filter(category=chosen)
    page = Paginator(shown.order_by("-release_at", "-pk"), _PER_PAGE).get_page(
        request.GET.get("page")
    )
    todo = mine.todo().count()
    today = timezone.localdate(now)
    days = [
        (label, list(rows))
        for label, rows in groupby(
            page.object_list,
            key=lambda row: "今天" if timezone.localdate(row.release_at) == today else "更早",
        )
    ]
    context = {
        "days": days,
        "page": page,
        "unread": mine.unread().count(),
        "todo": todo,
        "chips": [
            {
                "label": label,
                "url": f"?kind={key}",
                "count": todo if key == NotificationCategory.TODO else None,
                "current": key == chosen,
            }
            for key, label in _FILTERS.items()
        ],
    }
    return render(request, "notifications/inbox.html", context)


@login_required
def open_message(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    now = timezone.now()
    mine = Notification.objects.visible_to(request.user).released(now=now)
    message = get_object_or_404(mine, pk=pk)
    if message.read_at is None:
        message.read_at = now
        message.save(update_fields=["read_at"])
    return redirect(message.url or "notifications:inbox")


@login_required
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark all my messages as read; what is to be done stays to be done."""
    now = timezone.now()
    Notification.objects.visible_to(request.user).released(now=now).unread().update(read_at=now)
    return redirect("notifications:inbox")
