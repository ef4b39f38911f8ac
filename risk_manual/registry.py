"""What the apps above show on the page of a risk point.

An app above registers a part in ``AppConfig.ready``; the page asks for all of them once. The names
that the page knows: ``cases``, ``lessons``, ``quiz`` (what the reader last answered) and
``mastery``.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from risk_manual.models import RiskPointPage

PointPart = Callable[["RiskPointPage", HttpRequest], dict[str, Any] | None]

_parts: dict[str, tuple[str, PointPart]] = {}


def register_point_part(name: str, *, template: str) -> Callable[[PointPart], PointPart]:
    """Register what a part shows: the function's context, drawn by the template.

    A part without anything to show returns None.
    """

    def keep(part: PointPart) -> PointPart:
        _parts[name] = (template, part)
        return part

    return keep


def point_parts(point: "RiskPointPage", request: HttpRequest) -> dict[str, dict[str, Any]]:
    """Return the template and the context of every part that has something to show."""
    shown: dict[str, dict[str, Any]] = {}
    for name, (template, part) in _parts.items():
        context = part(point, request)
        if context is not None:
            shown[name] = {"template": template, "context": context}
    return shown
