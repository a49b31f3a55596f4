"""One record upstream and what becomes of it, step by step, in a simulated house."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connectors.simulated.upstream import Upstream, upstream
from hub.channels.simulated.gateway import SimulatedGateway, gateway
from hub.contracts.requests import ClientContext
from hub.services.order_data import task_of
from hub.services.trigger_rows import Accepted, Trigger
from hub.services.triggers import accept
from hub.storage.models import Delivery, Request, RequestEvent, SigningOrder
from providers.simulated.desk import SimulatedDesk, desk
from tests.simulated_house import RECORD, SimulatedHouse

CLIENT = ClientContext("192.0.2.7")
BROWSER, OTHER_BROWSER = "session-of-alice", "session-of-bob"


class OneCase:
    """A house with one record; ``link`` is the token that its customer was given."""

    def __init__(self, folder: Path, database: str | None = None) -> None:
        self.simulated = SimulatedHouse(folder, database=database)
        self.core = self.simulated.house.core
        self.cases = self.simulated.house.customers
        place = f"{self.simulated.world}-alice"
        self.upstream: Upstream = upstream(place)
        self.gateway: SimulatedGateway = gateway(place)
        self.desk: SimulatedDesk = desk(place)
        self.upstream.put("case", "1", RECORD)

    def restart(self) -> None:
        """Another process on the same database; the world outside is the same."""
        self.simulated.restart()
        self.core = self.simulated.house.core
        self.cases = self.simulated.house.customers

    def trigger(self, record_id: str = "1", source: str = "button", **more: Any) -> Accepted:
        """Somebody upstream wants a signature."""
        workspace = self.core.workspace_ids["alice"]
        return accept(self.core, Trigger(workspace, "repair", record_id, source, **more))

    def invite(self) -> str:
        """Trigger, send the message; the customer's link token."""
        self.trigger()
        self.work()
        return self.link()

    def link(self) -> str:
        """The token of the newest request."""
        return self.core.links.customer_token(self.request().recipients[0].id)

    def work(self) -> None:
        """Do what is due now."""
        self.simulated.work()

    def pass_time(self, span: timedelta, step: timedelta | None = None) -> None:
        """Let time pass in steps, working after each."""
        step = step or span
        while span > timedelta():
            self.simulated.clock.advance(min(step, span))
            span -= step
            self.work()

    def begin(self, token: str, flow: str = "other_device", browser: str = BROWSER) -> str:
        """Start signing; the order's id."""
        return self.cases.begin_signing(token, flow, browser, CLIENT, "en").order_id

    def approve(self, order_id: str) -> str:
        """Sign in the app; for the same device the nonce of the way back."""
        order = self.order(order_id)
        task = task_of(order)
        self.desk.sign(
            order.reference or "",
            name="Alice Andersson",
            national_id="199908072391",
            text=task.visible_text.encode(),
            hidden=task.hidden_data,
            at=self.simulated.clock.now(),
        )
        return (task.return_url or "").rpartition("n=")[2]

    def order(self, order_id: str) -> SigningOrder:
        """One order as stored."""
        with self.core.db.read() as session:
            return session.get_one(SigningOrder, order_id)

    def request(self) -> Request:
        """The newest request as stored."""
        return self.requests()[-1]

    def requests(self) -> list[Request]:
        """All requests, oldest first."""
        with self.core.db.read() as session:
            return list(session.scalars(select(Request).order_by(Request.id)))

    def events(self) -> list[str]:
        """The kinds of what has happened."""
        with self.core.db.read() as session:
            query = select(RequestEvent.kind).order_by(RequestEvent.request_id, RequestEvent.seq)
            return list(session.scalars(query))

    def deliveries(self, kind: str | None = None) -> list[Delivery]:
        """What is or was owed, oldest first."""
        with self.core.db.read() as session:
            rows = session.scalars(select(Delivery).order_by(Delivery.id))
            return [row for row in rows if kind in (None, row.kind)]

    def texts(self) -> list[str]:
        """What the gateway took."""
        return [taken.message.text for taken in self.gateway.taken()]

    def record(self) -> dict[str, Any]:
        """The record upstream now."""
        return self.upstream.records("case")["1"]
