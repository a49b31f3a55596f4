"""A Dynamics NAV server in one process: SOAP, OData and API over one store, a screen for people."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, request

from connectors.dynamics_nav.sandbox import control, schema, seeding
from connectors.dynamics_nav.sandbox.api_routes import ApiRoutes
from connectors.dynamics_nav.sandbox.auth import Auth
from connectors.dynamics_nav.sandbox.desk import Desk
from connectors.dynamics_nav.sandbox.gate import Gate
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.odata_routes import ODataRoutes
from connectors.dynamics_nav.sandbox.screen import Screen
from connectors.dynamics_nav.sandbox.server import NavServer
from connectors.dynamics_nav.sandbox.signing_hub import SigningHub
from connectors.dynamics_nav.sandbox.soap import SoapSurface
from connectors.dynamics_nav.sandbox.store import Company, Store
from connectors.dynamics_nav.sandbox.triggers import Triggers
from connectors.dynamics_nav.sandbox.webhooks import Webhooks
from hub.contracts.sandbox import Sandbox, SandboxContext, SandboxLink
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
_TICK = 0.5  # real seconds between looks at what subscribers are owed
_LARGEST_CALL = 64 * 1024 * 1024
_TENANT = "default"


class DynamicsNavSandbox(Sandbox):
    """State lives in memory. ``on_call`` is told ``(operation, "before" | "after")``."""

    title = "Dynamics NAV"

    def __init__(self, context: SandboxContext) -> None:
        super().__init__(context)
        self.seed = schema.load_seed()
        self.modes = Modes()
        self.store = Store(schema.load(), context.clock)
        triggers = Triggers(self.seed["items"], self.seed["currencies"])
        self.desk = Desk(self.store, triggers, self.modes)
        self.hub = SigningHub(self.desk)
        self.gate = Gate(context.clock)
        self.auth = Auth(self)
        self.webhooks = Webhooks(self.store, self.modes)
        self.addresses: dict[str, str] = {}
        self._server: NavServer | None = None
        self._port = 0
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.reset()
        self._app = self._make_app()

    @property
    def on_call(self) -> Callable[[str, str], None]:
        """The in-process observer of calls."""
        return self.gate.on_call

    @on_call.setter
    def on_call(self, observer: Callable[[str, str], None]) -> None:
        self.gate.on_call = observer

    @property
    def company(self) -> Company:
        """The company with the data, which the screen shows."""
        return self.store.companies[0]

    @property
    def server_url(self) -> str:
        """The server's address with its instance, as the hub reaches it."""
        return f"http://127.0.0.1:{self._port}/{self.seed['instance']}"

    @property
    def oauth(self) -> Mapping[str, str]:
        """What an OAuth2 client needs: ``token_url``, ``client_id``, ``client_secret``, ``scope``
        and ``tenant``."""
        known = {name: str(value) for name, value in self.seed["oauth"].items()}
        token_url = f"{self.server_url}/{known['tenant']}/oauth2/v2.0/token"
        return {**known, "client_secret": self.auth.client_secret, "token_url": token_url}

    def wsgi(self) -> Callable[..., Any]:
        """The app to mount under ``/dynamics_nav``; the server of its own serves the same one."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """How the hub reaches this server."""
        return {
            "server": self.server_url,
            "company": self.company.name,
            "surface": "soap",
            "auth": "ntlm",
            "username": f"{self.seed['domain']}\\{self.seed['user']}",
            "password": self.auth.password,
            "record_link": f"{self.context.base_url}/{{table}}/{{id}}",
        }

    def links(self) -> tuple[SandboxLink, ...]:
        """What the start page shows."""
        return (
            SandboxLink("Role centre", "/", "The workshop's ERP: what is sent, declined, signed."),
            SandboxLink(
                "Orders", "/orders", "An order's job lines, found to decided.", begins="order"
            ),
        )

    def start(self) -> None:
        """Open the server, and tell subscribers in the background."""
        self._stopping.clear()
        self._server = NavServer(self._port or self.context.free_port("nav"), self._app)
        self._port = self._server.port
        self._server.start()
        self.webhooks.wake = self._wake.set
        self._thread = threading.Thread(target=self._loop, name="nav-notices", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the server; nothing more is sent."""
        self._stopping.set()
        self._wake.set()
        if self._thread:
            self._thread.join(timeout=15)
        if self._server:
            self._server.stop()
            self._server = None

    def reset(self) -> None:
        """Back to the seed, whose records have the same ids again; subscriptions stay, as settings
        would."""
        with self.store.guard:
            self.gate.reset()
            self.auth.reset()
            self.store.clear()
            seeding.fill(self.desk, self.hub, self.seed)
            self.webhooks.owe_nothing()

    def connect(self, links: Mapping[str, str]) -> None:
        """Learn the hub's addresses."""
        self.addresses = dict(links)

    def tenant_is_right(self) -> bool:
        """Whether the call names the tenant, where the server has more than one."""
        return not self.modes.multitenant or request.args.get("tenant") == _TENANT

    def _make_app(self) -> Flask:
        app = Flask(__name__, static_folder="static", template_folder="templates")
        app.config["MAX_CONTENT_LENGTH"] = _LARGEST_CALL
        app.url_map.merge_slashes = False
        app.register_blueprint(self.auth.blueprint())
        app.register_blueprint(SoapSurface(self).blueprint())
        app.register_blueprint(ODataRoutes(self).blueprint())
        app.register_blueprint(ApiRoutes(self).blueprint())
        app.register_blueprint(control.blueprint(self))
        app.register_blueprint(Screen(self).blueprint())
        return app

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(_TICK)
            self._wake.clear()
            try:
                self.webhooks.run_due()
            except Exception:  # the sender must outlive any one notification
                _log.exception("nav_sandbox_notice")
