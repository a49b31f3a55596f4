"""Every call to a surface passes here: call log, faults that tests switch on, pause afterwards."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request

from connectors.agiloft.sandbox.modes import Modes
from hub.kernel.clock import Clock
from hub.toolkit.gate import CallGate, cut_off

_KINDS = ("slow", "html", "500", "drop_before", "drop_after")
_PAGE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>"
    "<h1>We will be back shortly</h1></body></html>"
)
_CRASH = "<html><body><h1>Internal Server Error</h1><p>[default task-7] Error</p></body></html>"


class Gate(CallGate):
    """The gate of one knowledge base."""

    kinds = _KINDS

    def __init__(self, clock: Clock, modes: Modes) -> None:
        super().__init__(clock)
        self._modes = modes

    def run(self, operation: str, surface: str, handler: Callable[[], Response]) -> Response:
        """Answer one call, or strike it."""
        with self._answering(operation):
            return self._run(operation, surface, handler)

    def _run(self, operation: str, surface: str, handler: Callable[[], Response]) -> Response:
        self.on_call(operation, "before")
        fault = self._take(operation)
        if fault and fault.kind == "slow":
            self._wait(fault.seconds)
        if fault and fault.kind in ("html", "500", "drop_before"):
            self._log(operation, surface, fault.kind)
            return _struck(fault.kind)
        response = handler()
        if response.status_code < 400:
            self._had_effect(operation)
        self._log(operation, surface, str(response.status_code))
        self.on_call(operation, "after")
        if self._modes.wsdelay:
            self._wait(self._modes.wsdelay)
        return _struck("drop") if fault and fault.kind == "drop_after" else response


def _struck(kind: str) -> Response:
    if kind == "html":
        return Response(_PAGE, 200, content_type="text/html; charset=utf-8")
    if kind == "500":
        return Response(_CRASH, 500, content_type="text/html; charset=utf-8")
    return cut_off(Response, request.environ)
