"""Which processes are alive, told by PostgreSQL: each holds an advisory lock on a connection of its
own, and the server drops it in the moment that connection ends, however the process died.

A connection that was cut is opened again at the next look. After a restart of the server nobody
holds a lock yet, so for a short time all count as alive; their leases run on.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from hub.kernel.logging import get_logger
from hub.storage.db import Database

_log = get_logger(__name__)
GRACE = timedelta(seconds=4)  # all look at least once a second, see ``EngineSettings.sweep``

_HOLD = "SELECT pg_try_advisory_lock(%s)"
_ALIVE = """
    SELECT now() - pg_postmaster_start_time() < %s
           OR EXISTS (SELECT 1 FROM pg_locks
                       WHERE locktype = 'advisory' AND objsubid = 1
                         AND classid::bigint = %s AND objid::bigint = %s
                         AND database = (SELECT oid FROM pg_database
                                          WHERE datname = current_database()))
"""


class LockLiveness:
    """One advisory lock per process."""

    def __init__(self, db: Database, grace: timedelta = GRACE) -> None:
        self._db = db
        self._grace = grace
        self._mutex = threading.Lock()
        self._holder: str | None = None
        self._connection: Any = None

    def hold(self, holder: str) -> None:
        with self._mutex:
            self._holder = holder
            self._connected()

    def keep(self) -> None:
        if self._holder is None:
            return
        with self._mutex:
            try:
                self._connected().execute("SELECT 1")
            except Exception as error:  # the server is away: the next look tries again
                self._lose(error)

    def alive(self, holder: str) -> bool:
        if holder == self._holder:
            return True
        high, low = divmod(_key(holder) % 2**64, 2**32)
        with self._mutex:
            try:
                found = self._connected().execute(_ALIVE, (self._grace, high, low)).fetchone()
            except Exception as error:
                self._lose(error)
                return True  # nobody knows: the lease decides
        return bool(found and found[0])

    def leave(self) -> None:
        with self._mutex:
            self._holder = None
            self._close()

    def _connected(self) -> Any:
        """The connection that holds the lock, opened again if need be."""
        if self._connection is None or self._connection.closed:
            pooled = self._db.engine.raw_connection()
            pooled.detach()  # ours alone: the pool must neither lend nor close it
            connection: Any = pooled.dbapi_connection
            connection.autocommit = True
            if self._holder is not None:
                connection.execute(_HOLD, (_key(self._holder),))
            self._connection = connection
        return self._connection

    def _lose(self, error: Exception) -> None:
        _log.warning("liveness_connection_lost", error=type(error).__name__)
        self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _key(holder: str) -> int:
    """A holder's name (16 hex digits) as the number that PostgreSQL locks."""
    return int.from_bytes(bytes.fromhex(holder), "big", signed=True)
