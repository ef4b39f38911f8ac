"""What apps above show on a page that belongs to an app below.

The lower app keeps a ``PageParts`` in its ``registry``; an app above registers a part in
``AppConfig.ready``; the page asks for all of them once and places them by name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from wagtail.models import Page

# What the part's template shows as ``part``; None where there is nothing to show. The request is
# that of a person who is signed in, whose type stands above this app.
Part = Callable[[Page, Any], dict[str, Any] | None]


@dataclass(slots=True)
class PageParts:
    """The parts of one kind of page."""

    _parts: dict[str, tuple[str, Part]] = field(default_factory=dict)

    def register(self, name: str, *, template: str) -> Callable[[Part], Part]:
        """Register a function as the part of that name, drawn by the template."""

        def keep(part: Part) -> Part:
            self._parts[name] = (template, part)
            return part

        return keep

    def shown_on(self, page: Page, request: HttpRequest) -> dict[str, dict[str, Any]]:
        """Return template and context of every part that has something to show on the page."""
        shown: dict[str, dict[str, Any]] = {}
        for name, (template, part) in self._parts.items():
            context = part(page, request)
            if context is not None:
                shown[name] = {"template": template, "context": context}
        return shown
