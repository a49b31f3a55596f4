"""Every call to a surface passes here: call log, faults that tests switch on, pause afterwards.

The log holds operation, surface, time and outcome; never parameters, since they hold credentials.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, request

from connectors.agiloft.sandbox.modes import Modes
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError

KINDS = ("slow", "html", "500", "drop_before", "drop_after")
_PAGE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>"
    "<h1>We will be back shortly</h1></body></html>"
)
_CRASH = "<html><body><h1>Internal Server Error</h1><p>[default task-7] Error</p></body></html>"


@dataclass
class Fault:
    """Strikes the next ``count`` calls of ``operation`` (``*`` is any)."""

    kind: str
    operation: str = "*"
    count: int = 1
    seconds: float = 2.0


@dataclass(frozen=True)
class Call:
    """One line of the log."""

    operation: str
    surface: str
    at: str
    outcome: str


class Gate:
    """``on_call`` is told ``(operation, "before" | "after")``, for tests in the same process."""

    def __init__(self, clock: Clock, modes: Modes) -> None:
        self._clock = clock
        self._modes = modes
        self._guard = threading.Lock()
        self._idle = threading.Condition(self._guard)
        self._running = 0
        self._hurry = threading.Event()
        self.on_call: Callable[[str, str], None] = lambda operation, phase: None
        self.reset()

    def reset(self) -> None:
        """No faults, empty log."""
        with self._guard:
            self._faults: list[Fault] = []
            self._calls: deque[Call] = deque(maxlen=50_000)
            self._counts: Counter[str] = Counter()
            self._effects: Counter[str] = Counter()
        self._hurry.set()
        self._hurry = threading.Event()

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        if fault.kind not in KINDS:
            raise ConfigurationError(f"unknown fault '{fault.kind}'; there are {', '.join(KINDS)}")
        with self._guard:
            self._faults.append(fault)

    def clear(self) -> None:
        """Switch all faults off; whoever is slow stops waiting."""
        with self._guard:
            self._faults.clear()
        self._hurry.set()
        self._hurry = threading.Event()

    def calls(self) -> list[dict[str, Any]]:
        """The log, oldest first."""
        with self._guard:
            return [asdict(call) for call in self._calls]

    def counts(self) -> dict[str, dict[str, int]]:
        """Per operation: calls that came in, and calls that had their effect."""
        with self._guard:
            return {"calls": dict(self._counts), "effects": dict(self._effects)}

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no call is being answered; whether that came true."""
        with self._idle:
            return self._idle.wait_for(lambda: self._running == 0, seconds)

    def run(self, operation: str, surface: str, handler: Callable[[], Response]) -> Response:
        """Answer one call, or strike it."""
        with self._guard:
            self._running += 1
            self._counts[operation] += 1
        try:
            return self._run(operation, surface, handler)
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _run(self, operation: str, surface: str, handler: Callable[[], Response]) -> Response:
        self.on_call(operation, "before")
        fault = self._take(operation)
        if fault and fault.kind == "slow":
            self._hurry.wait(fault.seconds)
        if fault and fault.kind in ("html", "500", "drop_before"):
            self._log(operation, surface, fault.kind)
            return _struck(fault.kind)
        response = handler()
        if response.status_code < 400:
            with self._guard:
                self._effects[operation] += 1
        self._log(operation, surface, str(response.status_code))
        self.on_call(operation, "after")
        if self._modes.wsdelay:
            self._hurry.wait(self._modes.wsdelay)
        return _struck("drop") if fault and fault.kind == "drop_after" else response

    def _take(self, operation: str) -> Fault | None:
        with self._guard:
            for fault in self._faults:
                if fault.operation in ("*", operation) and fault.count > 0:
                    fault.count -= 1
                    return fault
            return None

    def _log(self, operation: str, surface: str, outcome: str) -> None:
        call = Call(operation, surface, self._clock.wall().isoformat(), outcome)
        with self._guard:
            self._calls.append(call)


def _struck(kind: str) -> Response:
    if kind == "html":
        return Response(_PAGE, 200, content_type="text/html; charset=utf-8")
    if kind == "500":
        return Response(_CRASH, 500, content_type="text/html; charset=utf-8")
    return _dropped()


def _dropped() -> Response:
    """Cut the connection without an answer; where the server hides its socket, cut the answer."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # the other side may be faster
            connection.shutdown(socket.SHUT_RDWR)
        return Response(b"", 502)

    def short() -> Iterator[bytes]:
        yield b"{"

    return Response(short(), 200, {"Content-Length": "1000"}, content_type="application/json")
