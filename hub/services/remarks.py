"""What customers and the sender write to each other about a request (A9): kept, told upstream, and
passed on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.plugin import Wording
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id
from hub.services import enclosures, endings, history, news, notices, reading, turns
from hub.services.core import Core
from hub.services.document_views import GivenFile
from hub.services.enclosures import ReadyFile
from hub.services.hosted import answering
from hub.services.portal import contact_news
from hub.services.portal.sharing import PUBLIC_KEY
from hub.services.record_links import record_link, talk_link
from hub.services.wordings import EMAIL
from hub.storage.models import Message, MessageFile, Recipient, Request

LONGEST_REMARK = 4000
IN, OUT = "in", "out"
ALONG: Wording = {
    "en": "Attached: {names}",
    "sv": "Bifogat: {names}",
    "da": "Vedhæftet: {names}",
    "nb": "Vedlagt: {names}",
    "fi": "Liitteenä: {names}",
    "ro": "Atașat: {names}",
    "fr": "En pièce jointe : {names}",
    "de": "Anbei: {names}",
}


def take_in(
    core: Core,
    rows: Session,
    request: Request,
    me: Recipient,
    said: str,
    *,
    at: datetime | None = None,
    external_id: str | None = None,
    files: Sequence[ReadyFile] = (),
) -> None:
    """A customer has written: the record and the sender are told. ``external_id`` is its name at a
    hosted provider, or of the e-mail that it came by. Raises ``Unfit`` for too many files."""
    row = keep(core, rows, request, me, IN, said, at=at, external_id=external_id, files=files)
    values = {
        "name": me.contact.get("name") or "",
        "number": request.plan["number"] or request.source_id,
        "text": _with_names(said, files, core.workspace(request.workspace_id).language),
        "link": answering.where(core, rows, request)
        or record_link(core, request)
        or talk_link(core, request),
    }
    if news.owe(core, rows, request, "remarked", row.id, values, about="remark"):
        return
    workspace = core.workspace(request.workspace_id)
    notices.owe_notice(
        core,
        rows,
        request,
        way=EMAIL,
        about="remark",
        key=row.id,
        to=workspace.email,
        to_name=workspace.name,
        language=workspace.language,
        values=values,
    )


def answer_remark(
    core: Core,
    workspace_id: str,
    request_id: str,
    recipient_key: str | None,
    text: str,
    files: Sequence[GivenFile] = (),
    *,
    unless_just_said: bool = False,
) -> None:
    """The sender answers somebody's remarks; they are told by e-mail or SMS, or by the provider
    that keeps the document. Without a key it is the only one whom a request has. What they wrote
    counts as read. ``unless_just_said``: the same once more is not sent. Raises ``NotFound``,
    ``Unfit``."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST_REMARK and not (files and not said):
        raise Unfit("bad_text", f"write 1 to {LONGEST_REMARK} characters", field="text")
    with core.db.read() as rows:
        _answered(turns.own(rows, workspace_id, request_id), recipient_key)
    ready = enclosures.look_at(core, workspace_id, files)
    said = said or enclosures.names(ready)
    with core.db.write() as rows:
        request = turns.own(rows, workspace_id, request_id)
        person = _answered(request, recipient_key)
        reading.read_by_sender(core, rows, request, person)
        if unless_just_said and is_last(rows, person, OUT, said, ready):
            return
        row = reply(core, rows, request, person, said, files=ready)
        if answering.owe(core, rows, request, row, files=ready):
            return
        told = _with_names(row.text, ready, person.language)
        contact_news.tell_person(core, rows, request, person, row.id, told)
    core.wake()


def reply(
    core: Core,
    rows: Session,
    request: Request,
    person: Recipient,
    said: str,
    *,
    at: datetime | None = None,
    external_id: str | None = None,
    files: Sequence[ReadyFile] = (),
) -> Message:
    """The sender has written, here or at a hosted provider: the record is told."""
    return keep(core, rows, request, person, OUT, said, at=at, external_id=external_id, files=files)


def keep(
    core: Core,
    rows: Session,
    request: Request,
    person: Recipient,
    direction: str,
    said: str,
    *,
    at: datetime | None = None,
    external_id: str | None = None,
    files: Sequence[ReadyFile] = (),
) -> Message:
    """The remark's rows, its event, and the steps that follow."""
    now = core.clock.now()
    row = Message(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        recipient_id=person.id,
        direction=direction,
        text=said,
        at=at or now,
        external_id=external_id,
    )
    rows.add(row)
    kept = enclosures.keep(rows, request, row, files, now)
    _tell_history(rows, request, person, row, kept)
    about = {"recipient": person.key, "text": said, "files": enclosures.told(kept)}
    kind = EventKind.REMARKED if direction == IN else EventKind.REPLIED
    endings.owe_steps(core, rows, request, kind.value, about=about)
    return row


def _tell_history(
    rows: Session, request: Request, person: Recipient, row: Message, kept: list[MessageFile]
) -> None:
    hashes = {"files": [one.sha256 for one in kept]} if kept else {}
    history.append(
        rows,
        request,
        EventKind.REMARKED,
        row.at,
        dedupe=f"remarked:{row.id}",
        data={"recipient": person.key, "direction": row.direction, **hashes},
        personal={"text": row.text},
    )


def is_last(
    rows: Session, person: Recipient, direction: str, said: str, files: Sequence[ReadyFile]
) -> bool:
    """Whether the last message of one side says the same, with the same files."""
    mine = Message.recipient_id == person.id, Message.direction == direction
    last = rows.scalar(select(Message).where(*mine).order_by(Message.id.desc()).limit(1))
    if last is None or last.text != said:
        return False
    kept = select(MessageFile.sha256).where(MessageFile.message_id == last.id)
    return list(rows.scalars(kept.order_by(MessageFile.position))) == [one.sha256 for one in files]


def _with_names(said: str, files: Sequence[ReadyFile], language: str) -> str:
    """What is written in a mail, which carries no files itself: their names stand below."""
    if not files:
        return said
    words = ALONG.get(language, ALONG["en"])
    return f"{said}\n\n{words.format(names=enclosures.names(files))}"


def _answered(request: Request, key: str | None) -> Recipient:
    if key is None:
        if len(request.recipients) != 1:
            raise Unfit("no_recipient", "say who is answered", field="recipient")
        return request.recipients[0]
    for one in request.recipients:
        if one.key == key != PUBLIC_KEY:  # all who have the public link would read it
            return one
    raise turns.unknown_recipient(request, key)
