"""Cases to prove: an offer of two pages that Alice and Bob sign, and variations of it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pypdfium2
import typst
from PIL import Image

from hub.contracts.evidence import EvidencePart
from hub.kernel.crypto import canonical_json, sha256_hex
from hub.services.evidence import members as shapes
from hub.services.evidence.building import unsealed_pdf
from hub.services.evidence.case import (
    Answer,
    Case,
    CaseEvent,
    DecidedLine,
    Person,
    Receipt,
    RequestFacts,
    Sender,
    ShownAttachment,
    ShownDocument,
    ShownPage,
    Signature,
    Totals,
)
from hub.services.history import chain_hash

BEGUN = datetime(2026, 3, 2, 9, 15, 7, tzinfo=UTC)
REQUEST = "019508a4-5c1e-7a34-9d0b-3f2a6f1c7e10"
ORDERS = {"alice": "0195-o-1", "bob": "0195-o-2"}
TEXT = b"Nordic Pump Service AB: winter service of the pump, SEK 5,250.00."
ANSWERS = {"address": "Storgatan 1, Umeå", "news": False}
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><path fill="none" '
    b'stroke="#1b2a4a" stroke-width="3" stroke-linecap="round" d="M20 70C40 10 60 10 62 60S80 '
    b'90 95 45 120 30 118 62 140 80 160 40 190 35 188 66 210 74 230 50 262 40 280 46"/></svg>'
)
INK = canonical_json(
    {"width": 300, "height": 100, "pen": "touch", "strokes": [[[20, 70, 0], [62, 60, 140]]]}
)
SHEET = """
#set page(paper: "a5")
#set text(font: "Libertinus Serif")
= Offer {number}
Winter service of the pump, with new seals.
#pagebreak()
= Terms
Paid within 30 days.
"""


@cache
def offer_pdf(pages: int = 2, number: int = 1, standard: str = "a-3b") -> bytes:
    """An offer as the hub's own templates would make it."""
    source = SHEET.replace("{number}", str(number)) + "#pagebreak() More.\n" * (pages - 2)
    made = typst.Compiler(ignore_system_fonts=True).compile(
        input=source.encode(), format="pdf", pdf_standards=[standard] if standard else [],
        timestamp=BEGUN,
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


@cache
def shown_pages(content: bytes, scale: float = 0.25) -> tuple[ShownPage, ...]:
    """Small pictures of each page."""
    found = []
    with pypdfium2.PdfDocument(content) as document:
        for number, page in enumerate(document, 1):
            picture: Image.Image = page.render(scale=scale).to_pil()
            stream = io.BytesIO()
            picture.save(stream, "webp", quality=40)
            found.append(
                ShownPage(
                    number, picture.width, picture.height, stream.getvalue(), f"Page {number}"
                )
            )
    return tuple(found)


def document(pages: int = 2, key: str = "offer", title: str = "Offer 1") -> ShownDocument:
    content = offer_pdf(pages)
    return ShownDocument(key, 2, title, content, shown_pages(content))


def chained(*told: tuple[str, dict[str, Any], dict[str, Any]]) -> tuple[CaseEvent, ...]:
    """A history: kind, data and personal fields of each event, as ``history.event`` chains them."""
    events: list[CaseEvent] = []
    previous = ""
    for seq, (kind, data, personal) in enumerate(told, 1):
        salts = {name: f"{seq:02x}{len(name):02x}" * 8 for name in personal}
        opened = {name: {"salt": salts[name], "value": value} for name, value in personal.items()}
        commitments = {
            name: sha256_hex(canonical_json([salts[name], value]))
            for name, value in personal.items()
        }
        at = (BEGUN + timedelta(minutes=seq)).isoformat()
        body = {
            "request": REQUEST, "seq": seq, "kind": kind, "at": at, "data": data,
            "commitments": commitments,
        }  # fmt: skip
        head = chain_hash(previous, body)
        events.append(CaseEvent(seq, kind, at, data, commitments, previous, head, opened))
        previous = head
    return tuple(events)


def history(
    alice: str = "Alice Andersson", bob: str = "Bob Berg", shown: dict[str, Any] | None = None
) -> tuple[CaseEvent, ...]:
    shown = shown or {}
    return chained(
        ("started", {"source": "agiloft-main"}, {}),
        ("prepared", {"documents": 1}, {}),
        ("invited", {"recipient": "alice", "channel": "sms"}, {"mobile": "+46701234567"}),
        ("opened", {"recipient": "alice"}, {}),
        ("viewed", {"recipient": "alice", "subject": "offer:2:1"}, {}),
        ("signed", told("alice", shown), {"name": alice}),
        ("invited", {"recipient": "bob", "channel": "email"}, {"email": "bob@example.com"}),
        ("signed", told("bob", shown), {"name": bob, "national_id": "…1239"}),
        ("completed", {}, {}),
    )


def told(who: str, shown: dict[str, Any]) -> dict[str, Any]:
    """What the history tells of a signature."""
    return {
        "recipient": who, "order": ORDERS[who], "text_sha256": sha256_hex(TEXT),
        "shown_sha256": sha256_hex(canonical_json(shown)),
    }  # fmt: skip


def shown_to_sign(case: Case) -> dict[str, Any]:
    """The list of what was shown, as it is kept with a signature."""
    sums = case.totals
    return {
        "documents": [
            {
                "key": one.key, "version": one.version, "title": one.title,
                "sha256": sha256_hex(one.content),
                "pages": [sha256_hex(page.image) for page in one.pages],
            }
            for one in case.documents
        ],
        "attachments": [
            {
                "key": one.key, "title": one.title, "sha256": sha256_hex(one.content),
                "must_view": one.must_view,
            }
            for one in case.attachments
        ],
        "lines": [
            {"id": one.id, "text": one.title, "decision": one.decision} for one in case.lines
        ],
        "totals": sums and {
            "currency": sums.currency, "net": str(sums.net), "gross": str(sums.gross),
        },
    }  # fmt: skip


def bound(person: Person, shown: dict[str, Any]) -> Person:
    """The person with a signature over all that was shown."""
    if person.signature is None or person.signature.kind != "signed":
        return person
    binding = (
        f"paraph:v1;request={REQUEST};order={ORDERS[person.key]};text-sha256={sha256_hex(TEXT)};"
        f"answers-sha256={sha256_hex(canonical_json(ANSWERS))};"
        f"shown-sha256={sha256_hex(canonical_json(shown))}"
    )
    text = EvidencePart("signed-text.txt", "text/plain; charset=utf-8", TEXT)
    parts = (text, *person.signature.parts)
    signature = replace(
        person.signature, shown=shown, answers=ANSWERS, binding=binding, parts=parts
    )
    return replace(person, signature=signature)


def people(alice: str = "Alice Andersson", bob: str = "Bob Berg") -> tuple[Person, ...]:
    consent = "I have read the offer and order what is ticked."
    drawn = Signature(
        "signed", "drawn", alice, BEGUN + timedelta(minutes=6), consent=consent, ip="192.0.2.17",
        user_agent="Mozilla/5.0", code_channel="sms", reference="PA-1",
        parts=(
            EvidencePart("ink.json", "application/json", INK),
            EvidencePart("signature.svg", "image/svg+xml", SVG),
        ),
    )  # fmt: skip
    by_eid = Signature(
        "signed", "eid", bob, BEGUN + timedelta(minutes=8), consent=consent, scheme="BankID",
        reference="131daac9-16c6-4618-beb0-365768f37288", national_id="…1239", ip="2001:db8::7",
        parts=(EvidencePart("bankid-signature.xml", "application/xml", b"<Signature/>"),),
    )  # fmt: skip
    return (
        Person("alice", alice, "signer", "en", drawn),
        Person("bob", bob, "signer", "en", by_eid),
        Person("charlie", "Charlie Carlsson", "copy", "en"),
    )


def offer_case(**changed: Any) -> Case:
    """An offer that two people have signed: what was shown to them is what the case holds."""
    facts = RequestFacts(
        REQUEST, "7KQ2-M9TD", "offer", "Winter service of the pump", "en", "Europe/Stockholm",
        BEGUN, BEGUN + timedelta(minutes=9),
    )  # fmt: skip
    case = Case(
        request=facts,
        sender=Sender("Nordic Pump Service AB", "hello@pump.example", "+46 8 123 45 67"),
        documents=(document(),),
        attachments=(
            ShownAttachment("photo", "Photo of the pump", "pump.png", "image/png", b"PNG" * 30,
                            must_view=True, shown=b"webp" * 9),
        ),
        people=people(),
        answers=(Answer("address", "Where the pump stands", "Storgatan 1, Umeå"),),
        lines=(
            DecidedLine("1", "Service", Decimal("1"), "pcs", Decimal("4200.00"), Decimal("25"),
                        False, "accepted"),
            DecidedLine("2", "New seals", Decimal("2.5"), "m", Decimal("780.50"), Decimal("25"),
                        True, "declined"),
        ),
        totals=Totals("SEK", Decimal("4200.00"), ((Decimal("25"), Decimal("1050.00")),),
                      Decimal("5250.00")),
        events=(),
        receipts=(
            Receipt("message", "sms", "delivered", BEGUN + timedelta(minutes=3), {"id": "s-1"}),
        ),
    )  # fmt: skip
    case = replace(case, **changed)
    shown = shown_to_sign(case)
    events = changed.get("events", history(shown=shown))
    return replace(case, people=tuple(bound(one, shown) for one in case.people), events=events)


def in_language(case: Case, language: str) -> Case:
    return replace(case, request=replace(case.request, language=language))


def erased(case: Case) -> Case:
    """The case after its customer's personal data were erased: commitments stay."""
    return replace(case, events=tuple(replace(one, personal={}) for one in case.events))


def unsealed_offer() -> bytes:
    """The PDF of an offer's proof, ready to be sealed."""
    case = offer_case()
    members = shapes.members_of(case)
    return unsealed_pdf(case, members, shapes.manifest_of(case, members))
