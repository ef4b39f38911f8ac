"""Pages that say what went wrong, what is kept and where to go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose session ran out; nothing was changed."""
    return render(request, "403_csrf.html", status=403)
