"""What every simulator offers to tests: faults to switch on, calls to count, a hook on each call.

Knows no protocol and no web framework: a simulator asks it at the right places, and serves
``control`` under its ``/_control/``.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

CallHook = Callable[[str, str], None]
"""Told ``("before" | "after", operation)``; may raise or end the process, as kill tests do."""


@dataclass(frozen=True)
class Fault:
    """One switched-on fault: ``times`` is how often it still strikes, None for always."""

    name: str
    times: int | None = None
    seconds: float = 30.0


class Switchboard:
    """Faults and call counts of one simulator, safe to use from many threads."""

    def __init__(self, faults: Collection[str], on_call: CallHook | None = None) -> None:
        self.names = frozenset(faults)
        self.on_call = on_call
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._calls: Counter[str] = Counter()
        self._released = threading.Event()

    def switch_on(self, name: str, *, times: int | None = None, seconds: float = 30.0) -> None:
        """Let ``name`` strike from now on. Raises ``ValueError`` for an unknown fault."""
        if name not in self.names:
            raise ValueError(f"unknown fault '{name}'; known: {', '.join(sorted(self.names))}")
        with self._lock:
            self._faults[name] = Fault(name, times, seconds)

    def clear(self) -> None:
        """Switch all faults off and let go of everything that they hold up."""
        with self._lock:
            self._faults.clear()
            self._released.set()
            self._released = threading.Event()

    def reset(self) -> None:
        """Faults off, counts at zero."""
        self.clear()
        with self._lock:
            self._calls.clear()

    def strikes(self, name: str) -> Fault | None:
        """The fault if it is on; counts one strike off."""
        with self._lock:
            fault = self._faults.get(name)
            if fault is None:
                return None
            if fault.times is not None:
                if fault.times <= 1:
                    del self._faults[name]
                else:
                    self._faults[name] = Fault(name, fault.times - 1, fault.seconds)
            return fault

    def hold(self, seconds: float) -> None:
        """Keep a caller waiting until ``seconds`` have passed or the faults are cleared."""
        with self._lock:
            released = self._released
        released.wait(seconds)

    @contextmanager
    def call(self, operation: str) -> Iterator[None]:
        """Count one call and tell the hook before and after it."""
        with self._lock:
            self._calls[operation] += 1
        self._tell("before", operation)
        yield
        self._tell("after", operation)

    def calls(self) -> dict[str, int]:
        """How often each operation was called."""
        with self._lock:
            return dict(self._calls)

    def control(self, method: str, resource: str, data: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON for ``/_control/faults`` (GET, POST ``{fault, times, seconds}``, DELETE)
        and ``/_control/calls`` (GET)."""
        if resource == "calls" and method == "GET":
            return 200, self.calls()
        if resource != "faults":
            return 404, {"error": f"nothing is called {resource} here"}
        if method == "DELETE":
            self.clear()
        elif method == "POST":
            try:
                self.switch_on(
                    str(data.get("fault", "")),
                    times=None if data.get("times") is None else int(data["times"]),
                    seconds=float(data.get("seconds", 30.0)),
                )
            except (TypeError, ValueError) as error:
                return 400, {"error": str(error)}
        with self._lock:
            on = {name: fault.times for name, fault in self._faults.items()}
        return 200, {"on": on, "known": sorted(self.names)}

    def _tell(self, moment: str, operation: str) -> None:
        if self.on_call:
            self.on_call(moment, operation)
