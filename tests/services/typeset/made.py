"""Sheets to typeset, and the text of what comes out."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pypdfium2

from hub.services.typeset.sheet import Fact, Sender, Sheet, SignatureField

AT = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
SENDER = Sender(
    "Nordverk AB",
    "Storgatan 1\n722 11 Västerås",
    "+46 21 12 34 56",
    "hej@nordverk.example",
    "nordverk.example",
    "556677-8899",
    accent="#b4421c",
)
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">'
    b'<rect width="90" height="30"/></svg>'
)


def line(id, text, price="100", quantity="1", optional=False, vat="25"):
    return {
        "id": id, "text": text, "quantity": quantity, "unit": "h", "price": price, "vat": vat,
        "optional": optional, "chosen": not optional,
    }  # fmt: skip


LINES = (
    line("1", "Brake pads", "890", "2.5"),
    line("2", "Discount", "-225"),
    line("3", "Alignment", "1000", optional=True),
    line("4", "Coolant", "500", optional=True),
)
FULL = {
    "sender": SENDER,
    "lines": LINES,
    "currency": "SEK",
    "accepted": frozenset({"3"}),
    "signatures": (SignatureField("Alice Ågren"), SignatureField("Bob Berg", ours=True)),
    "number": "O-1042",
    "date": dt.date(2026, 11, 27),
    "valid_until": dt.date(2026, 12, 31),
    "reference": "PO 4711",
    "intro": "First paragraph.\n\nSecond paragraph.",
    "terms": "Thirty days.",
    "notes": "Bring the key.",
    "customer_name": "Alice Ågren",
    "customer_number": "10042",
    "customer_address": "Lilla gatan 2\n722 12 Västerås",
    "contact_name": "Charlie Ek",
    "contact_phone": "+46 70 000 00 00",
    "delivery_address": "Lager 4\n722 13 Västerås",
    "payment_terms": "Net 30",
    "object": "Volvo V60",
    "object_number": "ABC 123",
    "facts": (Fact("Mileage", "123 456 km"),),
}


def sheet(language="sv", **given):
    return Sheet(language, AT, **{**FULL, **given})


def bare(language="sv", **given):
    return Sheet(language, AT, **{"sender": Sender("Nordverk AB"), **given})


def pages(pdf: bytes) -> list[str]:
    """The text of each page, its spaces and line breaks made alike, hidden breaks taken out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [plain(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def text(pdf: bytes) -> str:
    return " ".join(pages(pdf))


def plain(words: str) -> str:
    words = unicodedata.normalize("NFKC", words)
    return " ".join("".join(c for c in words if unicodedata.category(c) != "Cf").split())
