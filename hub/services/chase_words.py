"""Why a customer cannot be asked once more just now, in the words of the upstream's users."""

from __future__ import annotations

from collections.abc import Mapping

from hub.contracts.plugin import Wording

JUST_NOW: Wording = {
    "en": "They were asked a moment ago. You can chase again in ten minutes.",
    "sv": "Kunden påmindes alldeles nyss. Du kan påminna igen om tio minuter.",
    "da": "Kunden er lige blevet rykket. Du kan rykke igen om ti minutter.",
    "nb": "Kunden ble purret for et øyeblikk siden. Du kan purre igjen om ti minutter.",
    "fi": "Asiakasta muistutettiin hetki sitten. "
    "Voit muistuttaa uudelleen kymmenen minuutin päästä.",
    "ro": "Clientului i s-a reamintit chiar acum. Puteți reaminti din nou peste zece minute.",
    "fr": "Le client vient d'être relancé. Vous pourrez le relancer de nouveau dans dix minutes.",
    "de": "Beim Kunden wurde gerade nachgefasst. In zehn Minuten können Sie es wieder tun.",
}
OVER: Wording = {
    "en": "It is over meanwhile, so nobody was asked again. Open this page anew to see how it "
    "ended.",
    "sv": "Det är avslutat sedan dess, så ingen påmindes. Öppna sidan på nytt för att se hur det "
    "gick.",
    "da": "Det er afsluttet i mellemtiden, så ingen blev rykket. Åbn siden igen for at se, hvordan "
    "det endte.",
    "nb": "Det er avsluttet i mellomtiden, så ingen ble purret. Åpne siden på nytt for å se "
    "hvordan det endte.",
    "fi": "Asia on sillä välin päättynyt, joten ketään ei muistutettu. Avaa sivu uudelleen, niin "
    "näet, miten kävi.",
    "ro": "S-a încheiat între timp, așa că nu s-a reamintit nimănui. Redeschideți pagina ca să "
    "vedeți rezultatul.",
    "fr": "C'est terminé entre-temps : personne n'a été relancé. Rouvrez cette page pour voir "
    "l'issue.",
    "de": "Es ist inzwischen beendet, darum wurde nicht nachgefasst. Öffnen Sie die Seite neu, um "
    "das Ergebnis zu sehen.",
}
IN_HAND: Wording = {
    "en": "The customer has just signed, and the signature is being checked. Wait a moment.",
    "sv": "Kunden har just skrivit under, och underskriften kontrolleras. Vänta en stund.",
    "da": "Kunden har lige skrevet under, og underskriften kontrolleres. Vent et øjeblik.",
    "nb": "Kunden har nettopp signert, og signaturen kontrolleres. Vent et øyeblikk.",
    "fi": "Asiakas allekirjoitti juuri, ja allekirjoitusta tarkistetaan. Odota hetki.",
    "ro": "Clientul tocmai a semnat, iar semnătura este în curs de verificare. Așteptați puțin.",
    "fr": "Le client vient de signer et sa signature est en cours de vérification. Patientez un "
    "instant.",
    "de": "Der Kunde hat gerade unterschrieben, die Unterschrift wird geprüft. Einen Moment bitte.",
}
NOBODY: Wording = {
    "en": "Nobody who was asked is waited for now, so there is nobody to chase.",
    "sv": "Ingen som har fått länken väntas på just nu, så det finns ingen att påminna.",
    "da": "Der ventes ikke på nogen, som har fået linket, så der er ingen at rykke.",
    "nb": "Det ventes ikke på noen som har fått lenken, så det er ingen å purre.",
    "fi": "Keneltäkään linkin saaneelta ei odoteta nyt vastausta, joten muistutettavaa ei ole.",
    "ro": "Nu se așteaptă răspuns de la nimeni care a primit linkul, deci nu aveți cui reaminti.",
    "fr": "Personne parmi les destinataires n'est attendu : il n'y a personne à relancer.",
    "de": "Auf niemanden, der den Link hat, wird gewartet; es ist niemand zu erinnern.",
}
UNREACHABLE: Wording = {
    "en": "No address reaches them. Correct the addresses in the record, or call them.",
    "sv": "Ingen adress når dem. Rätta adresserna i posten, eller ring.",
    "da": "Ingen adresse når dem. Ret adresserne i posten, eller ring.",
    "nb": "Ingen adresse når dem. Rett adressene i posten, eller ring.",
    "fi": "Mikään osoite ei tavoita heitä. Korjaa tietueen osoitteet tai soita.",
    "ro": "Nicio adresă nu ajunge la ei. Corectați adresele în înregistrare sau sunați.",
    "fr": "Aucune adresse ne permet de les joindre. Corrigez les adresses de la fiche, ou "
    "appelez-les.",
    "de": "Keine Adresse erreicht sie. Berichtigen Sie die Adressen im Datensatz, oder rufen Sie "
    "an.",
}
# Why it was refused → what is told.
REFUSALS: Mapping[str, Wording] = {
    "chased_just_now": JUST_NOW,
    "request_over": OVER,
    "signature_in_hand": IN_HAND,
    "nobody_waited_for": NOBODY,
    "unreachable": UNREACHABLE,
}
