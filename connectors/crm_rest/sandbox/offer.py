"""The seed offer of the simulated CRM: a kitchen for two people, with a drawing."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

DRAWING = "kitchen-plan.png"
# field → what is in the seed record.
FIELDS: dict[str, Any] = {
    "number": "O-2026-14",
    "subject": "Kök i ek",
    "status": "Ready",
    "language": "sv",
    "currency": "SEK",
    "reference": "Ritning 3B",
    "valid_until": "2027-12-31",
    "intro": "Tack för besöket. Här är vårt förslag på ett platsbyggt kök i massiv ek.",
    "terms": "Priserna gäller fast montering. Måtten kontrolleras på plats före tillverkning.",
    "payment_terms": "30 dagar netto efter montering",
    "customer": {
        "number": "K-7",
        "name": "Alice Andersson",
        "email": "alice@example.com",
        "mobile": "070-174 06 05",
        "address": "Storgatan 1",
        "postcode": "753 20",
        "city": "Uppsala",
    },
    "partner": {"name": "Bob Andersson", "email": "bob@example.com", "mobile": "070-174 06 12"},
    "seller": {"name": "Charlie Dahl", "email": "charlie@example.com", "phone": "070-174 06 23"},
    "facts": [{"label": "Träslag", "value": "Ek, oljad"}, {"label": "Montering", "value": "v. 14"}],
    "lines": [
        {"id": "1", "text": "Skåpstommar och luckor", "quantity": "8", "unit": "st",
         "price": "2450.00", "vat": "25"},
        {"id": "2", "text": "Montering", "quantity": "24", "unit": "h", "price": "620.00",
         "vat": "25"},
        {"id": "3", "text": "Bänkskiva i sten", "quantity": "4.2", "unit": "m", "price": "1900.00",
         "vat": "25", "optional": True, "chosen": True},
        {"id": "4", "text": "Lådinredning i björk", "quantity": "3", "unit": "st",
         "price": "650.00", "vat": "25", "optional": True},
    ],
    "drawing": DRAWING,
    "photos": [],
    "signed_by": None,
    "signed_at": None,
    "total": None,
    "refused_reason": "",
    "external_id": None,
}  # fmt: skip
_INK, _PALE, _PAPER = "#2b3a42", "#dfe8e4", "#ffffff"
_CUPBOARDS = ((60, 60, 210, 150), (210, 60, 360, 150), (360, 60, 510, 150), (510, 60, 660, 150),
              (60, 150, 150, 330), (60, 330, 150, 480))  # fmt: skip


def drawing() -> bytes:
    """The kitchen from above, as a PNG."""
    image = Image.new("RGB", (900, 600), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((50, 50, 850, 550), outline=_INK, width=8)
    for box in _CUPBOARDS:
        pen.rectangle(box, fill=_PALE, outline=_INK, width=3)
    pen.ellipse((400, 85, 430, 115), outline=_INK, width=3)
    pen.ellipse((440, 85, 470, 115), outline=_INK, width=3)
    pen.rounded_rectangle((230, 80, 340, 130), 12, outline=_INK, width=3)
    pen.rectangle((330, 290, 620, 400), fill=_PALE, outline=_INK, width=3)
    pen.arc((700, 410, 980, 690), 180, 270, fill=_INK, width=3)
    for start, end in ((60, 660), (660, 850)):
        pen.line((start, 575, end, 575), fill=_INK, width=2)
        for x in (start, end):
            pen.line((x, 565, x, 585), fill=_INK, width=2)
    pen.text((330, 578), "4 200 mm", fill=_INK, font_size=18)
    pen.text((415, 335), "Arbetsbord", fill=_INK, font_size=22)
    pen.text((690, 70), "Ritning 3B", fill=_INK, font_size=22)
    made = BytesIO()
    image.save(made, "PNG", optimize=True)
    return made.getvalue()
