"""What an e-mail that carries a link says beside its text, in every language of the pages."""

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
OPEN_DOCUMENT: Wording = {
    "en": "Open the document",
    "sv": "Öppna dokumentet",
    "da": "Åbn dokumentet",
    "nb": "Åpne dokumentet",
    "fi": "Avaa asiakirja",
    "ro": "Deschideți documentul",
    "fr": "Ouvrir le document",
    "de": "Dokument öffnen",
}
OPEN_RECORD: Wording = {  # for the sender's own people
    "en": "Open the case",
    "sv": "Öppna ärendet",
    "da": "Åbn sagen",
    "nb": "Åpne saken",
    "fi": "Avaa asia",
    "ro": "Deschideți dosarul",
    "fr": "Ouvrir le dossier",
    "de": "Vorgang öffnen",
}
SIGN_IN: Wording = {
    "en": "Sign in",
    "sv": "Logga in",
    "da": "Log ind",
    "nb": "Logg inn",
    "fi": "Kirjaudu sisään",
    "ro": "Autentificare",
    "fr": "Se connecter",
    "de": "Anmelden",
}
# What a mail is for → what its button says.
BUTTONS: Mapping[str, Wording] = {
    "invite": BUTTON,
    "reminder": BUTTON,
    "chase": BUTTON,
    "answer": BUTTON,
    "confirmation": OPEN_DOCUMENT,
    "sign_in": SIGN_IN,
    "receipt": OPEN_DOCUMENT,
    "receipt_link": OPEN_DOCUMENT,
    "contact_shared": OPEN_DOCUMENT,
    "contact_changed": OPEN_DOCUMENT,
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
