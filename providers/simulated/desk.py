"""The other side of the simulated provider: a desk in this process where orders wait to be signed.

It stands in for a vendor's service, faults included. Its memory ends with the process.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.kernel.crypto import canonical_json
from hub.kernel.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    ParaphError,
    Retryable,
)

FAULTS = ("html", "error_500", "slow", "drop_before", "drop_after")
_KEY = "simulated-desk-key"


@dataclass
class _Waiting:
    status: str = "pending"
    raw: dict[str, Any] | None = None


class SimulatedDesk:
    """Orders by reference. Thread-safe."""

    def __init__(self, key: str = _KEY) -> None:
        self._key = key
        self._orders: dict[str, _Waiting] = {}
        self._faults: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        self.started = 0

    def check(self, key: str) -> None:
        """Raises ``AuthenticationFailed`` unless ``key`` is the desk's."""
        self._go_wrong("check", before=True)
        if not hmac.compare_digest(key.encode(), self._key.encode()):
            raise AuthenticationFailed("the simulated desk refused the key: see setting 'secret'")

    def start(self, key: str, order_id: str) -> str:
        """The reference of a new order, or of the one that ``order_id`` has already."""
        self._go_wrong("begin", before=True)
        self.check(key)
        reference = f"sim-{hashlib.sha256(order_id.encode()).hexdigest()[:32]}"
        with self._lock:
            if reference not in self._orders:
                self._orders[reference] = _Waiting()
                self.started += 1
        self._go_wrong("begin", before=False)
        return reference

    def ask(self, key: str, reference: str) -> tuple[str, dict[str, Any] | None]:
        """Status (pending, complete, declined, forgotten) and the whole answer when complete."""
        self._go_wrong("poll", before=True)
        self.check(key)
        with self._lock:
            order = self._orders.get(reference)
        self._go_wrong("poll", before=False)
        return (order.status, order.raw) if order else ("forgotten", None)

    def sign(
        self,
        reference: str,
        *,
        name: str,
        national_id: str,
        text: bytes,
        hidden: bytes,
        at: datetime,
    ) -> None:
        """Sign as that person what the order shows."""
        content = {
            "reference": reference,
            "name": name,
            "national_id": national_id,
            "signed_at": at.isoformat(),
            "text_sha256": hashlib.sha256(text).hexdigest(),
            "hidden_sha256": hashlib.sha256(hidden).hexdigest(),
        }
        with self._lock:
            order = self._orders.setdefault(reference, _Waiting())
            if order.status == "pending":
                order.status = "complete"
                order.raw = {**content, "proof": proof_of(content, self._key)}

    def decline(self, reference: str) -> None:
        """The customer says no."""
        with self._lock:
            order = self._orders.get(reference)
            if order and order.status == "pending":
                order.status = "declined"

    def switch_on(self, fault: str, operation: str) -> None:
        """Let the next ``operation`` (begin, poll, check) go wrong. Raises ``ValueError``."""
        if fault not in FAULTS:
            raise ValueError(f"unknown fault '{fault}': one of {', '.join(FAULTS)}")
        with self._lock:
            self._faults.append((fault, operation))

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def _go_wrong(self, operation: str, *, before: bool) -> None:
        with self._lock:
            for fault, wanted in self._faults:
                if wanted == operation and (fault == "drop_after") is not before:
                    self._faults.remove((fault, wanted))
                    raise _error(fault, operation)


def proof_of(content: dict[str, Any], key: str) -> str:
    """The simulated signature: whoever has the desk's key can make and check it."""
    return hmac.new(key.encode(), canonical_json(content), hashlib.sha256).hexdigest()


def desk(name: str) -> SimulatedDesk:
    """The desk of that name in this process."""
    with _lock:
        return _desks.setdefault(name, SimulatedDesk())


def _error(fault: str, operation: str) -> ParaphError:
    if fault == "drop_after" and operation == "begin":
        return OutcomeUnknown("the simulated desk took the order and did not answer")
    return Retryable(f"the simulated desk failed on purpose ({fault})")


_lock = threading.Lock()
_desks: dict[str, SimulatedDesk] = {}
