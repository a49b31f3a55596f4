"""Whether a PDF does more than show pages, read with pyHanko, the reader that seals later.

Looked at is everything that a viewer acts on. Fonts, images and contents of pages are left out:
they cannot act, and drawings have very many of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.kernel.errors import Unfit
from hub.services.documents.page_tree import Size, leaves, size, value

_INERT = frozenset({"/Resources", "/Contents", "/StructTreeRoot", "/Metadata", "/Thumb", "/AP"})
# Keys and action types that run, open or send something. Links (URI, GoTo) are what offers have.
_ACTING_KEYS = frozenset(
    {"/JS", "/JavaScript", "/AA", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
)
_ACTIONS = frozenset(
    {
        "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Rendition",
        "/Sound", "/Movie", "/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Hide",
    }
)  # fmt: skip
_AT_OPENING = frozenset({"/GoTo", "/Named"})
_MOVING = frozenset({"/Movie", "/Sound", "/Screen", "/3D", "/RichMedia"})
_FILES = frozenset({"/EmbeddedFiles", "/EF", "/AF"})
_ELSEWHERE = frozenset({"/GoToE", "/GoToR"})
# Where a link may lead; "www." is what people write for the first of these. No scheme: a file.
_ADDRESSES = ("http://", "https://", "mailto:", "tel:", "www.")
_MOST = 2_000_000  # objects; far more than a hundred pages have


def pages_of(content: bytes) -> list[Size]:
    """The sizes of all pages. Raises ``Unfit`` when the PDF is encrypted, signed, acts, carries
    files or has a form; another error when it cannot be read."""
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise Unfit("encrypted")
    root = reader.root
    found = set(_findings(root))
    form = value(root, "/AcroForm")
    if isinstance(form, generic.DictionaryObject):
        found |= _of_form(form)
    opening = value(root, "/OpenAction")
    if isinstance(opening, generic.DictionaryObject) and value(opening, "/S") not in _AT_OPENING:
        found.add("scripted")
    if "/Perms" in root:  # certified, or with rights that only Adobe's programs give
        found.add("signed")
    # What acts comes first: some of those who ask take the rest.
    for code in ("scripted", "embedded_files", "signed", "form"):
        if code in found:
            raise Unfit(code)
    sizes = [size(page.get_object(), inherited) for page, inherited in leaves(root)]
    if root["/Pages"]["/Count"] != len(sizes):
        raise Unfit("broken", "there are not as many pages as is said")
    return sizes


def _of_form(form: generic.DictionaryObject) -> set[str]:
    """A form without fields is what many programs leave behind; it is none."""
    fields = value(form, "/Fields")
    if not fields and "/XFA" not in form:
        return set()
    signed = int(value(form, "/SigFlags") or 0) & 1 and _has_signature(fields)
    return {"signed"} if signed else {"form"}


def _has_signature(fields: Any) -> bool:
    return any(
        value(node, "/FT") == "/Sig" and value(node, "/V") is not None
        for node in _nodes(fields)
        if isinstance(node, generic.DictionaryObject)
    )


def _findings(root: Any) -> Iterator[str]:
    for node in _nodes(root):
        if not isinstance(node, generic.DictionaryObject):
            continue
        keys = node.keys()
        kind = value(node, "/S")
        if keys & _ACTING_KEYS or kind in _ACTIONS or value(node, "/Subtype") in _MOVING:
            yield "scripted"
        if kind == "/URI" and not _is_address(value(node, "/URI")):
            yield "scripted"
        if keys & _FILES or kind in _ELSEWHERE or value(node, "/Subtype") == "/FileAttachment":
            yield "embedded_files"
        if value(node, "/Type") == "/Sig" and "/ByteRange" in node:
            yield "signed"
        if value(node, "/Subtype") == "/Widget":
            yield "form"


def _is_address(found: Any) -> bool:
    """Whether it is an address that no program but a browser, a mailer or a telephone takes; an
    empty one does nothing."""
    text = found.decode("latin-1") if isinstance(found, bytes) else str(found or "")
    return not text or text.lower().startswith(_ADDRESSES)


def _object(reference: Any) -> Any:
    return reference.get_object()  # pyHanko declares no type here


def _nodes(start: Any) -> Iterator[Any]:
    """Every dictionary and list that can be reached, each once; not by recursion, since a hostile
    file nests as deep as it likes."""
    seen: set[Any] = set()
    left = [start]
    count = 0
    while left:
        node = left.pop()
        if isinstance(node, generic.IndirectObject):
            if node.reference in seen:
                continue
            seen.add(node.reference)
            node = _object(node)
        count += 1
        if count > _MOST:
            raise Unfit("too_heavy", f"more than {_MOST} objects")
        if isinstance(node, generic.DictionaryObject):
            yield node
            left += [node.raw_get(key) for key in node if key not in _INERT]
        elif isinstance(node, generic.ArrayObject):
            yield node
            left += [node.raw_get(index) for index in range(len(node))]
