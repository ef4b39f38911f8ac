"""Plain text out of the HTML that other systems keep their questions in."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
)
_UNSEEN = frozenset({"script", "style", "head", "title"})
_MEDIA = {"img": "图片", "audio": "录音", "video": "录像", "iframe": "嵌入页面", "object": "附件"}
# Not the full-width blank: Chinese stems use it for a gap.
_BLANKS = re.compile(r"[ \t\xa0]+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.media: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        if tag in _BLOCKS:
            self.parts.append("\n")
        if tag in {"td", "th"}:
            self.parts.append(" ")
        if tag in _MEDIA:
            self.media.append(_MEDIA[tag])
            told = dict(attrs).get("alt")
            if told:
                self.parts.append(f"（图：{told}）")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self.unseen:
            self.unseen -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def plain(markup: str) -> tuple[str, list[str]]:
    """Return the words of some HTML, a line a block, and the kinds of media that were left out.

    Formulas between ``$$`` or ``\\(`` stay as they are written.
    """
    reader = _Reader()
    # In HTML a line break of the source is a blank; the breaks of the reader come from its tags.
    reader.feed(markup.replace("\n", " "))
    reader.close()
    return tidy("".join(reader.parts)), reader.media


def tidy(text: str) -> str:
    """Return the text without blank lines and with single blanks."""
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in text.splitlines())
    return "\n".join(line for line in lines if line.strip())
