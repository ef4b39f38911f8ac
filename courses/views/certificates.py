"""Certificates: the paper for who holds it, and the public page that its code leads to."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from common.pdf import PdfUnavailable, render_pdf
from courses.models import Certificate
from courses.papers import masked, printed
from courses.views.shared import visible
from people.models import SignedInRequest


@login_required
@require_GET
def paper(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a certificate as PDF to who holds it and to who trains them."""
    certificate = get_object_or_404(
        Certificate.objects.filter(enrollment__in=visible(request).values("pk")), pk=pk
    )
    address = request.build_absolute_uri(reverse("courses:verify", args=[certificate.token]))
    try:
        pdf = render_pdf(
            "print/certificates.html",
            {"title": "结业证书", "papers": [printed(certificate, address=address)]},
        )
    except PdfUnavailable as unavailable:
        return HttpResponse(str(unavailable), status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{certificate.number}.pdf"'
    return response


@require_GET
def verify(request: SignedInRequest, token: str) -> HttpResponse:
    """Say what a certificate is worth today, to whoever holds the paper; no more of the person."""
    certificate = get_object_or_404(Certificate.objects.select_related("enrollment"), token=token)
    context = {
        "certificate": certificate,
        "name": masked(certificate.name),
        "status": certificate.status(on=timezone.localdate()),
    }
    response = render(request, "courses/verify.html", context)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
