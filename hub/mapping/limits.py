"""How much one evaluation of an expression may use: time, depth, text, sizes."""

from __future__ import annotations

import threading
from typing import Any

from hub.kernel.working_time import worked

SECONDS = 0.2
DEPTH = 200
TEXT = 1_000_000  # characters of one value
TOUCHED = 16_000_000  # characters of all values together
NODES = 20_000  # parts of one list or object, all levels
NESTING = 100
_EVERY = 16

_running = threading.local()


class LimitExceeded(Exception):
    """The evaluation was stopped."""


class Guard:
    """Watches one evaluation.

    The time is that which this thread works (``worked``), so that load never makes a mapping fail.
    """

    __slots__ = ("_deadline", "_left", "depth", "touched")

    def __init__(self) -> None:
        self._deadline = worked() + SECONDS
        self._left = _EVERY
        self.depth = 0
        self.touched = 0

    def tick(self) -> None:
        """Stop when the time is over. Asking the clock is slow, so it is asked now and then."""
        self._left -= 1
        if not self._left:
            self._left = _EVERY
            if worked() > self._deadline:
                raise LimitExceeded(f"it ran for more than {round(SECONDS * 1000)} ms")

    def enter(self) -> None:
        """Go one level down, which is a tick as well; who enters counts ``depth`` down again."""
        self.depth += 1
        if self.depth > DEPTH:
            raise LimitExceeded(f"it went deeper than {DEPTH} levels")
        self.tick()

    def charge(self, size: int) -> None:
        """Count ``size`` characters that a part produced."""
        if size > TEXT:
            raise LimitExceeded(f"it made a text of more than {TEXT} characters")
        self.touched += size
        if self.touched > TOUCHED:
            raise LimitExceeded("it moved too much text")


def weigh(value: Any) -> int:
    """The characters in a list or object, counted as often as they appear. Raises when it is too
    big."""
    nodes = text = level = 0
    here = [value]
    while here:
        below: list[Any] = []
        for item in here:
            inner = item.values() if isinstance(item, dict) else item
            nodes += len(item)
            if nodes > NODES:
                raise LimitExceeded("it made a list or object that is too big")
            for each in inner:
                if type(each) is str:
                    text += len(each)
                elif isinstance(each, list | dict):
                    below.append(each)
            if text > TEXT:
                raise LimitExceeded(f"it made a value of more than {TEXT} characters")
        here, level = below, level + 1
        if level > NESTING:
            raise LimitExceeded(f"it made a value that is nested more than {NESTING} deep")
    return text


def current() -> Guard | None:
    """The guard of the evaluation that runs on this thread."""
    return getattr(_running, "guard", None)


def run_under(guard: Guard | None) -> None:
    """Set the guard of this thread; None when the evaluation is over."""
    _running.guard = guard
