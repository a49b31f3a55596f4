"""An Agiloft knowledge base in one process: three API surfaces, webhooks, a screen for people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask

from connectors.agiloft.sandbox import control
from connectors.agiloft.sandbox.alrest import AlrestSurface
from connectors.agiloft.sandbox.buttons import press
from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.ew import EwSurface
from connectors.agiloft.sandbox.gate import Gate
from connectors.agiloft.sandbox.hooks import Hook, Hooks
from connectors.agiloft.sandbox.modes import Modes
from connectors.agiloft.sandbox.schema import load
from connectors.agiloft.sandbox.screen import Screen
from connectors.agiloft.sandbox.sessions import Sessions
from connectors.agiloft.sandbox.side_doors import SideDoors
from connectors.agiloft.sandbox.soap import SoapSurface
from connectors.agiloft.sandbox.store import Actor, Store
from hub.contracts.sandbox import Sandbox, SandboxContext, SandboxLink
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
SEED = Path(__file__).parent / "seed.yaml"
_TICK = 0.25  # real seconds between looks at the webhook ladder
_LARGEST_CALL = 30_000_000
PERSON = Actor("alice", "Web")


class AgiloftSandbox(Sandbox):
    """State lives in memory. ``on_call`` is told ``(operation, "before" | "after")``."""

    title = "Agiloft"

    def __init__(self, context: SandboxContext, seed: Path = SEED) -> None:
        super().__init__(context)
        self.kb = load(seed)
        self.modes = Modes()
        self.store = Store(self.kb, context.clock)
        self.sessions = Sessions(self.kb, context.clock, self.modes)
        self.gate = Gate(context.clock, self.modes)
        self.hooks = Hooks(self.store, self.modes)
        self.addresses: dict[str, str] = {}
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._app = self._make_app()

    @property
    def on_call(self) -> Callable[[str, str], None]:
        """The in-process observer of calls."""
        return self.gate.on_call

    @on_call.setter
    def on_call(self, observer: Callable[[str, str], None]) -> None:
        self.gate.on_call = observer

    def wsgi(self) -> Callable[..., Any]:
        """The app to mount under ``/agiloft``."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """How the hub reaches this knowledge base."""
        user = next(user for user in self.kb.users.values() if user.api)
        return {
            "base_url": self.context.base_url,
            "kb": self.kb.name,
            "surface": "alrest",
            "auth": "token",
            "login": user.login,
            "password": user.password,
            "linked_fields": ["service_case.company", "note.service_case_id"],
            "choice_fields": ["service_case.status", "service_case.sign_state"],
            "note_field": "notes",
            "attach_field": "signed_documents",
            "external_id_field": "",
            "webhook_table": "service_case",
            "record_link": f"{self.context.base_url}/cases/{{id}}",
        }

    def links(self) -> tuple[SandboxLink, ...]:
        """What the start page shows."""
        return (
            SandboxLink(
                "Service cases",
                "/cases",
                "The ticket system: open a case, press the button.",
                begins="case",
            ),
            SandboxLink("Webhooks", "/webhooks", "Which addresses this knowledge base calls."),
        )

    def start(self) -> None:
        """Send webhooks in the background."""
        self._stopping.clear()
        self.hooks.wake = self._wake.set
        self._thread = threading.Thread(target=self._loop, name="agiloft-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop sending."""
        self._stopping.set()
        self._wake.set()
        if self._thread:
            self._thread.join(timeout=15)

    def reset(self) -> None:
        """Back to the seed; webhooks that were registered stay, as settings would."""
        kept = list(self.hooks.hooks)
        self.gate.reset()
        self.sessions.reset()
        self.store.reset()
        self.hooks.reset()
        self.hooks.hooks.extend(kept)

    def connect(self, links: Mapping[str, str]) -> None:
        """Learn the hub's addresses and register its webhook, as an administrator would."""
        self.addresses = dict(links)
        if links.get("hook"):
            try:
                self.register_webhook()
            except EwError as error:
                _log.warning("agiloft_sandbox_webhook_not_registered", reason=error.code)

    def register_webhook(self) -> Hook:
        """The webhook of the seed file, with the handshake. Raises ``EwError``."""
        plan, url = self.kb.webhook, self.addresses.get("hook", "")
        if not url:
            raise EwError(400, "The hub has not told its address yet", code="INVALID_URL")
        facts = {
            "title": "Paraph",
            "webhook_url": url,
            "webhook_status": "Active",
            "table_name": plan["table"],
            "event_type": plan["event"],
            "user_permissions": "hub",
            "record_filter": plan.get("filter", ""),
            "entry_fields": list(plan.get("fields", ())),
            "modification_type": list(plan.get("modification_types", ())),
        }
        for hook in self.hooks.hooks:
            same = ("webhook_url", "table_name", "event_type")
            if hook.key and all(hook.facts.get(name) == facts[name] for name in same):
                self.hooks.change(hook, facts)
                return hook
        return self.hooks.register(facts)

    def press(self, table: str, record_id: int, name: str) -> None:
        """Press a button field in the browser."""
        press(self.store, table, record_id, name, PERSON)

    def button_link(self, table: str, record_id: int) -> str:
        """The hub's page for this record. In the base that the hub told, ``{table}`` and ``{id}``
        are filled in; a base without ``{id}`` gets the id as its last path piece."""
        base = self.addresses.get("button", "").replace("$id", "{id}")  # as Agiloft's own templates
        if not base:
            return ""
        if "{id}" not in base:
            path, mark, query = base.partition("?")
            base = f"{path.rstrip('/')}/{{id}}{mark}{query}"
        return base.replace("{table}", quote(table)).replace("{id}", str(record_id))

    def _make_app(self) -> Flask:
        app = Flask(__name__, static_folder="static", template_folder="templates")
        app.config["MAX_CONTENT_LENGTH"] = _LARGEST_CALL
        app.register_blueprint(SideDoors(self.sessions, self.hooks, self.gate).blueprint())
        app.register_blueprint(AlrestSurface(self.store, self.sessions, self.gate).blueprint())
        soap = SoapSurface(self.store, self.sessions, self.gate, self.modes)
        app.register_blueprint(soap.blueprint())
        app.register_blueprint(
            EwSurface(self.store, self.sessions, self.gate, self.modes).blueprint()
        )
        app.register_blueprint(control.blueprint(self))
        app.register_blueprint(Screen(self).blueprint())
        return app

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(_TICK)
            self._wake.clear()
            try:
                self.hooks.run_due()
            except Exception:  # the sender must outlive any one notification
                _log.exception("agiloft_sandbox_webhook_sender")
