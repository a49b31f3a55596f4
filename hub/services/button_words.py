"""What the button page tells the upstream's user, in every language of the pages."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts.plugin import Wording

LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {"name": "To", "sms": "SMS to", "email": "E-mail to", "text": "Text"},
    "sv": {"name": "Till", "sms": "SMS till", "email": "E-post till", "text": "Text"},
    "da": {"name": "Til", "sms": "Sms til", "email": "E-mail til", "text": "Tekst"},
    "nb": {"name": "Til", "sms": "SMS til", "email": "E-post til", "text": "Tekst"},
    "fi": {
        "name": "Vastaanottaja",
        "sms": "Tekstiviesti numeroon",
        "email": "Sähköposti osoitteeseen",
        "text": "Teksti",
    },
    "ro": {"name": "Către", "sms": "SMS către", "email": "E-mail către", "text": "Text"},
    "fr": {"name": "À", "sms": "SMS à", "email": "E-mail à", "text": "Texte"},
    "de": {"name": "An", "sms": "SMS an", "email": "E-Mail an", "text": "Text"},
}
UNKNOWN: Wording = {
    "en": "The record was not found in the source system.",
    "sv": "Posten hittades inte i källsystemet.",
    "da": "Posten blev ikke fundet i kildesystemet.",
    "nb": "Posten ble ikke funnet i kildesystemet.",
    "fi": "Tietuetta ei löytynyt lähdejärjestelmästä.",
    "ro": "Înregistrarea nu a fost găsită în sistemul-sursă.",
    "fr": "La fiche est introuvable dans le système source.",
    "de": "Der Datensatz wurde im Quellsystem nicht gefunden.",
}
NOT_WANTED: Wording = {
    "en": "This record is not to be signed in its present state.",
    "sv": "Den här posten ska inte signeras i sitt nuvarande läge.",
    "da": "Denne post skal ikke underskrives i sin nuværende tilstand.",
    "nb": "Denne posten skal ikke signeres i sin nåværende tilstand.",
    "fi": "Tätä tietuetta ei allekirjoiteta sen nykyisessä tilassa.",
    "ro": "Această înregistrare nu se semnează în starea ei actuală.",
    "fr": "Cette fiche n'est pas à signer dans son état actuel.",
    "de": "Dieser Datensatz ist in seinem jetzigen Zustand nicht zu unterschreiben.",
}
SIGNED: Wording = {
    "en": "This record is signed already. Set its signing state back in the source system to ask "
    "the customer again.",
    "sv": "Den här posten är redan underskriven. Återställ dess signeringsläge i källsystemet "
    "för att fråga kunden igen.",
    "da": "Denne post er allerede underskrevet. Nulstil dens signaturstatus i kildesystemet for "
    "at spørge kunden igen.",
    "nb": "Denne posten er allerede signert. Tilbakestill signeringsstatusen i kildesystemet for "
    "å spørre kunden igjen.",
    "fi": "Tämä tietue on jo allekirjoitettu. Palauta sen allekirjoitustila lähdejärjestelmässä, "
    "jos haluat kysyä asiakkaalta uudelleen.",
    "ro": "Această înregistrare este deja semnată. Resetați starea semnării în sistemul-sursă "
    "pentru a întreba din nou clientul.",
    "fr": "Cette fiche est déjà signée. Réinitialisez son état de signature dans le système "
    "source pour solliciter de nouveau le client.",
    "de": "Dieser Datensatz ist bereits unterschrieben. Setzen Sie seinen Signaturstatus im "
    "Quellsystem zurück, um den Kunden erneut zu fragen.",
}
NO_ADDRESS: Wording = {
    "en": "There is no mobile number or address to send to.",
    "sv": "Det finns inget mobilnummer eller ingen adress att skicka till.",
    "da": "Der er hverken mobilnummer eller adresse at sende til.",
    "nb": "Det finnes verken mobilnummer eller adresse å sende til.",
    "fi": "Matkapuhelinnumeroa tai osoitetta, johon lähettää, ei ole.",
    "ro": "Nu există un număr de mobil sau o adresă la care să se trimită.",
    "fr": "Il n'y a ni numéro de mobile ni adresse où envoyer.",
    "de": "Es gibt keine Mobilnummer oder Adresse, an die gesendet werden kann.",
}
TOO_LONG: Wording = {
    "en": "The message is too long. Shorten it to at most {limit} characters.",
    "sv": "Meddelandet är för långt. Korta det till högst {limit} tecken.",
    "da": "Beskeden er for lang. Forkort den til højst {limit} tegn.",
    "nb": "Meldingen er for lang. Forkort den til høyst {limit} tegn.",
    "fi": "Viesti on liian pitkä. Lyhennä se enintään {limit} merkkiin.",
    "ro": "Mesajul este prea lung. Scurtați-l la cel mult {limit} de caractere.",
    "fr": "Le message est trop long. Raccourcissez-le à {limit} caractères au plus.",
    "de": "Die Nachricht ist zu lang. Kürzen Sie sie auf höchstens {limit} Zeichen.",
}
