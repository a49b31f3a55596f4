"""What documents bring into the sealed PDF, and what stays behind."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.services.evidence.case import Unprovable
from hub.services.evidence.joining import joined
from tests.services.documents import made
from tests.services.evidence import cases

FILES = {"manifest.json": b"{}", "shown.json": b"{}", "events.json": b"{}"}
PAGE = "<< /Type /Page /Parent 2 0 R /Contents 4 0 R {more} >>"
HOSTILE = {
    1: "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
       " /AcroForm << /Fields [ 6 0 R ] >> /Names << /JavaScript << /Names [ (a) 7 0 R ] >> >> >>",
    2: "<< /Type /Pages /Kids [ 3 0 R 5 0 R ] /Count 2 /MediaBox [ 0 0 200 100 ] /Rotate 90"
       " /Resources << >> >>",
    3: PAGE.format(more="/AA << /O 7 0 R >> /Annots [ 6 0 R 8 0 R 9 0 R ]"),
    4: "<< /Length 23 >>\nstream\n0 0 1 rg 9 9 50 50 re f\nendstream",
    5: PAGE.format(more="/Rotate 0"),
    6: "<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /Rect [ 0 0 9 9 ] >>",
    7: "<< /S /JavaScript /JS (app.alert\\(2\\)) >>",
    8: "<< /Type /Annot /Subtype /Link /Rect [ 0 0 9 9 ] /Dest [ 5 0 R /Fit ] >>",
    9: "<< /Type /Annot /Subtype /FileAttachment /Rect [ 0 0 9 9 ] >>",
}  # fmt: skip


def pdf_of(objects: dict[int, str]) -> bytes:
    """A small PDF of these objects."""
    out, places = io.BytesIO(), {}
    out.write(b"%PDF-1.7\n")
    for number, text in objects.items():
        places[number] = out.tell()
        out.write(f"{number} 0 obj\n{text}\nendobj\n".encode())
    start = out.tell()
    rows = "".join(f"{place:010} 00000 n \n" for place in places.values())
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n".encode())
    out.write(f"startxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def joined_with(*documents: bytes) -> bytes:
    return joined(list(documents), cases.offer_pdf(2), FILES, "Offer & terms", "sv")


def pages_of(pdf: bytes) -> list[Any]:
    tree = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Kids"]
    return [tree[n] for n in range(len(tree))]


def test_pages_come_in_order_and_keep_what_they_inherit():
    pages = pages_of(joined_with(pdf_of(HOSTILE), cases.offer_pdf(3)))
    assert len(pages) == 2 + 3 + 2
    assert [page["/Rotate"] for page in pages[:2]] == [90, 0]
    assert list(pages[0]["/MediaBox"]) == [0, 0, 200, 100]


def test_a_page_looks_as_before():
    def pictures(pdf: bytes, count: int) -> list[bytes]:
        with pypdfium2.PdfDocument(pdf) as document:
            return [document[n].render(scale=1).to_pil().tobytes() for n in range(count)]

    for content, count in ((pdf_of(HOSTILE), 2), (cases.offer_pdf(3), 3)):
        assert pictures(content, count) == pictures(joined_with(content), count)


def test_scripts_fields_and_files_stay_behind():
    pdf = joined_with(pdf_of(HOSTILE))
    for word in (b"JavaScript", b"app.alert", b"/AcroForm", b"/Widget", b"FileAttachment", b"/AA"):
        assert word not in pdf, word


def test_a_link_leads_to_the_page_in_its_new_place():
    reader = PdfFileReader(io.BytesIO(joined_with(pdf_of(HOSTILE))))
    kids = reader.root["/Pages"]["/Kids"]
    (link,) = kids[0]["/Annots"]
    assert link.get_object()["/Dest"].raw_get(0).reference == kids.raw_get(1).reference


def test_what_is_seen_of_remarks_comes_along_and_what_is_not_stays_behind():
    flags = {"StrikeOut": 4, "Ink": 4, "FreeText": 2, "Stamp": 36}
    annotations = {
        number: f"<< /Type /Annot /Subtype /{kind} /Rect [ 0 0 9 9 ] /F {flag} >>"
        for number, (kind, flag) in enumerate(flags.items(), 10)
    }
    page = PAGE.format(more="/Annots [ 10 0 R 11 0 R 12 0 R 13 0 R ]")
    (first, *_) = pages_of(joined_with(pdf_of({**HOSTILE, 3: page, **annotations})))
    assert [one.get_object()["/Subtype"] for one in first["/Annots"]] == ["/StrikeOut", "/Ink"]


def test_layers_of_several_documents_stay_as_hidden_as_they_were():
    plans = (b"/OFF [5 0 R]", b"", b"/BaseState /OFF", b"/BaseState /OFF /ON [5 0 R]")
    documents = [made.layered(plan) for plan in plans]
    sealed = joined_with(*documents)
    with pypdfium2.PdfDocument(sealed) as document:
        blue = [(0, 0, 255) in _colours(document, at) for at in range(len(plans))]
    assert blue == [False, True, False, True]


def test_a_layer_does_not_come_to_light_on_paper():
    printed = b"/AS [<< /Event /Print /OCGs [5 0 R] /Category [/Print] >>]"
    usage = b"/Usage << /Print << /PrintState /ON >> >>"
    sealed = joined_with(made.layered(b"/OFF [5 0 R] " + printed, usage))
    plan = PdfFileReader(io.BytesIO(sealed)).root["/OCProperties"]["/D"]
    assert len(plan["/OFF"]) == 1
    assert "/AS" not in plan


def test_metadata_that_nobody_can_unpack_are_no_claim():
    spoiled = made.stream(b"<pdfaid:part>3<", b"/Filter /FlateDecode /Type /Metadata")
    sealed = joined_with(made.pdf(spoiled, catalogue=b"/Metadata 5 0 R"))
    assert b"pdfaid:part" not in sealed


def test_one_document_with_faults_does_not_spoil_another():
    faulty = pdf_of({**HOSTILE, 4: HOSTILE[4].replace("/Length 23", "/Length 7")})
    good = cases.offer_pdf(3)
    with pypdfium2.PdfDocument(joined_with(faulty, good)) as document:
        assert len(document) == 2 + 3 + 2


def _colours(document: pypdfium2.PdfDocument, at: int) -> set[tuple[int, int, int]]:
    return {one for _, one in document[at].render(scale=0.2).to_pil().getcolors(9999)}


def test_it_calls_itself_archival_only_if_all_parts_are():
    assert b"<pdfaid:part>3<" in joined_with(cases.offer_pdf(2))
    assert b"pdfaid:part" not in joined_with(cases.offer_pdf(2, standard=""))


def test_a_file_with_small_faults_is_mended_first():
    faulty = pdf_of({**HOSTILE, 4: HOSTILE[4].replace("/Length 23", "/Length 7")})
    pdf = joined_with(faulty)
    assert len(pages_of(pdf)) == 4
    assert pdf == joined_with(faulty)
    assert b"JavaScript" not in pdf


def test_what_nobody_can_read_is_refused():
    with pytest.raises(Unprovable):
        joined_with(b"%PDF-1.7\nnothing")


def test_it_has_classic_tables_and_no_time():
    pdf = joined_with(cases.offer_pdf(2))
    assert pdf == joined_with(cases.offer_pdf(2))
    for word in (b"/ObjStm", b"/XRef", b"/CreationDate", b"/ModDate"):
        assert word not in pdf, word


@pytest.mark.parametrize("kids", ["2 0 R", "3 0 R"])
def test_a_page_tree_in_a_circle_is_refused(kids):
    circle = {**HOSTILE, 2: f"<< /Type /Pages /Kids [ {kids} ] /Count 1 >>",
              3: "<< /Type /Pages /Kids [ 2 0 R ] /Count 1 >>"}  # fmt: skip
    with pytest.raises(Unprovable):
        joined_with(pdf_of(circle))
