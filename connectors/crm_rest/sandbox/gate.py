"""Every call of the API passes here: faults that tests switch on, and counts."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

from flask import Response, request

from hub.toolkit.gate import cut_off
from hub.toolkit.switchboard import Switchboard

KINDS = ("slow", "html", "500", "drop_before", "drop_after")
OPERATIONS = ("token", "list", "read", "create", "update", "note", "attach")
_PAGE = "<!DOCTYPE html><html><body><h1>We will be back shortly</h1></body></html>"


class Gate:
    """Faults are named by operation and kind, such as ``create.drop_after``."""

    def __init__(self) -> None:
        self.board = Switchboard([f"{name}.{kind}" for name in OPERATIONS for kind in KINDS])
        self._effects: Counter[str] = Counter()
        self._idle = threading.Condition()
        self._running = 0

    def reset(self) -> None:
        """No faults, counts at zero."""
        self.board.reset()
        with self._idle:
            self._effects.clear()

    def effects(self) -> dict[str, int]:
        """How many calls of each operation had their effect."""
        with self._idle:
            return dict(self._effects)

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no call is being answered; whether that came true."""
        with self._idle:
            return self._idle.wait_for(lambda: self._running == 0, seconds)

    def run(self, operation: str, answer: Callable[[], Response]) -> Response:
        """Answer one call, or strike it."""
        with self._idle:
            self._running += 1
        try:
            with self.board.call(operation):
                return self._run(operation, answer)
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _run(self, operation: str, answer: Callable[[], Response]) -> Response:
        slow = self.board.strikes(f"{operation}.slow")
        if slow:
            self.board.hold(slow.seconds)
        if self.board.strikes(f"{operation}.html"):
            return Response(_PAGE, 200, content_type="text/html")
        if self.board.strikes(f"{operation}.500"):
            return Response(b'{"error": {"code": "crashed"}}', 500, mimetype="application/json")
        if self.board.strikes(f"{operation}.drop_before"):
            return cut_off(Response, request.environ)
        response = answer()
        if response.status_code < 400 and response.headers.get("Idempotent-Replayed") is None:
            with self._idle:
                self._effects[operation] += 1
        return (
            cut_off(Response, request.environ)
            if self.board.strikes(f"{operation}.drop_after")
            else response
        )
