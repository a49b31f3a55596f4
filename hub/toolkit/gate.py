"""What a simulator's gate does with each call, whatever the protocol: it counts and logs calls,
holds them up, and takes the faults that tests switch on.

The log holds operation, surface, time and outcome; never what was sent, since that is personal or a
credential.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar

from werkzeug.wrappers import Response

from hub.kernel.clock import Clock
from hub.kernel.errors import ConfigurationError

R = TypeVar("R", bound=Response)


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


class CallGate:
    """Base of a simulator's gate; ``kinds`` are the faults that it knows. ``on_call`` is told
    ``(operation, "before" | "after")``, for tests in the same process."""

    kinds: ClassVar[tuple[str, ...]]

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
        """Switch a fault on. Raises ``ConfigurationError``."""
        if fault.kind not in self.kinds:
            known = ", ".join(self.kinds)
            raise ConfigurationError(f"unknown fault '{fault.kind}'; there are {known}")
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

    @contextmanager
    def _answering(self, *names: str) -> Iterator[None]:
        """A call that goes by these names, until it is answered."""
        with self._guard:
            self._running += 1
            self._counts.update(names)
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _take(self, *names: str) -> Fault | None:
        """The first fault that strikes a call of these names; counts one strike off."""
        with self._guard:
            for fault in self._faults:
                if fault.operation in ("*", *names) and fault.count > 0:
                    fault.count -= 1
                    return fault
            return None

    def _had_effect(self, *names: str) -> None:
        with self._guard:
            self._effects.update(names)

    def _log(self, operation: str, surface: str, outcome: str) -> None:
        call = Call(operation, surface, self._clock.wall().isoformat(), outcome)
        with self._guard:
            self._calls.append(call)

    def _wait(self, seconds: float) -> None:
        """Until then, or until the faults are cleared."""
        self._hurry.wait(seconds)

    def _let_go(self) -> None:
        self._hurry.set()
        self._hurry = threading.Event()


def cut_off(
    answer: type[R],
    environ: Mapping[str, Any],
    *,
    connection: socket.socket | None = None,
    first: bytes = b"{",
    media_type: str = "application/json",
) -> R:
    """Cut the connection without an answer; where the server hides its socket, cut the answer after
    ``first``. ``answer`` is the simulator's class of answers."""
    connection = connection or environ.get("werkzeug.socket")
    if connection is not None:
        with suppress(OSError):  # the other side may be faster
            connection.shutdown(socket.SHUT_RDWR)
        return answer(b"", 502)

    def short() -> Iterator[bytes]:
        yield first

    return answer(short(), 200, {"Content-Length": "1000"}, content_type=media_type)
