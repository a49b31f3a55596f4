"""What a customer reads about an order while signing, where the provider has no words for it."""

from __future__ import annotations

from hub.contracts.plugin import Wording

BACK_TO_PAGE: Wording = {
    "en": "Approved. Go back to the page through the app to finish.",
    "sv": "Godkänt. Gå tillbaka till sidan från appen för att slutföra.",
    "da": "Godkendt. Gå tilbage til siden fra appen for at afslutte.",
    "nb": "Godkjent. Gå tilbake til siden fra appen for å fullføre.",
    "fi": "Hyväksytty. Palaa sivulle sovelluksen kautta ja viimeistele allekirjoitus.",
    "ro": "Aprobat. Reveniți la pagină din aplicație pentru a încheia.",
    "fr": "Approuvé. Revenez à la page depuis l'application pour terminer.",
    "de": "Bestätigt. Kehren Sie aus der App zur Seite zurück, um abzuschließen.",
}
STARTING: Wording = {
    "en": "Starting…",
    "sv": "Startar…",
    "da": "Starter…",
    "nb": "Starter…",
    "fi": "Käynnistetään…",
    "ro": "Se pornește…",
    "fr": "Démarrage…",
    "de": "Wird gestartet…",
}
FINISHING: Wording = {
    "en": "Checking the signature…",
    "sv": "Kontrollerar underskriften…",
    "da": "Underskriften kontrolleres…",
    "nb": "Kontrollerer signaturen…",
    "fi": "Tarkistetaan allekirjoitusta…",
    "ro": "Se verifică semnătura…",
    "fr": "Vérification de la signature…",
    "de": "Die Unterschrift wird geprüft…",
}
OVER: Wording = {
    "en": "This attempt has ended. You can start again.",
    "sv": "Det här försöket är avslutat. Du kan börja om.",
    "da": "Dette forsøg er slut. Du kan begynde forfra.",
    "nb": "Dette forsøket er avsluttet. Du kan begynne på nytt.",
    "fi": "Tämä yritys on päättynyt. Voit aloittaa uudelleen.",
    "ro": "Această încercare s-a încheiat. Puteți începe din nou.",
    "fr": "Cette tentative est terminée. Vous pouvez recommencer.",
    "de": "Dieser Versuch ist beendet. Sie können neu beginnen.",
}
AWAY: Wording = {
    "en": "This page was not opened again after you approved in the app. Please start again.",
    "sv": "Sidan öppnades inte igen efter att du godkänt i appen. Börja om.",
    "da": "Siden blev ikke åbnet igen, efter at du havde godkendt i appen. Begynd forfra.",
    "nb": "Siden ble ikke åpnet igjen etter at du godkjente i appen. Begynn på nytt.",
    "fi": "Sivua ei avattu uudelleen sen jälkeen, kun hyväksyit sovelluksessa. Aloita uudelleen.",
    "ro": "Pagina nu a mai fost deschisă după ce ați aprobat în aplicație. Începeți din nou.",
    "fr": "La page n'a pas été rouverte après votre approbation dans l'application. Veuillez "
    "recommencer.",
    "de": "Die Seite wurde nach Ihrer Bestätigung in der App nicht wieder geöffnet. Bitte "
    "beginnen Sie neu.",
}
UNREACHABLE: Wording = {
    "en": "The signing service did not answer. Nothing is lost; please start again.",
    "sv": "Signeringstjänsten svarade inte. Inget är förlorat; börja om.",
    "da": "Signaturtjenesten svarede ikke. Intet er gået tabt; begynd forfra.",
    "nb": "Signeringstjenesten svarte ikke. Ingenting er tapt; begynn på nytt.",
    "fi": "Allekirjoituspalvelu ei vastannut. Mitään ei ole menetetty; aloita uudelleen.",
    "ro": "Serviciul de semnare nu a răspuns. Nu s-a pierdut nimic; începeți din nou.",
    "fr": "Le service de signature n'a pas répondu. Rien n'est perdu ; veuillez recommencer.",
    "de": "Der Signaturdienst hat nicht geantwortet. Es ist nichts verloren; bitte beginnen Sie "
    "neu.",
}
TOO_LATE: Wording = {
    "en": "This was signed or ended already; nothing was signed twice.",
    "sv": "Det här är redan undertecknat eller avslutat; inget har undertecknats två gånger.",
    "da": "Dette er allerede underskrevet eller afsluttet; intet er underskrevet to gange.",
    "nb": "Dette er allerede signert eller avsluttet; ingenting er signert to ganger.",
    "fi": "Tämä on jo allekirjoitettu tai päättynyt; mitään ei allekirjoitettu kahdesti.",
    "ro": "Aceasta a fost deja semnată sau încheiată; nimic nu s-a semnat de două ori.",
    "fr": "C'est déjà signé ou terminé ; rien n'a été signé deux fois.",
    "de": "Dies ist bereits unterschrieben oder beendet; nichts wurde zweimal unterschrieben.",
}
REPLACED: Wording = {
    "en": "The sender has changed the document, so this attempt has ended and nothing is signed. "
    "Please read the current version.",
    "sv": "Avsändaren har ändrat dokumentet. Därför är försöket avslutat och inget är "
    "undertecknat. Läs den aktuella versionen.",
    "da": "Afsenderen har ændret dokumentet. Derfor er forsøget afsluttet, og intet er "
    "underskrevet. Læs den aktuelle version.",
    "nb": "Avsenderen har endret dokumentet. Derfor er forsøket avsluttet, og ingenting er "
    "signert. Les den gjeldende versjonen.",
    "fi": "Lähettäjä on muuttanut asiakirjaa, joten tämä yritys on päättynyt eikä mitään ole "
    "allekirjoitettu. Lue nykyinen versio.",
    "ro": "Expeditorul a modificat documentul, așa că această încercare s-a încheiat și nu s-a "
    "semnat nimic. Citiți versiunea actuală.",
    "fr": "L'expéditeur a modifié le document : cette tentative est terminée et rien n'est signé. "
    "Veuillez lire la version actuelle.",
    "de": "Der Absender hat das Dokument geändert. Dieser Versuch ist deshalb beendet und nichts "
    "ist unterschrieben. Bitte lesen Sie die aktuelle Fassung.",
}
