"""The A4 base of every PDF."""

from typing import Any

from django.template import engines
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher


class NothingFetched(URLFetcher):
    def fetch(self, url: str, headers: Any = None) -> Any:
        raise FatalURLFetchingError(url)


def test_a_printed_page_needs_no_file_from_outside_and_says_that_it_is_a_demonstration():
    source = engines["django"].from_string(
        '{% extends "print/base.html" %}{% block content %}<h2>事实</h2>{% endblock %}'
    )
    html = source.render({"title": "廉洁风险预警单"})

    document = HTML(string=html, url_fetcher=NothingFetched()).render()

    assert "演示版 · 自编内容" in html
    assert document.metadata.title == "廉洁风险预警单"
    assert len(document.pages) == 1
    assert document.write_pdf().startswith(b"%PDF-")
