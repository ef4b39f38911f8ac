"""Videos, recordings, captions and attachments of lessons, for who may see the lesson."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common.files import ranged_response
from courses.models import MediaFile
from people.models import SignedInRequest

# Opened by itself a file may do nothing, not even show what it links to.
ALONE = "default-src 'none'; media-src 'self'; sandbox"


@login_required
@require_safe
def file(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """Send a file, or the stretch of it that a player asks for; attachments are downloaded.

    The content of a file never changes, so its digest names it.
    """
    found = get_object_or_404(MediaFile.objects.visible_to(request.user), pk=pk)
    stored = str(found.file.name)
    if not found.file.storage.exists(stored):
        raise Http404
    response = ranged_response(
        request,
        found.file,
        content_type=found.content_type,
        name=f"{found.title}.{stored.rpartition('.')[2]}",
        digest=found.sha256,
        as_attachment=found.is_attachment,
    )
    response.headers["Content-Security-Policy"] = ALONE
    return response


@login_required
@require_safe
def captions(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send the captions of a file."""
    found = get_object_or_404(
        MediaFile.objects.visible_to(request.user).exclude(captions=""), pk=pk
    )
    return HttpResponse(found.captions, content_type="text/vtt; charset=utf-8")
