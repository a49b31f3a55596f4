"""Faults that tests and people switch on: what can go wrong at BankID, one after the other."""

from __future__ import annotations

import threading
from dataclasses import dataclass

# name → status and error code of the answer, one for each that the API knows.
ERRORS: dict[str, tuple[int, str]] = {
    "already_in_progress": (400, "alreadyInProgress"),
    "invalid_parameters": (400, "invalidParameters"),
    "canceled": (400, "canceled"),
    "unknown_error": (400, "somethingNew"),
    "unauthorized_401": (401, "unauthorized"),
    "unauthorized_403": (403, "unauthorized"),
    "not_found": (404, "notFound"),
    "method_not_allowed": (405, ""),
    "request_timeout": (408, "requestTimeout"),
    "unsupported_media_type": (415, "unsupportedMediaType"),
    "too_many_requests": (429, "tooManyRequests"),
    "internal_error": (500, "internalError"),
    "maintenance_capital": (503, "Maintenance"),
    "maintenance": (503, "maintenance"),
}
# What else: how the call goes, what the answer holds, what is wrong with the proof.
CALLS = ("delay", "drop_before", "drop_after", "html", "html_500", "not_an_object")
ANSWERS = ("unknown_hint", "issue_date_without_offset", "extra_fields", "without_completion")
PROOFS = ("broken_signature", "foreign_nonce", "revoked")
NAMES = (*ERRORS, *CALLS, *ANSWERS, *PROOFS)


@dataclass
class Fault:
    """One fault. ``operation`` empty means any call; ``times`` None until it is switched off."""

    name: str
    operation: str = ""
    times: int | None = 1
    value: str = ""


class FaultSwitches:
    """What is switched on at present."""

    def __init__(self) -> None:
        self._on: list[Fault] = []
        self._lock = threading.Lock()
        self.cleared = 0  # how often; a call that slept meanwhile belongs to another story

    def switch_on(
        self, name: str, *, operation: str = "", times: int | None = 1, value: str = ""
    ) -> None:
        """Let the next ``times`` calls of ``operation`` go wrong. Raises ``ValueError``."""
        if name not in NAMES:
            raise ValueError(f"unknown fault '{name}': one of {', '.join(NAMES)}")
        with self._lock:
            self._on.append(Fault(name, operation, times, value))

    def take(self, operation: str, *names: str) -> Fault | None:
        """The first fault among ``names`` that applies; it counts as used."""
        with self._lock:
            for fault in self._on:
                if fault.name in names and fault.operation in ("", operation):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._on.remove(fault)
                    return fault
        return None

    def listed(self) -> list[dict[str, object]]:
        """What is on, for looking at."""
        with self._lock:
            return [dict(vars(fault)) for fault in self._on]

    def clear(self) -> None:
        """Everything works again."""
        with self._lock:
            self._on.clear()
            self.cleared += 1
