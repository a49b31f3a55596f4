"""What an e-mail with a document says beside the workspace's own text, in every language of the
pages."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts.plugin import Wording

BUTTON: Wording = {
    "en": "Read and answer",
    "sv": "Läs och svara",
    "da": "Læs og svar",
    "nb": "Les og svar",
    "fi": "Lue ja vastaa",
    "ro": "Citiți și răspundeți",
    "fr": "Lire et répondre",
    "de": "Lesen und antworten",
}
PICTURE: Wording = {
    "en": "First page of {title}",
    "sv": "Första sidan av {title}",
    "da": "Første side af {title}",
    "nb": "Første side av {title}",
    "fi": "Ensimmäinen sivu: {title}",
    "ro": "Prima pagină din {title}",
    "fr": "Première page : {title}",
    "de": "Erste Seite: {title}",
}
OTHERWISE: Wording = {
    "en": "If the button does not work, open this address:",
    "sv": "Om knappen inte fungerar, öppna den här adressen:",
    "da": "Hvis knappen ikke virker, så åbn denne adresse:",
    "nb": "Hvis knappen ikke virker, åpne denne adressen:",
    "fi": "Jos painike ei toimi, avaa tämä osoite:",
    "ro": "Dacă butonul nu funcționează, deschideți această adresă:",
    "fr": "Si le bouton ne fonctionne pas, ouvrez cette adresse :",
    "de": "Falls der Knopf nicht geht, öffnen Sie diese Adresse:",
}


def in_language(words: Mapping[str, str], language: str) -> str:
    """The words in this language, else in English."""
    return words.get(language) or words["en"]
