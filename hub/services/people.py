"""What people of a request do beside signing: approve, pass the link on, write to the sender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id
from hub.services import (
    acceptance,
    codes,
    endings,
    forwarding,
    history,
    news,
    notices,
    offers,
    papers,
    places,
    turns,
)
from hub.services.core import Core
from hub.services.document_views import CodeView
from hub.services.moments import in_zone
from hub.services.record_links import record_link
from hub.services.views import CaseClosed, NotReady
from hub.services.wordings import EMAIL
from hub.storage.models import Message, Recipient, Request

LONGEST_REMARK = 4000
MOST_REMARKS = 50  # of one recipient


class PeopleDesk:
    """Part of ``views.CustomerCases``."""

    _core: Core

    def approve(self, token: str, client: ClientContext) -> None:
        """See ``CustomerCases.approve``."""
        core = self._core
        with core.db.write() as rows:
            place = places.find_unsigned(rows, token)
            request, me = place.request, place.recipient
            if me.role != turns.APPROVER:
                raise CaseClosed("a signer does not approve")
            found = papers.papers_of(rows, request, texts=False)
            if papers.unseen(rows, request, me.id, found):
                raise NotReady("document")
            shown, now = papers.shown(request, found), core.clock.now()
            data = {
                "recipient": me.key,
                "shown_sha256": papers.shown_hash(shown),
                **place.told,
            }
            name = me.contact.get("name") or ""
            zone = core.workspace(request.workspace_id).zone
            how: dict[str, Any] = {
                "name": name,
                "at": now.isoformat(timespec="seconds"),
                "ip": client.ip,
            }
            how |= {"at_local": in_zone(now, zone), **place.told}
            acceptance.keep(rows, request, me, "approved", how, shown, now)
            round_ = request.plan.get("round", 0)
            history.append(
                rows,
                request,
                EventKind.APPROVED,
                now,
                dedupe=f"approved:{me.key}:{round_}",
                data=data,
                personal={"name": name, "ip": client.ip},
            )
            about = {"recipient": me.key}
            endings.owe_steps(core, rows, request, EventKind.APPROVED.value, about=about)
            acceptance.go_on(core, rows, request)
        core.wake()

    def send_code(self, token: str, session: str, purpose: str) -> CodeView:
        """See ``CustomerCases.send_code``."""
        core = self._core
        with core.db.write() as rows:
            place = places.find_unsigned(rows, token)
            view = codes.send(core, rows, place, session, purpose)
        core.wake()
        return view

    def forward(
        self, token: str, session: str, data: Mapping[str, str], client: ClientContext
    ) -> None:
        """See ``CustomerCases.forward``. Who forwards proves with a code that the known address is
        theirs; the one named gets a link of their own."""
        core, wrong = self._core, None
        with core.db.write() as rows:
            place = places.find_unsigned(rows, token)
            if not offers.signing(place.request).get("forward"):
                raise CaseClosed("this request may not be passed on")
            contact = forwarding.somebody_else(core, place.request, place.recipient, data)
            given = data.get("code", "")
            wrong = codes.check(core, rows, place.recipient, session, codes.FORWARD, given)
            if wrong is None:
                forwarding.forward(core, rows, place, contact, client)
        if wrong is not None:
            raise wrong
        core.wake()

    def remark(self, token: str, text: str, client: ClientContext) -> None:
        """See ``CustomerCases.remark``."""
        core, said = self._core, text.strip()
        if not said:
            raise Unfit("empty", "the remark is empty", field="text")
        if len(said) > LONGEST_REMARK:
            raise Unfit("too_long", "the remark is too long", field="text", limit=LONGEST_REMARK)
        with core.db.write() as rows:
            place = places.find_shown(rows, token)
            request = place.request
            if not history.is_open(request) or not offers.signing(request).get("remarks"):
                raise CaseClosed("no remarks are taken any more")
            mine = select(func.count(), func.max(Message.id)).where(
                Message.recipient_id == place.recipient.id, Message.direction == "in"
            )
            many, last = rows.execute(mine).one()
            if last and rows.get_one(Message, last).text == said:
                return  # sent twice by a double tap
            if many >= MOST_REMARKS:
                raise Unfit("too_many", "there are too many remarks", field="text")
            _remark(core, rows, place, said)
        core.wake()


def answer_remark(
    core: Core, workspace_id: str, request_id: str, recipient_key: str | None, text: str
) -> None:
    """The sender answers somebody's remarks; they are told by e-mail or SMS. Without a key it is
    the only one whom a request has. Raises ``NotFound``, ``Unfit``."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST_REMARK:
        raise Unfit("bad_text", f"write 1 to {LONGEST_REMARK} characters", field="text")
    with core.db.write() as rows:
        request = turns.own(rows, workspace_id, request_id)
        person = _answered(request, recipient_key)
        row = _message(core, rows, request, person, "out", said)
        _tell_remarked(core, rows, request, person, row, "out")
        way = notices.way_to(person.contact)
        notices.owe_notice(
            core,
            rows,
            request,
            way=way,
            about="answer",
            key=row.id,
            to=person.contact.get("email" if way == EMAIL else "mobile") or "",
            to_name=person.contact.get("name") or "",
            language=person.language,
            values={"text": said, "link": core.links.customer(person.id)},
        )
    core.wake()


def _answered(request: Request, key: str | None) -> Recipient:
    if key is None:
        if len(request.recipients) != 1:
            raise Unfit("no_recipient", "say who is answered", field="recipient")
        return request.recipients[0]
    for one in request.recipients:
        if one.key == key:
            return one
    raise turns.unknown_recipient(request, key)


def _remark(core: Core, rows: Session, place: places.Place, said: str) -> None:
    request, me = place.request, place.recipient
    row = _message(core, rows, request, me, "in", said)
    _tell_remarked(core, rows, request, me, row, "in")
    about = {"recipient": me.key, "text": said}
    endings.owe_steps(core, rows, request, EventKind.REMARKED.value, about=about)
    values = {
        "name": place.name,
        "number": request.plan["number"] or request.source_id,
        "text": said,
        "link": record_link(core, request),
    }
    chosen = "remarked" in news.wanted(request).get("about", ())
    if chosen and news.owe(core, rows, request, "remark", row.id, values):
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


def _message(
    core: Core, rows: Session, request: Request, person: Recipient, direction: str, said: str
) -> Message:
    row = Message(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        recipient_id=person.id,
        direction=direction,
        text=said,
        at=core.clock.now(),
    )
    rows.add(row)
    return row


def _tell_remarked(
    core: Core, rows: Session, request: Request, person: Recipient, row: Message, direction: str
) -> None:
    history.append(
        rows,
        request,
        EventKind.REMARKED,
        row.at,
        dedupe=f"remarked:{row.id}",
        data={"recipient": person.key, "direction": direction},
        personal={"text": row.text},
    )
