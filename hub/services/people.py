"""What people of a request do beside signing: approve, pass the link on, write to the sender."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext
from hub.kernel.errors import Unfit
from hub.services import (
    acceptance,
    codes,
    conversation,
    enclosures,
    endings,
    forwarding,
    history,
    offers,
    papers,
    places,
    reading,
    receipts,
    remarks,
    turns,
)
from hub.services.core import Core
from hub.services.document_views import CodeView, FileView, GivenFile
from hub.services.enclosures import ReadyFile
from hub.services.moments import in_zone
from hub.services.places import Place
from hub.services.remarks import LONGEST_REMARK
from hub.services.views import CaseClosed, LinkInvalid, NotReady
from hub.storage.models import Message, MessageFile

MOST_REMARKS = 50  # of one recipient


class PeopleDesk:
    """Part of ``views.CustomerCases``."""

    _core: Core

    def approve(self, token: str, client: ClientContext) -> None:
        """See ``CustomerCases.approve``."""
        core = self._core
        with core.db.write() as rows:
            place = places.find_unsigned(self._core, rows, token)
            request, me = place.request, place.recipient
            if me.role != turns.APPROVER:
                raise CaseClosed("a signer does not approve")
            places.refuse_late(place, core.clock.now())
            found = papers.papers_of(rows, request, texts=False)
            if papers.unseen(rows, request, me.id, found):
                raise NotReady("document")
            shown, now = papers.shown(request, found), core.clock.now()
            seen = {"shown_sha256": papers.shown_hash(shown), **place.told}
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
                data={"recipient": me.key, **seen},
                personal={"name": name, "ip": client.ip},
            )
            about = {"recipient": me.key}
            endings.owe_steps(core, rows, request, EventKind.APPROVED.value, about=about)
            receipts.owe_confirmation(core, rows, request, me)
            acceptance.go_on(core, rows, request)
        core.wake()

    def send_code(self, token: str, session: str, purpose: str) -> CodeView:
        """See ``CustomerCases.send_code``."""
        core = self._core
        with core.db.write() as rows:
            place = places.find_unsigned(self._core, rows, token)
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
            place = places.find_unsigned(self._core, rows, token)
            places.refuse_late(place, core.clock.now())
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

    def remark(
        self, token: str, text: str, client: ClientContext, files: Sequence[GivenFile] = ()
    ) -> None:
        """See ``CustomerCases.remark``."""
        core, said = self._core, text.strip()
        if not said and not files:
            raise Unfit("empty", "the remark is empty", field="text")
        if len(said) > LONGEST_REMARK:
            raise Unfit("too_long", "the remark is too long", field="text", limit=LONGEST_REMARK)
        ready: tuple[ReadyFile, ...] = ()
        if files:
            with core.db.read() as rows:  # who may not write has no file looked at
                request = _writing(core, rows, token).request
            ready = enclosures.look_at(core, request.workspace_id, files)
            said = said or enclosures.names(ready)
        with core.db.write() as rows:
            place = _writing(core, rows, token)
            if remarks.is_last(rows, place.recipient, remarks.IN, said, ready):
                return  # sent twice by a double tap
            remarks.take_in(core, rows, place.request, place.recipient, said, files=ready)
        core.wake()

    def read_remarks(self, token: str) -> None:
        """See ``CustomerCases.read_remarks``."""
        with self._core.db.write() as rows:
            place = places.find_shown(self._core, rows, token)
            if not place.in_person:
                reading.read_by_customer(self._core, rows, place.recipient)

    def enclosed(self, token: str, file_id: str) -> FileView:
        """See ``CustomerCases.enclosed``."""
        core = self._core
        with core.db.read() as rows:
            place = places.find_shown(core, rows, token)
            mine = conversation.readable(place.request, place.recipient)
            query = select(MessageFile).join(Message, Message.id == MessageFile.message_id)
            found = rows.scalar(query.where(mine, MessageFile.id == file_id))
        if found is None or place.in_person:
            raise LinkInvalid("there is no such file")
        content = core.workshop.blobs.get(found.workspace_id, found.sha256)
        return FileView(found.name, found.media_type, content, found.sha256)


def _writing(core: Core, rows: Session, token: str) -> Place:
    """Whoever may write one more. Raises ``CaseClosed``, ``Unfit``."""
    place = places.find_shown(core, rows, token)
    request = place.request
    wanted = offers.signing(request).get("remarks") and not place.public
    if not history.is_open(request) or not wanted:
        raise CaseClosed("no remarks are taken any more")
    mine = Message.recipient_id == place.recipient.id, Message.direction == remarks.IN
    if (rows.scalar(select(func.count()).where(*mine)) or 0) >= MOST_REMARKS:
        raise Unfit("too_many", "there are too many remarks", field="text")
    return place
