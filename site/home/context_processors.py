"""What every page of the house shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def house(request: HttpRequest) -> dict[str, Any]:
    """Return the demonstration's label."""
    return {"demo": settings.DEMO}
