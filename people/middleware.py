"""What every request checks about the account that makes it."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone


class AccountMiddleware:
    """End the session of who has left, and hold who must first choose a password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            employee = user.employee
            left_on = employee.left_on if employee is not None else None
            if left_on is not None and left_on <= timezone.localdate():
                logout(request)
                return redirect("people:login")
            if user.must_change_password and request.path not in {
                reverse("people:choose_password"),
                reverse("people:logout"),
            }:
                return redirect(_with_way_back(request))
        return self.get_response(request)


def _with_way_back(request: HttpRequest) -> str:
    """Return the page of the choice; a page that was on its way, as a scanned sign-in, follows."""
    page = reverse("people:choose_password")
    if request.method != "GET" or request.path == "/":
        return page
    return f"{page}?{urlencode({'next': request.get_full_path()})}"
