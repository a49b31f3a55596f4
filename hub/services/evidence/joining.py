"""The PDF that is sealed: the documents' pages, then the certificate's, with files embedded.

Pages are copied object by object, streams byte for byte. What is no page stays behind: outlines,
forms, scripts, whatever the file did when it was opened. The result has no time, no random id, no
object streams and a classic cross-reference table, so that it is easy to read and always the same.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

import pypdfium2
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

from hub.kernel.logging import get_logger
from hub.services.evidence.case import Unprovable

_log = get_logger(__name__)

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
# What a page does not take along: its place in another file, and what acts by itself.
_LEFT = ("/Parent", "/StructParents", "/AA", "/B", "/Metadata", "/PieceInfo", "/Tabs", "/Thumb")
_KEPT_ANNOTATIONS = ("/Link", "/Text", "/Highlight", "/FreeText", "/Stamp", "/Square", "/Line")
_DEEPEST = 50  # nodes of a page tree above a page
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
    "<dc:format>application/pdf</dc:format>"
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "{claim}</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="r"?>'
)
_ARCHIVAL = re.compile(rb"pdfaid:part(?:>|=[\"'])[23]\b")
_DESCRIPTIONS = {
    "manifest.json": "Names, sizes and hashes of all files of the proof",
    "shown.json": "What was shown and decided",
    "events.json": "What happened, each event bound to the one before it",
}


class _Writer(PdfFileWriter):
    """Adds neither the time nor random numbers."""

    def __init__(self, seed: bytes) -> None:
        super().__init__(stream_xrefs=False)  # type: ignore[no-untyped-call]
        name = generic.ByteStringObject(hashlib.sha256(seed).digest()[:16])
        self._document_id = generic.ArrayObject([name, name])

    def _update_meta(self) -> None:
        pass


class _Copier:
    """Copies objects of one file into another, each once. The pages are known beforehand, so that
    links between them do not bring the old page tree along."""

    def __init__(self, source: PdfFileReader, target: PdfFileWriter) -> None:
        self._source, self._target = source, target
        self._known: dict[generic.Reference, generic.IndirectObject] = {}
        self._waiting: deque[tuple[generic.Reference, generic.IndirectObject]] = deque()

    def pages(self) -> list[generic.IndirectObject]:
        """All pages, in order, as objects of the target that no page tree holds yet."""
        found = list(_pages(self._source.root.raw_get("/Pages"), {}))
        places = [self._target.allocate_placeholder() for _ in found]
        self._known.update(
            (page.reference, place) for (page, _), place in zip(found, places, strict=True)
        )
        for (page, inherited), place in zip(found, places, strict=True):
            whole = {**inherited, **_raw(page.get_object())}
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
            return self._place(value.reference)
        if isinstance(value, generic.StreamObject):
            entries = {key: self._copied(one) for key, one in _raw(value).items()}
            return generic.StreamObject(entries, encoded_data=value.encoded_data)
        if isinstance(value, generic.DictionaryObject):
            return generic.DictionaryObject(
                {key: self._copied(one) for key, one in _raw(value).items()}
            )
        if isinstance(value, generic.ArrayObject):
            return generic.ArrayObject(self._copied(value.raw_get(n)) for n in range(len(value)))
        return value

    def _place(self, reference: generic.Reference) -> generic.IndirectObject:
        if reference not in self._known:
            self._known[reference] = place = self._target.allocate_placeholder()
            self._waiting.append((reference, place))
        return self._known[reference]


def joined(
    documents: Sequence[bytes],
    certificate: bytes,
    files: Mapping[str, bytes],
    title: str,
    language: str,
) -> bytes:
    """One PDF. It calls itself PDF/A-3b where every document already was a PDF/A; a document with
    fonts that are not embedded does not become one by being sealed. Raises ``Unprovable`` for a
    document that nobody can read."""
    for ready in (_as_they_are, _mended):
        try:
            return _joined([*ready(documents), certificate], files, title, language)
        except Unprovable:
            raise
        except Exception as error:  # pyHanko takes fewer faults than PDFium, and raises many things
            _log.info("documents not joined", error=type(error).__name__, mended=ready is _mended)
    raise Unprovable("a document cannot be read as a PDF")


def _joined(
    contents: Sequence[bytes], files: Mapping[str, bytes], title: str, language: str
) -> bytes:
    writer = _Writer(b"".join(files.values()))
    sources = [PdfFileReader(io.BytesIO(content)) for content in contents]
    copiers = [_Copier(source, writer) for source in sources]
    _plant(writer, [page for copier in copiers for page in copier.pages()])
    _embed(writer, files)
    intents = sources[-1].root.raw_get("/OutputIntents")
    writer.root["/OutputIntents"] = copiers[-1].value(intents.get_object())
    writer.root["/Metadata"] = writer.add_object(
        _metadata(title, all(_is_archival(source) for source in sources))
    )
    writer.root["/Lang"] = generic.pdf_string(language)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _as_they_are(documents: Sequence[bytes]) -> Sequence[bytes]:
    return documents


def _mended(documents: Sequence[bytes]) -> Sequence[bytes]:
    """The documents as PDFium, which showed them, understands and writes them."""
    written = []
    for content in documents:
        output = io.BytesIO()
        with pypdfium2.PdfDocument(content) as document:
            document.save(output)
        written.append(output.getvalue())
    return written


def _pages(
    node: generic.IndirectObject,
    inherited: dict[str, generic.PdfObject],
    above: tuple[int, ...] = (),
) -> Iterator[tuple[generic.IndirectObject, dict[str, generic.PdfObject]]]:
    """Every page below ``node``, with what it takes over from the nodes ``above`` it."""
    if node.idnum in above or len(above) > _DEEPEST:
        raise Unprovable("a document's page tree runs in a circle, or is deeper than any real one")
    here = node.get_object()
    if "/Kids" not in here:
        yield node, inherited
        return
    below = {**inherited, **{key: here.raw_get(key) for key in _INHERITED if key in here}}
    kids = here["/Kids"]
    for place in range(len(kids)):
        yield from _pages(kids.raw_get(place), below, (*above, node.idnum))


def _raw(entries: generic.DictionaryObject) -> dict[str, generic.PdfObject]:
    return {key: entries.raw_get(key) for key in entries}


def _leave_annotations(page: dict[str, generic.PdfObject]) -> None:
    """Fields, files and sounds stay behind; links and remarks are part of the page's look."""
    annotations = page.pop("/Annots", None)
    if annotations is None:
        return
    found = annotations.get_object()
    kept = generic.ArrayObject(
        found.raw_get(place)
        for place in range(len(found))
        if found[place].get("/Subtype") in _KEPT_ANNOTATIONS
    )
    if kept:
        page["/Annots"] = kept


