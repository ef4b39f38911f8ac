"""Pictures that people hand in: what is kept of them, and what is none."""

import io

import pytest
from PIL import Image

from common.pictures import NotAPicture, TooManyPixels, draw_anew

ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def picture(kind="JPEG", *, size=(40, 30), **extra) -> bytes:
    exif = Image.Exif()
    exif[MAKE] = "照相机"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, format=kind, exif=exif.tobytes(), **extra)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_upright_made_smaller_and_says_nothing_of_its_place(kind):
    drawn = draw_anew(picture(kind, size=(400, 300)), longest_side=100, most_pixels=120_000)

    with Image.open(io.BytesIO(drawn.data)) as shown:
        assert shown.format == kind
        assert shown.size == (75, 100)
        assert not dict(shown.getexif())
    assert b"\xe7\x85\xa7" not in drawn.data


def test_what_a_writer_takes_over_by_itself_is_gone_too():
    drawn = draw_anew(picture(comment=b"31.2N 121.5E"), longest_side=100, most_pixels=9_999)

    assert b"31.2N" not in drawn.data


def test_a_portrait_that_holds_several_pictures_is_its_first():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(
        out, format="MPO", save_all=True, append_images=[Image.new("RGB", (20, 15))]
    )

    drawn = draw_anew(out.getvalue(), longest_side=100, most_pixels=9_999)

    assert drawn.content_type == "image/jpeg"
    with Image.open(io.BytesIO(drawn.data)) as shown:
        assert shown.size == (40, 30)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"GIF89a" + b"0" * 40,
        picture()[:200],
        picture("PNG")[:90],
        picture("PNG")[:-30] + b"0" * 30,
    ],
)
def test_what_is_no_picture_is_said_to_be_none(data):
    with pytest.raises(NotAPicture):
        draw_anew(data, longest_side=100, most_pixels=9_999)


def test_too_many_pixels_are_refused_before_they_are_drawn():
    with pytest.raises(TooManyPixels):
        draw_anew(picture(), longest_side=100, most_pixels=1_199)
