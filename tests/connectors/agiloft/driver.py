"""A simulated knowledge base on a free port, and the Agiloft connector set up for it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from connectors.agiloft.connector import AgiloftConnector
from connectors.agiloft.sandbox import AgiloftSandbox
from connectors.agiloft.sandbox.modes import Modes
from connectors.agiloft.sandbox.store import Actor, StoredFile
from hub.contracts.manifest import read_manifest
from hub.contracts.plugin import RawHook
from hub.contracts.records import RecordRef
from hub.contracts.sandbox import SandboxContext
from hub.kernel.clock import ManualClock
from hub.toolkit.gate import Fault
from tests.contracts.connector_driver import HOOK_SECRET, HOOK_URL, STARTED, ConnectorDriver

FOLDER = Path(__file__).parents[3] / "connectors" / "agiloft"
CASE = RecordRef("service_case", "2")
WRITES = ("create", "update", "attach", "remove_attachment", "delete")
CLERK = Actor("alice", "Web")
OAUTH = {"auth": "oauth2", "client_id": "paraph", "client_secret": "sandbox-client-secret"}
TEXT = {"surface": "ew", "ew_answers": "text"}
# every surface with every sign-in that it knows, and the settings that change the wire
VARIANTS: dict[str, dict[str, Any]] = {
    "alrest-token": {"surface": "alrest", "auth": "token"},
    "alrest-oauth2": {"surface": "alrest", **OAUTH, "login": "", "password": ""},
    "ew-token-json": {"surface": "ew", "auth": "token"},
    "ew-inline-json": {"surface": "ew", "auth": "inline"},
    "ew-oauth2-text": {**TEXT, **OAUTH, "login": "", "password": ""},
    "ew-inline-text": {**TEXT, "auth": "inline", "attach_body": "multipart"},
    "ew-text-external-id": {**TEXT, "auth": "token", "external_id_field": "hub_key"},
    "soap-token": {"surface": "soap", "auth": "token"},
    "soap-inline-external-id": {
        "surface": "soap", "auth": "inline", "external_id_field": "hub_key"
    },
}  # fmt: skip


class QuietHandler(WSGIRequestHandler):
    """The addresses hold credentials; nothing is printed."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


