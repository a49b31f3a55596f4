"""What the sender reads when an agreement cannot be placed, in every language of the pages."""

from __future__ import annotations

from hub.contracts.plugin import Wording

WORDS: dict[str, Wording] = {
    "no_contact": {
        "en": "A recipient has neither an e-mail address nor a mobile number. Fill one in and "
        "send again.",
        "sv": "En mottagare har varken e-postadress eller mobilnummer. Fyll i något av dem och "
        "skicka igen.",
        "da": "En modtager har hverken e-mailadresse eller mobilnummer. Udfyld et af dem, og send "
        "igen.",
        "nb": "En mottaker har verken e-postadresse eller mobilnummer. Fyll inn ett av dem og send "
        "på nytt.",
        "fi": "Vastaanottajalla ei ole sähköpostiosoitetta eikä matkapuhelinnumeroa. Täytä "
        "jompikumpi ja lähetä uudelleen.",
        "ro": "Un destinatar nu are nici adresă de e-mail, nici număr de mobil. Completați una "
        "dintre ele și trimiteți din nou.",
        "fr": "Un destinataire n'a ni adresse e-mail ni numéro de mobile. Renseignez l'un des "
        "deux et renvoyez.",
        "de": "Ein Empfänger hat weder E-Mail-Adresse noch Mobilnummer. Tragen Sie eines davon ein "
        "und senden Sie noch einmal.",
    },
    "same_contact": {
        "en": "Two who sign or approve have the same e-mail address or mobile number. Give each an "
        "own one.",
        "sv": "Två som skriver under eller godkänner har samma e-postadress eller mobilnummer. Ge "
        "var och en ett eget.",
        "da": "To, der underskriver eller godkender, har samme e-mailadresse eller mobilnummer. "
        "Giv hver sin egen.",
        "nb": "To som signerer eller godkjenner, har samme e-postadresse eller mobilnummer. Gi "
        "hver sin egen.",
        "fi": "Kahdella allekirjoittajalla tai hyväksyjällä on sama sähköpostiosoite tai "
        "matkapuhelinnumero. Anna kummallekin oma.",
        "ro": "Doi care semnează sau aprobă au aceeași adresă de e-mail sau același număr de "
        "mobil. Dați fiecăruia una proprie.",
        "fr": "Deux signataires ou approbateurs ont la même adresse e-mail ou le même numéro de "
        "mobile. Donnez à chacun le sien.",
        "de": "Zwei, die unterschreiben oder genehmigen, haben dieselbe E-Mail-Adresse oder "
        "Mobilnummer. Geben Sie jedem eine eigene.",
    },
    "no_name": {
        "en": "A recipient has no name. Fill it in and send again.",
        "sv": "En mottagare saknar namn. Fyll i det och skicka igen.",
        "da": "En modtager mangler navn. Udfyld det, og send igen.",
        "nb": "En mottaker mangler navn. Fyll det inn og send på nytt.",
        "fi": "Vastaanottajan nimi puuttuu. Täytä se ja lähetä uudelleen.",
        "ro": "Unui destinatar îi lipsește numele. Completați-l și trimiteți din nou.",
        "fr": "Le nom d'un destinataire manque. Renseignez-le et renvoyez.",
        "de": "Einem Empfänger fehlt der Name. Tragen Sie ihn ein und senden Sie noch einmal.",
    },
    "unknown_role": {
        "en": "A recipient has a role that GetAccept does not have. Change it and send again.",
        "sv": "En mottagare har en roll som inte finns i GetAccept. Ändra rollen och skicka igen.",
        "da": "En modtager har en rolle, som GetAccept ikke har. Ret rollen, og send igen.",
        "nb": "En mottaker har en rolle som ikke finnes i GetAccept. Endre rollen og send på nytt.",
        "fi": "Vastaanottajalla on rooli, jota GetAcceptissa ei ole. Vaihda rooli ja lähetä "
        "uudelleen.",
        "ro": "Un destinatar are un rol care nu există în GetAccept. Schimbați rolul și trimiteți "
        "din nou.",
        "fr": "Un destinataire a un rôle que GetAccept ne connaît pas. Changez-le et renvoyez.",
        "de": "Ein Empfänger hat eine Rolle, die es in GetAccept nicht gibt. Ändern Sie die Rolle "
        "und senden Sie noch einmal.",
    },
    "no_signer": {
        "en": "Nobody is to sign. Give at least one recipient the role of signer.",
        "sv": "Ingen ska skriva under. Ge minst en mottagare rollen undertecknare.",
        "da": "Ingen skal skrive under. Giv mindst én modtager rollen underskriver.",
        "nb": "Ingen skal signere. Gi minst én mottaker rollen underskriver.",
        "fi": "Kukaan ei ole allekirjoittajana. Anna vähintään yhdelle vastaanottajalle "
        "allekirjoittajan rooli.",
        "ro": "Nimeni nu urmează să semneze. Dați cel puțin unui destinatar rolul de semnatar.",
        "fr": "Personne ne doit signer. Donnez à au moins un destinataire le rôle de signataire.",
        "de": "Niemand soll unterschreiben. Geben Sie mindestens einem Empfänger die Rolle des "
        "Unterzeichners.",
    },
    "approver_last": {
        "en": "An approver cannot be the last one in the order. Let a signer come after.",
        "sv": "En godkännare kan inte vara sist i ordningen. Låt en undertecknare komma efter.",
        "da": "En godkender kan ikke være sidst i rækkefølgen. Lad en underskriver komme bagefter.",
        "nb": "En godkjenner kan ikke være sist i rekkefølgen. La en underskriver komme etter.",
        "fi": "Hyväksyjä ei voi olla järjestyksessä viimeinen. Laita allekirjoittaja hänen "
        "jälkeensä.",
        "ro": "Un aprobator nu poate fi ultimul în ordine. Puneți un semnatar după el.",
        "fr": "Un approbateur ne peut pas être le dernier dans l'ordre. Placez un signataire après "
        "lui.",
        "de": "Ein Genehmiger kann nicht der Letzte in der Reihenfolge sein. Lassen Sie einen "
        "Unterzeichner folgen.",
    },
    "file_too_large": {
        "en": "A document or attachment is larger than {limit} MB. Make it smaller and send again.",
        "sv": "Ett dokument eller en bilaga är större än {limit} MB. Gör filen mindre och skicka "
        "igen.",
        "da": "Et dokument eller bilag er større end {limit} MB. Gør filen mindre, og send igen.",
        "nb": "Et dokument eller vedlegg er større enn {limit} MB. Gjør filen mindre og send på "
        "nytt.",
        "fi": "Asiakirja tai liite on suurempi kuin {limit} Mt. Pienennä tiedostoa ja lähetä "
        "uudelleen.",
        "ro": "Un document sau o anexă depășește {limit} MB. Micșorați fișierul și trimiteți din "
        "nou.",
        "fr": "Un document ou une pièce jointe dépasse {limit} Mo. Réduisez-le et renvoyez.",
        "de": "Ein Dokument oder eine Anlage ist größer als {limit} MB. Verkleinern Sie die Datei "
        "und senden Sie noch einmal.",
    },
    "file_kind": {
        "en": "GetAccept does not take a document of this kind. Send it as PDF.",
        "sv": "GetAccept tar inte emot dokument av det här slaget. Skicka det som PDF.",
        "da": "GetAccept tager ikke imod dokumenter af denne type. Send det som PDF.",
        "nb": "GetAccept tar ikke imot dokumenter av denne typen. Send det som PDF.",
        "fi": "GetAccept ei ota vastaan tällaista asiakirjaa. Lähetä se PDF-tiedostona.",
        "ro": "GetAccept nu acceptă documente de acest fel. Trimiteți-l ca PDF.",
        "fr": "GetAccept n'accepte pas ce type de document. Envoyez-le en PDF.",
        "de": "GetAccept nimmt Dokumente dieser Art nicht an. Senden Sie es als PDF.",
    },
    "import_failed": {
        "en": "GetAccept could not read the document. Open it there, or send it as another PDF.",
        "sv": "GetAccept kunde inte läsa dokumentet. Öppna det där, eller skicka en annan PDF.",
        "da": "GetAccept kunne ikke læse dokumentet. Åbn det der, eller send en anden PDF.",
        "nb": "GetAccept kunne ikke lese dokumentet. Åpne det der, eller send en annen PDF.",
        "fi": "GetAccept ei voinut lukea asiakirjaa. Avaa se siellä tai lähetä toinen PDF.",
        "ro": "GetAccept nu a putut citi documentul. Deschideți-l acolo sau trimiteți alt PDF.",
        "fr": "GetAccept n'a pas pu lire le document. Ouvrez-le là-bas ou envoyez un autre PDF.",
        "de": "GetAccept konnte das Dokument nicht lesen. Öffnen Sie es dort oder senden Sie ein "
        "anderes PDF.",
    },
    "gone_there": {
        "en": "The document was withdrawn or closed in GetAccept before it was sent.",
        "sv": "Dokumentet drogs tillbaka eller stängdes i GetAccept innan det skickades.",
        "da": "Dokumentet blev trukket tilbage eller lukket i GetAccept, før det blev sendt.",
        "nb": "Dokumentet ble trukket tilbake eller lukket i GetAccept før det ble sendt.",
        "fi": "Asiakirja peruttiin tai suljettiin GetAcceptissa ennen lähettämistä.",
        "ro": "Documentul a fost retras sau închis în GetAccept înainte de a fi trimis.",
        "fr": "Le document a été retiré ou fermé dans GetAccept avant d'être envoyé.",
        "de": "Das Dokument wurde in GetAccept zurückgezogen oder geschlossen, bevor es gesendet "
        "wurde.",
    },
}
