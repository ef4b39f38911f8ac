"""Captions as editors hand them in: WebVTT, or SRT turned into it."""

import re
from dataclasses import dataclass

from courses.exceptions import FileRefused

LARGEST_CAPTIONS = 512 * 1024
HEADING = "WEBVTT"
_TIME = r"(?:(\d{1,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:[ \t]+(.*))?")
_HOW = "写成“00:00:01.000 --> 00:00:04.000”这样，请改正后再上传"


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption and when it is shown, in thousandths of a second."""

    start: int
    end: int
    text: str


def decode(data: bytes) -> str:
    """Return the text of a file of captions.

    :raises FileRefused: if it is too large or no text.
    """
    if len(data) > LARGEST_CAPTIONS:
        raise FileRefused(f"字幕文件最大{LARGEST_CAPTIONS // 1024}KB，请只传字幕文件。")
    for encoding in (
        "utf-8-sig",
        "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "gb18030",
    ):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("字幕文件不是文字，请用WebVTT（.vtt）或SRT（.srt）文件。")


def as_webvtt(text: str) -> str:
    """Return captions as WebVTT: plain cues, in order.

    Notes, styles, regions and settings are dropped: the lesson shows captions in its own way.

    :raises FileRefused: if a time cannot be read, a cue ends before it begins, or none is there.
    """
    cues = cues_of(text)
    body = "\n".join(f"{_clock(cue.start)} --> {_clock(cue.end)}\n{cue.text}\n" for cue in cues)
    return f"{HEADING}\n\n{body}"


def cues_of(text: str) -> list[Cue]:
    """Return the captions of WebVTT or SRT by the second they begin; see ``as_webvtt``."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues = []
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if "-->" not in line:
            continue
        start, end = _times(line, at=number)
        words = []
        while number < len(lines) and lines[number].strip() and "-->" not in lines[number]:
            words.append(lines[number].strip())
            number += 1
        if words:
            cues.append(Cue(start, end, "\n".join(words)))
    if not cues:
        raise FileRefused(f"字幕里一句也没有，每句上面要有起止时间，{_HOW}。")
    return sorted(cues, key=lambda cue: (cue.start, cue.end))


def _times(line: str, *, at: int) -> tuple[int, int]:
    found = _TIMING.fullmatch(line)
    if found is None:
        raise FileRefused(f"字幕第{at}行的时间“{line.strip()[:40]}”看不懂，{_HOW}。")
    start, end = _thousandths(found.groups()[:4]), _thousandths(found.groups()[4:8])
    if end <= start:
        raise FileRefused(f"字幕第{at}行的结束时间不晚于开始时间，请改正后再上传。")
    return start, end


def _thousandths(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _clock(thousandths: int) -> str:
    seconds, rest = divmod(thousandths, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}.{rest:03}"