class Site:
    """The simulator, served on loopback under ``/agiloft`` as the sandbox process does."""

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)
        app = DispatcherMiddleware(_nothing)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.port}/agiloft"
        folder = Path(tempfile.gettempdir())
        self.sandbox = AgiloftSandbox(SandboxContext(self.url, folder, self.clock))
        app.mounts = {"/agiloft": self.sandbox.wsgi()}
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def fresh(self) -> None:
        """As new, but for the clock, which only goes forward."""
        self.sandbox.gate.clear()
        assert self.sandbox.gate.wait_idle(10)
        self.sandbox.reset()
        self.sandbox.hooks.reset()
        self.sandbox.addresses.clear()
        self.sandbox.on_call = lambda operation, phase: None
        vars(self.sandbox.modes).update(asdict(Modes()))

    def close(self) -> None:
        self.sandbox.gate.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class AgiloftDriver(ConnectorDriver):
    manifest = read_manifest(FOLDER / "manifest.toml", "connectors.agiloft")
    connector_class = AgiloftConnector
    secrets = ("sandbox-password", "sandbox-client-secret")
    faults = frozenset({"500", "html", "slow", "drop_before", "drop_after"})
    locks = True
    table = "service_case"
    written: Mapping[str, Any] = {
        "sign_state": "Signed",
        "signed_at": "2026-03-02T10:15:30+00:00",
        "signed_by": "Alice Åkesson",
        "sign_reason": "It's \"fine\"; C:\\temp\nnext line ≤ 5 € 🙂 EWREST_id='9';",
        "priority": 3,
        "company": "Fjällsport i Åre AB",
        "customer_channels": ["SMS", "Phone"],
        "purchase_date": "2026-01-31",
    }
    create_table = "service_case"
    created: Mapping[str, Any] = {
        "case_number": "SC-2000",
        "customer_name": "Bob O'Hara",
        "customer_mobile": "+46701740670",
        "customer_email": "bob@example.com",
        "problem_description": "Makes a noise\nwhen it's on",
    }
    match = ("customer_mobile", "customer_email")
    filled_in = ("customer_email", "bob@example.com")

    def __init__(self, site: Site, variant: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.variant = dict(variant or {})
        site.fresh()
        self.site = site
        self.clock = site.clock
        self.sandbox = site.sandbox

    def settings(self) -> dict[str, Any]:
        return {**self.sandbox.settings(), "timeout": 20.0, **self.variant}

    def seed_record(self) -> RecordRef:
        return CASE

    def unknown_record(self) -> RecordRef:
        return RecordRef("service_case", "40404")

    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        return self.sandbox.store.read(ref.table, ref.id)

    def count(self, table: str) -> int:
        return len(self.sandbox.store.rows[table])

    def effects(self) -> int:
        effects = self.sandbox.gate.counts()["effects"]
        return sum(effects.get(name, 0) for name in WRITES)

    def calls(self, operation: str) -> int:
        return self.sandbox.gate.counts()["calls"].get(operation, 0)

    def notes(self, ref: RecordRef) -> str:
        return str(self.present(ref)["notes"] or "")

    def files(self, ref: RecordRef) -> list[tuple[str, bytes]]:
        stored = self.sandbox.store.files(ref.table, ref.id, "signed_documents")
        return [(file.name, file.content) for file in stored]

    def put_file(self, ref: RecordRef, name: str, content: bytes) -> Any:
        file = StoredFile(name, "application/pdf", content)
        self.sandbox.store.attach(ref.table, ref.id, "signed_documents", file, CLERK)
        return {"field": "signed_documents", "name": name}

    def no_file(self) -> Any:
        return "signed_documents[7]"

    def wrong_credentials(self) -> dict[str, Any]:
        secret = "client_secret" if self.variant.get("auth") == "oauth2" else "password"
        return {secret: "guessed-by-charlie"}

    def impatient(self) -> dict[str, Any]:
        return {"timeout": 1.5}  # a busy machine must answer the other calls in that time

    def fault(self, kind: str, operation: str, *, count: int = 1, seconds: float = 30.0) -> None:
        sign_in = "otoken" if self.variant.get("auth") == "oauth2" else "login"
        word = {"note": "update", "sign_in": sign_in}.get(operation, operation)
        self.sandbox.gate.add(Fault(kind, word, count, seconds))

    def clear(self) -> None:
        self.sandbox.gate.clear()

    def settle(self) -> None:
        assert self.sandbox.gate.wait_idle(10)

    def lock(self, ref: RecordRef, minutes: int) -> None:
        self.sandbox.store.lock(ref.table, ref.id, "alice", minutes)

    def unlock(self, ref: RecordRef) -> None:
        self.sandbox.store.unlock(ref.table, ref.id, "alice")

    def change(self) -> RecordRef:
        fields = {"case_number": "SC-3000"}
        made = self.sandbox.store.create("service_case", fields, Actor("alice", "Web"))
        return RecordRef("service_case", str(made))

    def hook(self, **changes: Any) -> RawHook:
        given = {
            "method": "POST",
            "url": HOOK_URL,
            "headers": {"content-type": "application/json", "verification-code": "abc-123"},
            "query": {},
            "body": orjson.dumps({"id": 2, "table": "service_case", "event_type": "Update"}),
            "remote_ip": "127.0.0.1",
            "received_at": STARTED,
            **changes,
        }
        return RawHook(**given)

    def forged_hooks(self) -> list[RawHook]:
        return [
            self.hook(url=HOOK_URL.replace(HOOK_SECRET, "guessed")),
            self.hook(url="https://hub.example/hooks/upstream/"),
            self.hook(url=f"https://hub.example/{HOOK_SECRET}x"),
            self.hook(body=b"<html>"),
            self.hook(body=b'{"id": "1 or 1=1"}'),
            self.hook(body=b'{"table": "service_case"}'),
            self.hook(body=b"[]"),
            self.hook(body=b'{"id": 2, "table": "service_case; drop"}'),
            self.hook(method="GET", headers={}),
            self.hook(method="PUT"),
            self.hook(headers={"verification-code": "a\r\nSet-Cookie: b"}),
        ]


def _nothing(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b""]