def _plant(writer: PdfFileWriter, kids: list[generic.IndirectObject]) -> None:
    """Make the pages the document's, in this order."""
    tree = writer.root.raw_get("/Pages")
    node = tree.get_object()
    node["/Kids"] = generic.ArrayObject(kids)
    node["/Count"] = generic.NumberObject(len(kids))
    for kid in kids:
        kid.get_object()["/Parent"] = tree


def _embed(writer: PdfFileWriter, files: Mapping[str, bytes]) -> None:
    """The files, uncompressed, in the name tree and as associated files of the document."""
    names, associated = generic.ArrayObject(), generic.ArrayObject()
    for name in sorted(files):
        stream = generic.StreamObject(stream_data=files[name])
        stream.update(
            {
                pdf_name("/Type"): pdf_name("/EmbeddedFile"),
                pdf_name("/Subtype"): pdf_name("/application/json"),
                pdf_name("/Params"): generic.DictionaryObject(
                    {pdf_name("/Size"): generic.NumberObject(len(files[name]))}
                ),
            }
        )
        place = writer.add_object(stream)
        entry = writer.add_object(_file_entry(name, place))
        names += [generic.pdf_string(name), entry]
        associated.append(entry)
    tree = generic.DictionaryObject({pdf_name("/Names"): names})
    writer.root["/Names"] = generic.DictionaryObject({pdf_name("/EmbeddedFiles"): tree})
    writer.root["/AF"] = associated


def _file_entry(name: str, place: generic.IndirectObject) -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Filespec"),
            pdf_name("/F"): generic.pdf_string(name),
            pdf_name("/UF"): generic.pdf_string(name),
            pdf_name("/Desc"): generic.pdf_string(_DESCRIPTIONS[name]),
            pdf_name("/AFRelationship"): pdf_name("/Data"),
            pdf_name("/EF"): generic.DictionaryObject(
                {pdf_name("/F"): place, pdf_name("/UF"): place}
            ),
        }
    )


def _is_archival(source: PdfFileReader) -> bool:
    """Whether it says that it is a PDF/A-2 or -3, and its colours mean the same under the profile
    of the whole, which is one of red, green and blue. (PDF/A-1 allows letters without a shape,
    PDF/A-4 is another kind of PDF.)"""
    try:
        metadata = source.root["/Metadata"]
        if not _ARCHIVAL.search(metadata.data):
            return False
        if "/OutputIntents" not in source.root:
            return True  # it has no colours that depend on a device
        intents = source.root["/OutputIntents"]
        profiles = [intents[at]["/DestOutputProfile"] for at in range(len(intents))]
        return all(profile["/N"] == 3 for profile in profiles)
    except (AttributeError, KeyError, TypeError):  # a stranger's file: not as it ought to be
        return False


def _metadata(title: str, archival: bool) -> generic.StreamObject:
    claim = "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    packet = _PACKET.format(title=escape(title), claim=claim if archival else "")
    stream = generic.StreamObject(stream_data=packet.encode())
    stream.update(
        {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")}
    )
    return stream
