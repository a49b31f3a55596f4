"""Sealed PDFs that were changed after sealing, sealed by others, or sealed by the right key and
wrong all the same."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any
from unittest.mock import patch

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from hub.kernel.crypto import canonical_json
from hub.services.evidence import joining
from hub.services.evidence import members as shapes
from hub.services.evidence.archive import Member, packed
from hub.services.evidence.building import unsealed_pdf
from hub.services.evidence.joining import joined
from hub.services.history import chain_hash
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


@cache
def inside(kind: int) -> bytes:
    """Sealed by the right key, and wrong all the same."""
    case = cases.offer_case()
    contents = {one.name: one.content for one in shapes.members_of(case)}
    INSIDE[kind](contents)
    members = [Member(name, content) for name, content in contents.items() if name[0] != "!"]
    manifest = contents.get("!manifest") or shapes.manifest_of(case, members)
    if "!head" in contents:
        manifest = _headed(manifest, contents[shapes.EVENTS])
    files = {shapes.MANIFEST: manifest, **{n: contents[n] for n in (shapes.SHOWN, shapes.EVENTS)}}
    if "!shown" in contents:
        files[shapes.SHOWN] = contents["!shown"]
    offer = case.documents[0].content
    if "!more" in contents:
        files["more.json"] = contents["!more"]
    with patch.dict(joining._DESCRIPTIONS, {"more.json": "One file more"}):
        pdf = joined([offer], offer, files, "x", "en")
    return packed(
        [
            Member(shapes.MANIFEST, manifest),
            Member(shapes.OPENINGS, shapes.openings_of(case)),
            *members,
            Member(shapes.SIGNED, authority().seal(pdf).content),
        ]
    )


def _events(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, bytes]], None]:
    return _json_of(shapes.EVENTS, change)


def _rehashed(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[dict[str, bytes]], None]:
    """A history whose hashes fit, and a manifest that ends where it does."""

    def apply(contents: dict[str, bytes]) -> None:
        value = json.loads(contents[shapes.EVENTS])
        change(value["events"])
        hashed = ""
        for event in value["events"]:
            event["previous"] = event["previous"] if event.pop("lies", False) else hashed
            body = {key: event[key] for key in ("seq", "kind", "at", "data", "commitments")}
            hashed = chain_hash(hashed, {"request": value["request"], **body})
            event["hash"] = hashed
        contents[shapes.EVENTS] = canonical_json(value)
        contents["!head"] = b""

    return apply


def _headed(manifest: bytes, history: bytes) -> bytes:
    value, events = json.loads(manifest), json.loads(history)["events"]
    value["events"] = {"count": len(events), "head": events[-1]["hash"]}
    return canonical_json(value)


def _numbered(*seqs: int) -> Callable[[dict[str, bytes]], None]:
    """The first events under these numbers."""

    def change(events: list[dict[str, Any]]) -> None:
        for event, seq in zip(events, seqs, strict=False):
            event["seq"] = seq

    return _rehashed(change)


def _json_of(
    name: str, change: Callable[[dict[str, Any]], Any]
) -> Callable[[dict[str, bytes]], None]:
    def apply(contents: dict[str, bytes]) -> None:
        value = json.loads(contents[name])
        change(value)
        contents[name] = canonical_json(value)

    return apply


INSIDE = (
    _events(lambda v: v["events"][2]["data"].update(channel="email")),
    _events(lambda v: v["events"].pop()),
    _events(lambda v: v["events"].pop(0)),
    _events(lambda v: v["events"][3].update(seq=True)),
    _events(lambda v: v.update(request="another")),
    _events(lambda v: v["events"][2]["commitments"].update(mobile="0" * 64)),
    _events(lambda v: v["events"][2].update(more=1)),
    _events(lambda v: v.update(events={})),
    _json_of(shapes.SHOWN, lambda v: v["documents"][0]["pages"][0].update(sha256="0" * 64)),
    _json_of(shapes.SHOWN, lambda v: v["documents"][0].update(file="documents/2.pdf")),
    _json_of(shapes.SHOWN, lambda v: v["attachments"][0].update(image=5)),
    _json_of(shapes.SHOWN, lambda v: v.pop("documents")),
    _json_of(shapes.SHOWN, lambda v: v["request"].update(number="OTHER")),
    _json_of(shapes.SHOWN, lambda v: v.update(extra=1)),
    lambda contents: contents.update({shapes.EVENTS: contents[shapes.EVENTS] + b" "}),
    lambda contents: contents.update({shapes.SHOWN: b"[]"}),
    lambda contents: contents.update({"!shown": b"{}"}),
    lambda contents: contents.update({"!manifest": b"{}"}),
    _numbered(*range(2, 30)),
    _numbered(1, 2, 2),
    _rehashed(lambda events: events[4].update(previous="0" * 64, lies=True)),
    lambda contents: contents.update({"!more": b"{}"}),
    *(
        _json_of(shapes.SHOWN, lambda v, key=key, odd=odd: v.update({key: odd}))
        for key in ("documents", "attachments")
        for odd in ({}, "", None)
    ),
    _json_of(shapes.SHOWN, lambda v: v["documents"][0].update(pages={})),
    _json_of(shapes.SHOWN, lambda v: v["documents"][0].update(pages="")),
)
