"""The connector set up for the simulated server, over both surfaces and with every sign-in."""

from __future__ import annotations

import re
import tempfile
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Response

from connectors.dynamics_nav.connector import DynamicsNavConnector
from connectors.dynamics_nav.sandbox import DynamicsNavSandbox
from connectors.dynamics_nav.sandbox.store import Row
from hub.contracts.capabilities import Capability
from hub.contracts.manifest import read_manifest
from hub.contracts.records import RecordRef
from hub.contracts.sandbox import SandboxContext
from hub.kernel.clock import ManualClock
from hub.toolkit.gate import Fault
from tests.contracts.connector_driver import HOOK_SECRET, STARTED, ConnectorDriver

FOLDER = Path(__file__).parents[3] / "connectors" / "dynamics_nav"
MANIFEST = read_manifest(FOLDER / "manifest.toml", "connectors.dynamics_nav")
TABLES = {"quote": {"preset": "sales_quote"}}


class Site:
    """One simulator with its server on a free port."""

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)
        context = SandboxContext(
            "http://127.0.0.1/dynamics_nav", Path(tempfile.gettempdir()), self.clock
        )
        self.sandbox = DynamicsNavSandbox(context)
        self.sandbox.start()
        self._hub: HTTPServer | None = None  # started when an address is asked for

    def hub_url(self, path: str) -> str:
        """An address that shakes hands as the hub does."""
        if self._hub is None:
            self._hub = HTTPServer("127.0.0.1", 0)
            self._hub.expect_request(re.compile(".*")).respond_with_handler(
                lambda request: Response(request.args.get("validationToken", ""))
            )
            self._hub.start()
        return str(self._hub.url_for(path))

    def fresh(self) -> None:
        """As new, but for the clock, which only goes forward."""
        self.sandbox.gate.clear()
        assert self.sandbox.gate.wait_idle(10)
        vars(self.sandbox.modes).update(vars(type(self.sandbox.modes)()))
        self.sandbox.reset()
        self.sandbox.webhooks.reset()

    def close(self) -> None:
        self.sandbox.gate.clear()
        self.sandbox.stop()
        if self._hub is not None:
            self._hub.stop()


class NavDriver(ConnectorDriver):
    """What both surfaces have in common."""

    connector_class = DynamicsNavConnector
    faults = frozenset({"500", "html", "slow", "drop_before", "drop_after"})
    table = create_table = "quote"
    modes: Mapping[str, Any] = {}
    changes: Mapping[str, Any] = {}

    def __init__(self, site: Site) -> None:
        super().__init__()
        site.fresh()
        self.site = site
        self.clock = site.clock
        self.sandbox = site.sandbox
        self.store = site.sandbox.store
        for name, value in self.modes.items():
            self.sandbox.modes.set(name, value)
        self.secrets = (
            self.sandbox.auth.password,
            self.sandbox.auth.access_key,
            self.sandbox.auth.client_secret,
            HOOK_SECRET,
        )

    def settings(self) -> dict[str, Any]:
        return {**self.sandbox.settings(), "tables": TABLES, "timeout": 20.0, **self.signed_in()}

    def signed_in(self) -> dict[str, Any]:
        """The settings of the sign-in that the server asks for."""
        match self.sandbox.modes.auth:
            case "oauth2":
                names = ("token_url", "client_id", "client_secret", "scope")
                oauth = {name: self.sandbox.oauth[name] for name in names}
                return {"auth": "oauth2", "username": "", "password": "", **oauth}
            case "basic":
                key = self.sandbox.auth.access_key
                return {"auth": "basic", "username": "paraph", "password": "", "access_key": key}
        return {}

    def wrong_credentials(self) -> dict[str, Any]:
        name = {"oauth2": "client_secret", "basic": "access_key", "ntlm": "password"}
        return {name[self.sandbox.modes.auth]: "guessed-by-charlie"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 1.5}  # a busy machine must answer the other calls in that time

    def row(self, number: str = "VQ1002") -> Row:
        kind = "Order" if number.startswith("VO") else "Quote"
        row = self.sandbox.company.get("Sales_Header", (kind, number))
        assert row is not None
        return row

    def count(self, table: str) -> int:
        kind = table.capitalize()
        rows = self.sandbox.company.all("Sales_Header")
        return len([row for row in rows if row.values["Document_Type"] == kind])

    def effects(self) -> int:
        effects = self.sandbox.gate.counts()["effects"]
        words = sum(effects.get(word, 0) for word in ("create", "update", "note", "attach"))
        return words - effects.get("documentAttachments.POST", 0)  # the first of two steps

    def notes(self, ref: RecordRef) -> str:
        return "\n".join(str(one.values["Text"]) for one in self._hanging("Note", ref))

    def files(self, ref: RecordRef) -> list[tuple[str, bytes]]:
        files = self._hanging("Attachment", ref)
        return [(str(one.values["File_Name"]), one.content) for one in files]

    def put(self, name: str, content: bytes) -> Row:
        """A file on the record, as somebody there would hang it."""
        kind = "image/svg+xml" if name.endswith("svg") else "application/pdf"
        with self.store.transaction():
            company, row = self.sandbox.company, self.row()
            return self.sandbox.hub.attach(company, row, name, kind, content)

    def fault(self, kind: str, operation: str, *, count: int = 1, seconds: float = 30.0) -> None:
        self.sandbox.gate.add(Fault(kind, operation, count, seconds))

    def clear(self) -> None:
        self.sandbox.gate.clear()

    def settle(self) -> None:
        assert self.sandbox.gate.wait_idle(10)

    def release(self, order: str) -> None:
        """Somebody there releases an order."""
        with self.store.transaction():
            self.sandbox.hub.release(self.sandbox.company, "Order", order)

    def touch(self, number: str = "VQ1002") -> Row:
        """Somebody else saves the record."""
        with self.store.transaction():
            return self.store.change(self.sandbox.company, self.row(number), {})

    def _hanging(self, table: str, ref: RecordRef) -> list[Row]:
        return self.sandbox.hub.hanging(self.sandbox.company, table, self._row_of(ref))

    @abstractmethod
    def _row_of(self, ref: RecordRef) -> Row:
        """The store's row of a record."""


