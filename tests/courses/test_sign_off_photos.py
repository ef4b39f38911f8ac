"""A photo with a sign-off: taken on the mentor's phone, seen by those who see the cycle."""

import io
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from courses.models import SignOff
from courses.services import signing
from people.models import Role
from tests.courses.acting import at
from tests.factories import PostingFactory, RoleGrantFactory

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(DAY, 14), tick=False) as traveller:
        yield traveller


def photo(name="IMG_1.jpg", *, size=(4000, 3000)) -> SimpleUploadedFile:
    exif = Image.Exif()
    exif[0x010F] = "phone"
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, format="JPEG", exif=exif.tobytes())
    return SimpleUploadedFile(name, out.getvalue(), "text/html")


def sign(client, third, **fields):
    return client.post(
        reverse("courses:sign", args=[third.pk, 1]), {"shown_on": "2026-11-25", **fields}
    )


def test_a_photo_is_enough_and_is_kept_small_and_without_its_camera(
    on_the_third_level, mentor, hire, sign_in
):
    client = sign_in(mentor)
    asked = client.get(reverse("courses:sign", args=[on_the_third_level.pk, 1])).text
    assert 'enctype="multipart/form-data"' in asked
    assert 'capture="environment"' in asked

    for _ in range(2):
        assert sign(client, on_the_third_level, photo=photo()).status_code == 302

    signed = SignOff.objects.get()
    address = reverse("courses:photo", args=[signed.pk])
    for reader in (mentor, hire):
        page = sign_in(reader).get(reverse("courses:cycle", args=[on_the_third_level.pk])).text
        assert "有照片" in page
        assert address in page
    answer = sign_in(hire).get(address)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as shown:
        assert shown.size == (1600, 1200)
        assert not dict(shown.getexif())


def test_a_photo_is_shown_to_those_who_see_the_cycle_and_to_nobody_else(
    on_the_third_level, mentor, hire, head, station, sign_in
):
    sign(sign_in(mentor), on_the_third_level, photo=photo(size=(40, 30)))
    address = reverse("courses:photo", args=[SignOff.objects.get().pk])
    trainer, elsewhere = PostingFactory(unit=station).employee, PostingFactory().employee
    for person, unit in ((trainer, station), (elsewhere, elsewhere.main_posting(on=DAY).unit)):
        RoleGrantFactory(employee=person, role=Role.TRAINING_OFFICER, unit=unit)

    for reader in (hire, mentor, head, trainer):
        answer = sign_in(reader).get(address)
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    for stranger in (PostingFactory(unit=station).employee, elsewhere):
        assert sign_in(stranger).get(address).status_code == 404
    with pytest.raises(ValueError, match="not accessible via a URL"):
        _ = SignOff.objects.get().photo.url


def test_a_sentence_is_enough_and_neither_is_not(on_the_third_level, mentor, sign_in):
    client = sign_in(mentor)
    refused = sign(client, on_the_third_level, seen="看了")
    assert refused.status_code == 422
    assert "至少8个字；或者拍一张照片" in refused.text

    sign(client, on_the_third_level, seen="三样都在照片里，看得清")

    signed = SignOff.objects.get()
    assert "有照片" not in client.get(reverse("courses:cycle", args=[on_the_third_level.pk])).text
    assert client.get(reverse("courses:photo", args=[signed.pk])).status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.4 not a photo", "不是JPG、PNG或WebP照片"),
        (b"<html><script>alert(1)</script></html>", "不是JPG、PNG或WebP照片"),
        (b"\xff\xd8\xff\xe0" + b"0" * 40, "已经损坏"),
        (b"", "照片是空的"),
    ],
)
def test_what_is_no_photo_is_refused_with_what_to_do_and_the_words_stay(
    on_the_third_level, mentor, sign_in, data, sentence
):
    file = SimpleUploadedFile("看.jpg", data, "image/jpeg")

    refused = sign(sign_in(mentor), on_the_third_level, seen="当场谢绝客户", photo=file)

    assert refused.status_code == 422
    assert sentence in refused.text
    assert "当场谢绝客户</textarea>" in refused.text
    assert not SignOff.objects.exists()


def test_a_photo_that_is_too_large_is_refused(on_the_third_level, mentor, sign_in):
    file = SimpleUploadedFile("大.jpg", b"0" * (signing.LARGEST_PHOTO + 1), "image/jpeg")

    refused = sign(sign_in(mentor), on_the_third_level, photo=file)

    assert "照片超过10MB，没有收下" in refused.text
    assert not SignOff.objects.exists()


def test_a_photo_that_the_browser_cannot_keep_is_asked_for_again(
    on_the_third_level, mentor, sign_in
):
    client = sign_in(mentor)

    for day in ("2026-11-26", "明天"):
        refused = sign(client, on_the_third_level, shown_on=day, photo=photo(size=(40, 30)))

        assert refused.status_code == 422
        assert "请再选一次" in refused.text
