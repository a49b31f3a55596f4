"""The PDF that is sealed: the documents' pages, then the certificate's, with files embedded.

Pages are copied object by object, streams byte for byte. What is no page stays behind: outlines,
forms, scripts, whatever the file did when it was opened. The result has no time, no random id, no
object streams and a classic cross-reference table, so that it is easy to read and always the same.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

from hub.kernel.logging import get_logger
from hub.services.documents.copying import Copier
from hub.services.documents.layers import layers
from hub.services.documents.trial import copyable
from hub.services.evidence.case import Unprovable

_log = get_logger(__name__)

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
_LONGEST_METADATA = 100_000  # bytes, packed: some unpack to a thousand times as many
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
    try:
        return _joined([*documents, certificate], files, title, language)
    except Exception as error:  # pyHanko takes fewer faults than PDFium, and raises many things
        _log.info("documents not joined as they are", error=type(error).__name__)
    try:
        mended = [copyable(content) for content in documents]
        return _joined([*mended, certificate], files, title, language)
    except Exception as error:
        _log.info("documents not joined", error=type(error).__name__)
        raise Unprovable("a document cannot be read as a PDF") from None


def bound(contents: Sequence[bytes], title: str, language: str) -> tuple[bytes, list[int]]:
    """The pages of PDFs as one, without a certificate, and how many each of them brought. Raises
    ``Unprovable`` as ``joined`` does."""
    try:
        return _bound(contents, title, language)
    except Exception as error:  # as above
        _log.info("documents not bound as they are", error=type(error).__name__)
    try:
        return _bound([copyable(content) for content in contents], title, language)
    except Exception as error:
        _log.info("documents not bound", error=type(error).__name__)
        raise Unprovable("a document cannot be read as a PDF") from None


def _bound(contents: Sequence[bytes], title: str, language: str) -> tuple[bytes, list[int]]:
    writer = _Writer(b"".join(hashlib.sha256(content).digest() for content in contents))
    sources = [PdfFileReader(io.BytesIO(content)) for content in contents]
    copiers = [Copier(source, writer) for source in sources]
    pages = [copier.pages() for copier in copiers]
    _plant(writer, [page for each in pages for page in each])
    hidden = layers(list(zip(sources, copiers, strict=True)))
    if hidden is not None:
        writer.root["/OCProperties"] = hidden
    archival = all(_is_archival(source) for source in sources)
    if archival:
        _intend(writer, sources, copiers)
    _describe(writer, title, language, archival=archival)
    return _written(writer), [len(each) for each in pages]


def _joined(
    contents: Sequence[bytes], files: Mapping[str, bytes], title: str, language: str
) -> bytes:
    writer = _Writer(b"".join(files.values()))
    sources = [PdfFileReader(io.BytesIO(content)) for content in contents]
    copiers = [Copier(source, writer) for source in sources]
    _plant(writer, [page for copier in copiers for page in copier.pages()])
    _embed(writer, files)
    hidden = layers(list(zip(sources, copiers, strict=True)))
    if hidden is not None:
        writer.root["/OCProperties"] = hidden
    _intend(writer, sources, copiers)
    archival = all(_is_archival(source) for source in sources)
    _describe(writer, title, language, archival=archival)
    return _written(writer)


def _intend(
    writer: PdfFileWriter, sources: Sequence[PdfFileReader], copiers: Sequence[Copier]
) -> None:
    """What colours mean, as the last of the sources says that says it: a page of ours."""
    for source, copier in zip(reversed(sources), reversed(copiers), strict=True):
        if "/OutputIntents" in source.root:
            intents = source.root.raw_get("/OutputIntents")
            writer.root["/OutputIntents"] = copier.value(intents.get_object())
            return


def _describe(writer: PdfFileWriter, title: str, language: str, *, archival: bool) -> None:
    writer.root["/Metadata"] = writer.add_object(_metadata(title, archival))
    writer.root["/Lang"] = generic.pdf_string(language)


def _written(writer: _Writer) -> bytes:
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


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
        if len(metadata.encoded_data) > _LONGEST_METADATA or not _ARCHIVAL.search(metadata.data):
            return False
        if "/OutputIntents" not in source.root:
            return True  # it has no colours that depend on a device
        intents = source.root["/OutputIntents"]
        profiles = [intents[at]["/DestOutputProfile"] for at in range(len(intents))]
        return all(profile["/N"] == 3 for profile in profiles)
    except Exception:  # a stranger's file: not as it ought to be, nor are its filters
        return False


def _metadata(title: str, archival: bool) -> generic.StreamObject:
    claim = "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    packet = _PACKET.format(title=escape(title), claim=claim if archival else "")
    stream = generic.StreamObject(stream_data=packet.encode())
    stream.update(
        {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")}
    )
    return stream
