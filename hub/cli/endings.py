"""Being told to end, once: a second signal, of whichever kind and however soon, must not interrupt
the stopping that the first one began."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Ending:
    """Raises ``SystemExit`` in the main thread at the first of ``SIGNALS``, and at no other.

    ``interrupted`` is the exit code after Ctrl-C; the others give 128 plus their number.
    """

    def __init__(self, interrupted: int = 128 + signal.SIGINT) -> None:
        self._interrupted = interrupted
        self._told: int | None = None
        self._held = 0

    def begin(self) -> None:
        """From now on signals end this process in good order."""
        for number in SIGNALS:
            signal.signal(number, self._hear)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within this block nothing is raised; what came meanwhile is raised at its end."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._told is not None and not self._held:
            told, self._told = self._told, None
            self._leave(told)

    def ignore(self) -> None:
        """The stopping has begun: nothing interrupts it any more."""
        self._held += 1

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self._held:
            self._told = self._told or number
        else:
            self._leave(number)

    def _leave(self, number: int) -> None:
        self._held += 1  # whatever comes next is too late
        sys.exit(self._interrupted if number == signal.SIGINT else 128 + number)


class Told(threading.Event):
    """Set by the first of ``SIGNALS``; for those who look by themselves."""

    def begin(self) -> None:
        """From now on signals set it, and do nothing else."""
        for number in SIGNALS:
            signal.signal(number, lambda *_: self.set())
