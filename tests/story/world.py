"""The world around the hub: every simulator in the test's own process, and each call told of.

A watcher is told ``(system, operation, moment, state)``: ``before`` the other side does anything,
``after`` it did it but has not answered, and ``answered`` when the answer has been written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wsgi import ClosingIterator

from connectors.agiloft.sandbox.store import Actor
from hub.cli.keys import all_addresses
from hub.cli.stage import Stage, free_port, write_config
from hub.cli.story import Story, load_script
from hub.kernel.clock import Clock
from hub.sandbox.runner import SandboxServer
from hub.services.core import Core
from providers.bankid.sandbox.validation import ApiError
from tests.made_before import keep_sandbox_keys, put_sandbox_keys

ROOT = Path(__file__).parents[2]
SCRIPT = load_script(ROOT / "config" / "stories" / "information_request.yaml")
TABLE = "service_case"
MAPPING = SCRIPT.mapping
CLERK = Actor("alice", "Web")
ALICE, BOB = "199908072391", "198001019887"
GATEWAY_SEND = "POST /a1/sms"

Watcher = Callable[[str, str, str, str], None]


class CallLost(Exception):
    """Raised by a watcher ``before`` a call: it never reaches the other side's books."""


class WatchedSandbox(SandboxServer):
    """The sandbox, which also tells when an answer has been written."""

    watcher: Watcher = staticmethod(lambda *told: None)  # type: ignore[assignment]

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        system, _, path = environ["PATH_INFO"].lstrip("/").partition("/")
        operation = f"{environ['REQUEST_METHOD']} /{path}"

        def written() -> None:
            self.watcher(system, operation, "answered", "")

        return ClosingIterator(super()._serve(environ, start_response), [written])


class World:
    """Sandbox and configuration of one hub. ``watch`` says who is told of calls."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._kept = folder / "sandbox"
        put_sandbox_keys(self._kept)
        self.sandbox = WatchedSandbox(self._kept, clock=clock)
        simulators: dict[str, Any] = self.sandbox.house.simulators
        self.agiloft = simulators["agiloft"]
        self.bankid = simulators["bankid"]
        self.gateway = simulators["sms_46elks"]
        self.phone = self.sandbox.house.phone
        self.stage = Stage(folder, free_port(0), 0)
        self.sandbox.start()
        write_config(ROOT / "config", self.stage, self.sandbox.house.settings())

    @property
    def config(self) -> Path:
        """The hub's configuration folder."""
        return self.stage.config

    def close(self) -> None:
        """Stop the simulators."""
        self.sandbox.stop()
        keep_sandbox_keys(self._kept)

    def introduce(self, core: Core) -> None:
        """Tell the simulators where the hub is; it must be up for Agiloft's handshake."""
        told = all_addresses(core)
        self.sandbox.house.connect(told["links"], told["hooks"], told["own"])

    def watch(self, watcher: Watcher) -> None:
        """Have ``watcher`` told of every call that the hub makes."""

        def web(system: str, operation: str, moment: str, state: str) -> None:
            try:
                watcher(system, operation, moment, state)
            except CallLost:
                raise ServiceUnavailable from None

        def bankid(moment: str, operation: str, reference: str) -> None:
            try:
                watcher("bankid", operation, moment, self._order_status(reference))
            except CallLost:
                raise ApiError(503, "Maintenance", "lost on purpose") from None

        self.sandbox.watcher = watcher
        self.agiloft.on_call = lambda operation, moment: web(
            "agiloft", operation, moment, self._sign_state(operation)
        )
        self.gateway.switches.on_call = lambda moment, operation: web(
            "sms_46elks", operation, moment, ""
        )
        self.bankid.on_call = bankid

    def new_case(self, number: int, **fields: Any) -> int:
        """A service case of a customer whom nobody else shares; its id. ``number`` 0 to 79."""
        given = {
            "case_number": f"SC-9{number:03d}",
            "status": "New",
            "customer_name": "Alice Nyström",
            "customer_mobile": mobile_of(number),
            "customer_email": f"alice{number}@example.com",
            "customer_language": "Svenska",
            "product": "Diskmaskin Beta 45",
            "problem_description": "Pumpen låter.",
            "sign_state": "Not requested",
            **fields,
        }
        record: int = self.agiloft.store.create(TABLE, given, CLERK)
        return record

    def story_of(self, record: int) -> Story:
        """The robots of this case."""
        return Story(replace(SCRIPT, record=str(record)), self.sandbox.url)

    def texts_to(self, number: str) -> list[str]:
        """Every SMS that the gateway took for ``number``."""
        rows = self.gateway.account.rows()
        return [one.message for one in rows if one.to == number and one.direction == "outgoing"]

    def writes_to(self, record: int) -> list[Any]:
        """Every update of the record that came by API, as its history has it."""
        return [
            change
            for change in self.agiloft.store.history
            if (change.table, change.id) == (TABLE, record) and change.actor.source == "API"
        ]

    def _sign_state(self, operation: str) -> str:
        """What is being written, or what the record that is read holds."""
        if operation == "update":
            return str((request.get_json(silent=True) or {}).get("sign_state") or "")
        record = (request.view_args or {}).get("record_id")
        if operation != "read" or record not in self.agiloft.store.rows[TABLE]:
            return ""
        return str(self.agiloft.store.read(TABLE, record)["sign_state"])

    def _order_status(self, reference: str) -> str:
        orders = {order.reference: order for order in self.bankid.orders.all()}
        return orders[reference].status if reference in orders else ""


def mobile_of(number: int) -> str:
    """A mobile number that is kept free for fiction, and does nothing special in the sandbox."""
    if not 0 <= number < 80:
        raise ValueError("there are only so many numbers")
    return f"+46701740{610 + number}"
