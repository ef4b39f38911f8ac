"""Certificates: the paper for who holds it, and the public page that its code leads to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.pdf import PdfUnavailable
from courses.forms import PrintForm
from courses.models import Certificate, Enrollment
from courses.papers import digest_of, masked, pdf_of
from courses.views.shared import training_officer, visible
from jobs.services import enqueue
from people.models import SignedInRequest


@login_required
@require_GET
def paper(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send a certificate as PDF to who holds it and to who trains them."""
    certificate = get_object_or_404(
        Certificate.objects.filter(enrollment__in=visible(request).values("pk")), pk=pk
    )
    try:
        pdf = pdf_of([certificate], site=request.build_absolute_uri("/"))
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


@login_required
@require_POST
def print_certificates(request: SignedInRequest) -> HttpResponse:
    """Have the certificates of a class, or of everybody in scope since a day, set as a job."""
    training_officer(request)
    form = PrintForm(request.POST)
    back = reverse("courses:classes")
    if not form.is_valid():
        messages.error(request, "没有开始：请选一个班，或填写从哪天起发的证书。")
        return redirect(back)
    trained = Enrollment.objects.trained_by(request.user)
    certificates = Certificate.objects.filter(enrollment__in=trained.values("pk"), revoked_at=None)
    chosen, since = form.cleaned_data["training_class"], form.cleaned_data["since"]
    if chosen is not None:
        certificates = certificates.filter(
            enrollment__employee__class_membership__training_class=chosen
        )
        back = reverse("courses:class", args=[chosen])
    else:
        certificates = certificates.filter(issued_on__gte=since)
    keys = list(certificates.order_by("pk").values_list("pk", flat=True))
    if not keys:
        messages.warning(request, "还没有可以打印的证书；三级都完成、所长确认后才会有。")
        return redirect(back)
    job = enqueue(
        kind="courses.certificates",
        # The same certificates asked for twice on one day are one job.
        key=f"{request.user.pk}:{timezone.localdate()}:{digest_of(keys)}",
        params={
            "certificates": keys,
            "site": request.build_absolute_uri("/"),
            "back_url": back,
            "back": "回到新员工班",
        },
        owner_id=request.user.pk,
        title=f"生成{len(keys)}张证书",
        now=timezone.now(),
    )
    return redirect("jobs:detail", job.pk)
