"""Copies a PDF's pages into another one, object by object, streams byte for byte.

This is how a document gets into the sealed PDF. When it comes in, it is copied once for trial, so
that nobody signs what cannot be sealed afterwards.
"""

from __future__ import annotations

from collections import deque

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

from hub.kernel.errors import Unfit
from hub.services.documents.page_tree import leaves, raw, value

# What a page does not take along: its place in another file, and what acts by itself.
_LEFT = ("/Parent", "/StructParents", "/AA", "/B", "/Metadata", "/PieceInfo", "/Tabs", "/Thumb")
_LEFT_ANNOTATIONS = frozenset(
    {"/Widget", "/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D", "/Popup"}
)
_UNSEEN = 2 | 32  # flags of an annotation that no screen shows: hidden, and for paper only
# Dictionaries, lists and references of one document: 30 for a usual page, 100,000 take five
# seconds.
_MOST = 200_000


class Copier:
    """Copies objects of one file into another, each once. The pages are known beforehand, so that
    links between them do not bring the old page tree along."""

    def __init__(self, source: PdfFileReader, target: PdfFileWriter) -> None:
        self._source, self._target = source, target
        self._known: dict[generic.Reference, generic.IndirectObject] = {}
        self._waiting: deque[tuple[generic.Reference, generic.IndirectObject]] = deque()
        self._count = 0

    def pages(self) -> list[generic.IndirectObject]:
        """All pages, in order, as objects of the target that no page tree holds yet. ``Unfit`` for
        a circle of pages, or more objects than any document needs."""
        found = list(leaves(self._source.root))
        places = [self._target.allocate_placeholder() for _ in found]
        self._known.update(
            (page.reference, place) for (page, _), place in zip(found, places, strict=True)
        )
        for (page, inherited), place in zip(found, places, strict=True):
            whole = {**inherited, **raw(page.get_object())}
            kept = {key: value for key, value in whole.items() if key not in _LEFT}
            _leave_annotations(kept)
            self._target.add_object(self._copied(generic.DictionaryObject(kept)), idnum=place.idnum)
        self._drain()
        return places

    def value(self, value: generic.PdfObject) -> generic.PdfObject:
        """One object with all that it refers to."""
        copied = self._copied(value)
        self._drain()
        return copied

    def _drain(self) -> None:
        while self._waiting:
            reference, place = self._waiting.popleft()
            self._target.add_object(self._copied(reference.get_object()), idnum=place.idnum)

    def _copied(self, value: generic.PdfObject) -> generic.PdfObject:
        if isinstance(value, generic.IndirectObject):
            self._counted()
            return self._place(value.reference)
        if isinstance(value, generic.StreamObject):
            self._counted()
            entries = {key: self._copied(one) for key, one in raw(value).items()}
            return generic.StreamObject(entries, encoded_data=value.encoded_data)
        if isinstance(value, generic.DictionaryObject):
            self._counted()
            return generic.DictionaryObject(
                {key: self._copied(one) for key, one in raw(value).items()}
            )
        if isinstance(value, generic.ArrayObject):
            self._counted()
            return generic.ArrayObject(self._copied(value.raw_get(n)) for n in range(len(value)))
        return value

    def _counted(self) -> None:
        self._count += 1
        if self._count > _MOST:
            raise Unfit("too_heavy", f"more than {_MOST} objects")

    def _place(self, reference: generic.Reference) -> generic.IndirectObject:
        if reference not in self._known:
            self._known[reference] = place = self._target.allocate_placeholder()
            self._waiting.append((reference, place))
        return self._known[reference]


def _leave_annotations(page: dict[str, generic.PdfObject]) -> None:
    """Fields, files, films and what no screen shows stay behind; links and remarks are part of the
    page's look."""
    annotations = page.pop("/Annots", None)
    if annotations is None:
        return
    found = annotations.get_object()
    kept = generic.ArrayObject(
        found.raw_get(place) for place in range(len(found)) if _stays(found[place])
    )
    if kept:
        page["/Annots"] = kept


def _stays(annotation: generic.DictionaryObject) -> bool:
    flags = int(value(annotation, "/F") or 0)
    return value(annotation, "/Subtype") not in _LEFT_ANNOTATIONS and not flags & _UNSEEN
