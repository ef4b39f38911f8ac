"""Videos, recordings and attachments in the editor's hands: known by content, in clear words."""

import hashlib
import io
import struct
import wave

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import AuditEntry
from courses.captions import as_webvtt, decode
from courses.exceptions import FileRefused
from courses.filetypes import examine
from courses.models import LessonPage, MediaFile
from people.models import Role
from tests import media
from tests.courses.test_publishing import sent
from tests.factories import (
    MediaFileFactory,
    MicroLessonPageFactory,
    PositionFactory,
    PostingFactory,
    RiskPointPageFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db

ADD = "wagtailsnippets_courses_mediafile:add"
EDIT = "wagtailsnippets_courses_mediafile:edit"


@pytest.fixture
def editor(sign_in):
    return sign_in(RoleGrantFactory(role=Role.EDITOR).employee)


def upload(client, data, name="某个文件.bin", *, captions=None, title="第一课", seconds=""):
    fields = {"title": title, "seconds": seconds, "captions": ""}
    fields["file"] = SimpleUploadedFile(name, data)
    if captions is not None:
        fields["captions_file"] = SimpleUploadedFile("字幕.srt", captions)
    return client.post(reverse(ADD), fields)


@pytest.mark.parametrize(
    ("data", "kind", "content_type", "seconds"),
    [
        (media.mp4(59.6), "video", "video/mp4", 60),
        (media.mp4(59.6, long=True), "video", "video/mp4", 60),
        (media.webm(), "video", "video/webm", None),
        (media.mp4(60, tracks=((b"soun", b"mp4a"),)), "audio", "audio/mp4", 60),
        (media.wav(3), "audio", "audio/wav", 3),
        (media.MP3, "audio", "audio/mpeg", None),
        (b"ID3\x04" + bytes(100), "audio", "audio/mpeg", None),
        (media.OGG, "audio", "audio/ogg", None),
        (media.PDF, "attachment", "application/pdf", None),
        (media.office(), "attachment", "wordprocessingml.document", None),
        (media.office("xl/workbook.xml"), "attachment", "spreadsheetml.sheet", None),
        (media.office("ppt/presentation.xml"), "attachment", "presentationml.presentation", None),
    ],
)
def test_what_a_file_is_and_how_long_is_read_from_its_content(
    editor, data, kind, content_type, seconds
):
    stated = "" if seconds or kind == "attachment" else "61"

    answer = upload(
        editor, data, "改过名.txt", captions=media.SRT.encode() if kind == "video" else None,
        seconds=stated,
    )  # fmt: skip

    assert answer.status_code == 302
    kept = MediaFile.objects.get()
    assert kept.kind == kind
    assert kept.content_type.endswith(content_type)
    assert kept.seconds == (seconds or (None if kind == "attachment" else 61))
    assert kept.name == "改过名.txt"
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    with kept.file.open("rb") as file:
        assert file.read() == data
    assert "改过名" not in kept.file.name
    entry = AuditEntry.objects.get(action="courses.file.uploaded")
    assert entry.data["sha256"] == kept.sha256


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (media.EXE, "认不出这个文件"),
        (media.PNG, "认不出这个文件"),
        (media.WEBP, "认不出这个文件"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "认不出这个文件"),
        (b"<html><script>alert(1)</script>", "认不出这个文件"),
        (b"OggS" + bytes(24) + b"\x80theora" + bytes(100), "认不出这个文件"),
        (b"PK\x03\x04" + bytes(100), "不完整，打不开"),
        (media.office("readme.txt"), "认不出这个文件"),
        (media.office("word/document.xml", "word/vbaProject.bin"), "带宏"),
        (media.mp4()[:60], "不完整，没有画面也没有声音"),
        (media.mp4(tracks=((b"vide", b"hvc1"),)), "H.265"),
        (media.webm(b"A_OPUS"), "没有画面"),
        (media.wav(1)[:36], "wav不完整"),
        (media.wav(1).replace(b"\x01\x00\x01\x00", b"\x11\x00\x01\x00", 1), "编码浏览器放不出来"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_what_to_do(editor, data, sentence):
    refused = upload(editor, data, "课件.mp4", captions=media.SRT.encode())

    assert refused.status_code == 200
    assert sentence in refused.text
    assert not MediaFile.objects.exists()


def test_a_file_larger_than_its_kind_may_be_is_refused(editor):
    large = media.wav(3.9, rate=8 * 1024 * 1024)

    refused = upload(editor, large)

    assert "录音最大30MB，这个有31MB" in refused.text
    assert not MediaFile.objects.exists()


def test_heads_that_lie_are_neither_believed_nor_waited_for():
    endless = b"ftyp".join([b"\0\0\0\x08", b""]) + b"\0\0\0\x08free" * 20_000
    with pytest.raises(FileRefused):
        examine(io.BytesIO(endless), size=len(endless))
    deep = media.track(b"vide", b"avc1")
    for _ in range(500):
        deep = media.box(b"trak", deep)
    data = media.box(b"ftyp", b"isom") + media.box(b"moov", deep)
    with pytest.raises(FileRefused):
        examine(io.BytesIO(data), size=len(data))
    unknown = media.mp4(1).replace(
        struct.pack(">II", 1000, 1000), struct.pack(">II", 1000, 2**32 - 1)
    )
    assert examine(io.BytesIO(unknown), size=len(unknown)).seconds is None
    cut_off = media.wav(4)[: 44 + 8000]
    assert examine(io.BytesIO(cut_off), size=len(cut_off)).seconds == 1


def test_a_video_needs_captions_and_what_plays_needs_a_length(editor):
    without = upload(editor, media.mp4())
    unstated = upload(editor, media.MP3)

    assert "视频要有字幕，请上传WebVTT或SRT文件" in without.text
    assert "读不出时长，请写播放多少秒" in unstated.text
    assert not MediaFile.objects.exists()


def test_srt_becomes_webvtt_and_webvtt_stays():
    assert as_webvtt(decode(media.SRT.encode())) == media.VTT
    assert as_webvtt(decode(media.SRT.encode("gb18030"))) == media.VTT
    assert as_webvtt(decode(b"\xff\xfe" + media.SRT.encode("utf-16-le"))) == media.VTT
    assert as_webvtt(media.VTT) == media.VTT
    styled = (
        "\ufeffWEBVTT - 第一课\n\nSTYLE\n::cue { color: red }\n\nNOTE 改过\n\n"
        "a1\n00:00.000 --> 00:02.000 align:start\n各位同事，\n先算一道账。\n\n"
        "00:02.000 --> 00:04.500\n我们看一个案例。"
    )
    assert as_webvtt(styled) == media.VTT


@pytest.mark.parametrize(
    ("captions", "sentence"),
    [
        ("各位同事", "字幕里一句也没有"),
        ("00:00:01 --> 00:00:02\n各位", "字幕第1行的时间“00:00:01 --&gt; 00:00:02”看不懂"),
        ("\n00:00:02,000 --> 00:00:01,000\n各位", "字幕第2行的结束时间不晚于开始时间"),
        ("00:00:71,000 --> 00:01:72,000\n各位", "看不懂"),
        (b"\x00\xff\x80\x81", "字幕文件不是文字"),
        (b"a" * (512 * 1024 + 1), "字幕文件最大512KB"),
    ],
)
def test_captions_that_cannot_be_read_are_refused_with_the_line(editor, captions, sentence):
    data = captions if isinstance(captions, bytes) else captions.encode()

    refused = upload(editor, media.mp4(), captions=data)

    assert sentence in refused.text
    assert not MediaFile.objects.exists()


def test_captions_and_title_are_corrected_and_the_file_stays(editor):
    upload(editor, media.mp4(), captions=media.SRT.encode())
    kept = MediaFile.objects.get()
    address = reverse(EDIT, args=[kept.pk])
    page = editor.get(address)
    assert reverse("courses:file", args=[kept.pk]) in page.text

    wrong = editor.post(address, {"title": "新名", "seconds": "60", "captions": "没有时间"})
    right = {"title": "新名", "seconds": "60", "captions": media.VTT.replace("案例", "真案例")}
    editor.post(address, right | {"file": SimpleUploadedFile("x.wav", media.wav(1))})

    assert "字幕里一句也没有" in wrong.text
    now = MediaFile.objects.get()
    assert (now.title, now.kind, now.sha256) == ("新名", "video", kept.sha256)
    assert "真案例" in now.captions


def test_editors_list_files_and_nobody_deletes_one(editor, sign_in):
    kept = MediaFileFactory(title="可辨认的录音")

    assert "可辨认的录音" in editor.get(reverse("wagtailsnippets_courses_mediafile:list")).text
    chooser = editor.get(reverse("wagtailsnippetchoosers_courses_mediafile:choose"))
    assert "可辨认的录音" in chooser.json()["html"]
    editor.post(reverse("wagtailsnippets_courses_mediafile:delete", args=[kept.pk]))
    assert MediaFile.objects.filter(pk=kept.pk).exists()
    stranger = sign_in(PostingFactory().employee)
    assert stranger.get(reverse(ADD)).status_code == 403


@pytest.fixture
def lesson():
    lesson = MicroLessonPageFactory(code="WK-50")
    lesson.script, lesson.decision_options = [], []
    lesson.risk_points.set([RiskPointPageFactory()])
    lesson.positions.set([PositionFactory()])
    lesson.save()
    return lesson


def test_a_micro_lesson_takes_its_recording_and_refuses_what_does_not_fit(editor, lesson):
    address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    fitting = MediaFileFactory(seconds=61)
    long = MediaFileFactory(seconds=75, title="长的")
    film = MediaFileFactory(kind="video", captions=media.VTT, title="片子")

    too_long = editor.post(address, sent(lesson) | {"recording": long.pk, "video": ""})
    wrong_kind = editor.post(address, sent(lesson) | {"recording": film.pk, "video": fitting.pk})
    taken = editor.post(address, sent(lesson) | {"recording": fitting.pk, "video": film.pk})

    assert "录音“长的”长75秒，这一课写的是60秒" in too_long.text
    assert "“片子”是视频，不能放在“录音”里" in wrong_kind.text
    assert "是录音，不能放在“视频”里" in wrong_kind.text
    assert taken.status_code == 302
    lesson.refresh_from_db()
    assert (lesson.recording, lesson.video) == (fitting, film)


def test_a_lesson_of_a_course_takes_files_of_the_right_kinds(editor, path):
    lesson = LessonPage.objects.get(code="L1-1")
    film = MediaFileFactory(kind="video", captions=media.VTT, title="片子")
    paper = MediaFileFactory(kind="attachment", seconds=None, title="附表", data=media.PDF)
    sound = MediaFileFactory()

    def form(video, attached):
        return {
            "code": lesson.code, "title": lesson.title, "slug": lesson.slug, "minutes": "45",
            "text": lesson.text, "checks": "[]", "video": video.pk, "recording": sound.pk,
            "attachments-TOTAL_FORMS": "1", "attachments-INITIAL_FORMS": "0",
            "attachments-MIN_NUM_FORMS": "0", "attachments-MAX_NUM_FORMS": "1000",
            "attachments-0-id": "", "attachments-0-ORDER": "1", "attachments-0-DELETE": "",
            "attachments-0-file": attached.pk,
            "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
            "action-publish": "1",
        }  # fmt: skip

    address = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    refused = editor.post(address, form(sound, film))
    assert "是录音，不能放在“视频”里" in refused.text
    assert "“片子”是视频，不能放在“附件”里" in refused.text

    assert editor.post(address, form(film, paper)).status_code == 302
    lesson.refresh_from_db()
    assert lesson.video == film
    assert [each.file for each in lesson.attachments.all()] == [paper]


def test_wav_files_of_other_recorders_are_measured(editor):
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(bytes(4 * 44100 * 2))
    data = out.getvalue()
    # A note stands between the heads, of odd length.
    noted = data[:36] + b"LIST" + struct.pack("<I", 5) + bytes(6) + data[36:]

    assert examine(io.BytesIO(noted), size=len(noted)).seconds == 2
