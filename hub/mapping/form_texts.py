"""What a customer reads when an answer does not fit: one table, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

FALLBACK = "en"

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "required": {"en": "Please fill this in.", "sv": "Fyll i det här."},
    "choose": {"en": "Please choose one.", "sv": "Välj ett alternativ."},
    "consent": {
        "en": "Please tick the box to go on.",
        "sv": "Kryssa i rutan för att gå vidare.",
    },
    "too_long": {
        "en": "Please shorten this to at most {limit} characters.",
        "sv": "Korta ner det till högst {limit} tecken.",
    },
    "bad_email": {
        "en": "This does not look like an e-mail address. Example: alice@example.com",
        "sv": "Det ser inte ut som en e-postadress. Exempel: alice@example.com",
    },
    "bad_number": {
        "en": "This does not look like a mobile number. Example: 070-174 06 05",
        "sv": "Det ser inte ut som ett mobilnummer. Exempel: 070-174 06 05",
    },
    "bad_postcode": {
        "en": "This does not look like a postcode. Example: 123 45",
        "sv": "Det ser inte ut som ett postnummer. Exempel: 123 45",
    },
    "bad_date": {
        "en": "This is not a date. Write it like 2026-01-31.",
        "sv": "Det är inget datum. Skriv det som 2026-01-31.",
    },
    "bad_choice": {
        "en": "Please choose one of the alternatives.",
        "sv": "Välj ett av alternativen.",
    },
    "bad_value": {
        "en": "Something is not right here. Please check what you wrote.",
        "sv": "Något stämmer inte här. Kontrollera det du skrev.",
    },
}


def message(code: str, language: str, *, limit: int = 0) -> str:
    """The sentence for ``code``; English where the language has none."""
    wording = MESSAGES.get(code, MESSAGES["bad_value"])
    return wording.get(language, wording[FALLBACK]).format(limit=limit)
