"""How much one evaluation of an expression may use: time, depth, text, sizes."""

from __future__ import annotations

import threading
import time
from typing import Any

SECONDS = 0.2
DEPTH = 200
TEXT = 1_000_000  # characters of one value
TOUCHED = 16_000_000  # characters of all values together
NODES = 20_000  # parts of one list or object, all levels
NESTING = 100

_running = threading.local()


class LimitExceeded(Exception):
    """The evaluation was stopped."""


class Guard:
    """Watches one evaluation. ``entry`` and ``exit`` are called around each part of it."""

    __slots__ = ("deadline", "depth", "touched")

    def __init__(self) -> None:
        self.deadline = time.monotonic() + SECONDS
        self.depth = 0
        self.touched = 0

    def tick(self) -> None:
        """Stop when the time is over."""
        if time.monotonic() > self.deadline:
            raise LimitExceeded(f"it ran for more than {round(SECONDS * 1000)} ms")

    def charge(self, size: int) -> None:
        """Count ``size`` characters that a part produced."""
        if size > TEXT:
            raise LimitExceeded(f"it made a text of more than {TEXT} characters")
        self.touched += size
        if self.touched > TOUCHED:
            raise LimitExceeded("it moved too much text")

    def entry(self, part: Any, value: Any, frame: Any) -> None:
        """A part of the expression begins."""
        self.depth += 1
        if self.depth > DEPTH:
            raise LimitExceeded(f"it went deeper than {DEPTH} levels")
        if time.monotonic() > self.deadline:
            self.tick()

    def exit(self, part: Any, value: Any, frame: Any, result: Any) -> None:
        """A part of the expression ended with ``result``."""
        self.depth -= 1
        kind = type(result)
        if kind is str:
            self.charge(len(result))
        elif result is not None and part.type in _MAKERS and isinstance(result, list | dict):
            self.charge(weigh(result))


# Parts that can make a new list or object; the others hand on one that was weighed before.
_MAKERS = frozenset({"unary", "path", "function", "apply", "binary"})


def weigh(value: Any) -> int:
    """The characters in ``value``, counted as often as they appear. Raises when it is too big."""
    nodes = text = 0
    stack = [(value, 0)]
    while stack:
        item, level = stack.pop()
        nodes += 1
        if isinstance(item, str):
            text += len(item)
        elif isinstance(item, list | dict):
            if len(item) + nodes > NODES or level > NESTING:
                raise LimitExceeded("it made a list or object that is too big")
            inner = item.values() if isinstance(item, dict) else item
            stack.extend((each, level + 1) for each in inner)
        if nodes > NODES or text > TEXT:
            raise LimitExceeded("it made a value that is too big")
    return text


def current() -> Guard | None:
    """The guard of the evaluation that runs on this thread."""
    return getattr(_running, "guard", None)


def run_under(guard: Guard | None) -> None:
    """Set the guard of this thread; None when the evaluation is over."""
    _running.guard = guard
