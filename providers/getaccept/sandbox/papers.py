"""PDFs of the simulator: looks at what came, makes pages and pictures, adds the certificate.

A signed copy here is the original with one page more. It carries no seal: what seals a proof is
the hub's business.
"""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePath

import pypdfium2
from PIL import Image, UnidentifiedImageError

PICTURES = frozenset({".jpg", ".jpeg", ".png"})
CONVERTED = frozenset(
    {".doc", ".docx", ".xl", ".xls", ".xlsx", ".ppt", ".pptx", ".numbers", ".key", ".html", ".tex",
     ".csv"}
)  # fmt: skip
_WIDTH, _HEIGHT, _MARGIN = 595, 842, 56
_lock = threading.Lock()  # the library is not made for threads


class Unreadable(ValueError):
    """This is no file that can be shown."""


def as_pdf(name: str, content: bytes) -> bytes:
    """The file as PDF; what its name ends with decides how. Raises ``Unreadable``."""
    ending = PurePath(name).suffix.lower()
    if ending == ".pdf":
        count_pages(content)
        return content
    if ending in PICTURES:
        return _of_picture(content)
    if ending in CONVERTED:
        return made(PurePath(name).name, ("Converted by the simulator: only its name is shown.",))
    raise Unreadable(f"files ending in '{ending}' are not taken")


def count_pages(content: bytes) -> int:
    """How many pages it has. Raises ``Unreadable``."""
    if not content.startswith(b"%PDF"):
        raise Unreadable("not a PDF")
    with _lock:
        try:
            with pypdfium2.PdfDocument(content) as opened:
                return len(opened)
        except pypdfium2.PdfiumError as error:
            raise Unreadable("not a readable PDF") from error


@lru_cache(maxsize=64)
def picture(content: bytes, page: int, width: int = 1000) -> bytes:
    """One page, counted from 1, as PNG. Raises ``Unreadable``."""
    with _lock, pypdfium2.PdfDocument(content) as opened:
        if not 1 <= page <= len(opened):
            raise Unreadable("no such page")
        sheet = opened[page - 1]
        image = sheet.render(scale=width / sheet.get_width()).to_pil()
    held = io.BytesIO()
    image.convert("RGB").save(held, "PNG", optimize=True)
    return held.getvalue()


def joined(*contents: bytes) -> bytes:
    """All of them in one file."""
    held = io.BytesIO()
    with _lock, pypdfium2.PdfDocument.new() as whole:
        for content in contents:
            with pypdfium2.PdfDocument(content) as part:
                whole.import_pages(part)
        whole.save(held)
    return held.getvalue()


def made(title: str, lines: Sequence[str]) -> bytes:
    """One page of plain text."""
    parts = [_text(20, _HEIGHT - 90, title, bold=True)]
    height = _HEIGHT - 130
    for line in lines:
        for piece in textwrap.wrap(line, 84) or [""]:
            parts.append(_text(11, height, piece))
            height -= 17
    return _file(b"\n".join(parts))


def _of_picture(content: bytes) -> bytes:
    try:
        image = Image.open(io.BytesIO(content)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise Unreadable("not a readable picture") from error
    held = io.BytesIO()
    image.save(held, "PDF", resolution=max(72.0, image.width / 8))
    return held.getvalue()


def _text(size: int, height: int, text: str, *, bold: bool = False) -> bytes:
    safe = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    font = "F2" if bold else "F1"
    line = f"BT /{font} {size} Tf {_MARGIN} {height} Td ({safe}) Tj ET"
    return line.encode("cp1252", "replace")


def _file(stream: bytes) -> bytes:
    """A PDF around one page's content stream."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>" % (_WIDTH, _HEIGHT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        font % b"Helvetica",
        font % b"Helvetica-Bold",
    )
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return body + head + table + tail % (len(objects) + 1, len(body))
