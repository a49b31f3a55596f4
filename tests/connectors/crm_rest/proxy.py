"""Stands between the connector and a real server: passes calls on, counts what had an effect, and
loses or spoils an answer where a test wants it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import requests
from flask import Flask, Response, request
from werkzeug.serving import make_server

from connectors.crm_rest.sandbox.gate import Gate
from tests.connectors.crm_rest.site import QuietHandler

_NOT_PASSED = {"connection", "transfer-encoding", "content-encoding", "content-length", "date",
               "server", "keep-alive"}  # fmt: skip


class Proxy:
    """``operation_of`` names a call by method and path, as the gate's faults are named."""

    def __init__(self, target: str, operation_of: Callable[[str, str], str]) -> None:
        self.gate = Gate()
        self._target = target
        self._operation_of = operation_of
        app = Flask(__name__, static_folder=None)
        app.before_request(self._pass)
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def fresh(self) -> None:
        """No faults, counts at zero."""
        self.gate.board.clear()
        assert self.gate.wait_idle(10)
        self.gate.reset()
        self.gate.board.on_call = None

    def close(self) -> None:
        self.gate.board.clear()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _pass(self) -> Response:
        return self.gate.run(self._operation_of(request.method, request.path), self._passed)

    def _passed(self) -> Response:
        # the Host header stays the proxy's, so that links in answers lead here
        answer = requests.request(
            request.method,
            self._target + request.environ["RAW_URI"],
            headers={k: v for k, v in request.headers if k.lower() not in ("connection",)},
            data=request.get_data(),
            allow_redirects=False,
            timeout=30,
        )
        headers = [(k, v) for k, v in answer.headers.items() if k.lower() not in _NOT_PASSED]
        return Response(answer.content, answer.status_code, headers)
