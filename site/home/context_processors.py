"""What every page of the house shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from home.navigation import current_key, navigation_for
from notifications.models import Notification
from people.models import OrgUnit, TextSize, ThemeChoice, UnitKind


def house(request: HttpRequest) -> dict[str, Any]:
    """Return navigation, bell, name and display of the person who asks; at most six queries."""
    display = {
        "demo": settings.DEMO,
        "text_size": _chosen(request.COOKIES.get("text_size"), TextSize),
        "theme": _chosen(request.COOKIES.get("theme"), ThemeChoice),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/editor/"):
        return display
    scope = user.scope
    mine = Notification.objects.visible_to(user).released(now=timezone.now())
    unread = mine.unread().loud().count()
    posting = scope.postings[0] if scope.postings else None
    return {
        **display,
        "text_size": user.text_size,
        "theme": user.theme,
        "nav": navigation_for(scope),
        "nav_current": current_key(request.resolver_match),
        "bell": {"url": reverse("notifications:inbox"), "count": unread},
        "who": {
            "name": str(user),
            "post": f"{posting.position} · {posting.unit}" if posting else "",
            "url": reverse("home:me"),
        },
        "org_name": OrgUnit.objects.filter(kind=UnitKind.CITY)
        .values_list("name", flat=True)
        .first(),
    }


def _chosen(value: str | None, choices: type[TextSize] | type[ThemeChoice]) -> str:
    return value if value in choices.values else choices.values[0]
