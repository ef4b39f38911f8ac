"""What a certificate looks like on paper."""

from dataclasses import dataclass

import segno
from django.utils.safestring import SafeString, mark_safe

from courses.models import Certificate


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


def masked(name: str) -> str:
    """Return a name of which only the first character can be read: 李＊, 欧＊＊."""
    return name[:1] + "＊" * max(1, len(name) - 1)
