"""Log-in, log-out, the first password, and how pages look."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from people import services
from people.forms import ChoosePasswordForm, LoginForm, PreferencesForm
from people.models import SignedInRequest, TextSize, ThemeChoice, User
from people.registry import demo_accounts

_COOKIE_AGE = timedelta(days=400)


def own_path(request: HttpRequest, candidate: str | None) -> str:
    """Return the address if it is one of ours, else the front page."""
    if candidate and url_has_allowed_host_and_scheme(
        candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return candidate
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@never_cache
@sensitive_post_parameters("password")
def login_view(request: HttpRequest) -> HttpResponse:
    """Let a person in by staff number and password, and return to where they were going."""
    target = own_path(request, request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        return redirect(target)
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            user = _admitted(request, form)
            if user is not None:
                return redirect(target)
    context = {
        "form": form,
        "next": target,
        "demo_accounts": demo_accounts() if settings.DEMO else [],
    }
    return render(request, "registration/login.html", context, status=status)


def _admitted(request: HttpRequest, form: LoginForm) -> User | None:
    now = timezone.now()
    username = form.cleaned_data["username"]
    address = request.META["REMOTE_ADDR"]
    wait = services.login_wait(username=username, address=address, now=now)
    if wait:
        form.add_error(
            None,
            f"连续几次没有登录成功，请{_in_words(wait)}后再试。忘了密码，请找所在支部的书记或系统管理员。",
        )
        return None
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        services.note_login_failure(username=username, address=address, now=now)
        form.add_error(None, "工号或密码不对，请核对后再试。第一次登录请填纸条上的首次登录码。")
        return None
    login(request, user)
    services.note_login(user=user, address=address, now=now)
    return user


def _in_words(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    return f"{seconds}秒" if seconds < 60 else f"{-(-seconds // 60)}分钟"


@require_POST
def logout_view(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("people:login")


@login_required
@never_cache
@sensitive_post_parameters("password", "again")
def choose_password(request: SignedInRequest) -> HttpResponse:
    """Let a person who came in by a first code choose a password."""
    user = request.user
    form = ChoosePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        services.choose_password(
            user=user, password=form.cleaned_data["password"], now=timezone.now()
        )
        update_session_auth_hash(request, user)
        return redirect(own_path(request, request.GET.get("next")))
    status = 422 if form.errors else 200
    return render(request, "registration/choose_password.html", {"form": form}, status=status)


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep size and theme: in the account, and in cookies for pages before log-in."""
    response = redirect(own_path(request, request.POST.get("next")))
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return response
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    if request.user.is_authenticated and chosen:
        services.set_preferences(
            user=request.user,
            text_size=TextSize(chosen["text_size"]) if "text_size" in chosen else None,
            theme=ThemeChoice(chosen["theme"]) if "theme" in chosen else None,
        )
    for name, value in chosen.items():
        response.set_cookie(
            name,
            value,
            max_age=_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response
