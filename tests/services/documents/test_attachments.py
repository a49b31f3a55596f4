"""Attachments: images are shown upright and bare, PDFs by their first page, the rest is given out
as it came."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.services.documents.inspection import read_within
from hub.services.documents.refusals import REFUSALS, refusal
from tests.services.documents import made
from tests.services.documents.refused import REFUSED

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def shown(inspector, content, name="photo.jpg"):
    found = inspector.inspect_attachment(content, name)
    assert found.sha256 == sha256_hex(content)
    return Image.open(io.BytesIO(found.shown.content)), found


def refused(inspector, content, name):
    with pytest.raises(Unfit) as caught:
        inspector.inspect_attachment(content, name)
    assert caught.value.code in REFUSALS
    assert "?" not in refusal(caught.value, "sv")
    return caught.value.code


def bomb_png(width: int, height: int) -> bytes:
    """A PNG that is small here and has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + width // 8) * 100, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png"),
                                                  ("WEBP", "image/webp")])  # fmt: skip
def test_images_are_shown_as_webp(inspector, kind, media_type):
    image, found = shown(inspector, made.picture(kind), "whatever.pdf")
    assert found.media_type == media_type
    assert (image.format, image.size) == ("WEBP", (40, 30))
    assert found.shown.sha256 == sha256_hex(found.shown.content)
    red = image.convert("RGB").getpixel((3, 3))
    assert red[0] > 200 > 60 > red[1]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_every_kind_of_colours_can_be_shown(inspector, mode):
    image, _ = shown(inspector, made.picture("PNG", mode=mode), "scan.png")
    assert image.mode == "RGB"


def test_a_jpeg_for_printing_can_be_shown(inspector):
    assert shown(inspector, made.picture("JPEG", mode="CMYK"))[0].mode == "RGB"


def test_a_photograph_is_turned_upright_and_loses_what_it_tells_about_its_maker(inspector):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its right side
    exif[0x010F] = "Alice's telephone"
    exif.get_ifd(0x8825)[1] = "N"
    image, _ = shown(inspector, made.picture("JPEG", (400, 200), exif=exif, comment=b"Alice"))
    assert image.size == (200, 400)
    assert image.convert("RGB").getpixel((190, 10))[0] > 200  # the red quarter went to the right
    assert not image.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(image.info)


def test_colours_come_out_of_their_profile(inspector):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image, _ = shown(inspector, made.picture("JPEG", icc_profile=profile))
    assert image.convert("RGB").getpixel((3, 3))[0] > 200
    assert shown(inspector, made.picture("PNG", icc_profile=b"no profile"))[0].size == (40, 30)


def test_what_is_transparent_is_shown_on_white(inspector):
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert shown(inspector, out.getvalue())[0].convert("RGB").getpixel((9, 9)) == (255, 255, 255)


def test_a_large_photograph_is_shown_at_the_size_of_a_screen(inspector):
    out = io.BytesIO()
    made.photo(4000, 3000).save(out, "JPEG")
    image, _ = shown(inspector, out.getvalue())
    assert image.size == (1800, 1350)


@pytest.mark.parametrize("size", [(70_000, 70_000), (8_001, 8_000)])
def test_too_many_pixels_are_refused_before_they_are_unpacked(inspector, size):
    assert refused(inspector, bomb_png(*size), "bomb.png") == "too_many_pixels"


@pytest.mark.parametrize("content", [made.picture("PNG")[:60], made.picture("JPEG")[:300],
                                     b"\xff\xd8\xffno", b"RIFF\x00\x00\x00\x00WEBP"],
                         ids=["png", "jpeg", "head", "webp"])  # fmt: skip
def test_a_broken_image_is_refused(inspector, content):
    assert refused(inspector, content, "photo.jpg") == "broken_image"


def test_a_pdf_is_shown_by_its_first_page(inspector):
    found = inspector.inspect_attachment(made.offer(), "drawing")
    assert (found.media_type, found.pages, found.shown.number) == ("application/pdf", 3, 1)
    assert found.shown.text.startswith("Offert")


@pytest.mark.parametrize("name", ["signed", "a field", "300 pages"])
def test_a_pdf_that_may_not_be_signed_may_still_be_attached(inspector, name):
    assert inspector.inspect_attachment(REFUSED[name][1], "terms.pdf").shown is not None


@pytest.mark.parametrize("name", ["a password", "permissions", "a ribbon"])
def test_a_pdf_that_cannot_be_shown_can_be_downloaded(inspector, name):
    found = inspector.inspect_attachment(REFUSED[name][1], "terms.pdf")
    assert (found.media_type, found.shown) == ("application/pdf", None)


@pytest.mark.parametrize("name", ["a script at opening", "a program", "a file inside", "no pages",
                                  "the first half"])  # fmt: skip
def test_a_pdf_that_acts_or_is_broken_is_not_handed_on(inspector, name):
    code, content = REFUSED[name]
    assert refused(inspector, content, "terms.pdf") == code


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Prices.XLSX", b"PK\x03\x04", SPREADSHEET),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic", "image/heic"),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream"),
        ("logo.svg", b"<svg onload='alert(1)'/>", "application/octet-stream"),
        ("offer.pdf", b"no PDF at all", "application/octet-stream"),
        ("", b"", "application/octet-stream"),
        ("../../x.csv", b"a,b", "text/csv"),
    ],
)
def test_anything_else_is_for_downloading_only(inspector, name, content, media_type):
    found = inspector.inspect_attachment(content, name)
    assert (found.media_type, found.shown) == (media_type, None)


def test_a_hundred_megabytes_are_not_read_to_the_end():
    read = []

    def chunks():
        for number in range(1_600):
            read.append(number)
            yield bytes(65_536)

    with pytest.raises(Unfit) as caught:
        read_within(chunks(), 25_000_000)
    assert refusal(caught.value) == refusal(Unfit("too_large", megabytes=25))
    assert len(read) == 25_000_000 // 65_536 + 1
    assert read_within(iter([b"a", b"b"]), 2) == b"ab"
