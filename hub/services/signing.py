"""Signing in front of the customer: an order at a provider, bound to one browser session.

The browser never talks to the provider: it asks the database. One timer row per order polls the
provider under its lease, so that an order is asked for at most every two seconds however many
tabs are open. A complete answer is committed first and judged afterwards, since some providers
give it only once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.plugin import Wording
from hub.contracts.provider import Begun, Provider
from hub.contracts.requests import ClientContext, SigningTask
from hub.contracts.steps import NextStep, Wait
from hub.engine.outbox import arm
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import AuthenticationFailed, ParaphError
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.services import (
    history,
    offers,
    papers,
    places,
    signing_task,
    signing_words,
    turns,
)
from hub.services.changes import VOID
from hub.services.core import Core
from hub.services.credentials.fresh import pause_refused
from hub.services.hosted import moving
from hub.services.order_data import begun_where, stored_order, task_data, task_of
from hub.services.orders import POLL, after_real_seconds, ask_now, conclude_now, withdraw_there
from hub.services.views import CaseClosed, LinkInvalid, NotReady, SigningStatus, SigningView
from hub.storage.models import Request, SigningOrder

_log = get_logger(__name__)
FLOWS = ("this_device", "other_device")
HERE = "here"  # on the hub's own page: nobody goes away and comes back
_STATUS = {
    "creating": SigningStatus.PENDING,
    "pending": SigningStatus.PENDING,
    "complete": SigningStatus.PENDING,
    "accepted": SigningStatus.ACCEPTED,
    "refused": SigningStatus.REFUSED,
    "failed": SigningStatus.FAILED,
    "cancelled": SigningStatus.FAILED,
}


@dataclass(frozen=True)
class _Prepared:
    order_id: str
    nonce: str
    task: SigningTask
    provider: str
    workspace_id: str
    replaced: list[SigningOrder]


class Signing:
    """Starts, shows, finishes and withdraws orders."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def begin_signing(
        self, token: str, flow: str, session: str, client: ClientContext, language: str
    ) -> SigningView:
        """See ``CustomerCases.begin_signing``."""
        prepared = self._prepare(token, flow, session, client, language)
        withdraw_there(self._core, prepared.replaced)
        provider = self._provider(prepared.workspace_id, prepared.provider)
        began = self._core.clock.wall()
        try:
            with self._core.outgoing.call(prepared.workspace_id, prepared.provider):
                begun = provider.begin(prepared.task)
        except ParaphError as error:
            self._failed_to_begin(prepared, error, began)
            raise
        order = self._keep(prepared, begun)
        if order.status == "cancelled":  # replaced while the provider was being asked
            withdraw_there(self._core, [order])
        self._core.wake()
        return self.signing(token, prepared.order_id, session, client, language)

    def signing(
        self, token: str, order_id: str, session: str, client: ClientContext, language: str
    ) -> SigningView:
        """See ``CustomerCases.signing``."""
        with self._core.db.read() as rows:
            place = places.find(self._core, rows, token)
            order = self._mine(rows, place, order_id, session)
        return self._shown(order, client, language)

    def returned(self, token: str, nonce: str, session: str, language: str) -> SigningView:
        """See ``CustomerCases.returned``: only the browser that began may finish this flow."""
        core = self._core
        with core.db.write() as rows:
            place = places.find(self._core, rows, token)
            order = _by_nonce(rows, place, nonce)
            if order is None or order.session_hash != sha256_hex(session.encode()):
                raise LinkInvalid("the return address belongs to another browser or order")
            if order.returned_at is None:
                order.returned_at = core.clock.now()
                if order.status == "complete":
                    conclude_now(core, rows, order)
                else:
                    ask_now(core, rows, order)
        core.wake()
        return self._shown(order, ClientContext(ip=""), language)

    def cancel_signing(self, token: str, order_id: str, session: str) -> None:
        """See ``CustomerCases.cancel_signing``."""
        core = self._core
        with core.db.write() as rows:
            place = places.find(self._core, rows, token)
            order = self._mine(rows, place, order_id, session)
            if order.status not in ("creating", "pending"):
                return
            order.status, order.code = "cancelled", "customer_went_back"
            order.finished_at = core.clock.now()
        withdraw_there(core, [order])

    def _prepare(
        self, token: str, flow: str, session: str, client: ClientContext, language: str
    ) -> _Prepared:
        core = self._core
        if flow not in FLOWS:
            raise NotReady("review")
        with core.db.write() as rows:
            place = places.find_unsigned(self._core, rows, token)
            if place.recipient.role != turns.SIGNER:
                raise CaseClosed("an approver signs nothing")
            places.refuse_late(place, core.clock.now())
            _require_form(core, place)
            flow = HERE if offers.on_canvas(core, place.request) else flow
            found = papers.papers_of(rows, place.request, texts=False)
            if papers.unseen(rows, place.request, place.recipient.id, found):
                raise NotReady("document")
            shown = papers.shown(place.request, found)
            replaced = places.withdraw_pending(rows, place, "began_again")
            order_id, nonce = new_id(), secrets.token_urlsafe(32)
            back = nonce if flow == "this_device" else None
            task = signing_task.task(core, place, order_id, back, client, shown, language)
            rows.add(
                SigningOrder(
                    id=order_id,
                    workspace_id=place.request.workspace_id,
                    request_id=place.request.id,
                    recipient_id=place.recipient.id,
                    provider=place.request.provider,
                    flow=flow,
                    status="creating",
                    task=task_data(task, place.request.answers["values"], shown, place.told),
                    session_hash=sha256_hex(session.encode()),
                    nonce_hash=sha256_hex(nonce.encode()),
                    message=None,
                    created_at=core.clock.now(),
                )
            )
            about = (place.request.provider, place.request.workspace_id)
            return _Prepared(order_id, nonce, task, *about, replaced)

    def _keep(self, prepared: _Prepared, begun: Begun) -> SigningOrder:
        core = self._core
        with core.db.write() as rows:
            order = rows.get_one(SigningOrder, prepared.order_id)
            request, now = rows.get_one(Request, order.request_id), core.clock.now()
            order.reference = begun.order.reference
            order.state = dict(begun.order.state)
            order.started_at = begun.order.started_at
            if order.status != "creating" or not history.is_open(request):
                return order
            order.status = "pending"
            if begun.poll_after is not None:
                due = after_real_seconds(core.clock, begun.poll_after)
                arm(
                    rows,
                    workspace_id=order.workspace_id,
                    kind=POLL,
                    entity=order.id,
                    n=1,
                    due_at=due,
                )
            history.append(
                rows,
                request,
                EventKind.SIGNING,
                now,
                dedupe=f"signing:{order.id}",
                data={
                    "order": order.id,
                    "provider": order.provider,
                    "flow": order.flow,
                    **begun_where(order),
                },
            )
            return order

    def _failed_to_begin(self, prepared: _Prepared, error: ParaphError, began: datetime) -> None:
        """It is kept why; where the provider is away and another one stands in, that one takes over
        at once, since the customer waits (F5). Raises ``CaseClosed`` then: the page is another."""
        core, moved = self._core, False
        with core.db.write() as rows:
            order = rows.get_one(SigningOrder, prepared.order_id)
            order.status, order.code = "failed", error.code
            order.finished_at = core.clock.now()
            if moving.is_outage(error):
                request = rows.get_one(Request, order.request_id)
                moved = moving.move(core, rows, request, error.code)
            if isinstance(error, AuthenticationFailed):
                place = (order.workspace_id, order.provider)
                pause_refused(core, rows, place, error, began)
        _log.warning("order not begun", order=prepared.order_id, code=error.code)
        if moved:
            raise CaseClosed("another provider has taken over") from error

    def _shown(self, order: SigningOrder, client: ClientContext, language: str) -> SigningView:
        status = _STATUS[order.status]
        said: Wording | None = order.message
        step: NextStep | None = None
        if order.status == "complete":
            waiting = order.flow == "this_device" and order.returned_at is None
            status = SigningStatus.RETURN_NEEDED if waiting else status
            said = signing_words.BACK_TO_PAGE if waiting else signing_words.FINISHING
            step = Wait(said)
        elif order.status == "creating":
            said = signing_words.STARTING
            step = Wait(said)
        elif order.status == "pending":
            stored = stored_order(order)
            if stored is not None:
                provider = self._provider(order.workspace_id, order.provider)
                step = provider.next_step(stored, task_of(order), client)
                said = getattr(step, "message", None) or said
        void = order.code == VOID
        said = signing_words.REPLACED if void else said or signing_words.OVER
        text = said.get(language) or said["en"]
        return SigningView(order.id, status, text, order.flow, step, replaced=void)

    def _mine(
        self, rows: Session, place: places.Place, order_id: str, session: str
    ) -> SigningOrder:
        order = rows.get(SigningOrder, order_id)
        if (
            order is None
            or order.recipient_id != place.recipient.id
            or not secrets.compare_digest(order.session_hash, sha256_hex(session.encode()))
        ):
            raise LinkInvalid("no such order in this browser session")
        return order

    def _provider(self, workspace_id: str, key: str) -> Provider:
        return self._core.registry.provider(self._core.instance(workspace_id, key))


def _require_form(core: Core, place: places.Place) -> None:
    if not place.request.form:
        return
    saved = place.request.answers["saved"]
    for step in core.shelf.form(place.request.form).steps:
        if step.key not in saved:
            raise NotReady(step.key)


def _by_nonce(rows: Session, place: places.Place, nonce: str) -> SigningOrder | None:
    return rows.scalar(
        select(SigningOrder).where(
            SigningOrder.request_id == place.request.id,
            SigningOrder.nonce_hash == sha256_hex(nonce.encode("utf-8", "replace")),
            SigningOrder.flow == "this_device",
        )
    )
