"""What a customer reads when an answer does not fit: one table, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

FALLBACK = "en"

MESSAGES: Mapping[str, Mapping[str, str]] = {
    "required": {
        "en": "Please fill this in.",
        "sv": "Fyll i det här.",
        "da": "Udfyld venligst dette.",
        "nb": "Fyll ut dette.",
        "fi": "Täytä tämä.",
        "ro": "Vă rugăm să completați.",
        "fr": "Veuillez remplir ce champ.",
        "de": "Bitte füllen Sie das aus.",
    },
    "choose": {
        "en": "Please choose one.",
        "sv": "Välj ett alternativ.",
        "da": "Vælg venligst en mulighed.",
        "nb": "Velg ett alternativ.",
        "fi": "Valitse yksi vaihtoehto.",
        "ro": "Vă rugăm să alegeți una.",
        "fr": "Veuillez en choisir une.",
        "de": "Bitte wählen Sie eines.",
    },
    "consent": {
        "en": "Please tick the box to go on.",
        "sv": "Kryssa i rutan för att gå vidare.",
        "da": "Sæt kryds i feltet for at fortsætte.",
        "nb": "Kryss av i ruten for å gå videre.",
        "fi": "Merkitse ruutu, jotta voit jatkaa.",
        "ro": "Bifați caseta pentru a continua.",
        "fr": "Cochez la case pour continuer.",
        "de": "Bitte setzen Sie das Häkchen, um weiterzugehen.",
    },
    "too_long": {
        "en": "Please shorten this to at most {limit} characters.",
        "sv": "Korta ner det till högst {limit} tecken.",
        "da": "Gør det kortere: højst {limit} tegn.",
        "nb": "Gjør det kortere: høyst {limit} tegn.",
        "fi": "Lyhennä tämä enintään {limit} merkkiin.",
        "ro": "Scurtați la cel mult {limit} caractere.",
        "fr": "Raccourcissez à {limit} caractères au maximum.",
        "de": "Bitte kürzen Sie das auf höchstens {limit} Zeichen.",
    },
    "bad_email": {
        "en": "This does not look like an e-mail address. Example: alice@example.com",
        "sv": "Det ser inte ut som en e-postadress. Exempel: alice@example.com",
        "da": "Det ligner ikke en e-mailadresse. Eksempel: alice@example.com",
        "nb": "Det ser ikke ut som en e-postadresse. Eksempel: alice@example.com",
        "fi": "Tämä ei näytä sähköpostiosoitteelta. Esimerkki: alice@example.com",
        "ro": "Nu pare a fi o adresă de e-mail. Exemplu: alice@example.com",
        "fr": "Cela ne ressemble pas à une adresse e-mail. Exemple : alice@example.com",
        "de": "Das sieht nicht wie eine E-Mail-Adresse aus. Beispiel: alice@example.com",
    },
    "bad_number": {
        "en": "This does not look like a mobile number. Example: 070-174 06 05",
        "sv": "Det ser inte ut som ett mobilnummer. Exempel: 070-174 06 05",
        "da": "Det ligner ikke et mobilnummer. Eksempel: +46 70 174 06 05",
        "nb": "Det ser ikke ut som et mobilnummer. Eksempel: +46 70 174 06 05",
        "fi": "Tämä ei näytä matkapuhelinnumerolta. Esimerkki: +46 70 174 06 05",
        "ro": "Nu pare a fi un număr de mobil. Exemplu: +46 70 174 06 05",
        "fr": "Cela ne ressemble pas à un numéro de mobile. Exemple : +46 70 174 06 05",
        "de": "Das sieht nicht wie eine Mobilnummer aus. Beispiel: +46 70 174 06 05",
    },
    "bad_postcode": {
        "en": "This does not look like a postcode. Example: 123 45",
        "sv": "Det ser inte ut som ett postnummer. Exempel: 123 45",
        "da": "Det ligner ikke et postnummer. Eksempel: 123 45",
        "nb": "Det ser ikke ut som et postnummer. Eksempel: 123 45",
        "fi": "Tämä ei näytä postinumerolta. Esimerkki: 123 45",
        "ro": "Nu pare a fi un cod poștal. Exemplu: 123 45",
        "fr": "Cela ne ressemble pas à un code postal. Exemple : 123 45",
        "de": "Das sieht nicht wie eine Postleitzahl aus. Beispiel: 123 45",
    },
    "bad_date": {
        "en": "This is not a date. Write it like 2026-01-31.",
        "sv": "Det är inget datum. Skriv det som 2026-01-31.",
        "da": "Det er ikke en dato. Skriv den som 2026-01-31.",
        "nb": "Det er ingen dato. Skriv den som 2026-01-31.",
        "fi": "Tämä ei ole päivämäärä. Kirjoita se näin: 2026-01-31.",
        "ro": "Nu este o dată. Scrieți-o ca 2026-01-31.",
        "fr": "Ce n'est pas une date. Écrivez-la ainsi : 2026-01-31.",
        "de": "Das ist kein Datum. Schreiben Sie es wie 2026-01-31.",
    },
    "bad_choice": {
        "en": "Please choose one of the alternatives.",
        "sv": "Välj ett av alternativen.",
        "da": "Vælg en af mulighederne.",
        "nb": "Velg ett av alternativene.",
        "fi": "Valitse jokin vaihtoehdoista.",
        "ro": "Alegeți una dintre variante.",
        "fr": "Choisissez l'une des possibilités.",
        "de": "Bitte wählen Sie eine der Möglichkeiten.",
    },
    "bad_value": {
        "en": "Something is not right here. Please check what you wrote.",
        "sv": "Något stämmer inte här. Kontrollera det du skrev.",
        "da": "Noget er ikke rigtigt her. Kontrollér det, du skrev.",
        "nb": "Noe stemmer ikke her. Kontroller det du skrev.",
        "fi": "Jokin ei täsmää. Tarkista, mitä kirjoitit.",
        "ro": "Ceva nu este corect aici. Verificați ce ați scris.",
        "fr": "Quelque chose ne convient pas ici. Vérifiez votre saisie.",
        "de": "Hier stimmt etwas nicht. Bitte prüfen Sie Ihre Eingabe.",
    },
}


def message(code: str, language: str, *, limit: int = 0) -> str:
    """The sentence for ``code``; English where the language has none."""
    wording = MESSAGES.get(code, MESSAGES["bad_value"])
    return wording.get(language, wording[FALLBACK]).format(limit=limit)
