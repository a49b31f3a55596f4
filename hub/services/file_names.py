"""Names of the files that people take along: short, plain, of any language's letters."""

from __future__ import annotations

import re

from hub.storage.models import Attachment, Document, Request

_ENDINGS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/plain": "txt",
}
_ODD = re.compile(r"[^\w.-]+")


def signed(request: Request) -> str:
    """The sealed PDF's name."""
    return f"{_named(request)}-signed.pdf"


def unsigned(request: Request) -> str:
    """The name of the PDF that is handed over to be signed."""
    return f"{_named(request)}.pdf"


def proof(request: Request) -> str:
    """The bundle's name."""
    return f"{_named(request)}-proof.zip"


def document(request: Request, one: Document) -> str:
    """An unsigned document's name."""
    return f"{_plain(one.title) or one.key}.pdf"


def attachment(one: Attachment) -> str:
    """An attachment's name with the ending that it came with."""
    name = last_part(one.file_name)
    stem, dot, ending = name.rpartition(".")
    plain = _plain(stem if dot else ending) or one.key
    return f"{plain}.{_plain(ending)}" if dot and _plain(ending) else plain


def enclosed(name: str, media_type: str) -> str:
    """The name of a message's file: what somebody called it, with the ending of what it is."""
    stem, dot, ending = last_part(name).rpartition(".")
    return f"{_plain(stem if dot else ending) or 'file'}.{_ENDINGS[media_type]}"


def last_part(name: str) -> str:
    """A file's name without the folders that some programs put before it."""
    return name.replace("\\", "/").rpartition("/")[2]


def _named(request: Request) -> str:
    return _plain(request.title) or request.number


def _plain(text: str) -> str:
    return _ODD.sub("-", text).strip("-.")[:80]
