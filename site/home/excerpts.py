"""The piece of a text in which a searched word stands, with the word marked."""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

BEFORE = 24
LENGTH = 84


def words_in(query: str) -> list[str]:
    """Return the words that were typed, without marks between them."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", query)).split()


def marked(text: str, words: Iterable[str]) -> SafeString:
    """Return the text as HTML with every occurrence of a word marked."""
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    if not pattern:
        return format_html("{}", text)
    pieces = re.split(f"({pattern})", text, flags=re.IGNORECASE)
    return format_html_join(
        "",
        "{}{}",
        (
            (plain, format_html("<mark>{}</mark>", hit) if hit else "")
            for plain, hit in zip(pieces[::2], [*pieces[1::2], ""], strict=True)
        ),
    )


def excerpt(texts: Iterable[str], words: list[str]) -> SafeString:
    """Return a marked piece of the first text that holds a word, or the start of the first text."""
    texts = [text for text in texts if text]
    for text in texts:
        places = [place for word in words if (place := text.lower().find(word.lower())) != -1]
        if places:
            start = max(0, min(places) - BEFORE)
            return _cut(text, start, words)
    return _cut(texts[0], 0, words) if texts else SafeString("")


def _cut(text: str, start: int, words: list[str]) -> SafeString:
    piece = text[start : start + LENGTH]
    return format_html(
        "{}{}{}",
        "……" if start else "",
        marked(piece, words),
        "……" if start + LENGTH < len(text) else "",
    )
