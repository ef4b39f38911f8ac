"""Headers that every page carries, and who may reach the demonstration at all."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

_OURS = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# Wagtail's editor writes inline styles and scripts and shows its preview in a frame.
_EDITOR = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
EDITOR_PREFIX = "/editor/"


class SecurityHeadersMiddleware:
    """Set the content security policy, and keep pages of a signed-in person out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        editor = request.path.startswith(EDITOR_PREFIX)
        if editor:
            # A preview was answered as a page of its own address before, with that page's headers.
            response.headers["Content-Security-Policy"] = _EDITOR
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        else:
            response.headers.setdefault("Content-Security-Policy", _OURS)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class DemonstrationMiddleware:
    """Let nobody but this machine reach the demonstration, whose passwords everybody knows.

    The server's own settings refuse to listen elsewhere; this holds however it was started.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        if settings.DEMO and not _is_this_machine(address):
            return HttpResponseForbidden(
                "演示版只能在运行它的这台电脑上打开；给别人用请按 docs/operations.md 正式安装。",
                content_type="text/plain; charset=utf-8",
            )
        return self.get_response(request)


def _is_this_machine(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
