"""Every call to a surface passes here: counts, a log, and the faults that tests switch on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Response, request

from connectors.dynamics_nav.sandbox.connections import CONNECTION
from hub.toolkit.gate import CallGate, Fault, cut_off

# struck before the call is done
_BEFORE = ("500", "html", "503", "429", "drop_before")
KINDS = (*_BEFORE, "slow", "slow_after", "drop_after", "stale", "illegal", "illegal_raw", "extra")
_MAINTENANCE = "<!DOCTYPE html><html><body><h1>Sidan uppdateras</h1></body></html>"
_CRASH = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"><html><head><title>500 - Internal '
    "server error.</title></head><body><h2>500 - Internal server error.</h2></body></html>"
)


class Strike:
    """What befalls the call that is being answered; surfaces ask it at the right places."""

    def __init__(self, fault: Fault | None = None) -> None:
        self._fault = fault

    def has(self, kind: str) -> bool:
        """Whether this fault strikes now."""
        return self.first((kind,)) is not None

    def first(self, kinds: Sequence[str]) -> Fault | None:
        """The fault that strikes, if it is one of these."""
        return self._fault if self._fault and self._fault.kind in kinds else None


class Gate(CallGate):
    """The gate of one server."""

    kinds = KINDS

    def run(
        self, word: str, exact: str, surface: str, handler: Callable[[Strike], Response]
    ) -> Response:
        """Answer one call, or strike it. ``word`` is its kind, ``exact`` its full name."""
        with self._answering(*{word, exact} - {""}):
            return self._run(word, exact, surface, handler)

    def _run(
        self, word: str, exact: str, surface: str, handler: Callable[[Strike], Response]
    ) -> Response:
        self.on_call(word, "before")
        strike = Strike(self._take(word, exact))
        slow = strike.first(("slow",))
        if slow:
            self._wait(slow.seconds)
        before = strike.first(_BEFORE)
        if before:
            self._log(exact or word, surface, before.kind)
            return _struck(before)
        response = handler(strike)
        if response.status_code < 400:
            self._had_effect(*{word, exact} - {""})
        self._log(exact or word, surface, str(response.status_code))
        self.on_call(word, "after")
        late = strike.first(("slow_after",))
        if late:
            self._wait(late.seconds)
        return _dropped() if strike.has("drop_after") else response


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
    held = request.environ.get(CONNECTION)
    socket = held.socket if held else None
    return cut_off(Response, request.environ, connection=socket, first=b"<", media_type="text/xml")
