"""What a certificate looks like on paper."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import segno
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from common.pdf import render_pdf
from courses.models import Certificate
from people.models import OrgUnit, UnitKind

# Pages that are set at once: a minute of work is never lost, and memory stays small.
PAGES_A_PART = 50


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate with its code as a picture."""

    certificate: Certificate
    code: SafeString


def printed(certificate: Certificate, *, address: str) -> Paper:
    """Return a certificate as it is printed; ``address`` is that of its public page."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Paper(certificate, mark_safe(svg))  # noqa: S308  drawn from an address of ours


def pdf_of(certificates: list[Certificate], *, site: str) -> bytes:
    """Return the PDF of some certificates, a page each; ``site`` is the address of our root.

    :raises common.pdf.PdfUnavailable: if the libraries that set it are missing.
    """
    papers = [
        printed(one, address=site.rstrip("/") + reverse("courses:verify", args=[one.token]))
        for one in certificates
    ]
    company = OrgUnit.objects.filter(kind=UnitKind.CITY).first()
    context = {"title": "结业证书", "papers": papers, "issuer": company or ""}
    return render_pdf("print/certificates.html", context)


def write_parts(
    certificates: QuerySet[Certificate], *, site: str, folder: Path
) -> Iterator[tuple[int, Path]]:
    """Write a PDF for every fifty certificates and say after each how many are written.

    A part that is there already is left alone, so that who begins again goes on where it stopped.

    :raises common.pdf.PdfUnavailable: if the libraries that set it are missing.
    """
    keys = list(certificates.order_by("number").values_list("pk", flat=True))
    for start in range(0, len(keys), PAGES_A_PART):
        part = list(
            Certificate.objects.filter(pk__in=keys[start : start + PAGES_A_PART]).order_by("number")
        )
        path = folder / f"{part[0].number}—{part[-1].number}.pdf"
        if not path.exists():
            draft = path.with_suffix(".part")
            draft.write_bytes(pdf_of(part, site=site))
            draft.rename(path)
        yield start + len(part), path


def bundle(paths: list[Path], target: Path) -> None:
    """Put files into one archive; it is there whole or not at all."""
    draft = target.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        for path in paths:
            archive.write(path, path.name)
    draft.replace(target)


def digest_of(keys: list[int]) -> str:
    """Return what tells one choice of certificates from another."""
    return hashlib.sha256(",".join(map(str, keys)).encode()).hexdigest()[:32]


def masked(name: str) -> str:
    """Return a name of which only the first character can be read: 李＊, 欧＊＊."""
    return name[:1] + "＊" * max(1, len(name) - 1)
