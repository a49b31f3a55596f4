"""Answers that customers write to an e-mail: each becomes a remark, once.

They land whatever the mapping offers on the page, and also when the request is over: what somebody
has written is not lost.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.channel import Reply
from hub.contracts.plugin import Wording
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import HookRejected
from hub.services import remarks
from hub.services.core import Core
from hub.services.people import MOST_REMARKS
from hub.services.remarks import IN, LONGEST_REMARK
from hub.storage.models import Message, Recipient, Request

FILES: Wording = {
    "en": "Attached files that did not come along: {count}",
    "sv": "Bifogade filer som inte följde med: {count}",
    "da": "Vedhæftede filer, der ikke kom med: {count}",
    "nb": "Vedlagte filer som ikke kom med: {count}",
    "fi": "Liitteitä, jotka eivät tulleet mukana: {count}",
    "ro": "Fișiere atașate care nu au fost preluate: {count}",
    "fr": "Fichiers joints qui n'ont pas suivi : {count}",
    "de": "Angehängte Dateien, die nicht mitkamen: {count}",
}

OTHER: Wording = {
    "en": "Written from another address: {sender}",
    "sv": "Skrivet från en annan adress: {sender}",
    "da": "Skrevet fra en anden adresse: {sender}",
    "nb": "Skrevet fra en annen adresse: {sender}",
    "fi": "Kirjoitettu toisesta osoitteesta: {sender}",
    "ro": "Scris de la altă adresă: {sender}",
    "fr": "Écrit depuis une autre adresse : {sender}",
    "de": "Von einer anderen Adresse geschrieben: {sender}",
}
_LONGEST_ADDRESS = 254


def take(core: Core, session: Session, workspace_id: str, reply: Reply) -> None:
    """Keep one answer. Raises ``HookRejected``, whose words go back to the mail server."""
    recipient = session.get(Recipient, core.links.replying(reply.token) or "")
    if recipient is None or recipient.workspace_id != workspace_id:
        raise HookRejected(
            "a reply names nobody",
            status=404,
            code="unknown_reply",
            customer="The address for answers is not one that was given out here.",
        )
    request = session.get_one(Request, recipient.request_id)
    name = f"mail:{sha256_hex(reply.name.encode())[:40]}"
    mine = select(Message.id).where(Message.request_id == request.id, Message.external_id == name)
    if session.scalar(mine) is not None:
        return
    _refuse_too_many(session, recipient)
    said = _said(reply, recipient, core.workspace(workspace_id).language)
    remarks.take_in(core, session, request, recipient, said, external_id=name)


def _refuse_too_many(session: Session, recipient: Recipient) -> None:
    mine = (Message.recipient_id == recipient.id, Message.direction == IN)
    if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_REMARKS:
        raise HookRejected(
            "somebody has written too many remarks",
            status=422,
            code="too_many",
            customer=f"There are {MOST_REMARKS} remarks of this person already.",
        )


def _said(reply: Reply, recipient: Recipient, language: str) -> str:
    """The text for whoever works at the request, and what must be known of it: whoever was passed
    the mail can answer it too. What is too long is cut and says so; the whole mail stays with the
    call."""
    said = reply.text.strip()
    notes = []
    known = (recipient.contact.get("email") or "").lower()
    if reply.sender and reply.sender.lower() != known:
        notes.append(_in(OTHER, language).format(sender=reply.sender[:_LONGEST_ADDRESS]))
    if reply.files:
        notes.append(_in(FILES, language).format(count=reply.files))
    below = "\n\n" + "\n".join(notes) if notes else ""
    most = LONGEST_REMARK - len(below)
    return (said if len(said) <= most else f"{said[: most - 1].rstrip()}…") + below


def _in(words: Wording, language: str) -> str:
    return words.get(language) or words["en"]
