"""A signature that is drawn or typed on the hub's own page.

The provider judges its form at once; what is in order is committed as a complete answer and then
judged like any other, so that a crash in between loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.provider import Progress
from hub.contracts.requests import ClientContext
from hub.kernel.errors import Unfit
from hub.services import codes, offers, order_data, orders, papers, places
from hub.services.changes import VOID
from hub.services.core import Core
from hub.services.signing import Signing
from hub.services.views import CaseClosed, NotReady, SigningView
from hub.storage.models import SigningOrder


class CanvasDesk(Signing):
    """Takes signatures from the pages, beside what other ways of signing need."""

    def sign_here(
        self,
        token: str,
        order_id: str,
        session: str,
        answer: Mapping[str, Any],
        client: ClientContext,
        language: str,
    ) -> SigningView:
        """See ``CustomerCases.sign_here``."""
        core = self._core
        code = _confirm(core, token, session, answer)
        with core.db.read() as rows:
            place = places.find_unsigned(core, rows, token)
            order = self._mine(rows, place, order_id, session)
        pending = order.status == "pending"
        progress = _judged(core, order, {**answer, "code_used": code}) if pending else None
        changed = False
        with core.db.write() as rows:
            place = places.find_unsigned(self._core, rows, token)
            order = self._mine(rows, place, order_id, session)
            if progress is not None and order.status == "pending":
                changed = _is_changed(rows, place, order, language)
                if not changed:
                    orders.keep_progress(core, rows, order, progress)
        if changed:
            raise CaseClosed("what is shown has changed since the order began")
        core.wake()
        return self.signing(token, order_id, session, client, language)


def _confirm(core: Core, token: str, session: str, answer: Mapping[str, Any]) -> str | None:
    """The one-time code, where one is asked for, in a transaction of its own: a wrong try counts
    whatever becomes of the signature."""
    with core.db.write() as rows:
        place = places.find_unsigned(core, rows, token)
        if not offers.code_way(place.request, place.recipient):
            return None
        known = codes.confirmed(rows, place.recipient, session, codes.SIGN, core.clock.now())
        if known:
            return known
        given = str(answer.get("code", ""))
        wrong = codes.check(core, rows, place.recipient, session, codes.SIGN, given)
        found = codes.confirmed(rows, place.recipient, session, codes.SIGN, core.clock.now())
    if wrong is not None:
        raise wrong
    return found


def _is_changed(rows: Session, place: places.Place, order: SigningOrder, language: str) -> bool:
    """Whether what is shown now, or the sentence to tick in the page's ``language``, is not what
    the order signs, which ends it. Raises ``NotReady`` when something of it has not been looked
    at."""
    found = papers.papers_of(rows, place.request, texts=False)
    if papers.unseen(rows, place.request, place.recipient.id, found):
        raise NotReady("document")
    same = (order.task.get("shown") or {}) == papers.shown(place.request, found)
    sentence = order_data.task_of(order).options.get("consent")
    if same and sentence == offers.consent(place.request, language):
        return False
    order.status, order.code = "cancelled", "other_language" if same else VOID
    return True


def _judged(core: Core, order: SigningOrder, answer: Mapping[str, Any]) -> Progress:
    """What the provider says to the answer; a large drawing is work, so no session is open."""
    task, stored = order_data.task_of(order), order_data.stored_order(order)
    if stored is None or "consent" not in task.options:  # it is signed elsewhere
        raise NotReady("sign")
    if not answer.get("consent"):
        raise Unfit("no_consent", "the sentence was not ticked", field="consent")
    said = {**answer, "consent": task.options["consent"]}
    where = core.instance(order.workspace_id, order.provider)
    return core.registry.provider(where).receive(stored, task, said)
