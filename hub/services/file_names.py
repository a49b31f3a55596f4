"""Names of the files that people take along: short, plain, of any language's letters."""

from __future__ import annotations

import re

from hub.storage.models import Document, Request

_ODD = re.compile(r"[^\w.-]+")


def signed(request: Request) -> str:
    """The sealed PDF's name."""
    return f"{_named(request)}-signed.pdf"


def proof(request: Request) -> str:
    """The bundle's name."""
    return f"{_named(request)}-proof.zip"


def document(request: Request, one: Document) -> str:
    """An unsigned document's name."""
    return f"{_plain(one.title) or one.key}.pdf"


def _named(request: Request) -> str:
    return _plain(request.title) or request.number


def _plain(text: str) -> str:
    return _ODD.sub("-", text).strip("-.")[:80]
