"""The gateway behind a simulated channel: what it took, and the faults that tests switch on."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass

from hub.contracts.channel import Message
from hub.kernel.errors import AuthenticationFailed, OutcomeUnknown, Refused, Retryable
from hub.toolkit.switchboard import Switchboard

FAULTS = ("slow", "drop_before", "drop_after", "error_500", "html", "throttled")
REFUSED_ENDINGS = ("0694", "unknown@example.com")
PASSWORD = "simulated"


@dataclass(frozen=True)
class Taken:
    """One message that the gateway took."""

    reference: str
    key: str
    message: Message


class SimulatedGateway:
    """Messages in memory, under one lock."""

    def __init__(self) -> None:
        self.password = PASSWORD
        self.switches = Switchboard(FAULTS)
        self._lock = threading.Lock()
        self._taken: list[Taken] = []
        self._numbers = itertools.count(1)

    def check(self, password: str) -> None:
        """Raises what the other side's trouble looks like from here."""
        for fault in ("slow", "drop_before", "error_500", "html"):
            if self.switches.strikes(fault):
                raise Retryable(f"the simulated gateway has the fault '{fault}'")
        if struck := self.switches.strikes("throttled"):
            raise Retryable(
                "the simulated gateway asks for fewer calls",
                retry_after=struck.seconds,
                code="throttled",
            )
        if password != self.password:
            raise AuthenticationFailed("the simulated gateway refused the password")

    def take(self, message: Message, key: str) -> Taken:
        """Keep one message; ``drop_after`` loses the answer, not the message."""
        if message.to.endswith(REFUSED_ENDINGS):
            code = "bad_address" if "@" in message.to else "bad_number"
            raise Refused("the simulated gateway does not know the recipient", code=code)
        with self.switches.call("send"):
            with self._lock:
                taken = Taken(f"sim-{next(self._numbers)}", key, message)
                self._taken.append(taken)
            if self.switches.strikes("drop_after"):
                raise OutcomeUnknown("the simulated gateway closed the connection")
        return taken

    def find(self, key: str) -> Taken | None:
        """The message that was taken under this key."""
        return next((taken for taken in self.taken() if taken.key == key), None)

    def taken(self) -> list[Taken]:
        """Every message, oldest first."""
        with self._lock:
            return list(self._taken)

    def reset(self) -> None:
        """Forget everything."""
        self.switches.reset()
        with self._lock:
            self._taken.clear()


_gateways: dict[str, SimulatedGateway] = {}
_gateways_lock = threading.Lock()


def gateway(name: str = "default") -> SimulatedGateway:
    """The gateway of this name in this process, made when first asked for."""
    with _gateways_lock:
        return _gateways.setdefault(name, SimulatedGateway())
