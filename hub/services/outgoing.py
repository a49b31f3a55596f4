"""Calls to plugins' other sides from web threads: few at a time per instance, and none to one that
is known to be down.

A page that waits holds a thread: a slow vendor must not hold all of them. The engine's calls are
not counted here; it has workers of its own.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from hub.kernel.clock import Clock
from hub.kernel.errors import Retryable
from hub.storage.db import Database
from hub.storage.models import Instance

MOST = 4  # of a server's 16 threads, unless told otherwise


class Outgoing:
    """Lets calls through, or raises ``Retryable`` at once."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], int] = defaultdict(int)

    @contextmanager
    def call(self, workspace_id: str, instance: str) -> Iterator[None]:
        """One call to the instance, from begin to end. Raises ``Retryable`` when it is paused, its
        breaker is open, or as many calls as may be are under way."""
        self._check_condition(workspace_id, instance)
        place = (workspace_id, instance)
        with self._lock:
            if self._under_way[place] >= MOST:
                raise Retryable(f"{instance}: {MOST} calls are under way", code="busy")
            self._under_way[place] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[place] -= 1

    def _check_condition(self, workspace_id: str, instance: str) -> None:
        condition = select(Instance.paused_code, Instance.breaker_until).where(
            Instance.workspace_id == workspace_id, Instance.key == instance
        )
        with self._db.read() as session:
            row = session.execute(condition).one_or_none()
        if row is None:
            return
        if row.paused_code is not None:
            raise Retryable(f"{instance} is paused: {row.paused_code}", code="paused")
        if row.breaker_until is not None and row.breaker_until > self._clock.wall():
            raise Retryable(f"{instance} failed several times in a row", code="breaker_open")
