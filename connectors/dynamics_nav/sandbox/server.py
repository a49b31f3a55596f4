"""The server's own HTTP server: keeps connections open, since NTLM signs in a connection and not a
call. Werkzeug's server ends each connection after its answer, so it does not serve here."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.test import run_wsgi_app

from connectors.dynamics_nav.sandbox.connections import CONNECTION, Connection

_LARGEST = 64 * 1024 * 1024
_IDLE_SECONDS = 60.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.held = Connection(self.connection)

    def answer(self) -> None:
        """One call, whatever its method."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(411, [], b"")
            return
        if int(length) > _LARGEST:
            self.close_connection = True
            self._send(413, [], b"")
            return
        body = self.rfile.read(int(length))
        content, status, headers = run_wsgi_app(self.server.app, self._environ(body), buffered=True)
        self._send(int(status.split()[0]), list(headers), b"".join(content))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = answer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: addresses hold names and numbers."""

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "RAW_URI": self.path,
            "REQUEST_URI": self.path,
            "QUERY_STRING": query,
            "SERVER_NAME": self.server.server_address[0],
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            CONNECTION: self.held,
        }
        for name, value in self.headers.items():
            if name.lower() not in ("content-type", "content-length"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        try:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
        except OSError:  # cut on purpose, or the caller has gone
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, app: Any) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.app = app
        self.open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business."""


class NavServer:
    """Serves a WSGI app on loopback, in threads of its own. Port 0 picks a free one."""

    def __init__(self, port: int, app: Any) -> None:
        self._server = _Server(port, app)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="nav-sandbox", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_port)

    def start(self) -> None:
        """Serve until ``stop``."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and end the connections that are kept open."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
        for held in list(self._server.open):
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
