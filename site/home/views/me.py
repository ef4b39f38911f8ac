"""我的记录: my evidence, who opened my records, how pages look."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show my own records."""
    return render(request, "home/me.html", {})
