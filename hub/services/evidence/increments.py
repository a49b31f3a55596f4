"""What may have been added to a PDF after its seal: document time stamps with what is needed to
check them, each part in one form only. Section 6.1, step 5, of README.md has the same rules.

The check of the seal (``hub/services/sealing``) looks at increments with a library's idea of what
is harmless. This one knows the form of the hub's own PDFs, and allows less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionType

from hub.services.evidence.archive import Broken
from hub.services.evidence.members import SIGNED
from hub.services.sealing.coverage import STAMP_FIELD

_TRAILER = {"/Root", "/ID", "/Size", "/Prev"}
_STAMP = {"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange"}
_STORED = ("/Certs", "/CRLs", "/OCSPs")
_SEAL_NAME = re.compile("/[0-9A-F]{40}")
# What a program changes in a packet of metadata when it writes the file.
_WRITTEN = {
    "{adobe:ns:meta/}xmptk",
    "{http://ns.adobe.com/pdf/1.3/}Producer",
    "{http://ns.adobe.com/xap/1.0/}ModifyDate",
    "{http://ns.adobe.com/xap/1.0/}MetadataDate",
}


class _Ref(NamedTuple):
    """A reference to an object."""

    number: int


class _Stream(NamedTuple):
    about: Any
    data: bytes


def check_increments(reader: PdfFileReader, revision: int) -> None:
    """``revision`` is the one that the seal ends. Raises ``Broken``."""
    _check_tables(reader)
    last = reader.xrefs.total_revisions - 1
    if last > revision:
        _Compared(reader, revision, last).check()


def _need(is_so: bool, what: str) -> None:
    if not is_so:
        raise Broken(SIGNED, "seal", f"something was added to it after it was sealed: {what}")


def _check_tables(reader: PdfFileReader) -> None:
    """Whether each revision has a plain table: nothing freed, nothing hidden, one catalog."""
    for revision in range(reader.xrefs.total_revisions):
        about = reader.xrefs.get_xref_container_info(revision)
        trailer = reader.get_historical_resolver(revision).trailer_view
        freed = reader.xrefs.get_xref_data(revision).freed
        used = reader.xrefs.explicit_refs_in_revision(revision)
        if (
            about.xref_section_type is not XRefSectionType.STANDARD
            or not set(trailer) <= _TRAILER
            or trailer.raw_get("/Root") != reader.trailer.raw_get("/Root")
            or not set(freed) <= {0}
            or any(one.generation for one in used if one.idnum)
        ):
            raise Broken(
                SIGNED, "malformed", "its cross-reference tables are not of a proof's form"
            )


class _Compared:
    """The sealed part, ``_old``, and the whole file, ``_new``."""

    def __init__(self, reader: PdfFileReader, revision: int, last: int) -> None:
        self._xrefs, self._revision, self._last = reader.xrefs, revision, last
        self._old = reader.get_historical_resolver(revision)
        self._new = reader.get_historical_resolver(last)
        self._size = self._sizes(revision)
        self._root = _Ref(self._old.root_ref.idnum)
        self._may: set[_Ref] = {self._root}  # which objects may be replaced

    def check(self) -> None:
        """All of it."""
        old, new = _got(self._old, self._root), _got(self._new, self._root)
        form, packet = old["/AcroForm"], old["/Metadata"]
        _need(_differing(old, new) <= {"/DSS"} and "/DSS" not in old, "its catalog differs")
        pages = list(self._pages(old["/Pages"], set()))
        self._may |= {form, packet, *pages}
        fields = self._grown(form, "/Fields", "/SigFlags")
        for field in fields:
            self._check_field(field, pages)
        for page in pages:
            _need(set(self._grown(page, "/Annots")) <= set(fields), "a page differs")
        self._check_metadata(packet)
        if "/DSS" in new:
            self._check_store(new["/DSS"])
        self._check_replaced()

    def _sizes(self, revision: int) -> int:
        return int(self._xrefs.get_xref_container_info(revision).size)

    def _pages(self, at: _Ref, seen: set[_Ref]) -> Iterator[_Ref]:
        _need(at not in seen, "its pages go in a circle")
        seen.add(at)
        node = _got(self._old, at)
        if node["/Type"] == "/Page":
            yield at
        for kid in node.get("/Kids", []):
            yield from self._pages(kid, seen)

    def _grown(self, at: _Ref, key: str, other: str = "") -> list[_Ref]:
        """What a list has more at its end. Nothing else in its object may differ."""
        old, new = _got(self._old, at), _got(self._new, at)
        _need(_differing(old, new) <= {key, other}, "a page or the form differs")
        before, after = old.get(key, []), new.get(key, [])
        if isinstance(before, _Ref):
            _need(before == after, "a list was replaced")
            self._may.add(before)
            before, after = _got(self._old, before), _got(self._new, before)
        _need(isinstance(after, list) and after[: len(before)] == before, "a list differs")
        added: list[_Ref] = after[len(before) :]
        return added

    def _check_field(self, at: _Ref, pages: list[_Ref]) -> None:
        field = _got(self._new, at)
        stamp = _got(self._new, field["/V"])
        _need(min(at.number, field["/V"].number) >= self._size, "a field is not new")
        _need(
            set(field) <= STAMP_FIELD
            and (field["/FT"], field["/Subtype"]) == ("/Sig", "/Widget")
            and field["/Rect"] == [0, 0, 0, 0]
            and field.get("/P", pages[0]) in pages
            and not any(isinstance(field.get(key), _Ref) for key in ("/T", "/TU", "/F"))
            and set(stamp) <= _STAMP
            and stamp["/SubFilter"] == "/ETSI.RFC3161",
            "a field that is no time stamp's",
        )

    def _check_metadata(self, packet: _Ref) -> None:
        old, new = _got(self._old, packet), _got(self._new, packet)
        _need(
            _differing(old.about, new.about) <= {"/Length"} and _told(old.data) == _told(new.data),
            "its metadata differ",
        )

    def _check_store(self, at: Any) -> None:
        """Of all that it consists of, streams alone may not be replaced by a later increment."""
        store = self._opened(at, dict)
        _need(isinstance(at, _Ref) and set(store) <= {"/Type", "/VRI", *_STORED}, "odd /DSS")
        for name in _STORED:
            self._check_streams(store.get(name, []))
        for name, one in self._opened(store.get("/VRI", {}), dict).items():
            entry = self._opened(one, dict)
            _need(bool(_SEAL_NAME.fullmatch(name)), "odd /VRI")
            _need(set(entry) <= {"/Type", "/Cert", "/CRL", "/OCSP"}, "odd /VRI")
            for key in ("/Cert", "/CRL", "/OCSP"):
                self._check_streams(entry.get(key, []))

    def _opened(self, value: Any, kind: type) -> Any:
        if isinstance(value, _Ref):
            _need(value.number >= self._size, "/DSS refers to what was sealed")
            self._may.add(value)
            value = _got(self._new, value)
        _need(isinstance(value, kind), "odd /DSS")
        return value

    def _check_streams(self, value: Any) -> None:
        for one in self._opened(value, list):
            _need(one.number >= self._size, "/DSS refers to what was sealed")
            _need(isinstance(_got(self._new, one), _Stream), "odd /DSS")

    def _check_replaced(self) -> None:
        for revision in range(self._revision + 1, self._last + 1):
            known = self._sizes(revision - 1)
            above = self._xrefs.get_startxref_for_revision(revision - 1)
            below = self._xrefs.get_startxref_for_revision(revision)
            for ref in self._xrefs.explicit_refs_in_revision(revision):
                place = self._xrefs.get_historical_ref(ref, revision)
                is_there = isinstance(place, int) and above < place < below
                is_new = ref.idnum >= known or _Ref(ref.idnum) in self._may
                _need(is_there and is_new, f"object {ref.idnum} was replaced")


def _got(resolver: HistoricalResolver, at: _Ref) -> Any:
    """An object as plain values, with its references as they stand there."""
    return _plain(resolver.get_object(generic.Reference(at.number, 0, resolver)))


def _plain(value: Any) -> Any:
    if isinstance(value, generic.IndirectObject):
        return _Ref(value.idnum)
    if isinstance(value, generic.StreamObject):
        return _Stream({key: _plain(one) for key, one in value.items()}, value.data)
    if isinstance(value, generic.DictionaryObject):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, generic.ArrayObject):
        return [_plain(one) for one in value]
    if isinstance(value, generic.TextStringObject | generic.ByteStringObject):
        return value.original_bytes  # a name with the same letters is something else
    return value


def _differing(old: Any, new: Any) -> set[str]:
    return {key for key in {*old, *new} if old.get(key) != new.get(key)}


def _told(packet: bytes) -> Any:
    """What an XMP packet says, but for when and by what it was last written."""
    _need(b"<!" not in packet, "its metadata declare something")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    return _read(etree.fromstring(packet, parser))


def _read(node: etree._Element) -> Any:
    about = sorted(item for item in node.attrib.items() if item[0] not in _WRITTEN)
    inner = [_read(one) for one in node if one.tag not in _WRITTEN]
    return node.tag, about, (node.text or "").strip(), (node.tail or "").strip(), inner
