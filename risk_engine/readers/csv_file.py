"""CSV: UTF-8 or GBK, with or without BOM. GBK is turned into a UTF-8 copy once."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from risk_engine.contracts import Table
from risk_engine.readers.delivery import (
    CHUNK,
    Delivery,
    FileFault,
    delivered_on,
    header_fault,
)

BLANK_LINES = re.compile(rb"\n(?:\r?\n)+")
NON_ASCII_CELL = re.compile(rb'[^,\r\n"]*[\x80-\xff][^,\r\n"]*')
QUOTED_START = re.compile(rb'(?:\A(?:\xef\xbb\xbf)?|[,\r\n])"')
QUOTED_CELL = re.compile(rb'"(?:[^"]++|"")*+"')
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(slots=True)
class _Bytes:
    sha256: str
    size: int
    is_utf8: bool
    has_blank_lines: bool
    has_nul: bool
    quotes: int
    mixes_line_ends: bool


def inspect_csv(path: Path, name: str, table: Table, scratch: Path) -> Delivery | FileFault:
    """Settle hash, encoding and header of a CSV file without looking at its rows."""
    try:
        seen = _scan(path)
    except OSError:
        return FileFault(name, "", "文件打不开，请检查权限后重新交付。")
    if seen.size == 0:
        return FileFault(name, "", "文件是空的，连表头也没有，请重新交付。")
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith(UTF16) or seen.has_nul:
        return FileFault(name, "", "文件不是 UTF-8 或 GBK 编码的文本，请按 UTF-8 重新导出。")
    readable, encoding = path, "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"
    if not seen.is_utf8:
        if _mixes_encodings(path):
            return FileFault(name, "", "文件里混用了 UTF-8 和 GBK 两种编码，请统一后重新导出。")
        readable = scratch / f"{seen.sha256}.csv"
        encoding = "gbk"
        if not _transcode(path, readable, "gb18030"):
            return FileFault(name, "", "文件既不是 UTF-8 也不是 GBK 编码，请按 UTF-8 重新导出。")
    elif seen.mixes_line_ends:
        readable = scratch / f"{seen.sha256}.csv"
        _transcode(path, readable, "utf-8")
    open_quote = _open_quote(path) if seen.quotes % 2 else None
    if open_quote is not None:
        reason = f"第 {open_quote} 行的引号没有闭合，文件可能被截断，请重新交付。"
        return FileFault(name, "", reason, open_quote)
    with readable.open(encoding="utf-8-sig", newline="") as text:
        try:
            header = tuple(cell.strip() for cell in next(csv.reader(text, strict=True)))
        except (csv.Error, StopIteration):
            return FileFault(name, "", "表头读不出来，文件可能被截断，请重新交付。")
    fault = header_fault(name, header)
    if fault is not None:
        return fault
    return Delivery(
        name=name,
        path=readable,
        kind="csv",
        header=header,
        sha256=seen.sha256,
        encoding=encoding,
        delivered_on=delivered_on(path.name),
        skipped=_blank_lines(readable) if seen.has_blank_lines else (),
    )


def _scan(path: Path) -> _Bytes:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    size, quotes, is_utf8, blank, nul, last = 0, 0, True, False, False, b""
    line_feeds, pairs = 0, 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
            quotes += chunk.count(b'"')
            around = last + chunk
            blank = blank or b"\n\n" in around or b"\n\r\n" in around
            nul = nul or b"\0" in chunk
            line_feeds += chunk.count(b"\n")
            pairs += chunk.count(b"\r\n") + (last[-1:] == b"\r" and chunk[:1] == b"\n")
            last = chunk[-2:]
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    mixed = 0 < pairs < line_feeds
    return _Bytes(digest.hexdigest(), size, is_utf8, blank, nul, quotes, mixed)


def _open_quote(path: Path) -> int | None:
    """Return the line of a quote that nothing closes.

    DuckDB drops such a record, and all after it, without a word when it reads many files at once.
    """
    content, at = path.read_bytes(), 0
    while start := QUOTED_START.search(content, at):
        quote = start.end() - 1
        cell = QUOTED_CELL.match(content, quote)
        if cell is None:
            return content.count(b"\n", 0, quote) + 1
        at = cell.end()
    return None


def _mixes_encodings(path: Path) -> bool:
    """Look for cells that are UTF-8 and cannot be GB2312, in a file that is not UTF-8."""
    cells: set[bytes] = set()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            cells.update(NON_ASCII_CELL.findall(chunk + stream.readline()))
    return any(_decodes(cell, "utf-8") and not _decodes(cell, "gb2312") for cell in cells) and any(
        not _decodes(cell, "utf-8") for cell in cells
    )


def _decodes(cell: bytes, encoding: str) -> bool:
    try:
        cell.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _transcode(source: Path, target: Path, encoding: str) -> bool:
    """Copy a text as UTF-8 with one kind of line end, which DuckDB insists on."""
    try:
        with (
            source.open(encoding=encoding) as text,
            target.open("w", encoding="utf-8", newline="") as copy,
        ):
            while chunk := text.read(CHUNK):
                copy.write(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _blank_lines(path: Path) -> tuple[int, ...]:
    """Return the numbers of blank lines between rows; DuckDB leaves them out without a word."""
    content = path.read_bytes()
    numbers: list[int] = []
    line, at = 1, 0
    for match in BLANK_LINES.finditer(content):
        if match.end() == len(content):
            break
        line += content.count(b"\n", at, match.start() + 1)
        blank = match.group().count(b"\n") - 1
        numbers.extend(range(line, line + blank))
        line, at = line + blank, match.end()
    return tuple(numbers)


def write_rows(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> None:
    """Write text cells as the CSV that the staging reads."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
