"""Small files as recorders, cameras and offices write them, made byte by byte."""

import io
import math
import struct
import wave
import zipfile

SRT = (
    "1\r\n00:00:00,000 --> 00:00:02,000\r\n各位同事，\r\n先算一道账。\r\n\r\n"
    "2\r\n00:00:02,000 --> 00:00:04,500\r\n我们看一个案例。\r\n"
)
VTT = (
    "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n各位同事，\n先算一道账。\n\n"
    "00:00:02.000 --> 00:00:04.500\n我们看一个案例。\n"
)


def wav(seconds: float = 60, *, rate: int = 8000) -> bytes:
    """Return a quiet tone that any browser plays."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(rate)
        count = int(seconds * rate)
        file.writeframes(bytes(128 + int(20 * math.sin(n / 6)) for n in range(count)))
    return out.getvalue()


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), name) + body


def track(handler: bytes, codec: bytes) -> bytes:
    hdlr = box(b"hdlr", bytes(8), handler, bytes(13))
    stsd = box(b"stsd", struct.pack(">II", 0, 1), box(codec, bytes(8)))
    return box(b"trak", box(b"mdia", hdlr, box(b"minf", box(b"stbl", stsd))))


def mp4(
    seconds: float = 60,
    *,
    tracks: tuple[tuple[bytes, bytes], ...] = ((b"vide", b"avc1"), (b"soun", b"mp4a")),
    long: bool = False,
    filling: int = 100,
) -> bytes:
    """Return an mp4 whose heads are right, its index behind the data as cameras write it."""
    length = int(seconds * 1000)
    if long:
        mvhd = struct.pack(">B3xQQIQ", 1, 0, 0, 1000, length)
    else:
        mvhd = struct.pack(">B3xIIII", 0, 0, 0, 1000, length)
    moov = box(b"moov", box(b"mvhd", mvhd, bytes(80)), *(track(*each) for each in tracks))
    return box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", bytes(filling)) + moov


def webm(codec: bytes = b"V_VP9") -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + bytes(20) + codec + bytes(100)


def office(part: str = "word/document.xml", *others: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in ("[Content_Types].xml", part, *others):
            package.writestr(name, "x")
    return out.getvalue()


PDF = b"%PDF-1.7\n%%EOF\n"
MP3 = b"\xff\xfb\x90\x64" + bytes(413)
OGG = b"OggS" + bytes(24) + b"\x01vorbis" + bytes(100)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
EXE = b"MZ\x90\x00" + bytes(60)
