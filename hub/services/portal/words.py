"""What a message says that lets somebody into the portal, in every language of the pages."""

from __future__ import annotations

from hub.contracts.plugin import Wording
from hub.services.mail_words import in_language
from hub.services.wordings import SMS

_CODE: Wording = {
    "en": "{sender}: your code for your documents is {code}. It holds for 15 minutes.",
    "sv": "{sender}: koden till dina dokument är {code}. Den gäller i 15 minuter.",
    "da": "{sender}: koden til dine dokumenter er {code}. Den gælder i 15 minutter.",
    "nb": "{sender}: koden til dokumentene dine er {code}. Den gjelder i 15 minutter.",
    "fi": "{sender}: koodi asiakirjoihisi on {code}. Se on voimassa 15 minuuttia.",
    "ro": "{sender}: codul pentru documentele dvs. este {code}. Este valabil 15 minute.",
    "fr": "{sender} : le code pour vos documents est {code}, valable 15 minutes.",
    "de": "{sender}: Ihr Code für Ihre Dokumente ist {code}. Er gilt 15 Minuten.",
}
_LINK: Wording = {
    "en": "Or open this address on the device where you want to read. It works once:",
    "sv": "Eller öppna den här adressen på den enhet där du vill läsa. Den fungerar en gång:",
    "da": "Eller åbn denne adresse på den enhed, hvor du vil læse. Den virker én gang:",
    "nb": "Eller åpne denne adressen på enheten der du vil lese. Den virker én gang:",
    "fi": "Tai avaa tämä osoite laitteella, jolla haluat lukea. Se toimii kerran:",
    "ro": "Sau deschideți această adresă pe dispozitivul pe care doriți să citiți. Funcționează o "
    "singură dată:",
    "fr": "Ou ouvrez cette adresse sur l’appareil où vous voulez lire. Elle ne sert qu’une fois :",
    "de": "Oder öffnen Sie diese Adresse auf dem Gerät, auf dem Sie lesen möchten. Sie gilt "
    "einmal:",
}
_NOT_YOU: Wording = {
    "en": "If you did not ask for it, you need not do anything.",
    "sv": "Om du inte har bett om den behöver du inte göra något.",
    "da": "Hvis du ikke har bedt om den, behøver du ikke at gøre noget.",
    "nb": "Hvis du ikke har bedt om den, trenger du ikke å gjøre noe.",
    "fi": "Jos et pyytänyt koodia, sinun ei tarvitse tehdä mitään.",
    "ro": "Dacă nu dvs. l-ați cerut, nu trebuie să faceți nimic.",
    "fr": "Si vous ne l’avez pas demandé, vous n’avez rien à faire.",
    "de": "Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun.",
}
_SUBJECT: Wording = {
    "en": "{sender}: your documents",
    "sv": "{sender}: dina dokument",
    "da": "{sender}: dine dokumenter",
    "nb": "{sender}: dokumentene dine",
    "fi": "{sender}: asiakirjasi",
    "ro": "{sender}: documentele dvs.",
    "fr": "{sender} : vos documents",
    "de": "{sender}: Ihre Dokumente",
}


_ANYBODY: Wording = {
    "en": "Anybody with the link",
    "sv": "Alla som har länken",
    "da": "Alle med linket",
    "nb": "Alle med lenken",
    "fi": "Kaikki, joilla on linkki",
    "ro": "Oricine are linkul",
    "fr": "Toute personne ayant le lien",
    "de": "Alle mit dem Link",
}


def anybody(language: str) -> str:
    """What all are called together who came by a public link."""
    return in_language(_ANYBODY, language)


def sign_in(way: str, language: str, sender: str, code: str, link: str) -> tuple[str, str]:
    """Text and subject; an SMS brings the code alone, in one part."""
    said = in_language(_CODE, language).format(sender=sender, code=code)
    if way == SMS:
        return said, ""
    text = "\n\n".join((said, in_language(_LINK, language), link, in_language(_NOT_YOU, language)))
    return text, in_language(_SUBJECT, language).format(sender=sender)
