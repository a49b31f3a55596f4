"""Looks at a PDF: may it be signed, and how do its pages look. Runs in a process of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium

from hub.kernel.errors import ParaphError, Unfit
from hub.services.documents import structure
from hub.services.documents.page_tree import Size
from hub.services.documents.pictures import page_image
from hub.services.documents.reading import text_of
from hub.services.documents.shapes import PageImage
from hub.services.documents.trial import copyable

_HEAD = 1024  # bytes in which "%PDF-" must begin; readers look no further
_WIDTH = 1240  # pixels of an A4 page's shorter side: 150 dots an inch
_DENSE, _DENSEST = _WIDTH / 595.28, 300 / 72  # pixels a point; A4 is 595.28 wide
_MOST_PIXELS = 4_400_000  # A3 at 150 dots an inch
_SHORTEST, _LONGEST = 36, 14_400  # points; the latter is the format's own limit
_SLIMMEST = 20  # times as long as wide: a long receipt


def is_pdf(content: bytes) -> bool:
    """Whether it says that it is one."""
    return b"%PDF-" in content[:_HEAD]


def pages(content: bytes, most: int) -> Iterator[PageImage]:
    """Every page of a PDF that may be signed, one after the other."""
    if not is_pdf(content):
        raise Unfit("not_pdf")
    sizes = structure_of(content)
    count = len(sizes)
    if count > most:
        raise Unfit("too_many_pages", pages=count, limit=most)
    if count == 0:
        raise Unfit("no_pages")
    with opened(content) as document:
        if len(document) != count:
            raise Unfit("broken", "two readers count different pages")
        scales = [_scale_of(document, index, size) for index, size in enumerate(sizes)]
        copyable(content, count)
        for index, scale in enumerate(scales):
            yield _drawn(document, index, scale)


def first_page(content: bytes) -> tuple[PageImage, int]:
    """How an attached PDF begins, and how many pages it has."""
    with opened(content) as document:
        return _drawn(document, 0, _scale(*document.get_page_size(0))), len(document)


def structure_of(content: bytes) -> list[Size]:
    """``structure.pages_of``, whose every stumble means that the file is broken."""
    try:
        return structure.pages_of(content)
    except (ParaphError, MemoryError):
        raise
    except Exception as error:  # a hostile file finds many ways to make a reader stumble
        raise Unfit("broken", f"pyHanko: {type(error).__name__}") from None


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The PDF in PDFium. ``Unfit`` when it cannot be opened, or is encrypted in any way."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise Unfit(_WORDS.get(getattr(error, "err_code", None), "broken"), "PDFium") from None
    try:
        if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
            raise Unfit("encrypted")
        yield document
    except pypdfium2.PdfiumError:
        raise Unfit("broken", "PDFium cannot draw it") from None
    finally:
        document.close()


_WORDS = {pdfium.FPDF_ERR_PASSWORD: "encrypted", pdfium.FPDF_ERR_SECURITY: "encrypted"}


def _drawn(document: pypdfium2.PdfDocument, index: int, scale: float) -> PageImage:
    page = document[index]
    bitmap = page.render(scale=scale, may_draw_forms=False)
    image = page_image(index + 1, bitmap.to_pil(), text_of(page))
    bitmap.close()
    page.close()
    return image


def _scale_of(document: pypdfium2.PdfDocument, index: int, size: Size) -> float:
    """The scale of a page on whose size both readers agree. PDFium knows no units of a page, and
    takes one whose box it does not believe for a letter."""
    drawn = document.get_page_size(index)
    if not all(math.isclose(a, b, abs_tol=1) for a, b in zip(drawn, size[:2], strict=True)):
        raise Unfit("page_size", "two readers measure different pages")
    return _scale(size.width * size.unit, size.height * size.unit) * size.unit


def _scale(width: float, height: float) -> float:
    """Pixels a point: as on A4, finer where a page is smaller, coarser where it is huge."""
    short, long = sorted((width, height))
    if not math.isfinite(long) or short < _SHORTEST or long > _LONGEST or long / short > _SLIMMEST:
        raise Unfit("page_size")
    finer = min(max(_DENSE, _WIDTH / short), _DENSEST)
    return min(finer, math.sqrt(_MOST_PIXELS / (width * height)))
