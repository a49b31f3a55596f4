"""Looks at an attachment: what it is, and what pages show of it. Runs in a process of its own."""

from __future__ import annotations

from pathlib import PurePath

from hub.kernel.errors import Unfit
from hub.services.documents import pdf
from hub.services.documents.pictures import shown_image
from hub.services.documents.shapes import PageImage

UNKNOWN = "application/octet-stream"
_OFFICE = "application/vnd.openxmlformats-officedocument."
# Types that no browser opens as a page or runs. A name may lie; nothing but the label hangs on it.
_BY_NAME = {
    ".docx": _OFFICE + "wordprocessingml.document",
    ".xlsx": _OFFICE + "spreadsheetml.sheet",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".zip": "application/zip",
    ".heic": "image/heic",
    ".dwg": "image/vnd.dwg",
}
# What cannot be shown is still good for reading elsewhere; what acts is not handed on.
_DOWNLOAD_ONLY = frozenset({"encrypted", "page_size"})
_NO_MATTER = frozenset({"signed", "form"})


def looked_at(content: bytes, name: str) -> tuple[str, PageImage | None, int]:
    """Media type, what is shown (if anything can be), number of pages of a PDF."""
    if is_image(content):
        media_type, shown = shown_image(content)
        return media_type, shown, 0
    if pdf.is_pdf(content):
        return ("application/pdf", *_pdf(content))
    return _BY_NAME.get(PurePath(name.lower()).suffix, UNKNOWN), None, 0


def _pdf(content: bytes) -> tuple[PageImage | None, int]:
    try:
        try:
            if not pdf.structure_of(content):
                raise Unfit("no_pages")
        except Unfit as error:
            if error.code not in _NO_MATTER:
                raise
        return pdf.first_page(content)
    except Unfit as error:
        if error.code not in _DOWNLOAD_ONLY:
            raise
        return None, 0


def is_image(content: bytes) -> bool:
    """Whether it begins as a JPEG, PNG or WebP does."""
    return (
        content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        or content[:4] + content[8:12] == b"RIFFWEBP"
    )
