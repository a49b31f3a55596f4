"""The simulated account, served on a free loopback port under ``/getaccept``."""

from __future__ import annotations

import base64
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from hub.contracts.sandbox import Mail, PhoneMessage, SandboxContext
from hub.kernel.clock import ManualClock
from providers.getaccept.sandbox import GetAcceptSandbox, papers
from providers.getaccept.sandbox.seed import PASTED_TOKEN

PAPER = papers.made("Offer 1001", ("New brakes", "Rust protection"))
PAPER_TEXT = base64.b64encode(PAPER).decode()
ALICE = {"first_name": "Alice", "last_name": "Ek", "email": "alice@example.com"}
BOB = {"first_name": "Bob", "last_name": "Berg", "email": "bob@example.com"}
MOBILE = "+46701740605"


class QuietHandler(WSGIRequestHandler):
    """Nothing is printed."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


class Site:
    """One account. Only files are served in a thread of its own: what is due happens when a call
    comes or when a test says ``tick``."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        self.phone: list[PhoneMessage] = []
        self.mails: list[Mail] = []
        app = DispatcherMiddleware(_nothing)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.port}/getaccept"
        context = SandboxContext(
            self.url, Path(tempfile.gettempdir()), self.clock, self.phone.append, self.mails.append
        )
        self.sandbox = GetAcceptSandbox(context)
        self.sandbox.account.storage.start()
        app.mounts = {"/getaccept": self.sandbox.wsgi()}
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()
        self.token = PASTED_TOKEN

    def fresh(self) -> Site:
        """As new, but for the clock, which only goes forward."""
        self.sandbox.account.gate.board.clear()
        assert self.sandbox.account.gate.wait_idle(10)
        self.sandbox.reset()
        self.sandbox.account.webhooks.reset()
        self.phone.clear()
        self.mails.clear()
        self.token = PASTED_TOKEN
        return self

    def close(self) -> None:
        self.sandbox.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def api(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One call of the API with the token; ``body`` goes as JSON."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return requests.request(
            method, f"{self.url}/v1{path}", json=body, headers=headers, timeout=10, **options
        )

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a call that has to succeed."""
        answer = self.api("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a control route that has to succeed."""
        answer = requests.request(method, f"{self.url}/_control/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def fault(self, name: str, times: int = 1) -> None:
        self.control("POST", "faults", {"fault": name, "times": times})

    def act(self, document: str, who: str, action: str, **given: Any) -> requests.Response:
        """What a recipient does."""
        path = f"/_control/documents/{document}/recipients/{who}/{action}"
        return requests.post(self.url + path, json=given, timeout=10)

    def violations(self) -> list[dict[str, Any]]:
        return self.control("GET", "violations")

    def later(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def create(self, **changes: Any) -> requests.Response:
        """A document with a file of its own, sent at once to Alice, unless ``changes`` say else."""
        body = {
            "name": "Offer 1001",
            "file_name": "offer.pdf",
            "file_content": PAPER_TEXT,
            "is_automatic_sending": True,
            "recipients": [ALICE],
            **changes,
        }
        return self.api("POST", "/documents", {k: v for k, v in body.items() if v is not None})

    def made(self, **changes: Any) -> str:
        """The id of a new document whose file is imported."""
        answer = self.create(**changes)
        assert answer.status_code == 200, answer.text
        self.later(seconds=1)
        return str(answer.json()["id"])

    def status(self, document: str) -> str:
        return str(self.get(f"/documents/{document}/status")["status"])

    def link(self, document: str, place: int = 0) -> str:
        """The personal link of a recipient."""
        return str(
            self.get(f"/documents/{document}/recipients")["recipients"][place]["document_url"]
        )


def _nothing(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b""]
