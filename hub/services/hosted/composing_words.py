"""Why nothing can be handed over, in words for the upstream's user."""

from __future__ import annotations

from collections.abc import Mapping

NO_DOCUMENT: Mapping[str, str] = {
    "en": "There is nothing to sign: the record gives neither a document nor lines. Add one and "
    "press the button again.",
    "sv": "Det finns inget att skriva under: posten ger varken dokument eller rader. Lägg till "
    "något och tryck på knappen igen.",
    "da": "Der er intet at skrive under på: posten giver hverken dokument eller linjer. Tilføj "
    "noget, og tryk på knappen igen.",
    "nb": "Det er ingenting å signere: posten gir verken dokument eller linjer. Legg til noe og "
    "trykk på knappen igjen.",
    "fi": "Allekirjoitettavaa ei ole: tietueessa ei ole asiakirjaa eikä rivejä. Lisää jompikumpi "
    "ja paina painiketta uudelleen.",
    "ro": "Nu este nimic de semnat: înregistrarea nu dă nici document, nici linii. Adăugați ceva "
    "și apăsați din nou butonul.",
    "fr": "Il n'y a rien à signer : la fiche ne donne ni document ni lignes. Ajoutez-en et appuyez "
    "de nouveau sur le bouton.",
    "de": "Es gibt nichts zu unterschreiben: Der Datensatz ergibt weder ein Dokument noch Zeilen. "
    "Fügen Sie etwas hinzu und drücken Sie den Knopf noch einmal.",
}
TOO_LARGE: Mapping[str, str] = {
    "en": "The documents are larger than 100 MB together. Make their images smaller, or leave "
    "some out.",
    "sv": "Dokumenten är tillsammans större än 100 MB. Förminska bilderna eller utelämna något.",
    "da": "Dokumenterne er tilsammen større end 100 MB. Gør billederne mindre, eller udelad noget.",
    "nb": "Dokumentene er til sammen større enn 100 MB. Gjør bildene mindre, eller utelat noe.",
    "fi": "Asiakirjat ovat yhteensä yli 100 Mt. Pienennä kuvia tai jätä jotakin pois.",
    "ro": "Documentele au împreună peste 100 MB. Micșorați imaginile sau renunțați la ceva.",
    "fr": "Les documents dépassent ensemble 100 Mo. Réduisez leurs images ou retirez-en.",
    "de": "Die Dokumente sind zusammen größer als 100 MB. Verkleinern Sie die Bilder, oder lassen "
    "Sie etwas weg.",
}
NOT_READABLE: Mapping[str, str] = {
    "en": "A PDF is damaged and cannot be put together with the rest. Print it to a new PDF and "
    "send that.",
    "sv": "En PDF-fil är skadad och går inte att foga ihop med resten. Skriv ut den till en ny PDF "
    "och skicka den.",
    "da": "En PDF er beskadiget og kan ikke føjes sammen med resten. Udskriv den til en ny PDF, og "
    "send den.",
    "nb": "En PDF er skadet og kan ikke føyes sammen med resten. Skriv den ut til en ny PDF og "
    "send den.",
    "fi": "PDF on vioittunut, eikä sitä voi yhdistää muihin. Tulosta se uudeksi PDF:ksi ja lähetä "
    "se.",
    "ro": "Un PDF este deteriorat și nu poate fi alăturat celorlalte. Tipăriți-l într-un PDF nou "
    "și trimiteți-l.",
    "fr": "Un PDF est endommagé et ne peut être joint aux autres. Imprimez-le dans un nouveau PDF "
    "et envoyez-le.",
    "de": "Eine PDF-Datei ist beschädigt und lässt sich nicht mit den übrigen verbinden. Drucken "
    "Sie sie in eine neue PDF-Datei und senden Sie diese.",
}
