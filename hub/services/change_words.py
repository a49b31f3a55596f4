"""What the upstream's users read of a document that was changed there after it was sent."""

from __future__ import annotations

from hub.contracts.plugin import Wording

SIGNED_ALREADY: Wording = {
    "en": "The document was changed, but somebody has already signed the version that was sent. "
    "That version stays valid. Send the change as a new document.",
    "sv": "Dokumentet har ändrats, men någon har redan skrivit under den version som skickades. "
    "Den versionen gäller fortfarande. Skicka ändringen som ett nytt dokument.",
    "da": "Dokumentet er ændret, men nogen har allerede underskrevet den version, der blev sendt. "
    "Den version gælder stadig. Send ændringen som et nyt dokument.",
    "nb": "Dokumentet er endret, men noen har allerede signert versjonen som ble sendt. "
    "Den versjonen gjelder fortsatt. Send endringen som et nytt dokument.",
    "fi": "Asiakirjaa muutettiin, mutta joku on jo allekirjoittanut lähetetyn version. "
    "Se versio on edelleen voimassa. Lähetä muutos uutena asiakirjana.",
    "ro": "Documentul a fost modificat, dar cineva a semnat deja versiunea trimisă. "
    "Acea versiune rămâne valabilă. Trimiteți modificarea ca document nou.",
    "fr": "Le document a été modifié, mais quelqu'un a déjà signé la version envoyée. "
    "Cette version reste valable. Envoyez la modification dans un nouveau document.",
    "de": "Das Dokument wurde geändert, aber jemand hat die gesendete Fassung schon "
    "unterschrieben. Diese Fassung gilt weiter. Senden Sie die Änderung als neues Dokument.",
}
UNUSABLE: Wording = {
    "en": "The changed document cannot be used. The customer still has the former version.",
    "sv": "Det ändrade dokumentet går inte att använda. Kunden har kvar den tidigare versionen.",
    "da": "Det ændrede dokument kan ikke bruges. Kunden har stadig den tidligere version.",
    "nb": "Det endrede dokumentet kan ikke brukes. Kunden har fortsatt den tidligere versjonen.",
    "fi": "Muutettua asiakirjaa ei voi käyttää. Asiakkaalla on yhä aiempi versio.",
    "ro": "Documentul modificat nu poate fi folosit. Clientul are în continuare versiunea "
    "anterioară.",
    "fr": "Le document modifié n'est pas utilisable. Le client a toujours la version précédente.",
    "de": "Das geänderte Dokument ist nicht verwendbar. Der Kunde hat weiter die frühere Fassung.",
}
