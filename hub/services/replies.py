"""Answers that customers write to an e-mail: each becomes a remark, once.

They land whatever the mapping offers on the page, and also when the request is over: what somebody
has written is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.channel import Reply
from hub.contracts.plugin import Wording
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import HookRejected, Unfit
from hub.services import enclosures, file_names, remarks
from hub.services.core import Core
from hub.services.document_views import GivenFile
from hub.services.enclosures import ReadyFile
from hub.services.people import MOST_REMARKS
from hub.services.remarks import IN, LONGEST_REMARK
from hub.storage.models import Message, Recipient, Request

FILES: Wording = {
    "en": "Attached files that were not taken: {names}",
    "sv": "Bifogade filer som inte togs emot: {names}",
    "da": "Vedhæftede filer, der ikke blev modtaget: {names}",
    "nb": "Vedlagte filer som ikke ble tatt imot: {names}",
    "fi": "Liitteet, joita ei otettu vastaan: {names}",
    "ro": "Fișiere atașate care nu au fost preluate: {names}",
    "fr": "Fichiers joints qui n'ont pas été pris : {names}",
    "de": "Angehängte Dateien, die nicht angenommen wurden: {names}",
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
_LONGEST_NAME, _MOST_NAMES = 80, 10


@dataclass(frozen=True)
class Looked:
    """The files of an answer: what is taken, and the names of what is not."""

    taken: tuple[ReadyFile, ...] = ()
    left: tuple[str, ...] = ()


def look_at(core: Core, workspace_id: str, reply: Reply) -> Looked:
    """Look at what came along, by the rules for every message; call it where no transaction is
    open. Raises ``Retryable`` while nothing can be looked at: the mail server comes again."""
    if core.links.replying(reply.token) is None:
        return Looked()  # nobody's answer, as ``take`` will say
    taken: list[ReadyFile] = []
    left: list[str] = []
    for file in reply.files:
        given = GivenFile(file.name, file.content)
        try:
            if len(taken) == enclosures.MOST_FILES:
                raise Unfit("too_many_files")
            taken += enclosures.look_at(core, workspace_id, [given])
        except Unfit:
            left.append(file_names.last_part(file.name)[:_LONGEST_NAME] or "file")
    return Looked(tuple(taken), tuple(left))


def take(
    core: Core, session: Session, workspace_id: str, reply: Reply, files: Looked | None = None
) -> None:
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
    looked = files or Looked()
    if enclosures.too_much(session, recipient.id, IN, looked.taken):
        looked = Looked((), (*(one.name for one in looked.taken), *looked.left))
    said = _said(reply, recipient, core.workspace(workspace_id).language, looked)
    given = looked.taken
    remarks.take_in(core, session, request, recipient, said, external_id=name, files=given)


def _refuse_too_many(session: Session, recipient: Recipient) -> None:
    mine = (Message.recipient_id == recipient.id, Message.direction == IN)
    if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_REMARKS:
        raise HookRejected(
            "somebody has written too many remarks",
            status=422,
            code="too_many",
            customer=f"There are {MOST_REMARKS} remarks of this person already.",
        )


def _said(reply: Reply, recipient: Recipient, language: str, files: Looked) -> str:
    """The text for whoever works at the request, and what must be known of it: whoever was passed
    the mail can answer it too. What is too long is cut and says so; the mail's beginning stays
    with the call."""
    said = reply.text.strip() or enclosures.names(files.taken)
    notes = []
    known = (recipient.contact.get("email") or "").lower()
    if reply.sender and reply.sender.lower() != known:
        notes.append(_in(OTHER, language).format(sender=reply.sender[:_LONGEST_ADDRESS]))
    if files.left:
        named = ", ".join(files.left[:_MOST_NAMES])
        more = "…" if len(files.left) > _MOST_NAMES else ""
        notes.append(_in(FILES, language).format(names=named + more))
    below = "\n".join(notes)
    if not said:
        return below
    below = f"\n\n{below}" if below else ""
    most = LONGEST_REMARK - len(below)
    return (said if len(said) <= most else f"{said[: most - 1].rstrip()}…") + below


def _in(words: Wording, language: str) -> str:
    return words.get(language) or words["en"]
