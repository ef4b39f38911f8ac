"""The photographed sheet: kept beside the roll, without place and device, for its keepers."""

from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from audit.models import AuditEntry
from education_sessions.models import PaperSheet
from tests.education_sessions.conftest import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_session(scheduled):
    session = scheduled()
    with time_machine.travel(at(15, 10), tick=False):
        yield session


def photograph(*, red=200):
    picture = Image.new("RGB", (60, 40), (red, 180, 150))
    exif = picture.getexif()
    exif[271] = "Handy"
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("签到表.jpg", out.getvalue())


def hand_in(client, session, file):
    return client.post(
        reverse("education_sessions:add_sheet", args=[session.pk]), {"file": file}, follow=True
    )


def test_a_photograph_is_kept_once_and_shown_without_its_device(
    open_session, secretary, discipline_member, sign_in
):
    client = sign_in(secretary)
    said = [hand_in(client, open_session, photograph()).text for _ in range(2)]

    sheet = PaperSheet.objects.get()
    address = reverse("education_sessions:sheet", args=[sheet.pk])
    answer = sign_in(discipline_member).get(address)
    shown = Image.open(BytesIO(b"".join(answer.streaming_content)))
    assert "签到表已附上" in said[0]
    assert address in said[1]
    assert 271 not in shown.getexif()
    with sheet.original.open("rb") as original:
        assert Image.open(original).getexif()[271] == "Handy"
    assert AuditEntry.objects.filter(action="education_sessions.sheet_read").count() == 1
    assert not open_session.attendances.present().exists()


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("表.jpg", b"\xff\xd8no picture"), "不是照片或PDF"),
        (SimpleUploadedFile("表.pdf", b"%PDF-" + b"0" * 10 * 1024 * 1024), "超过10MB"),
    ],
)
def test_what_is_no_sheet_is_refused_in_a_sentence(
    open_session, secretary, sign_in, file, sentence
):
    assert sentence in hand_in(sign_in(secretary), open_session, file).text
    assert not PaperSheet.objects.exists()


def test_six_are_kept_and_no_more(open_session, secretary, sign_in):
    client = sign_in(secretary)
    for number in range(6):
        hand_in(client, open_session, photograph(red=number * 40))

    assert "最多附6张" in hand_in(client, open_session, photograph(red=255)).text
    assert PaperSheet.objects.count() == 6


def test_nobody_else_hands_in_or_opens_a_sheet(open_session, secretary, head, others, sign_in):
    hand_in(sign_in(secretary), open_session, photograph())
    address = reverse("education_sessions:sheet", args=[PaperSheet.objects.get().pk])

    for person in (head, others[0]):
        assert sign_in(person).get(address).status_code == 404
        assert hand_in(sign_in(person), open_session, photograph(red=9)).status_code == 404


def test_no_sheet_before_the_sign_in_opens(scheduled, secretary, sign_in):
    session = scheduled()
    with time_machine.travel(at(14, 29), tick=False):
        assert "还没有开始" in hand_in(sign_in(secretary), session, photograph()).text
