"""What people of a request do beside signing: approve, pass the link on, write to the sender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext
from hub.kernel.errors import Unfit
from hub.services import (
    acceptance,
    codes,
    endings,
    forwarding,
    history,
    offers,
    papers,
    places,
    receipts,
    remarks,
    turns,
)
from hub.services.core import Core
from hub.services.document_views import CodeView
from hub.services.moments import in_zone
from hub.services.remarks import LONGEST_REMARK
from hub.services.views import CaseClosed, NotReady
from hub.storage.models import Message

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

    def remark(self, token: str, text: str, client: ClientContext) -> None:
        """See ``CustomerCases.remark``."""
        core, said = self._core, text.strip()
        if not said:
            raise Unfit("empty", "the remark is empty", field="text")
        if len(said) > LONGEST_REMARK:
            raise Unfit("too_long", "the remark is too long", field="text", limit=LONGEST_REMARK)
        with core.db.write() as rows:
            place = places.find_shown(self._core, rows, token)
            request = place.request
            wanted = offers.signing(request).get("remarks") and not place.public
            if not history.is_open(request) or not wanted:
                raise CaseClosed("no remarks are taken any more")
            mine = select(func.count(), func.max(Message.id)).where(
                Message.recipient_id == place.recipient.id, Message.direction == "in"
            )
            many, last = rows.execute(mine).one()
            if last and rows.get_one(Message, last).text == said:
                return  # sent twice by a double tap
            if many >= MOST_REMARKS:
                raise Unfit("too_many", "there are too many remarks", field="text")
            remarks.take_in(core, rows, request, place.recipient, said)
        core.wake()
