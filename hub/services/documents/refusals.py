"""Why a document or attachment cannot be taken, in words for the upstream's user."""

from __future__ import annotations

from collections.abc import Mapping

from hub.kernel.errors import Refused, Unfit

_AGAIN_EN = "Print it to a new PDF and send that."
_AGAIN_SV = "Skriv ut den till en ny PDF och skicka den."

REFUSALS: Mapping[str, Mapping[str, str]] = {
    "not_pdf": {
        "en": "The file is not a PDF, whatever its name says. Save the document as PDF.",
        "sv": "Filen är ingen PDF, vad namnet än säger. Spara dokumentet som PDF.",
    },
    "broken": {
        "en": f"The PDF is damaged and cannot be read reliably. {_AGAIN_EN}",
        "sv": f"PDF-filen är skadad och går inte att läsa säkert. {_AGAIN_SV}",
    },
    "encrypted": {
        "en": "The PDF is locked by a password or by permissions. Save it without them.",
        "sv": "PDF-filen är låst med lösenord eller behörigheter. Spara den utan dem.",
    },
    "no_pages": {
        "en": "The PDF has no pages.",
        "sv": "PDF-filen har inga sidor.",
    },
    "too_many_pages": {
        "en": "The PDF has {pages} pages; {limit} are allowed. Split it.",
        "sv": "PDF-filen har {pages} sidor; {limit} är tillåtna. Dela upp den.",
    },
    "too_large": {
        "en": "The file is larger than {megabytes} MB. Make its images smaller, or split it.",
        "sv": "Filen är större än {megabytes} MB. Förminska bilderna eller dela upp den.",
    },
    "signed": {
        "en": "The PDF is signed already; signing it here would break that signature. Send the "
        "unsigned document.",
        "sv": "PDF-filen är redan undertecknad, och en underskrift här skulle bryta den "
        "underskriften. Skicka dokumentet utan underskrift.",
    },
    "scripted": {
        "en": f"The PDF holds scripts or actions, so it could change after signing. {_AGAIN_EN}",
        "sv": "PDF-filen innehåller skript eller åtgärder och kan därför ändras efter "
        f"underskriften. {_AGAIN_SV}",
    },
    "embedded_files": {
        "en": "The PDF carries other files, which the customer would not see. Send them as "
        "attachments of their own.",
        "sv": "PDF-filen bär på andra filer som kunden inte skulle se. Skicka dem som egna "
        "bilagor.",
    },
    "form": {
        "en": "The PDF is a form: what stands in its fields can be changed after signing. "
        f"{_AGAIN_EN}",
        "sv": "PDF-filen är ett formulär: det som står i fälten kan ändras efter underskriften. "
        f"{_AGAIN_SV}",
    },
    "page_size": {
        "en": "A page is too small, too large or too slim to be read on a screen.",
        "sv": "En sida är för liten, för stor eller för smal för att läsas på en skärm.",
    },
    "too_heavy": {
        "en": f"The document takes too much time or memory to show. {_AGAIN_EN}",
        "sv": f"Dokumentet kräver för mycket tid eller minne för att visas. {_AGAIN_SV}",
    },
    "broken_image": {
        "en": "The image is damaged. Save it again as JPEG or PNG.",
        "sv": "Bilden är skadad. Spara den igen som JPEG eller PNG.",
    },
    "too_many_pixels": {
        "en": "The image has more than {megapixels} million pixels. Make it smaller.",
        "sv": "Bilden har mer än {megapixels} miljoner bildpunkter. Förminska den.",
    },
}


def refusal(error: Refused, language: str = "en", **known: str | int) -> str:
    """The sentence for ``error``: in English where there is none in ``language``. ``known``: values
    that the error lacks, such as ``megabytes`` of a ``TooLarge`` from a connector."""
    texts = REFUSALS.get(error.code, REFUSALS["broken"])
    values = {**known, **(error.values if isinstance(error, Unfit) else {})}
    return texts.get(language, texts["en"]).format_map(_Values(values))


class _Values(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"
