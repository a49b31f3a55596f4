"""The port ``secrets`` in memory, for a plugin that runs without a hub, as its tests do."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hub.contracts.ports import Secret
from hub.kernel.errors import Retryable

_PATIENCE = 10.0  # seconds


class MemorySecrets:
    """``SecretsPort``; instances that are given the same one are processes of one hub."""

    def __init__(self) -> None:
        self._kept: dict[str, Secret] = {}
        self._lock = threading.Lock()
        self._holds: dict[str, threading.Lock] = {}

    def get(self, name: str) -> Secret | None:
        """See the port."""
        return copy.deepcopy(self._kept.get(name))

    def replace(self, name: str, value: Mapping[str, Any], version: int) -> bool:
        """See the port."""
        with self._lock:
            kept = self._kept.get(name)
            if (kept.version if kept else 0) != version:
                return False
            self._kept[name] = Secret(copy.deepcopy(dict(value)), version + 1)
            return True

    @contextmanager
    def hold(self, name: str, seconds: float) -> Iterator[None]:
        """See the port; a holder in memory does not die, so ``seconds`` only bounds the waiting."""
        with self._lock:
            hold = self._holds.setdefault(name, threading.Lock())
        if not hold.acquire(timeout=min(seconds, _PATIENCE)):
            raise Retryable("somebody else has held it for long", code="secret_held")
        try:
            yield
        finally:
            hold.release()
