"""Pictures as pages show them: WebP without metadata. The same picture makes the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image, ImageCms, ImageOps

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.services.documents.shapes import PageImage

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MOST_PIXELS = 64_000_000  # of an image that came; telephones make 50 million
_SHOWN = 1_800  # pixels along the longer side of an attached image
_FEW, _SOME = 256, 20_000  # colours of a drawn page, after and before its edges lose shades
_SHADES = range(0, 256, 17)  # that the edges of letters and lines keep of each colour
_LARGE = 500  # what covers this part of a page is no edge: it keeps its colour
Image.MAX_IMAGE_PIXELS = None  # we count ourselves, and refuse with words


def page_image(number: int, drawn: Image.Image, text: str) -> PageImage:
    """A rendered page. Text and lines are kept without loss, which is crisper than what loses, and
    smaller; a page with photographs is kept as one."""
    plain = drawn if drawn.mode == "RGB" else drawn.convert("RGB")
    few = _with_fewer_colours(plain)
    if few is not None:
        return _image(number, few, text, lossless=True, quality=60, method=2)
    return _image(number, plain, text, quality=75, method=4, use_sharp_yuv=True)


def _with_fewer_colours(page: Image.Image) -> Image.Image | None:
    """The page with fewer shades along its edges, which nobody sees; None for a photograph."""
    colours: Any = page.getcolors(_SOME)
    if colours is None:
        return None
    least = page.width * page.height // _LARGE
    large = [colour for count, colour in colours if count >= least]
    table: list[int] = []
    for channel in range(3):
        kept = sorted({*_SHADES, *(colour[channel] for colour in large)})
        table += [min(kept, key=lambda one: abs(one - value)) for value in range(256)]
    few = page.point(table)
    return few if few.getcolors(_FEW) is not None else None


def shown_image(content: bytes) -> tuple[str, PageImage]:
    """Media type of an attached image, and how it is shown: upright, on white, in sRGB, no larger
    than a screen needs. ``Unfit`` when it is broken or has too many pixels."""
    with reading(content, _SHOWN) as image:
        media_type = TYPES[image.format or ""]
        return media_type, _image(1, upright(image, _SHOWN), "", quality=80, method=4)


@contextmanager
def reading(content: bytes, longest: int) -> Iterator[Image.Image]:
    """An image that is about to be drawn with sides of at most ``longest`` pixels. ``Unfit`` when
    it is broken, also where that shows later, or has too many pixels."""
    try:
        with Image.open(io.BytesIO(content), formats=list(TYPES)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unfit("too_many_pixels", megapixels=MOST_PIXELS // 1_000_000)
            image.draft("RGB", (longest, longest))  # a JPEG is decoded at about that size
            yield image
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError) as error:
        raise Unfit("broken_image", type(error).__name__) from None


def upright(image: Image.Image, longest: int) -> Image.Image:
    """The picture alone, turned upright, on white, in sRGB, of at most ``longest`` pixels."""
    profile = image.info.get("icc_profile")
    image.thumbnail((longest, longest))
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I") or turned.mode == "F":
        turned = turned.point(lambda value: value / 256).convert("L")
    if profile and turned.mode in ("RGB", "CMYK", "L"):
        turned = _in_srgb(turned, profile)
    if turned.has_transparency_data:
        above = turned.convert("RGBA")
        turned = Image.alpha_composite(Image.new("RGBA", above.size, "white"), above)
    clean = Image.new("RGB", turned.size)
    clean.paste(turned.convert("RGB"))  # a new one carries no EXIF, profile or comment
    return clean


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    with suppress(ImageCms.PyCMSError, OSError):  # a bad profile: the colours as they are
        found = ImageCms.profileToProfile(
            image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        return found or image
    return image


def _image(number: int, image: Image.Image, text: str, **options: bool | int) -> PageImage:
    out = io.BytesIO()
    image.save(out, "WEBP", **options)
    content = out.getvalue()
    return PageImage(number, *image.size, content, sha256_hex(content), text)
