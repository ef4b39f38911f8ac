"""What holds for every page of Wagtail."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from wagtail import hooks
from wagtail.models import Page


@hooks.register("before_serve_page")
def ask_to_sign_in(
    page: Page, request: HttpRequest, serve_args: Any, serve_kwargs: Any
) -> HttpResponse | None:
    """Send who is not signed in to the log-in: the product is for staff, every page of it."""
    if request.user.is_authenticated:
        return None
    return redirect_to_login(request.get_full_path())
