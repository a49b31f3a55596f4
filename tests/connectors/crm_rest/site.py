"""The simulated CRM, served on a free loopback port."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from connectors.crm_rest.sandbox import CrmRestSandbox
from hub.contracts.sandbox import SandboxContext
from hub.kernel.clock import ManualClock
from tests.contracts.connector_driver import STARTED


class QuietHandler(WSGIRequestHandler):
    """Nothing is printed."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return None


class Site:
    """One simulator under ``/crm_rest``, as the sandbox process mounts it."""

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)
        app = DispatcherMiddleware(_nothing)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.port}/crm_rest"
        folder = Path(tempfile.gettempdir())
        self.sandbox = CrmRestSandbox(SandboxContext(self.url, folder, self.clock))
        app.mounts = {"/crm_rest": self.sandbox.wsgi()}
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def fresh(self) -> None:
        """As new, but for the clock, which only goes forward."""
        self.sandbox.gate.board.clear()
        assert self.sandbox.gate.wait_idle(10)
        self.sandbox.reset()
        self.sandbox.connect({})

    def close(self) -> None:
        self.sandbox.gate.board.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _nothing(environ: Any, start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b""]
