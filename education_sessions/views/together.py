"""A lesson watched together: one question a phone, or a show of hands."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from education_sessions import services
from education_sessions.exceptions import SessionRefusal
from education_sessions.forms import HandsForm
from education_sessions.views.shared import done_or_said, kept_session, me, seen_session
from people.models import SignedInRequest


@login_required
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the one answer of a phone."""
    session, now = seen_session(request, pk), timezone.now()
    chosen = request.POST.get("decision", "")
    return done_or_said(
        request,
        lambda: services.answer_together(
            session=session,
            employee=me(request),
            number=int(chosen) if chosen.isdigit() else 0,
            now=now,
        ),
        to=reverse("education_sessions:sign_in", args=[pk]),
    )


@login_required
@require_http_methods(["GET", "POST"])
def hands(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask the keeper how many hands went up for each option."""
    session = kept_session(request, pk)
    lesson = services.lesson_of(session)
    if lesson is None:
        raise Http404("No lesson was shown")
    options = [option.text for option in lesson.decision_options.all()]
    form = HandsForm(request.POST if request.method == "POST" else None, options=options)
    if request.method == "POST" and form.is_valid():
        try:
            services.show_hands(
                session=session, hands=form.hands(), by=me(request), now=timezone.now()
            )
        except SessionRefusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("education_sessions:session", pk=pk)
    context = {
        "title": "各选项有几人举手？",
        "lead": lesson.decision_situation,
        "form": form,
        "consequences": [
            "已签到、还没有在手机上答的人，这一课都记为“集体看”学完。",
            "只记人数，不记谁举了哪只手；登记一次，不能重填。",
        ],
        "icon": "users",
        "action": "登记举手",
        "back_url": reverse("education_sessions:session", args=[pk]),
        "nav_current": "education_sessions",
    }
    return render(request, "page_confirm.html", context, status=422 if form.errors else 200)
