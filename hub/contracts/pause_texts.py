"""That something waits for a system which refuses the hub's sign-in, and that it goes on, in words
for the upstream's user; in every language of the pages."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts.events import EventKind

PAUSE_TEXTS: Mapping[EventKind, Mapping[str, str]] = {
    EventKind.HELD: {
        "en": "This is waiting: {what} no longer accepts the hub's sign-in. Whoever looks after "
        "the hub has to mend it; you need do nothing, and nothing is lost.",
        "sv": "Det här väntar: {what} godtar inte längre navets inloggning. De som sköter navet "
        "måste åtgärda det; du behöver inte göra något, och inget går förlorat.",
        "da": "Dette venter: {what} accepterer ikke længere hubbens login. De, der passer hubben, "
        "skal rette det; du skal ikke gøre noget, og intet går tabt.",
        "nb": "Dette venter: {what} godtar ikke lenger hubens pålogging. De som har ansvar for "
        "huben, må rette det; du trenger ikke gjøre noe, og ingenting går tapt.",
        "fi": "Tämä odottaa: {what} ei enää hyväksy keskittimen kirjautumista. Keskittimen "
        "ylläpidon on korjattava se; sinun ei tarvitse tehdä mitään, eikä mitään katoa.",
        "ro": "Aceasta este în așteptare: {what} nu mai acceptă autentificarea hubului. Cei care "
        "administrează hubul trebuie să o repare; nu trebuie să faceți nimic și nu se pierde "
        "nimic.",
        "fr": "Ceci est en attente : {what} n'accepte plus la connexion du hub. Les responsables "
        "du hub doivent y remédier ; vous n'avez rien à faire et rien n'est perdu.",
        "de": "Dies wartet: {what} nimmt die Anmeldung des Hubs nicht mehr an. Wer den Hub "
        "betreut, muss sie in Ordnung bringen; Sie müssen nichts tun, und nichts geht verloren.",
    },
    EventKind.RESUMED: {
        "en": "It goes on: {what} accepts the hub's sign-in again.",
        "sv": "Det går vidare: {what} godtar navets inloggning igen.",
        "da": "Det går videre: {what} accepterer hubbens login igen.",
        "nb": "Det går videre: {what} godtar hubens pålogging igjen.",
        "fi": "Tämä jatkuu: {what} hyväksyy taas keskittimen kirjautumisen.",
        "ro": "Se continuă: {what} acceptă din nou autentificarea hubului.",
        "fr": "Cela reprend : {what} accepte de nouveau la connexion du hub.",
        "de": "Es geht weiter: {what} nimmt die Anmeldung des Hubs wieder an.",
    },
}


def pause_text(kind: EventKind, language: str, what: str) -> str:
    """The sentence in ``language``, else in English; ``what`` is the system's name."""
    texts = PAUSE_TEXTS[kind]
    return (texts.get(language) or texts["en"]).format(what=what)
