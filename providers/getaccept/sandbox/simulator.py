"""A GetAccept account in one process: its API, its files, a signer's page, the sender's portal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from hub.contracts.sandbox import Sandbox, SandboxContext, SandboxLink
from hub.kernel.logging import get_logger
from hub.toolkit.switchboard import CallHook
from providers.getaccept.sandbox.account import Account
from providers.getaccept.sandbox.api_account import AccountApi
from providers.getaccept.sandbox.api_documents import DocumentsApi
from providers.getaccept.sandbox.api_files import FilesApi
from providers.getaccept.sandbox.api_parts import PartsApi
from providers.getaccept.sandbox.api_templates import TemplatesApi
from providers.getaccept.sandbox.api_webhooks import WebhooksApi
from providers.getaccept.sandbox.calls import Calls
from providers.getaccept.sandbox.control import Control
from providers.getaccept.sandbox.portal import Portal
from providers.getaccept.sandbox.seed import OWNER, PASSWORD
from providers.getaccept.sandbox.signer import SignerPages
from providers.getaccept.sandbox.words import day, language, say

_log = get_logger(__name__)
_TICK = 0.25  # real seconds between looks at what is due
_LARGEST_CALL = 20_000_000


class GetAcceptSandbox(Sandbox):
    """State lives in memory."""

    title = "GetAccept"

    def __init__(self, context: SandboxContext) -> None:
        super().__init__(context)
        self.account = Account(context)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._app = self._make_app()

    @property
    def on_call(self) -> CallHook | None:
        """Who is told ``("before" | "after", operation)`` of each call, in the server's thread."""
        return self.account.gate.board.on_call

    @on_call.setter
    def on_call(self, hook: CallHook | None) -> None:
        self.account.gate.board.on_call = hook

    def wsgi(self) -> Callable[..., Any]:
        """The app to mount under ``/getaccept``."""
        return self._app

    def settings(self) -> Mapping[str, Any]:
        """How the hub reaches this account."""
        return {
            "base_url": f"{self.context.base_url}/v1",
            "app_url": self.context.base_url,
            "auth": "password",
            "email": OWNER.email,
            "password": PASSWORD,
            "entity_id": OWNER.entities[0],
            "calls_per_minute": 1_000,  # it takes more, and nobody who tries it likes to wait
        }

    def links(self) -> tuple[SandboxLink, ...]:
        """What the start page shows."""
        return (
            SandboxLink(
                "Documents",
                "/documents",
                "What the workshop sent, with status, story and chat.",
                begins="portal",
            ),
        )

    def start(self) -> None:
        """Serve the files, and do in the background what the clock makes due."""
        self.account.storage.start()
        if self._thread is not None:
            return
        self._stopping.clear()
        self.account.webhooks.wake = self._wake.set
        self._thread = threading.Thread(target=self._loop, name="getaccept-due", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop both; may be called twice."""
        self._stopping.set()
        self._wake.set()
        self.account.gate.board.clear()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout=15)
        self.account.storage.stop()

    def reset(self) -> None:
        """Forget everything that happened; subscriptions stay."""
        self.account.reset()

    def _make_app(self) -> Flask:
        app = Flask(__name__, static_folder="static", template_folder="templates")
        app.config["MAX_CONTENT_LENGTH"] = _LARGEST_CALL
        app.json.sort_keys = False  # type: ignore[attr-defined]
        app.jinja_env.globals.update(say=say, day=day, language=language)
        calls = Calls(self.account)
        app.register_error_handler(HTTPException, calls.lost)
        for part in (
            AccountApi(calls), FilesApi(calls), DocumentsApi(calls), PartsApi(calls),
            WebhooksApi(calls), TemplatesApi(calls), Control(self.account),
            SignerPages(self.account), Portal(self.account),
        ):  # fmt: skip
            app.register_blueprint(part.blueprint())
        return app

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(_TICK)
            self._wake.clear()
            try:
                self.account.settle()
                self.account.webhooks.run_due()
            except Exception:  # it must outlive any one delivery
                _log.exception("getaccept_sandbox_due")
