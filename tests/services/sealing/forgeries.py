"""Increments that change what a sealed PDF shows or does, or only what it says of itself. Whoever
made one could have a public authority put a time stamp over it: that needs no key of the seal."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, NumberObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

Forgery = Callable[[bytes], bytes]
BLANK = b"<< /Length 5 >>\nstream\nBT ET\nendstream"
BOX = b"<< /Length 30 >>\nstream\n1 0 0 rg 100 100 300 300 re f \n\nendstream"


def _adding(change: Callable[[IncrementalPdfFileWriter], Any]) -> Forgery:
    def made(content: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(content))
        change(writer)
        output = BytesIO()
        writer.write(output)
        return output.getvalue()

    return made


def _dictionary(**values: Any) -> DictionaryObject:
    return DictionaryObject({pdf_name(f"/{key}"): value for key, value in values.items()})


def _text(said: str) -> Any:
    return generic.pdf_string(said)


def _scripted() -> DictionaryObject:
    return _dictionary(S=pdf_name("/JavaScript"), JS=_text("app.alert(1)"))


def _with_annotation(kind: str, **more: Any) -> Forgery:
    """An annotation without extent, which acts or draws all the same."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        about = _dictionary(
            Type=pdf_name("/Annot"), Subtype=pdf_name(f"/{kind}"),
            Rect=ArrayObject(map(NumberObject, (0, 0, 0, 0))), **more,
        )  # fmt: skip
        before = page.get("/Annots", ArrayObject())
        page[pdf_name("/Annots")] = ArrayObject([*before, writer.add_object(about)])
        writer.update_container(page)

    return _adding(change)


def _in_catalog(key: str, value: Callable[[], Any]) -> Forgery:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = value()
        writer.update_root()

    return _adding(change)


def _with_form(**more: Callable[[IncrementalPdfFileWriter], Any]) -> Forgery:
    """Another form with the old one's fields."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        form = DictionaryObject(writer.root["/AcroForm"])
        for key, value in more.items():
            form[pdf_name(f"/{key}")] = value(writer)
        writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
        writer.update_root()

    return _adding(change)


def _script_form(writer: IncrementalPdfFileWriter) -> Any:
    return writer.add_object(generic.StreamObject(stream_data=b"<xdp/>"))


def _a_text_field(writer: IncrementalPdfFileWriter) -> None:
    fields = writer.root["/AcroForm"]["/Fields"]
    field = _dictionary(FT=pdf_name("/Tx"), T=_text("price"), V=_text("100"))
    fields.append(writer.add_object(field))
    writer.update_container(fields)


def _with_stamp_field(*box: int, name: str = "Mallory", **more: Any) -> Forgery:
    """An empty field for the time stamp that follows."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field = _dictionary(
            Type=pdf_name("/Annot"), Subtype=pdf_name("/Widget"), FT=pdf_name("/Sig"),
            T=_text(name), Rect=ArrayObject(map(NumberObject, box or (0, 0, 0, 0))), **more,
        )  # fmt: skip
        fields = writer.root["/AcroForm"]["/Fields"]
        fields.append(writer.add_object(field))
        writer.update_container(fields)

    return _adding(change)


def _with_empty_field(content: bytes) -> bytes:
    """For somebody else's signature, beside that of the time stamp."""
    return _with_stamp_field(name="Trudy")(_with_stamp_field()(content))


def _titled(content: bytes) -> bytes:
    """The same metadata with another title."""
    root = PdfFileReader(BytesIO(content)).root
    packet = root["/Metadata"].data
    changed = re.sub(rb"(<rdf:li[^>]*>)", rb"\1Other: ", packet)
    head = b"<< /Type /Metadata /Subtype /XML /Length %d >>" % len(changed)
    stream = head + b"\nstream\n" + changed + b"\nendstream"
    return _raw(content, {root.raw_get("/Metadata").idnum: stream})


def _replaced_by_way_of(key: str) -> Forgery:
    """The content of a page, after the catalog calls it its revocation data or metadata."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        drawn = _drawn(writer)
        stream = writer.get_object(generic.Reference(drawn, 0, writer.prev))
        stream._data, stream._encoded_data = b"BT ET", None
        writer.mark_update(generic.Reference(drawn, 0, writer.prev))
        writer.root[pdf_name(key)] = generic.IndirectObject(drawn, 0, writer)
        writer.update_root()

    return _adding(change)


def _other_metadata(writer: IncrementalPdfFileWriter) -> None:
    about = _dictionary(Type=pdf_name("/Metadata"), Subtype=pdf_name("/XML"))
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
    stream = generic.StreamObject(about, stream_data=packet)
    writer.root[pdf_name("/Metadata")] = writer.add_object(stream)
    writer.update_root()


def _drawn(reader: Any) -> int:
    """The number of the first page's content."""
    content = reader.root["/Pages"]["/Kids"][0].raw_get("/Contents")
    return int((content if isinstance(content, generic.IndirectObject) else content[0]).idnum)


