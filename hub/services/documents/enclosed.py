"""Looks at a file that somebody sent with a message: what it is by its bytes, whatever its name
says, and what is handed on of it. Runs in a process of its own.

Few types are taken: PDF, JPEG, PNG, WebP and plain text. Images are drawn anew, so that nothing but
the picture is left: no place where it was taken, nothing hidden behind it. Office files, archives
and HEIC are not: nothing here could say what is in them.
"""

from __future__ import annotations

import io
import re

from PIL import Image

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.services.documents import pdf
from hub.services.documents.attached import is_image
from hub.services.documents.pictures import reading, upright
from hub.services.documents.shapes import PageImage

PDF, TEXT = "application/pdf", "text/plain"
_LONGEST = 3_000  # pixels along the longer side: enough to read a photographed page
_LARGE_PNG = 8_000_000  # bytes from which on a PNG is a photograph
# Of a PDF that is read and not signed: neither keeps anybody from reading it.
_NO_MATTER = frozenset({"signed", "form", "page_size"})
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Text that a program runs or draws: as plain text nobody could use it, so it is not taken.
_MARKUP = re.compile(r"\s*(<!|<\?|<[a-z]|%!|#!|\{\\rtf)", re.IGNORECASE)


def looked_at(content: bytes) -> tuple[str, PageImage | None]:
    """Media type, and an image as it is handed on; the rest is handed on as it came. ``Unfit`` for
    what is not taken."""
    if not content:
        raise Unfit("empty_file")
    if is_image(content):
        return _drawn_anew(content)
    if pdf.is_pdf(content):
        return _readable(content), None
    if _is_text(content):
        return TEXT, None
    raise Unfit("bad_type")


def _drawn_anew(content: bytes) -> tuple[str, PageImage]:
    with reading(content, _LONGEST) as image:
        as_photo = image.format != "PNG"
        clean = upright(image, _LONGEST)
    made = b"" if as_photo else _written(clean, "PNG", optimize=False)
    if as_photo or len(made) > _LARGE_PNG:
        kind, made = "image/jpeg", _written(clean, "JPEG", quality=88)
    else:
        kind = "image/png"
    return kind, PageImage(1, *clean.size, made, sha256_hex(made))


def _written(image: Image.Image, kind: str, **options: bool | int) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _readable(content: bytes) -> str:
    try:
        if not pdf.structure_of(content):
            raise Unfit("no_pages")
    except Unfit as error:
        if error.code not in _NO_MATTER:
            raise
    with pdf.opened(content):
        return PDF


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return _NO_TEXT.search(text) is None and _MARKUP.match(text) is None
