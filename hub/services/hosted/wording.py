"""What stands in a proof in place of a text that was signed here: what was handed over, to whom."""

from __future__ import annotations

from hub.services.core import Core
from hub.storage.models import HostedAgreement, Recipient, Request

_TEXT = {
    "en": "{title} was read and signed at {provider}, which kept it as {reference}.\n"
    "The file that was handed over there has the SHA-256 {sha256}.",
    "sv": "{title} lästes och signerades hos {provider}, som {reference}.\n"
    "Filen som lämnades dit har SHA-256 {sha256}.",
    "da": "{title} blev læst og underskrevet hos {provider}, som {reference}.\n"
    "Filen, der blev afleveret dér, har SHA-256 {sha256}.",
    "nb": "{title} ble lest og signert hos {provider}, som {reference}.\n"
    "Filen som ble levert dit, har SHA-256 {sha256}.",
    "fi": "{title} luettiin ja allekirjoitettiin palvelussa {provider} tunnuksella {reference}.\n"
    "Sinne annetun tiedoston SHA-256 on {sha256}.",
    "ro": "{title} a fost citit și semnat la {provider}, cu referința {reference}.\n"
    "Fișierul predat acolo are SHA-256 {sha256}.",
    "fr": "{title} a été lu et signé chez {provider}, sous la référence {reference}.\n"
    "Le fichier remis a le SHA-256 {sha256}.",
    "de": "{title} wurde bei {provider} gelesen und unterschrieben, dort als {reference}.\n"
    "Die dort übergebene Datei hat den SHA-256 {sha256}.",
}


def signed_text(core: Core, request: Request, row: HostedAgreement, person: Recipient) -> str:
    """Nobody read a text of the hub's before signing: this one says what was signed instead."""
    manifest = core.registry.manifest(core.instance(request.workspace_id, row.provider))
    text = _TEXT.get(person.language) or _TEXT["en"]
    return text.format(
        title=request.title,
        provider=manifest.title,
        reference=row.reference,
        sha256=row.file_sha256,
    )