def _raw(
    content: bytes, objects: dict[int, bytes], rows: str = "", trailer: str = "", root: int = 0
) -> bytes:
    """An increment written by hand. ``rows`` are those of objects that are not there."""
    old = PdfFileReader(BytesIO(content)).trailer
    previous = re.findall(rb"startxref\s+(\d+)", content)[-1].decode()
    body, table = content, "xref\n" + rows
    for number, one in objects.items():
        table += f"{number} 1\n{len(body):010d} 00000 n \n"
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    size = max([int(old["/Size"]), *(number + 1 for number in objects)])
    ids = " ".join(f"<{one.original_bytes.hex()}>" for one in old["/ID"])
    ending = (
        f"{table}trailer\n<< /Size {size} /Root {root or old.raw_get('/Root').idnum} 0 R "
        f"/Prev {previous} /ID [{ids}] {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    )
    return body + ending.encode()


def _another_catalog(content: bytes) -> bytes:
    """Its pages are others."""
    reader = PdfFileReader(BytesIO(content))
    size = int(reader.trailer["/Size"])
    catalog = DictionaryObject({key: reader.root.raw_get(key) for key in reader.root})
    catalog[pdf_name("/Pages")] = generic.IndirectObject(size + 1, 0, reader)
    written = BytesIO()
    catalog.write_to_stream(written, None)
    pages = b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (size + 2)
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] /Contents %d 0 R >>"
    objects = {size: written.getvalue(), size + 1: pages, size + 3: BOX}
    objects[size + 2] = page % (size + 1, size + 3)
    return _raw(content, objects, root=size)


def _freed(content: bytes) -> bytes:
    number = _drawn(PdfFileReader(BytesIO(content)))
    return _raw(content, {}, rows=f"{number} 1\n0000000000 00001 f \n")


def _hidden(content: bytes) -> bytes:
    """Beside the table stands a stream that knows another content."""
    reader = PdfFileReader(BytesIO(content))
    number, size = _drawn(reader), int(reader.trailer["/Size"])
    body = content + b"%d 0 obj\n%s\nendobj\n" % (number, BLANK)
    row = struct.pack(">BIH", 1, len(content), 0)
    about = f"/Type /XRef /Size {size + 1} /W [1 4 2] /Index [{number} 1] /Length {len(row)}"
    at = len(body)
    stream = b"\nstream\n" + row + b"\nendstream\nendobj\n"
    body += f"{size} 0 obj\n<< {about} >>".encode() + stream
    # The table itself, behind the stream, with the old revision above it.
    return _raw_behind(content, body, f"/XRefStm {at}")


def _raw_behind(content: bytes, body: bytes, trailer: str) -> bytes:
    made = _raw(content, {}, rows="0 1\n0000000000 65535 f \n", trailer=trailer)
    ending = made[len(content) :]
    at = re.search(rb"startxref\n\d+", ending)
    assert at
    return body + ending[: at.start()] + b"startxref\n%d" % len(body) + ending[at.end() :]


def _with_info(content: bytes) -> bytes:
    number = int(PdfFileReader(BytesIO(content)).trailer["/Size"])
    return _raw(content, {number: b"<< /Title (Other) >>"}, trailer=f"/Info {number} 0 R")


def with_form(content: bytes) -> bytes:
    """A field to fill in, before anybody seals."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"].raw_get(0)
        field = _dictionary(
            FT=pdf_name("/Tx"), T=_text("price"), V=_text("100"), P=page,
            Type=pdf_name("/Annot"), Subtype=pdf_name("/Widget"),
            Rect=ArrayObject(map(NumberObject, (9, 9, 99, 29))),
        )  # fmt: skip
        form = _dictionary(Fields=ArrayObject([writer.add_object(field)]))
        writer.root[pdf_name("/AcroForm")] = writer.add_object(form)
        writer.update_root()

    return _adding(change)(content)


def filled_in(content: bytes) -> bytes:
    """Another text in that field: a library's rules have a level for that."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field[pdf_name("/V")] = _text("999")
        writer.update_container(field)

    return _adding(change)(content)


# What changes the pages or acts: no check of a seal may let it pass.
FORGED: dict[str, Forgery] = {
    "another catalog": _another_catalog,
    "content freed": _freed,
    "content in a hidden table": _hidden,
    "content as /DSS": _replaced_by_way_of("/DSS"),
    "content as /Metadata": _replaced_by_way_of("/Metadata"),
    "a form with XFA": _with_form(XFA=_script_form),
    "a form that draws its fields": _with_form(
        XFA=_script_form, NeedAppearances=lambda _: generic.BooleanObject(True)
    ),
    "a text field": _adding(_a_text_field),
    "a link with a script": _with_annotation("Link", A=_scripted()),
    "a field with a script": _with_annotation("Widget", AA=_dictionary(PO=_scripted())),
    "a text field on a page": _with_annotation("Widget", FT=pdf_name("/Tx"), T=_text("x")),
    "a text": _with_annotation("FreeText", Contents=_text("paid")),
    "a drawing": _with_annotation("Ink"),
    "a highlight": _with_annotation(
        "Highlight", QuadPoints=ArrayObject(map(NumberObject, (50, 700, 400, 700, 50, 600, 9, 9)))
    ),
    "a stamp with a script": _with_stamp_field(AA=_dictionary(PO=_scripted())),
    "a stamp that shows": _with_stamp_field(50, 50, 400, 400, MK=_dictionary(CA=_text("paid"))),
    "other preferences": _in_catalog(
        "/ViewerPreferences", lambda: _dictionary(HideToolbar=generic.BooleanObject(True))
    ),
    "another language": _in_catalog("/Lang", lambda: _text("xx")),
}
# What changes nothing that one sees. A proof has one form, so its verifiers refuse them as well.
ODD: dict[str, Forgery] = {
    "an empty field": _with_empty_field,
    "the form moved": _with_form(),
    "other metadata": _adding(_other_metadata),
    "another title": _titled,
    "another extension": _in_catalog("/Extensions", lambda: _dictionary(ADBE=_dictionary())),
    "an older version": _in_catalog("/Version", lambda: pdf_name("/1.4")),
    "another title in the trailer": _with_info,
}
