"""Every call to a surface passes here: counts, a log, and the faults that tests switch on.

The log holds operation, surface, time and outcome; never what was sent, since that is personal.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, request

from connectors.dynamics_nav.sandbox.connections import CONNECTION
from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError

# struck before the call is done
_BEFORE = ("500", "html", "503", "429", "drop_before")
KINDS = (*_BEFORE, "slow", "slow_after", "drop_after", "stale", "illegal", "illegal_raw", "extra")
_MAINTENANCE = "<!DOCTYPE html><html><body><h1>Sidan uppdateras</h1></body></html>"
_CRASH = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html><head><title>500 - Internal '
    "server error.</title></head><body><h2>500 - Internal server error.</h2></body></html>"
)


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


class Strike:
    """What befalls the call that is being answered; surfaces ask it at the right places."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = {fault.kind: fault for fault in faults}

    def has(self, kind: str) -> bool:
        """Whether this fault strikes now."""
        return kind in self._faults

    def first(self, kinds: Sequence[str]) -> Fault | None:
        """The first of these that strikes."""
        return next((self._faults[kind] for kind in kinds if kind in self._faults), None)


class Gate:
    """``on_call`` is told ``(operation, "before" | "after")``, for tests in the same process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
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
        self._let_go()

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
        self._let_go()

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

    def run(
        self, word: str, exact: str, surface: str, handler: Callable[[Strike], Response]
    ) -> Response:
        """Answer one call, or strike it. ``word`` is its kind, ``exact`` its full name."""
        with self._guard:
            self._running += 1
            self._counts.update({word, exact} - {""})
        try:
            return self._run(word, exact, surface, handler)
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _run(
        self, word: str, exact: str, surface: str, handler: Callable[[Strike], Response]
    ) -> Response:
        self.on_call(word, "before")
        strike = self._take(word, exact)
        slow = strike.first(("slow",))
        if slow:
            self._hurry.wait(slow.seconds)
        before = strike.first(_BEFORE)
        if before:
            self._log(exact or word, surface, before.kind)
            return _struck(before)
        response = handler(strike)
        if response.status_code < 400:
            with self._guard:
                self._effects.update({word, exact} - {""})
        self._log(exact or word, surface, str(response.status_code))
        self.on_call(word, "after")
        late = strike.first(("slow_after",))
        if late:
            self._hurry.wait(late.seconds)
        return _dropped() if strike.has("drop_after") else response

    def _take(self, word: str, exact: str) -> Strike:
        with self._guard:
            struck = [f for f in self._faults if f.operation in ("*", word, exact)]
            first = struck[:1]
            for fault in first:
                fault.count -= 1
                if fault.count <= 0:
                    self._faults.remove(fault)
            return Strike(first)

    def _log(self, operation: str, surface: str, outcome: str) -> None:
        call = Call(operation, surface, self._clock.wall().isoformat(), outcome)
        with self._guard:
            self._calls.append(call)

    def _let_go(self) -> None:
        self._hurry.set()
        self._hurry = threading.Event()


def _struck(fault: Fault) -> Response:
    if fault.kind == "html":
        return Response(_MAINTENANCE, 200, content_type="text/html; charset=utf-8")
    if fault.kind == "500":
        return Response(_CRASH, 500, content_type="text/html")
    if fault.kind in ("503", "429"):
        waits = {"Retry-After": str(round(fault.seconds))}
        return Response(b"", int(fault.kind), waits)
    return _dropped()


def _dropped() -> Response:
    """Cut the connection without an answer; where the server hides its socket, cut the answer."""
    held = request.environ.get(CONNECTION)
    connection = held.socket if held else request.environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # the other side may be faster
            connection.shutdown(socket.SHUT_RDWR)
        return Response(b"", 502)

    def short() -> Iterator[bytes]:
        yield b"<"

    return Response(short(), 200, {"Content-Length": "1000"}, content_type="text/xml")
