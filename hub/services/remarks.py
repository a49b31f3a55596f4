"""What customers and the sender write to each other about a request (A9): kept, told upstream, and
passed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id
from hub.services import endings, history, news, notices, turns
from hub.services.core import Core
from hub.services.hosted import answering
from hub.services.portal import contact_news
from hub.services.record_links import record_link
from hub.services.wordings import EMAIL
from hub.storage.models import Message, Recipient, Request

LONGEST_REMARK = 4000
IN, OUT = "in", "out"


def take_in(
    core: Core,
    rows: Session,
    request: Request,
    me: Recipient,
    said: str,
    *,
    at: datetime | None = None,
    external_id: str | None = None,
) -> None:
    """A customer has written: the record and the sender are told. ``external_id`` is its name at a
    hosted provider, or of the e-mail that it came by."""
    row = keep(core, rows, request, me, IN, said, at=at, external_id=external_id)
    about = {"recipient": me.key, "text": said}
    endings.owe_steps(core, rows, request, EventKind.REMARKED.value, about=about)
    values = {
        "name": me.contact.get("name") or "",
        "number": request.plan["number"] or request.source_id,
        "text": said,
        "link": answering.where(core, rows, request) or record_link(core, request),
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
    core: Core, workspace_id: str, request_id: str, recipient_key: str | None, text: str
) -> None:
    """The sender answers somebody's remarks; they are told by e-mail or SMS, or by the provider
    that keeps the document. Without a key it is the only one whom a request has. Raises
    ``NotFound``, ``Unfit``."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST_REMARK:
        raise Unfit("bad_text", f"write 1 to {LONGEST_REMARK} characters", field="text")
    with core.db.write() as rows:
        request = turns.own(rows, workspace_id, request_id)
        person = _answered(request, recipient_key)
        row = reply(core, rows, request, person, said)
        if answering.owe(core, rows, request, row):
            return
        contact_news.tell_person(core, rows, request, person, row.id, said)
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
) -> Message:
    """The sender has written, here or at a hosted provider: the record is told."""
    row = keep(core, rows, request, person, OUT, said, at=at, external_id=external_id)
    about = {"recipient": person.key, "text": said}
    endings.owe_steps(core, rows, request, EventKind.REPLIED.value, about=about)
    return row


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
) -> Message:
    """The remark's row and its event."""
    row = Message(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        recipient_id=person.id,
        direction=direction,
        text=said,
        at=at or core.clock.now(),
        external_id=external_id,
    )
    rows.add(row)
    history.append(
        rows,
        request,
        EventKind.REMARKED,
        row.at,
        dedupe=f"remarked:{row.id}",
        data={"recipient": person.key, "direction": direction},
        personal={"text": row.text},
    )
    return row


def _answered(request: Request, key: str | None) -> Recipient:
    if key is None:
        if len(request.recipients) != 1:
            raise Unfit("no_recipient", "say who is answered", field="recipient")
        return request.recipients[0]
    for one in request.recipients:
        if one.key == key:
            return one
    raise turns.unknown_recipient(request, key)
