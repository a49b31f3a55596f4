"""What stands in an e-mail that is looked at before anybody gets one: people and things that are
made up, in every language of the pages."""

from __future__ import annotations

from io import BytesIO

from hub.contracts.plugin import Wording

NAME: Wording = {
    "en": "Alice Anderson", "sv": "Alice Andersson", "da": "Alice Andersen",
    "nb": "Alice Andersen", "fi": "Alice Anttila", "ro": "Alice Andreescu",
    "fr": "Alice André", "de": "Alice Andersen",
}  # fmt: skip
TITLE: Wording = {
    "en": "Offer for a new gearbox", "sv": "Offert på en ny växellåda",
    "da": "Tilbud på en ny gearkasse", "nb": "Tilbud på en ny girkasse",
    "fi": "Tarjous uudesta vaihteistosta", "ro": "Ofertă pentru o cutie de viteze nouă",
    "fr": "Devis pour une nouvelle boîte de vitesses",
    "de": "Angebot für ein neues Getriebe",
}  # fmt: skip
WORDS: Wording = {
    "en": "Can it be ready by Friday?", "sv": "Kan det bli klart till fredag?",
    "da": "Kan det være klar til fredag?", "nb": "Kan det bli klart til fredag?",
    "fi": "Onko se valmis perjantaiksi?", "ro": "Poate fi gata până vineri?",
    "fr": "Est-ce que ce sera prêt vendredi ?", "de": "Wird es bis Freitag fertig?",
}  # fmt: skip
NUMBER, CODE = "1042", "123456"


def page() -> bytes:
    """The image of a page of a document that nobody wrote."""
    from PIL import Image, ImageDraw  # only where a mail is looked at

    image = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 250, 92), fill="#33434c")
    for row, width in enumerate((500, 480, 500, 320, 0, 500, 490, 250, 0, 500, 470, 500, 410)):
        top = 150 + 34 * row
        draw.rectangle((60, top, 60 + width, top + 12), fill="#c9d1d6" if width else "white")
    draw.rectangle((360, 640, 560, 668), fill="#33434c")
    draw.line((60, 800, 300, 800), fill="#33434c", width=2)
    kept = BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()
