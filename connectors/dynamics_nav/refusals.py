"""What stops a record in NAV that its users can mend themselves, in their words and languages."""

from __future__ import annotations

from collections.abc import Mapping

RELEASED, BLOCKED = "document_released", "customer_blocked"
INVOICED, NO_RATE, NO_LINES = "line_invoiced", "no_exchange_rate", "no_lines"

WORDS: Mapping[str, Mapping[str, str]] = {
    RELEASED: {
        "en": "The document is released and cannot be changed. Reopen it and try again.",
        "sv": "Dokumentet är släppt och kan inte ändras. Öppna det igen och försök på nytt.",
        "da": "Dokumentet er frigivet og kan ikke ændres. Åbn det igen, og prøv på ny.",
        "nb": "Dokumentet er frigitt og kan ikke endres. Åpne det igjen og prøv på nytt.",
        "fi": "Asiakirja on vapautettu, eikä sitä voi muuttaa. Avaa se uudelleen ja yritä taas.",
        "ro": "Documentul este eliberat și nu poate fi modificat. Redeschideți-l și reîncercați.",
        "fr": "Le document est lancé et ne peut être modifié. Rouvrez-le, puis réessayez.",
        "de": "Der Beleg ist freigegeben und kann nicht geändert werden. Öffnen Sie ihn wieder "
        "und versuchen Sie es erneut.",
    },
    BLOCKED: {
        "en": "The customer is blocked. Unblock the customer card or choose another customer.",
        "sv": "Kunden är spärrad. Häv spärren på kundkortet eller välj en annan kund.",
        "da": "Kunden er spærret. Ophæv spærringen på debitorkortet, eller vælg en anden kunde.",
        "nb": "Kunden er sperret. Opphev sperren på kundekortet eller velg en annen kunde.",
        "fi": "Asiakas on estetty. Poista esto asiakaskortilta tai valitse toinen asiakas.",
        "ro": "Clientul este blocat. Deblocați fișa clientului sau alegeți alt client.",
        "fr": "Le client est bloqué. Débloquez sa fiche ou choisissez un autre client.",
        "de": "Der Kunde ist gesperrt. Heben Sie die Sperre auf der Debitorenkarte auf oder "
        "wählen Sie einen anderen Kunden.",
    },
    INVOICED: {
        "en": "A line is already invoiced and cannot be changed or sent. Take it out.",
        "sv": "En rad är redan fakturerad och kan inte ändras eller skickas. Ta bort den.",
        "da": "En linje er allerede faktureret og kan ikke ændres eller sendes. Tag den ud.",
        "nb": "En linje er allerede fakturert og kan ikke endres eller sendes. Ta den ut.",
        "fi": "Rivi on jo laskutettu, eikä sitä voi muuttaa tai lähettää. Poista se.",
        "ro": "O linie este deja facturată și nu poate fi modificată sau trimisă. Scoateți-o.",
        "fr": "Une ligne est déjà facturée et ne peut être ni modifiée ni envoyée. Retirez-la.",
        "de": "Eine Zeile ist schon fakturiert und kann nicht geändert oder gesendet werden. "
        "Nehmen Sie sie heraus.",
    },
    NO_RATE: {
        "en": "The currency has no exchange rate for this date. Enter one and try again.",
        "sv": "Valutan saknar växelkurs för datumet. Lägg in en kurs och försök på nytt.",
        "da": "Valutaen har ingen kurs for datoen. Indtast en kurs, og prøv på ny.",
        "nb": "Valutaen har ingen kurs for datoen. Legg inn en kurs og prøv på nytt.",
        "fi": "Valuutalla ei ole kurssia tälle päivälle. Lisää kurssi ja yritä uudelleen.",
        "ro": "Moneda nu are curs pentru această dată. Introduceți un curs și reîncercați.",
        "fr": "La devise n'a pas de taux de change à cette date. Saisissez-en un et réessayez.",
        "de": "Die Währung hat für dieses Datum keinen Kurs. Tragen Sie einen ein und versuchen "
        "Sie es erneut.",
    },
    NO_LINES: {
        "en": "The document has no lines. Add what is offered and try again.",
        "sv": "Dokumentet har inga rader. Lägg till det som erbjuds och försök på nytt.",
        "da": "Dokumentet har ingen linjer. Tilføj det, der tilbydes, og prøv på ny.",
        "nb": "Dokumentet har ingen linjer. Legg til det som tilbys og prøv på nytt.",
        "fi": "Asiakirjassa ei ole rivejä. Lisää tarjottava ja yritä uudelleen.",
        "ro": "Documentul nu are linii. Adăugați ce se oferă și reîncercați.",
        "fr": "Le document n'a pas de lignes. Ajoutez ce qui est proposé, puis réessayez.",
        "de": "Der Beleg hat keine Zeilen. Fügen Sie hinzu, was angeboten wird, und versuchen Sie "
        "es erneut.",
    },
}
