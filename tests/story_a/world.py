"""A simulated ERP, a simulated account at the hosted provider, and a hub between them, on one clock
that only moves when a run says so. The provider's webhooks reach the hub over HTTP."""

from __future__ import annotations

import json
import tempfile
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from werkzeug import Request as Call
from werkzeug import Response
from werkzeug.serving import make_server

from connectors.dynamics_nav.sandbox import DynamicsNavSandbox
from connectors.dynamics_nav.sandbox.store import Row
from hub.channels.simulated.gateway import SimulatedGateway, gateway
from hub.contracts.plugin import RawHook
from hub.contracts.sandbox import SandboxContext
from hub.kernel.clock import ManualClock
from hub.kernel.errors import HookRejected
from hub.registry import InstanceKey
from hub.services import probes
from hub.services.house import House, open_house
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import HostedAgreement, Instance, Request
from tests.made_before import lend_processes, put_seal, put_tables
from tests.providers.getaccept.sandbox_site import QuietHandler, Site
from tests.story_a.texts import HUB, OFFER, SALE, WORKSPACE

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TABLES = {"quote": {"preset": "sales_quote"}, "order": {"preset": "sales_order"}}
KINDS = {"offer": ("Quote", "quote"), "sale": ("Order", "order")}


class Door:
    """Where the provider's webhooks arrive; closed while the hub is, or once it is ``shut``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.shut, self.taken = False, 0
        self._server = make_server("127.0.0.1", 0, self._take, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, environ: Any, start_response: Any) -> Any:
        call = Call(environ)
        if self.shut or not self._world.house:
            return Response(status=503)(environ, start_response)
        status = self._world.take_hook(call)
        self.taken += status < 300
        return Response(status=status)(environ, start_response)


class World:
    """The three parts and what a run asks of them. ``close`` in the end."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.clock = ManualClock(BEGAN)
        self.site = Site(self.clock)
        context = SandboxContext(
            "http://127.0.0.1/dynamics_nav", Path(tempfile.gettempdir()), self.clock
        )
        self.erp = DynamicsNavSandbox(context)
        self.erp.modes.set("auth", "basic")  # the quickest sign-in
        self.erp.start()
        self.house: House | None = None
        self.door = Door(self)
        self.password = str(self.site.sandbox.settings()["password"])
        self.name = uuid4().hex
        if not database:
            put_tables(folder / "paraph.db")
            database = f"sqlite:///{folder / 'paraph.db'}"
        put_seal(folder / "data", self.clock)
        self.config = self._write(folder, database)
        self.open()
        self.gateway: SimulatedGateway = gateway(self.name)

    @property
    def core(self) -> Any:
        """Of the house that is open now."""
        assert self.house is not None
        return self.house.core

    @property
    def workspace(self) -> str:
        return str(self.core.workspace_ids["verkstad"])

    def open(self) -> None:
        """Open the hub, or another one on the same database: the process has died."""
        self.house = open_house(self.config, clock=self.clock)
        lend_processes(self.house.core)

    def restart(self) -> None:
        """The hub ends and begins anew; nobody takes webhooks in between."""
        house, self.house = self.house, None
        assert house is not None
        house.engine.runner.close()
        house.core.registry.close()
        house.core.workshop.close()
        house.core.db.close()
        self.site.sandbox.account.webhooks.run_due()
        self.open()

    def close(self) -> None:
        self.site.sandbox.account.gate.board.clear()
        self.erp.gate.clear()
        if self.house is not None:
            house, self.house = self.house, None
            house.engine.runner.close()
            house.core.registry.close()
            house.core.workshop.close()
            house.core.db.close()
        self.door.close()
        self.site.close()
        self.erp.stop()

    def register_hooks(self) -> None:
        """The hub's subscriptions at the provider."""
        self.core.registry.hosted(InstanceKey("verkstad", "there")).keep_hooks()

    def take_hook(self, call: Call) -> int:
        """What the hub answers to one call of the provider."""
        _, _, workspace, instance, secret = call.path.split("/", 4)
        raw = RawHook(
            call.method, call.url, dict(call.headers), {}, call.get_data(), "127.0.0.1",
            self.clock.now(),
        )  # fmt: skip
        assert self.house is not None
        try:
            return int(self.house.hooks.receive(workspace, instance, secret, raw).status)
        except HookRejected as error:
            return int(error.status)

    def trigger(self, mapping: str, number: str) -> None:
        """The button on the record."""
        accept(self.core, Trigger(self.workspace, mapping, number, "button"))

    def step(self, span: timedelta) -> None:
        """Time passes; the provider sends what it owes, the hub does what is due, and looks at
        instances that are out of service."""
        self.clock.advance(span)
        account = self.site.sandbox.account
        account.settle()
        account.webhooks.run_due()
        assert self.house is not None
        with self.core.db.read() as session:
            query = select(Instance.id).where(Instance.paused_code.is_not(None))
            paused = session.scalar(query.limit(1)) is not None
        if paused:
            probes.probe_due(self.core)
        self.house.engine.run_due()

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table, oldest first."""
        with self.core.db.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def request(self, mapping: str, number: str) -> Request | None:
        """The request of a record."""
        mine = (one for one in self.rows(Request) if one.source_id == number)
        return next((one for one in mine if one.mapping_key == mapping), None)

    def agreements(self, request: Request) -> list[HostedAgreement]:
        """Its agreements, oldest first."""
        return [one for one in self.rows(HostedAgreement) if one.request_id == request.id]

    def record(self, mapping: str, number: str) -> Row:
        """The record in the ERP."""
        row = self.erp.company.get("Sales_Header", (KINDS[mapping][0], number))
        assert row is not None
        return row

    def lines(self, mapping: str, number: str) -> dict[int, dict[str, Any]]:
        """Its lines, by number."""
        found = self.erp.company.lines_of(self.record(mapping, number))
        return {int(one.values["Line_No"]): dict(one.values) for one in found}

    def hanging(self, table: str, mapping: str, number: str) -> list[Row]:
        """Notes or attachments of a record."""
        record = self.record(mapping, number)
        return list(self.erp.hub.hanging(self.erp.company, table, record))

    def act(self, reference: str, action: str, **given: Any) -> bool:
        """The customer does something at the provider; whether it was taken."""
        answer = self.site.act(reference, "1", action, **given)
        return bool(answer.status_code == 200)

    def documents(self) -> list[dict[str, Any]]:
        """What the provider has."""
        found: list[dict[str, Any]] = self.site.control("GET", "documents")
        return found

    def _write(self, folder: Path, database: str) -> Path:
        config = folder / "config"
        for name in ("workspaces", "forms", "mappings"):
            with suppress(FileExistsError):
                (config / name).mkdir(parents=True)
        hub = HUB.format(public_url=self.door.url, data=folder / "data", database=database)
        (config / "paraph.yaml").write_text(hub, encoding="utf-8")
        erp = {
            **self.erp.settings(),
            "tables": TABLES,
            "auth": "basic",
            "username": "paraph",
            "password": "",
            "access_key": self.erp.auth.access_key,
        }
        there = {**self.site.sandbox.settings(), "calls_per_minute": 10_000}
        text = WORKSPACE.format(
            erp=json.dumps({"plugin": "dynamics_nav", "settings": erp}, default=str),
            there=json.dumps({"plugin": "getaccept", "settings": there}),
            world=self.name,
        )
        (config / "workspaces" / "verkstad.yaml").write_text(text, encoding="utf-8")
        (config / "mappings" / "offer.yaml").write_text(OFFER, encoding="utf-8")
        (config / "mappings" / "sale.yaml").write_text(SALE, encoding="utf-8")
        return config
