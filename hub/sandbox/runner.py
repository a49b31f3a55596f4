"""Serves the sandbox: in a thread for tests, or as the process that ``make demo`` starts.

werkzeug's threaded server is used on purpose: it lends simulators the socket of a call, which lets
them break a connection the way a failing vendor does.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from hub.contracts.manifest import Manifest
from hub.kernel.clock import Clock, SystemClock
from hub.sandbox.app import create_sandbox_app
from hub.sandbox.house import SandboxHouse
from hub.sandbox.ports import LOOPBACK, StablePorts
from hub.sandbox.scan import manifests_with_sandbox

POLL = 0.05


class _QuietHandler(WSGIRequestHandler):
    """Request lines hold telephone numbers and link tokens; they are not logged."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


class SandboxServer:
    """The sandbox with its web server. Port 0 picks a free one, and the same again next time."""

    def __init__(
        self,
        folder: Path,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        public_url: str = "",
        clock: Clock | None = None,
        manifests: Sequence[Manifest] | None = None,
    ) -> None:
        port = port or StablePorts(folder / "ports.json").port("sandbox.http")
        self._app: Callable[..., Iterable[bytes]] | None = None
        self._server = make_server(
            host, port, self._serve, threaded=True, request_handler=_QuietHandler
        )
        self._thread: threading.Thread | None = None
        try:
            self.house = SandboxHouse(
                manifests_with_sandbox() if manifests is None else manifests,
                folder,
                public_url or f"http://{_reachable(host)}:{port}",
                clock or SystemClock(),
            )
        except BaseException:
            self._server.server_close()
            raise
        self._app = create_sandbox_app(self.house)

    @property
    def url(self) -> str:
        """Where people and the hub find the sandbox."""
        return self.house.base_url

    def start(self) -> None:
        """Start the simulators, then answer calls in a thread."""
        self.house.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name="sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and stop the simulators; may be called twice."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join(10)
            self._thread = None
        self._server.server_close()
        self.house.stop()

    def __enter__(self) -> SandboxServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._app is None:
            raise RuntimeError("the sandbox is not made yet")
        return self._app(environ, start_response)


def run(
    host: str,
    port: int,
    folder: Path,
    *,
    public_url: str = "",
    clock: Clock | None = None,
    until: threading.Event | None = None,
) -> None:
    """Serve until SIGTERM, Ctrl-C or ``until``, and say where to look."""
    stop = until or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for wanted in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wanted, lambda *_: stop.set())
    with SandboxServer(
        folder, host=host, port=port, public_url=public_url, clock=clock
    ) as server:  # fmt: skip
        for line in where_to_look(server.house):
            click.echo(line)
        stop.wait()


def where_to_look(house: SandboxHouse) -> list[str]:
    """What the terminal says: one address a line."""
    found = [
        f"  {house.base_url}/{key}{link.path}  {simulator.title}: {link.title}"
        for key, simulator in house.simulators.items()
        for link in simulator.links()
        if not link.path.startswith("/_control")
    ]
    return [
        f"The sandbox is up: {house.base_url}/",
        f"  {house.base_url}/phone  the phone, with every SMS",
        f"  {house.base_url}/mailbox  the mailbox, with every e-mail",
        *found,
    ]


def _reachable(host: str) -> str:
    return LOOPBACK if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
