"""Files of records: shown only to who may see the record."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from common.files import private_response
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
    return private_response(
        found.shown,
        name=found.name,
        content_type=found.content_type,
        download=not found.is_image,
    )
