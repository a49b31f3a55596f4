"""An offer of two pages with a photo, a manual, lines to choose from and two people."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from hub.services.document_views import (
    AttachmentView,
    DocumentView,
    LineView,
    PageView,
    PapersView,
    PersonView,
    RemarkView,
    SigningOffer,
    TotalsView,
)

D = Decimal
WIDTH, HEIGHT = 1240, 1754
CONSENT = "I have read the offer and order the work on these terms."
INK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 120">'
    '<path d="M15 80C40 10 60 10 70 60S90 110 110 50s40-40 50 10 30 40 50 0 60-50 75-20" '
    'fill="none" stroke="#000" stroke-width="3"/></svg>'
)
AT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
_WORDS = (
    "Service of robotic mower, serial number 4711-22.",
    "We check blades, wheels, battery and charging station and",
    "replace what is worn. Nothing is repaired without your yes.",
    "",
    "1  Service and cleaning                         1 250.00 SEK",
    "2  New blades (9)                                 281.25 SEK",
    "3  New battery, two years of warranty           2 490.00 SEK",
)


@cache
def page_picture(number: int) -> bytes:
    """A page as the hub would have drawn it."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(30)
    draw.text((110, 110), f"OFFER 4711 - {number}", font=ImageFont.load_default(54), fill="#1f6f54")
    for row, words in enumerate(_WORDS * 3):
        draw.text((110, 260 + row * 62), words, font=font, fill="#222")
    content = io.BytesIO()
    picture.save(content, "WEBP", quality=60)
    return content.getvalue()


@cache
def photo() -> bytes:
    """A photo of something."""
    picture = Image.radial_gradient("L").resize((900, 600)).convert("RGB")
    content = io.BytesIO()
    picture.save(content, "WEBP")
    return content.getvalue()


def tag(content: bytes) -> str:
    """The hash of a file."""
    return hashlib.sha256(content).hexdigest()


def line(key: str, text: str, price: str, *, optional: bool = False, count: str = "1") -> LineView:
    """A line that is wanted, 25 per cent VAT."""
    amount = D(price) * D(count)
    unit = "pcs" if count != "1" else ""
    return LineView(key, text, D(count), unit, D(price), D(25), amount, optional, True)


def totals(lines: tuple[LineView, ...]) -> TotalsView:
    """What the chosen lines come to."""
    net = sum((one.amount for one in lines if one.chosen), D(0))
    tax = (net * D("0.25")).quantize(D("0.01"))
    return TotalsView("SEK", net, ((D(25), net, tax),), net + tax)


LINES = (
    line("service", "Service and cleaning", "1250"),
    line("blades", "New blades", "31.25", count="9"),
    line("battery", "New battery, two years of warranty", "2490", optional=True),
    line("cover", "Winter cover", "349", optional=True),
)
PHOTO = AttachmentView(
    "photo", "Photo of the worn wheel", "wheel.jpg", "image/jpeg", 245_000, True, True, False
)
MANUAL = AttachmentView(
    "manual", "Manual", "manual.docx", "application/msword", 1_200_000, False, False, False
)
ALICE = PersonView("Alice Andersson", "signer", "invited", me=True)
BOB = PersonView("Bob Berg", "signer", "waiting")
WORDS = "Service of robotic mower, serial number 4711-22.\nWe check blades, wheels and battery."


def offer(pages: int = 2, **changes: object) -> PapersView:
    """The papers as Alice sees them first: she signs, then Bob."""
    shown = tuple(PageView(number + 1, WIDTH, HEIGHT) for number in range(pages))
    papers = PapersView(
        documents=(DocumentView("offer", 1, "Offer 4711", 84_000, shown),),
        attachments=(PHOTO, MANUAL),
        lines=LINES,
        totals=totals(LINES),
        people=(ALICE, BOB),
        remarks=(
            RemarkView(True, "Does the new battery fit the old station?", AT),
            RemarkView(False, "Yes, it does. You keep the station.", AT),
        ),
        offer=SigningOffer(
            methods=("drawn", "typed"),
            consent=CONSENT,
            remarks=True,
            forward=True,
            download=True,
            receipt=True,
        ),
        unseen=(*(f"offer:{number + 1}" for number in range(pages)), "photo"),
    )
    return replace(papers, **changes)  # type: ignore[arg-type]
