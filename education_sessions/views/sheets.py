"""The photographed sheet: handed in and opened by who keeps the roll."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from education_sessions import services
from education_sessions.forms import SheetForm
from education_sessions.models import PaperSheet
from education_sessions.views.shared import done_or_said, kept_session, me
from people.models import SignedInRequest


@login_required
@require_POST
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep a photograph of the signed sheet."""
    session = kept_session(request, pk)
    here = reverse("education_sessions:session", args=[pk]) + "#sheets"
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.warning(request, " ".join(str(error) for error in form["file"].errors))
        return redirect(here)
    return done_or_said(
        request,
        lambda: services.keep_sheet(
            session=session, file=form.cleaned_data["file"], by=me(request), now=timezone.now()
        ),
        to=here,
        said="签到表已附上，名单不会因此改动；到场的人请逐个补签。",
    )


@login_required
@require_GET
def sheet(request: SignedInRequest, pk: int) -> FileResponse:
    """Show a sheet; opening one that another handed in is logged."""
    found = get_object_or_404(PaperSheet.objects.visible_to(request.user), pk=pk)
    services.note_reading(sheet=found, by=me(request), now=timezone.now())
    response = FileResponse(found.shown.open("rb"), content_type=found.content_type)
    disposition = content_disposition_header(as_attachment=not found.is_image, filename=found.name)
    if disposition is not None:
        response["Content-Disposition"] = disposition
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response
