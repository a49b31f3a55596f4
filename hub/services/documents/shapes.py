"""What comes out of looking at a document or an attachment, and the bounds on both."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """``size`` in bytes; ``seconds`` of processor time and ``memory`` (bytes of address space) for
    one file; ``output`` bytes that may come out of it."""

    pages: int = 100
    size: int = 25_000_000
    seconds: int = 60
    memory: int = 1_500_000_000
    output: int = 100_000_000


@dataclass(frozen=True)
class PageImage:
    """A page, or an image, as the server rendered it: WebP without metadata, measures in pixels,
    ``sha256`` of ``content``. ``text`` is the page's own, for screen readers."""

    number: int
    width: int
    height: int
    content: bytes
    sha256: str
    text: str = ""


@dataclass(frozen=True)
class InspectedPdf:
    """A PDF that may be signed. ``sha256`` is that of the file as it came."""

    sha256: str
    pages: tuple[PageImage, ...]


@dataclass(frozen=True)
class InspectedFile:
    """An attachment as it came. ``shown`` is what pages show of it: the image itself, or a PDF's
    first page (of ``pages``); None: it can be downloaded only."""

    media_type: str
    sha256: str
    shown: PageImage | None = None
    pages: int = 0


@dataclass(frozen=True)
class EnclosedFile:
    """A file of a message as it is handed on; an image is another one than came."""

    media_type: str
    content: bytes