class SoapDriver(NavDriver):
    """Windows sign-in."""

    manifest = replace(
        MANIFEST, capabilities=MANIFEST.capabilities - {Capability.HOOK, Capability.KEEPS_HOOKS}
    )
    written: Mapping[str, Any] = {
        "Your_Reference": 'It\'s "fine"; å & <b> ≤ 5 €',
        "Digital_Status": "Signed",
        "Signed_At": "2026-03-02T10:15:30+00:00",
        "Signed_By": "Alice Åkesson",
        "Accepted_Total": "1250.50",
        "Requested_Delivery_Date": "2026-03-31",
        "lines": [{"Line_No": 10000, "Decision": "Accepted"}],
    }
    created: Mapping[str, Any] = {
        "Sell_to_Customer_No": "K10010",
        "Your_Reference": "Bob O'Hara (2*)",
        "Sell_to_Contact": "Bob & Co",
        "Document_Date": "2026-03-02",
    }
    match = ("Your_Reference", "Sell_to_Contact")
    filled_in = ("Signed_By", "Bob O'Hara")

    def seed_record(self) -> RecordRef:
        return RecordRef("quote", "VQ1002")

    def unknown_record(self) -> RecordRef:
        return RecordRef("quote", "VQ9999")

    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        row = self._row_of(ref)
        shown = ("Line_No", "No", "Description", "Quantity", "Unit_Price", "Decision")
        lines = [
            {name: one.values[name] for name in shown} for one in self.sandbox.company.lines_of(row)
        ]
        return {**row.values, "lines": lines}

    def put_file(self, ref: RecordRef, name: str, content: bytes) -> Any:
        return self.put(name, content).values["ID"]

    def no_file(self) -> Any:
        return 40404

    def change(self) -> RecordRef:
        return RecordRef("quote", str(self.touch().values["No"]))

    def _row_of(self, ref: RecordRef) -> Row:
        return self.row(ref.id)


class SwedishDriver(SoapDriver):
    """An older server: Swedish texts, an access key, a filter that is required, empty lists that
    are missing."""

    modes = {
        "auth": "basic", "language": "sv", "filter_required": True, "empty_result": "missing",
        "fault_detail": False,
    }  # fmt: skip
