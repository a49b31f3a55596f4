"""One thread that calls back when a moment has come, unless it was called off before.

For what a timeout of one read cannot bound: a side that sends a byte now and then.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any


class Alarms:
    """Rings in a thread of its own, which is started by the first alarm. What rings must be
    short, since the others wait for it; it never rings after its block was left."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[list[Any]] = []  # [moment, number, what rings or None]
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    @contextmanager
    def within(self, seconds: float, ring: Callable[[], None]) -> Iterator[None]:
        """Call ``ring`` when the block takes longer than ``seconds``."""
        alarm = [monotonic() + seconds, next(self._numbers), ring]
        with self._changed:
            heapq.heappush(self._heap, alarm)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
                self._thread.start()
            elif self._heap[0] is alarm:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                alarm[2] = None

    def _run(self) -> None:
        with self._changed:
            while True:
                wait = self._heap[0][0] - monotonic() if self._heap else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
                ring = heapq.heappop(self._heap)[2]
                if ring is not None:
                    ring()
