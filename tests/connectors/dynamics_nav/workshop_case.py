"""The shipped workshop (its workspace and mappings as they are) in a hub of its own, at a simulated
NAV server; messages stay in memory."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

from ruamel.yaml import YAML
from sqlalchemy import select

from connectors.dynamics_nav.sandbox.store import Row
from hub.channels.simulated.gateway import gateway
from hub.services.hosted import rows as hosted
from hub.services.house import open_house
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Delivery, HostedAgreement, Request
from tests.made_before import lend_processes, put_seal
from tests.services.paper_texts import HUB

ROOT = Path(__file__).parents[3]
NOWHERE = {
    "base_url": "http://127.0.0.1:9", "auth": "password", "email": "bob@example.com",
    "password": "none", "calls_per_minute": 10_000,
}  # fmt: skip


class WorkshopCase:
    """A hub whose ERP is ``nav``, and whose provider is ``provider`` (settings)."""

    def __init__(self, folder: Path, nav: Any, provider: dict[str, Any] | None = None, **erp: Any):
        self.nav, self.clock, self.world = nav.sandbox, nav.clock, uuid4().hex
        self.config = folder / "config"
        (self.config / "workspaces").mkdir(parents=True)
        shutil.copytree(ROOT / "mappings", self.config / "mappings")
        hub = HUB.format(data=folder / "data", database=f"sqlite:///{folder / 'paraph.db'}")
        (self.config / "paraph.yaml").write_text(hub, encoding="utf-8")
        self._write_workspace(provider or NOWHERE, {**nav.sandbox.settings(), **erp})
        put_seal(folder / "data", self.clock)
        self.house = open_house(self.config, clock=self.clock)
        lend_processes(self.house.core)
        self.core = self.house.core
        self.workspace = self.core.workspace_ids["workshop"]

    def send(self, mapping: str, number: str) -> None:
        """The button, and everything that is due then."""
        accept(self.core, Trigger(self.workspace, mapping, number, "button"))
        self.work()

    def work(self) -> None:
        """Do what is due now."""
        self.house.engine.run_due()

    def request(self) -> Request:
        """The newest request."""
        with self.core.db.read() as session:
            return session.scalars(select(Request).order_by(Request.id.desc()).limit(1)).one()

    def rows(self, model: Any) -> list[Any]:
        """All rows of a table."""
        with self.core.db.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def owed(self) -> list[Delivery]:
        """What is or was owed to anybody."""
        return self.rows(Delivery)

    def agreements(self) -> list[HostedAgreement]:
        """What was given to the provider."""
        return self.rows(hosted.HostedAgreement)

    def sent(self) -> list[Any]:
        """Every message to anybody."""
        return [one.message for one in gateway(self.world).taken()]

    def record(self, number: str) -> dict[str, Any]:
        """The document in NAV."""
        kind = "Quote" if number.startswith("VQ") else "Order"
        row: Row = self.nav.company.get("Sales_Header", (kind, number))
        return dict(row.values)

    def lines(self, number: str) -> dict[int, dict[str, Any]]:
        """Its lines by number."""
        kind = "Quote" if number.startswith("VQ") else "Order"
        row = self.nav.company.get("Sales_Header", (kind, number))
        return {one.values["Line_No"]: dict(one.values) for one in self.nav.company.lines_of(row)}

    def close(self) -> None:
        """Close the house; its engine was never started."""
        self.house.engine.runner.close()
        self.core.registry.close()
        self.core.workshop.close()
        self.core.db.close()

    def _write_workspace(self, provider: dict[str, Any], erp: dict[str, Any]) -> None:
        yaml = YAML()
        yaml.width = 4096
        shipped = ROOT / "config" / "workspaces" / "workshop.yaml"
        told = yaml.load(shipped.read_text(encoding="utf-8"))
        instances = told["instances"]
        instances["erp"]["settings"].update(erp)
        instances["getaccept"]["settings"] = provider
        for key in ("sms", "mail"):
            instances[key] = {"plugin": "channel:simulated", "settings": {"gateway": self.world}}
        with (self.config / "workspaces" / "workshop.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(told, file)
