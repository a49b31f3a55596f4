"""Sealed PDFs that were changed after sealing, sealed by others, or sealed by the right key and
wrong all the same."""

from __future__ import annotations

import io
import random
from functools import cache

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hub.services.evidence import members as shapes
from hub.services.evidence.building import unsealed_pdf
from tests.services.evidence import cases
from tests.services.evidence.authority import authority, stranger


@cache
def later(pdf: bytes, kind: int) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    if kind == 0:
        page["/Rotate"] = generic.NumberObject(180)
        writer.update_container(page)
    elif kind == 1:
        box = generic.ArrayObject(map(generic.NumberObject, (1, 1, 99, 99)))
        note = generic.DictionaryObject({generic.pdf_name("/Rect"): box})
        note["/Subtype"] = generic.pdf_name("/FreeText")
        page["/Annots"] = generic.ArrayObject([*page.get("/Annots", []), writer.add_object(note)])
        writer.update_container(page)
    elif kind == 2:
        stream = page.raw_get("/Contents").get_object()
        stream._data = b"BT ET"
        stream._encoded_data = None
        writer.mark_update(page.raw_get("/Contents"))
    else:
        writer.root["/OpenAction"] = generic.ArrayObject()
        writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _gap(pdf: bytes) -> tuple[int, int]:
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    return start, pdf.index(b">", start)


def other_digits(pdf: bytes, rng: random.Random) -> bytes:
    start, end = _gap(pdf)
    at = rng.choice([n for n in range(start, end) if pdf[n : n + 1].isalpha()])
    return pdf[:at] + pdf[at : at + 1].swapcase() + pdf[at + 1 :]


def in_the_padding(pdf: bytes) -> bytes:
    _, end = _gap(pdf)
    return pdf[: end - 3] + b"7" + pdf[end - 2 :]


@cache
def resealed(kind: int) -> bytes:
    """The same PDF by a stranger, sealed twice, without a seal, or with a signature after it."""
    case = cases.offer_case()
    members = shapes.members_of(case)
    pdf = unsealed_pdf(case, members, shapes.manifest_of(case, members))
    return (stranger().seal(pdf).content, pdf, stranger().seal(pdf, "B-T").content,
            _unlike(pdf))[kind]  # fmt: skip


def _unlike(pdf: bytes) -> bytes:
    return authority().seal(pdf.replace(b'"events":{"count":9', b'"events":{"count":8')).content
