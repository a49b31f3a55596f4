"""Why a request ended without a signature, in words for the upstream's user; in every language of
the pages."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts.requests import Reason, RequestState

REASON_TEXTS: Mapping[Reason, Mapping[str, str]] = {
    Reason.NO_ANSWER: {
        "en": "The customer did not answer, not after the reminders either.",
        "sv": "Kunden svarade inte, inte heller efter påminnelserna.",
        "da": "Kunden svarede ikke, heller ikke efter påmindelserne.",
        "nb": "Kunden svarte ikke, heller ikke etter påminnelsene.",
        "fi": "Asiakas ei vastannut, ei muistutustenkaan jälkeen.",
        "ro": "Clientul nu a răspuns, nici după mementouri.",
        "fr": "Le client n'a pas répondu, même après les rappels.",
        "de": "Der Kunde hat nicht geantwortet, auch nicht nach den Erinnerungen.",
    },
    Reason.NEVER_RETURNED: {
        "en": "The customer approved in the app but never came back to the page, so nothing is "
        "signed. The reminders were not answered either.",
        "sv": "Kunden godkände i appen men kom aldrig tillbaka till sidan, så inget är "
        "undertecknat. Påminnelserna besvarades inte heller.",
        "da": "Kunden godkendte i appen, men kom aldrig tilbage til siden, så intet er "
        "underskrevet. Påmindelserne blev heller ikke besvaret.",
        "nb": "Kunden godkjente i appen, men kom aldri tilbake til siden, så ingenting er "
        "signert. Påminnelsene ble heller ikke besvart.",
        "fi": "Asiakas hyväksyi sovelluksessa mutta ei palannut sivulle, joten mitään ei ole "
        "allekirjoitettu. Muistutuksiinkaan ei vastattu.",
        "ro": "Clientul a aprobat în aplicație, dar nu a mai revenit pe pagină, așa că nu s-a "
        "semnat nimic. Nici la mementouri nu a răspuns.",
        "fr": "Le client a approuvé dans l'application mais n'est jamais revenu sur la page : "
        "rien n'est signé. Les rappels sont eux aussi restés sans réponse.",
        "de": "Der Kunde hat in der App zugestimmt, kam aber nicht zur Seite zurück; deshalb ist "
        "nichts unterschrieben. Auch die Erinnerungen blieben ohne Antwort.",
    },
    Reason.BAD_NUMBER: {
        "en": "The mobile number cannot receive SMS. Correct it and press the button again.",
        "sv": "Mobilnumret kan inte ta emot SMS. Rätta det och tryck på knappen igen.",
        "da": "Mobilnummeret kan ikke modtage sms. Ret det, og tryk på knappen igen.",
        "nb": "Mobilnummeret kan ikke ta imot SMS. Rett det og trykk på knappen igjen.",
        "fi": "Matkapuhelinnumero ei voi vastaanottaa tekstiviestejä. Korjaa se ja paina "
        "painiketta uudelleen.",
        "ro": "Numărul de mobil nu poate primi SMS. Corectați-l și apăsați din nou butonul.",
        "fr": "Ce numéro de mobile ne peut pas recevoir de SMS. Corrigez-le et appuyez de "
        "nouveau sur le bouton.",
        "de": "Die Mobilnummer kann keine SMS empfangen. Berichtigen Sie sie und drücken Sie den "
        "Knopf noch einmal.",
    },
    Reason.MISSING_NUMBER: {
        "en": "The mobile number is missing. Fill it in and press the button again.",
        "sv": "Mobilnumret saknas. Fyll i det och tryck på knappen igen.",
        "da": "Mobilnummeret mangler. Udfyld det, og tryk på knappen igen.",
        "nb": "Mobilnummeret mangler. Fyll det ut og trykk på knappen igjen.",
        "fi": "Matkapuhelinnumero puuttuu. Täytä se ja paina painiketta uudelleen.",
        "ro": "Numărul de mobil lipsește. Completați-l și apăsați din nou butonul.",
        "fr": "Le numéro de mobile manque. Renseignez-le et appuyez de nouveau sur le bouton.",
        "de": "Die Mobilnummer fehlt. Tragen Sie sie ein und drücken Sie den Knopf noch einmal.",
    },
    Reason.BAD_ADDRESS: {
        "en": "The e-mail address cannot receive e-mail. Correct it and press the button again.",
        "sv": "E-postadressen kan inte ta emot e-post. Rätta den och tryck på knappen igen.",
        "da": "E-mailadressen kan ikke modtage e-mail. Ret den, og tryk på knappen igen.",
        "nb": "E-postadressen kan ikke ta imot e-post. Rett den og trykk på knappen igjen.",
        "fi": "Sähköpostiosoite ei voi vastaanottaa sähköpostia. Korjaa se ja paina painiketta "
        "uudelleen.",
        "ro": "Adresa de e-mail nu poate primi mesaje. Corectați-o și apăsați din nou butonul.",
        "fr": "Cette adresse e-mail ne peut pas recevoir de messages. Corrigez-la et appuyez de "
        "nouveau sur le bouton.",
        "de": "Die E-Mail-Adresse kann keine E-Mails empfangen. Berichtigen Sie sie und drücken "
        "Sie den Knopf noch einmal.",
    },
    Reason.MISSING_ADDRESS: {
        "en": "The e-mail address is missing. Fill it in and press the button again.",
        "sv": "E-postadressen saknas. Fyll i den och tryck på knappen igen.",
        "da": "E-mailadressen mangler. Udfyld den, og tryk på knappen igen.",
        "nb": "E-postadressen mangler. Fyll den ut og trykk på knappen igjen.",
        "fi": "Sähköpostiosoite puuttuu. Täytä se ja paina painiketta uudelleen.",
        "ro": "Adresa de e-mail lipsește. Completați-o și apăsați din nou butonul.",
        "fr": "L'adresse e-mail manque. Renseignez-la et appuyez de nouveau sur le bouton.",
        "de": "Die E-Mail-Adresse fehlt. Tragen Sie sie ein und drücken Sie den Knopf noch einmal.",
    },
    Reason.UNREACHABLE: {
        "en": "The message did not reach the customer.",
        "sv": "Meddelandet nådde inte kunden.",
        "da": "Beskeden nåede ikke frem til kunden.",
        "nb": "Meldingen nådde ikke frem til kunden.",
        "fi": "Viesti ei tavoittanut asiakasta.",
        "ro": "Mesajul nu a ajuns la client.",
        "fr": "Le message n'est pas parvenu au client.",
        "de": "Die Nachricht hat den Kunden nicht erreicht.",
    },
    Reason.MESSAGE_REFUSED: {
        "en": "The message was refused. Check the number or address, or contact support.",
        "sv": "Meddelandet avvisades. Kontrollera numret eller adressen, eller kontakta supporten.",
        "da": "Beskeden blev afvist. Kontrollér nummeret eller adressen, eller kontakt supporten.",
        "nb": "Meldingen ble avvist. Kontroller nummeret eller adressen, eller kontakt support.",
        "fi": "Viesti hylättiin. Tarkista numero tai osoite tai ota yhteyttä tukeen.",
        "ro": "Mesajul a fost respins. Verificați numărul sau adresa ori contactați asistența.",
        "fr": "Le message a été refusé. Vérifiez le numéro ou l'adresse, ou contactez "
        "l'assistance.",
        "de": "Die Nachricht wurde abgelehnt. Prüfen Sie Nummer oder Adresse, oder wenden Sie "
        "sich an den Support.",
    },
    Reason.UNKNOWN_RECORD: {
        "en": "The record was not found, or the hub may not read it.",
        "sv": "Posten hittades inte, eller så får navet inte läsa den.",
        "da": "Posten blev ikke fundet, eller hubben må ikke læse den.",
        "nb": "Posten ble ikke funnet, eller huben får ikke lese den.",
        "fi": "Tietuetta ei löytynyt, tai keskittimellä ei ole oikeutta lukea sitä.",
        "ro": "Înregistrarea nu a fost găsită sau hubul nu are voie să o citească.",
        "fr": "La fiche est introuvable, ou le hub n'a pas le droit de la lire.",
        "de": "Der Datensatz wurde nicht gefunden, oder der Hub darf ihn nicht lesen.",
    },
    Reason.BAD_RECORD: {
        "en": "Something in the record does not fit. The details say which field.",
        "sv": "Något i posten stämmer inte. Detaljerna säger vilket fält.",
        "da": "Noget i posten stemmer ikke. Detaljerne siger, hvilket felt.",
        "nb": "Noe i posten stemmer ikke. Detaljene sier hvilket felt.",
        "fi": "Jokin tietueessa ei täsmää. Lisätiedot kertovat, mikä kenttä.",
        "ro": "Ceva din înregistrare nu este corect. Detaliile arată ce câmp.",
        "fr": "Quelque chose ne convient pas dans la fiche. Les détails indiquent le champ.",
        "de": "Etwas im Datensatz stimmt nicht. Die Einzelheiten nennen das Feld.",
    },
    Reason.BAD_DOCUMENT: {
        "en": "A document or attachment cannot be used. The details say which and why.",
        "sv": "Ett dokument eller en bilaga kan inte användas. Detaljerna säger vilket och varför.",
        "da": "Et dokument eller bilag kan ikke bruges. Detaljerne siger hvilket og hvorfor.",
        "nb": "Et dokument eller vedlegg kan ikke brukes. Detaljene sier hvilket og hvorfor.",
        "fi": "Asiakirjaa tai liitettä ei voi käyttää. Lisätiedot kertovat, mitä ja miksi.",
        "ro": "Un document sau o anexă nu poate fi folosită. Detaliile arată care și de ce.",
        "fr": "Un document ou une pièce jointe ne peut pas être utilisé. Les détails disent "
        "lequel et pourquoi.",
        "de": "Ein Dokument oder eine Anlage kann nicht verwendet werden. Die Einzelheiten "
        "sagen, welche und warum.",
    },
    Reason.PROVIDER_REJECTED: {
        "en": "The signing service refused the request.",
        "sv": "Signeringstjänsten avvisade begäran.",
        "da": "Signaturtjenesten afviste anmodningen.",
        "nb": "Signeringstjenesten avviste forespørselen.",
        "fi": "Allekirjoituspalvelu hylkäsi pyynnön.",
        "ro": "Serviciul de semnare a respins cererea.",
        "fr": "Le service de signature a refusé la demande.",
        "de": "Der Signaturdienst hat die Anfrage abgelehnt.",
    },
    Reason.SYSTEM_REFUSED: {
        "en": "A needed system said no. Contact support: the hub's deliveries say which and why.",
        "sv": "Ett system som behövs sade nej. Kontakta supporten: navets leveranser visar "
        "vilket och varför.",
        "da": "Et nødvendigt system sagde nej. Kontakt supporten: hubbens leveringer viser "
        "hvilket og hvorfor.",
        "nb": "Et nødvendig system sa nei. Kontakt support: hubens leveranser viser hvilket og "
        "hvorfor.",
        "fi": "Tarvittava järjestelmä kieltäytyi. Ota yhteyttä tukeen: keskittimen toimitukset "
        "kertovat, mikä ja miksi.",
        "ro": "Un sistem necesar a refuzat. Contactați asistența: livrările hubului arată care "
        "și de ce.",
        "fr": "Un système nécessaire a refusé. Contactez l'assistance : les livraisons du hub "
        "disent lequel et pourquoi.",
        "de": "Ein benötigtes System hat abgelehnt. Wenden Sie sich an den Support: Die "
        "Lieferungen des Hubs zeigen, welches und warum.",
    },
    Reason.GAVE_UP: {
        "en": "A needed system could not be reached for several days.",
        "sv": "Ett system som behövs gick inte att nå på flera dagar.",
        "da": "Et nødvendigt system kunne ikke nås i flere dage.",
        "nb": "Et nødvendig system kunne ikke nås på flere dager.",
        "fi": "Tarvittavaan järjestelmään ei saatu yhteyttä useaan päivään.",
        "ro": "Un sistem necesar nu a putut fi contactat timp de mai multe zile.",
        "fr": "Un système nécessaire est resté injoignable pendant plusieurs jours.",
        "de": "Ein benötigtes System war mehrere Tage lang nicht erreichbar.",
    },
}

ENDING_TEXTS: Mapping[RequestState, Mapping[str, str]] = {
    RequestState.DECLINED: {
        "en": "The customer declined.",
        "sv": "Kunden avböjde.",
        "da": "Kunden sagde nej.",
        "nb": "Kunden sa nei.",
        "fi": "Asiakas kieltäytyi.",
        "ro": "Clientul a refuzat.",
        "fr": "Le client a refusé.",
        "de": "Der Kunde hat abgelehnt.",
    },
    RequestState.EXPIRED: {
        "en": "The time ran out before the customer had signed.",
        "sv": "Tiden gick ut innan kunden hade skrivit under.",
        "da": "Tiden løb ud, før kunden havde underskrevet.",
        "nb": "Fristen gikk ut før kunden hadde signert.",
        "fi": "Aika päättyi ennen kuin asiakas oli allekirjoittanut.",
        "ro": "Termenul a expirat înainte ca clientul să semneze.",
        "fr": "Le délai a expiré avant que le client ait signé.",
        "de": "Die Frist lief ab, bevor der Kunde unterschrieben hatte.",
    },
    RequestState.CANCELLED: {
        "en": "The request was withdrawn.",
        "sv": "Begäran drogs tillbaka.",
        "da": "Anmodningen blev trukket tilbage.",
        "nb": "Forespørselen ble trukket tilbake.",
        "fi": "Pyyntö peruttiin.",
        "ro": "Cererea a fost retrasă.",
        "fr": "La demande a été retirée.",
        "de": "Die Anfrage wurde zurückgezogen.",
    },
}
