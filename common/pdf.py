"""Making a PDF of a page that was written for paper. It fetches nothing: no address, no file."""

from importlib import import_module
from typing import Any

from django.template.loader import render_to_string


class PdfUnavailable(Exception):
    """The libraries that set the page are missing; the message is a sentence for the reader."""


class NothingIsFetched(Exception):
    """A page for paper asked for an address; what it needs must stand in the page itself."""


def render_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Return the PDF of a template that extends ``print/base.html``.

    Takes about a second. Style sheets and pictures have to be included in the page: whatever it
    would fetch is refused, so that no data of a page can reach a file or an address.

    :raises PdfUnavailable: if Pango or WeasyPrint is not installed.
    """
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise PdfUnavailable(
            "服务器缺少生成PDF的组件，没有生成；请系统管理员安装 libpango-1.0-0、libpangoft2-1.0-0"
            " 和 libharfbuzz-subset0 后重试。"
        ) from error
    page = render_to_string(template, context)
    document = weasyprint.HTML(string=page, base_url="about:blank", url_fetcher=_refuse)
    pdf: bytes = document.write_pdf(full_fonts=False)
    return pdf


def _refuse(url: str, *args: object, **kwargs: object) -> dict[str, Any]:
    raise NothingIsFetched(f"A page for paper tried to fetch {url[:100]!r}")
