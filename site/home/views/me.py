"""我的记录: my evidence, who opened my records, how pages look."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from people.models import SignedInRequest


@login_required
def me(request: SignedInRequest) -> HttpResponse:
    """Show my own records."""
    return render(request, "home/me.html", {})
