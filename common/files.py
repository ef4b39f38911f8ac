"""Files that people hand in: where they lie, what they are called, how they are sent in pieces."""

import re
from http import HTTPStatus
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

PIECE = 64 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


class PrivateStorage(FileSystemStorage):
    """A folder that no address leads to."""

    def url(self, name: str | None) -> str:
        """Refuse: files are shown by a view that asks who looks."""
        raise ValueError("A private file is not accessible via a URL")


def private_storage() -> PrivateStorage:
    """Return the folder of what people handed in."""
    return PrivateStorage(location=settings.VAR_DIR / "private")


def plain_name(name: str) -> str:
    """Return the last part of a name without what cannot be printed, at most 120 characters."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    cleaned = "".join(letter for letter in bare if letter.isprintable()).strip()
    return (cleaned or "附件")[-120:]


class Stretch:
    """A stretch of an open file, read from its start and closed with it."""

    def __init__(self, file: "IO[bytes] | File[bytes]", stretch: range) -> None:
        self._file = file
        self._left = len(stretch)
        file.seek(stretch.start)

    def read(self, size: int) -> bytes:
        """Return at most ``size`` of the bytes that are left."""
        piece = self._file.read(min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _PiecesResponse(FileResponse):
    block_size = PIECE


def ranged_response(
    request: HttpRequest,
    file: "File[bytes]",
    *,
    content_type: str,
    name: str,
    digest: str,
    as_attachment: bool = False,
) -> HttpResponseBase:
    """Send a stored file, or the stretch of it that the request asks for (RFC 9110, section 14).

    Answers 206 to one range, 416 to one that the file does not reach, 304 to who has the file
    already; several ranges and what is no range get the whole file. ``digest`` names the content:
    with ``If-Range`` a stretch is only sent of the same content.
    """
    etag, size = f'"{digest}"', file.size
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "private, max-age=3600"}
    known = get_conditional_response(
        request, etag=etag, response=HttpResponse(headers=headers, content_type=content_type)
    )
    if known is not None and known.status_code != HTTPStatus.OK:
        return known
    whole = range(size)
    asked = _asked_for(request, etag=etag, whole=whole)
    if not asked and asked is not whole:
        headers["Content-Range"] = f"bytes */{size}"
        return HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Length"] = str(len(asked))
    if asked is not whole:
        headers["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{size}"
    stretch = asked if request.method == "GET" else range(0)
    return _PiecesResponse(
        Stretch(file.open("rb"), stretch),
        as_attachment=as_attachment,
        filename=name,
        content_type=content_type,
        headers=headers,
        status=HTTPStatus.OK if asked is whole else HTTPStatus.PARTIAL_CONTENT,
    )


def _asked_for(request: HttpRequest, *, etag: str, whole: range) -> range:
    """Return the bytes that are asked for: ``whole`` itself, a stretch, or an empty one."""
    found = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or request.method != "GET":
        return whole
    if request.headers.get("If-Range", etag) != etag:
        return whole
    first, last = found.groups()
    if not first:
        return whole[max(0, len(whole) - int(last)) :] if last else whole
    if last and int(last) < int(first):
        return whole
    return whole[int(first) : int(last) + 1 if last else None]


def private_response(
    file: FieldFile, *, name: str, content_type: str, download: bool = False
) -> FileResponse:
    """Return the answer that sends a private file: kept by no cache, and no script in it runs."""
    response = FileResponse(file.open("rb"), content_type=content_type)
    disposition = content_disposition_header(as_attachment=download, filename=name)
    if disposition is not None:
        response["Content-Disposition"] = disposition
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response
