"""Files of records: shown only to who may see the record."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from people.models import SignedInRequest
from risk_warnings.models import Attachment
from risk_warnings.services.acting import log
from risk_warnings.views.shared import me


@login_required
@require_GET
def attachment(request: SignedInRequest, pk: int) -> FileResponse:
    """Show a file; opening somebody else's is logged."""
    employee = me(request)
    found = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    if found.uploaded_by_id != employee.pk:
        log("attachment.read", found, by=employee, now=timezone.now())
    response = FileResponse(found.shown.open("rb"), content_type=found.content_type)
    disposition = content_disposition_header(as_attachment=not found.is_image, filename=found.name)
    if disposition is not None:
        response["Content-Disposition"] = disposition
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response
