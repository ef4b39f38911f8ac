"""What an uploaded file is by its content, whatever its name says, and how long it plays."""

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO

from courses.exceptions import FileRefused
from courses.models.media import MediaKind

MEGABYTE = 1024 * 1024
LARGEST = {
    MediaKind.VIDEO: 200 * MEGABYTE,
    MediaKind.AUDIO: 30 * MEGABYTE,
    MediaKind.ATTACHMENT: 20 * MEGABYTE,
}
HEAD = 4096
OFFICE = {
    "word/document.xml": ("wordprocessingml.document", "docx"),
    "xl/workbook.xml": ("spreadsheetml.sheet", "xlsx"),
    "ppt/presentation.xml": ("presentationml.presentation", "pptx"),
}
# PCM, floating point, and either of them with a longer header.
WAV_FORMATS = {1, 3, 0xFFFE}
MP4_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
# What the browsers of work computers can show and play; H.265 from phones they cannot.
SHOWN_CODECS = {b"avc1", b"avc3", b"av01", b"vp09"}
HEARD_CODECS = {b"mp4a", b"Opus", b"fLaC"}
# A head that claims more is wrong.
LONGEST = 4 * 3600
MOST_BOXES = 10_000
DEEPEST = len(MP4_CONTAINERS)


@dataclass(frozen=True, slots=True)
class FileType:
    """What a file is; ``seconds`` is None where its head does not say how long it plays."""

    kind: MediaKind
    content_type: str
    suffix: str
    seconds: float | None = None


def examine(file: IO[bytes], *, size: int) -> FileType:
    """Return what the file is, reading its head and leaving it at its start.

    :raises FileRefused: if it is none of our types, damaged, or larger than its kind may be.
    """
    file.seek(0)
    head = file.read(HEAD)
    found = _of(head, file, size=size)
    file.seek(0)
    if found is None:
        raise FileRefused(
            "认不出这个文件。视频用mp4或webm，录音用mp3、m4a、ogg或wav，"
            "附件用PDF、docx、xlsx或pptx；改了扩展名的请先转换，再重新上传。"
        )
    largest = LARGEST[found.kind]
    if size > largest:
        raise FileRefused(
            f"{found.kind.label}最大{largest // MEGABYTE}MB，这个有{size / MEGABYTE:.0f}MB，"
            "请压缩后再上传。"
        )
    return found


def _of(head: bytes, file: IO[bytes], *, size: int) -> FileType | None:
    if head[4:8] == b"ftyp":
        return _mp4(file, size=size)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return _wav(file, size=size)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _webm(head)
    if head.startswith(b"OggS"):
        sounds = b"\x01vorbis" in head or b"OpusHead" in head
        return FileType(MediaKind.AUDIO, "audio/ogg", "ogg") if sounds else None
    if head.startswith(b"ID3") or _is_mp3_frame(head):
        return FileType(MediaKind.AUDIO, "audio/mpeg", "mp3")
    if head.startswith(b"%PDF-"):
        return FileType(MediaKind.ATTACHMENT, "application/pdf", "pdf")
    return _office(file) if head.startswith(b"PK\x03\x04") else None


def _is_mp3_frame(head: bytes) -> bool:
    """Return whether a frame of layer III begins here, with a bit rate and a sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] & 0x18 == 0x08:
        return False
    return 0 < head[2] >> 4 < 15 and head[2] >> 2 & 3 != 3


def _webm(head: bytes) -> FileType | None:
    if b"\x42\x82\x84webm" not in head:
        return None
    if not any(codec in head for codec in (b"V_VP8", b"V_VP9", b"V_AV1")):
        raise FileRefused("这个webm里没有画面，录音请用mp3、m4a、ogg或wav，再重新上传。")
    return FileType(MediaKind.VIDEO, "video/webm", "webm")


def _office(file: IO[bytes]) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise FileRefused("这个文件不完整，打不开，请重新导出后再上传。") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FileRefused("这个文件带宏，没有收下，请另存为不带宏的文件再上传。")
    for part, (content_type, suffix) in OFFICE.items():
        if part in names:
            full = f"application/vnd.openxmlformats-officedocument.{content_type}"
            return FileType(MediaKind.ATTACHMENT, full, suffix)
    return None


def _wav(file: IO[bytes], *, size: int) -> FileType:
    """Read the header of a wav: the length is the data by the bytes a second."""
    rate, at = 0, 12
    for _ in range(MOST_BOXES):
        if at + 8 > size:
            break
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"fmt ":
            codec, _, _, rate = struct.unpack("<HHII", file.read(12).ljust(12, b"\0"))
            if codec not in WAV_FORMATS:
                raise FileRefused("这个wav的编码浏览器放不出来，请存成PCM的wav或mp3再上传。")
        elif name == b"data" and rate:
            # A recorder that was cut off writes no length.
            seconds = min(length, size - at - 8) / rate
            return FileType(MediaKind.AUDIO, "audio/wav", "wav", seconds)
        at += 8 + length + length % 2
    raise FileRefused("这个wav不完整，没有声音，请重新导出后再上传。")


def _mp4(file: IO[bytes], *, size: int) -> FileType:
    """Read the boxes of an mp4: its length, and whether it holds a picture."""
    seconds: float | None = None
    handlers: set[bytes] = set()
    codecs: set[bytes] = set()
    for name, body in islice(_boxes(file, start=0, end=size), MOST_BOXES):
        if name == b"mvhd" and len(body) >= 20:
            long = body[0] == 1 and len(body) >= 32
            scale, length = struct.unpack_from(">IQ" if long else ">II", body, 20 if long else 12)
            seconds = length / scale if scale and 0 < length <= LONGEST * scale else None
        elif name == b"hdlr":
            handlers.add(body[8:12])
        elif name == b"stsd":
            codecs.add(body[12:16])
    if not handlers & {b"vide", b"soun"}:
        raise FileRefused("这个mp4不完整，没有画面也没有声音，请重新导出后再上传。")
    is_video = b"vide" in handlers
    if not codecs & (SHOWN_CODECS if is_video else HEARD_CODECS):
        raise FileRefused(
            "这个文件的编码（如H.265）多数电脑放不出来，请导出成H.264的mp4，录音存成mp3，再上传。"
        )
    if is_video:
        return FileType(MediaKind.VIDEO, "video/mp4", "mp4", seconds)
    return FileType(MediaKind.AUDIO, "audio/mp4", "m4a", seconds)


def _boxes(
    file: IO[bytes], *, start: int, end: int, depth: int = 0
) -> Iterator[tuple[bytes, bytes]]:
    """Return name and head of every box of the tree; what they hold beyond that is skipped."""
    at = start
    while at + 8 <= end:
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
        inside = at + 8
        if length == 1:
            length = int.from_bytes(file.read(8), "big")
            inside += 8
        stop = at + length if length else end
        if stop < inside or stop > end:
            return
        yield name, file.read(min(stop - inside, 64))
        if name in MP4_CONTAINERS and depth < DEEPEST:
            yield from _boxes(file, start=inside, end=stop, depth=depth + 1)
        at = stop
