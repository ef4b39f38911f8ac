"""Pictures that people hand in, drawn anew: without the place and device that a camera adds."""

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

PDF_HEAD = b"%PDF-"
# Of what is shown of a paper, in pixels.
LONGEST_SIDE = 2560
# A phone's portrait is a JPEG that holds several pictures (MPO); the first is the photograph.
KINDS = {
    "JPEG": ("JPEG", "image/jpeg", "jpg"),
    "MPO": ("JPEG", "image/jpeg", "jpg"),
    "PNG": ("PNG", "image/png", "png"),
    "WEBP": ("WEBP", "image/webp", "webp"),
}


class NotAPicture(Exception):
    """What was handed in is no JPEG, PNG or WebP, or is damaged."""


class TooManyPixels(Exception):
    """The picture would take too much memory to draw."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it was drawn anew."""

    content_type: str
    suffix: str
    data: bytes


def draw_anew(data: bytes, *, longest_side: int, most_pixels: int) -> Picture:
    """Return a picture upright, at most so many pixels long, and with nothing but its pixels.

    What it is, is read from the content; its name is not asked.

    :raises NotAPicture: if it is none, or damaged.
    :raises TooManyPixels: if it has more than ``most_pixels``.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG", "PNG", "WEBP"]) as picture:
            if picture.width * picture.height > most_pixels:
                raise TooManyPixels(f"{picture.width} by {picture.height}")
            kind, content_type, suffix = KINDS[picture.format or ""]
            # A JPEG is read at a half or a quarter of its size where that is enough.
            picture.draft(None, (longest_side, longest_side))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((longest_side, longest_side))
            drawn = upright.convert("RGBA" if kind == "PNG" and "A" in upright.mode else "RGB")
    except (Image.DecompressionBombError, OSError, ValueError, SyntaxError, struct.error) as error:
        raise NotAPicture(str(error)) from error
    # Some writers take place and comment over from here.
    drawn.info.clear()
    out = io.BytesIO()
    drawn.save(out, format=kind)
    return Picture(content_type, suffix, out.getvalue())


def shown_form(data: bytes, *, most_pixels: int) -> Picture:
    """Return the form of a photograph or a PDF that others see; a PDF stays as it is.

    :raises NotAPicture: if it is neither, or damaged.
    :raises TooManyPixels: if it is a picture of more than ``most_pixels``.
    """
    if data.startswith(PDF_HEAD):
        return Picture("application/pdf", "pdf", data)
    return draw_anew(data, longest_side=LONGEST_SIDE, most_pixels=most_pixels)
