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
    :raises NothingIsFetched: if the page asks for an address or a file.
    """
    try:
        weasyprint = import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise PdfUnavailable(
            "服务器缺少生成PDF的组件，没有生成；请系统管理员安装 libpango-1.0-0、libpangoft2-1.0-0"
            " 和 libharfbuzz-subset0 后重试。"
        ) from error
    page = render_to_string(template, context)
    # No protocol is allowed, so every address is refused, and a refusal ends the rendering.
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=(), fail_on_errors=True)
    document = weasyprint.HTML(string=page, base_url="about:blank", url_fetcher=nothing)
    try:
        pdf: bytes = document.write_pdf()
    except weasyprint.urls.FatalURLFetchingError as error:
        raise NothingIsFetched(f"{template} tries to fetch something for paper") from error
    return pdf
