"""An HTTPS server that demands client certificates and tells the app which one came.

The TLS handshake runs in the connection's own thread, so that a slow or silent client holds up
nobody else.
"""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Any

from cryptography import x509
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

CERTIFICATE = "paraph.client_certificate"
CONNECTION = "paraph.connection"
_HANDSHAKE_SECONDS = 5.0


class _Handler(WSGIRequestHandler):
    def make_environ(self) -> Any:
        environ = super().make_environ()
        der = self.connection.getpeercert(True)
        environ[CERTIFICATE] = x509.load_der_x509_certificate(der)
        environ[CONNECTION] = self.connection
        environ["wsgi.url_scheme"] = "https"
        return environ

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: paths and texts of customers do not belong on a terminal."""


class MutualTlsServer:
    """Serves a WSGI app over TLS with client certificates, in a thread of its own."""

    def __init__(self, port: int, app: Any, *, certificate: str, key: str, clients: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED
        self._server = _Server("127.0.0.1", port, app, context)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="bankid-sandbox", daemon=True
        )

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_port)

    def start(self) -> None:
        """Serve until ``stop``."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; calls under way end by themselves."""
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


class _Server(ThreadedWSGIServer):
    daemon_threads = True

    def __init__(self, host: str, port: int, app: Any, context: ssl.SSLContext) -> None:
        super().__init__(host, port, app, handler=_Handler)
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(_HANDSHAKE_SECONDS)
        secured = self._context.wrap_socket(
            request, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        try:
            secured.do_handshake()
        except OSError:
            _read_out(secured)
            return
        secured.settimeout(None)
        try:
            super().finish_request(secured, client_address)
        finally:
            self.shutdown_request(secured)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is none of our business."""


def _read_out(connection: ssl.SSLSocket) -> None:
    """Read what the refused client still sends. Closing with unread bytes would reset the
    connection, and the alert that says why would be lost on its way."""
    try:
        connection.settimeout(1.0)
        while socket.socket.recv(connection, 65536):
            pass
    except (OSError, ValueError):
        pass
    connection.close()
