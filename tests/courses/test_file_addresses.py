"""The address of a lesson's file: who may open it, and stretches of it as players ask for them."""

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import LessonAttachment, LessonPage
from people.models import Role
from tests import media
from tests.factories import (
    MediaFileFactory,
    MicroLessonPageFactory,
    PostingFactory,
    RoleGrantFactory,
)

pytestmark = pytest.mark.django_db

DATA = bytes(range(256)) * 1000
SIZE = len(DATA)


@pytest.fixture
def recording():
    return MediaFileFactory(data=DATA, title="第一课", captions=media.VTT)


@pytest.fixture
def address(recording):
    MicroLessonPageFactory(recording=recording)
    return reverse("courses:file", args=[recording.pk])


@pytest.fixture
def client(sign_in):
    return sign_in(PostingFactory().employee)


def body(answer):
    return b"".join(answer.streaming_content)


def status(client, address):
    """Return the status of an answer; one that is streamed is read, which closes its file."""
    answer = client.get(address)
    if answer.streaming:
        body(answer)
    return answer.status_code


def test_the_whole_file_comes_in_pieces_with_its_heads(client, address, recording):
    answer = client.get(address)

    pieces = list(answer.streaming_content)
    assert answer.status_code == 200
    assert b"".join(pieces) == DATA
    assert max(map(len, pieces)) == 64 * 1024
    assert answer["Content-Type"] == "audio/wav"
    assert answer["Content-Length"] == str(SIZE)
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"].startswith("private")
    assert answer["ETag"] == f'"{recording.sha256}"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=100000-", 100_000, SIZE - 1),
        ("bytes=-500", SIZE - 500, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=10-{SIZE * 2}", 10, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("Bytes=5-6", 5, 6),
    ],
)
def test_a_stretch_is_sent_as_it_was_asked_for(client, address, asked, first, last):
    answer = client.get(address, headers={"range": asked})

    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert body(answer) == DATA[first : last + 1]


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_a_stretch_behind_the_end_is_refused_with_the_length(client, address, asked):
    answer = client.get(address, headers={"range": asked})

    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=-", "bytes=9-3", "bytes=0-1,5-6", "lines=1-2", "bytes=x-y",
              "bytes=" + "9" * 5000 + "-"],
)  # fmt: skip
def test_what_is_no_single_stretch_gets_the_whole_file(client, address, asked):
    answer = client.get(address, headers={"range": asked})

    assert answer.status_code == 200
    assert body(answer) == DATA


def test_a_stretch_of_another_content_is_not_mixed_in(client, address, recording):
    etag = f'"{recording.sha256}"'

    same = client.get(address, headers={"range": "bytes=0-9", "if-range": etag})
    other = client.get(address, headers={"range": "bytes=0-9", "if-range": '"old"'})
    dated = client.get(
        address, headers={"range": "bytes=0-9", "if-range": "Tue, 24 Nov 2026 01:00:00 GMT"}
    )

    assert (same.status_code, body(same)) == (206, DATA[:10])
    assert (other.status_code, body(other)) == (200, DATA)
    assert (dated.status_code, body(dated)) == (200, DATA)


def test_who_has_the_file_is_told_so(client, address, recording):
    answer = client.get(address, headers={"if-none-match": f'"{recording.sha256}"'})

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer["Cache-Control"].startswith("private")


def test_the_heads_alone(client, address):
    answer = client.head(address, headers={"range": "bytes=0-9"})

    assert answer.status_code == 200
    assert answer["Content-Length"] == str(SIZE)
    assert answer["Accept-Ranges"] == "bytes"
    assert body(answer) == b""


def test_writing_is_not_for_this_address(client, address):
    assert client.post(address).status_code == 405


def test_only_files_of_published_lessons_are_shown_and_editors_see_all(sign_in, client):
    loose = MediaFileFactory(data=DATA, captions=media.VTT)
    drafted = MediaFileFactory(data=DATA, captions=media.VTT)
    MicroLessonPageFactory(recording=drafted, live=False)
    editor = sign_in(RoleGrantFactory(role=Role.EDITOR).employee)
    auditor = sign_in(RoleGrantFactory(role=Role.AUDITOR).employee)

    for file in (loose, drafted):
        for name in ("courses:file", "courses:captions"):
            address = reverse(name, args=[file.pk])
            assert client.get(address).status_code == 404
            assert auditor.get(address).status_code == 404
            assert status(editor, address) == 200
            answer = Client().get(address)
            assert answer.status_code == 302
            assert reverse("people:login") in answer["Location"]


def test_a_lesson_that_is_taken_off_takes_its_file_along(client, recording):
    lesson = MicroLessonPageFactory(recording=recording)
    address = reverse("courses:file", args=[recording.pk])
    assert status(client, address) == 200

    lesson.unpublish()

    assert client.get(address).status_code == 404


def test_captions_are_sent_as_captions(client, address, recording):
    answer = client.get(reverse("courses:captions", args=[recording.pk]))

    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer.text == media.VTT


def test_files_of_a_lesson_of_a_course_and_its_attachment(client, path):
    film = MediaFileFactory(kind="video", content_type="video/mp4", captions=media.VTT)
    paper = MediaFileFactory(
        kind="attachment", content_type="application/pdf", seconds=None, data=media.PDF,
        name="paper.pdf", title='附表"；../../x\r\nA: b',
    )  # fmt: skip
    lesson = LessonPage.objects.get(code="L1-1")
    lesson.video = film
    lesson.attachments = [LessonAttachment(file=paper)]
    lesson.save()

    assert status(client, reverse("courses:file", args=[film.pk])) == 200
    answer = client.get(reverse("courses:file", args=[paper.pk]))
    assert body(answer) == media.PDF
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''x")
    assert disposition.endswith(".pdf")
    assert not {"\r", "\n", "/"} & set(disposition)


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, address, recording):
    recording.file.storage.delete(recording.file.name)

    assert client.get(address).status_code == 404
