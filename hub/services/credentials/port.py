"""The port ``secrets`` on the hub's database: sealed values of one instance, for all processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from hub.contracts.ports import Secret
from hub.engine.outbox import insert_new, take_lease
from hub.kernel.clock import Clock, monotonic
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Retryable
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.storage.db import Database
from hub.storage.models import InstanceSecret, Lease
from hub.storage.touched import touched

_log = get_logger(__name__)
PLUGIN = "plugin"
_PATIENCE = 10.0  # seconds; whoever calls may be a person's page
_LOOK_AGAIN = 0.1
_UNIQUE = ("workspace_id", "instance", "kind", "name")


class Secrets:
    """``contracts.ports.SecretsPort`` for one instance."""

    def __init__(self, db: Database, clock: Clock, workspace_id: str, instance: str) -> None:
        self._db = db
        self._clock = clock
        self._place = (workspace_id, instance)

    def get(self, name: str) -> Secret | None:
        """See the port."""
        columns = select(InstanceSecret.value, InstanceSecret.version)
        with self._db.read() as session:
            row = session.execute(columns.where(*self._is(name))).one_or_none()
        return None if row is None else Secret(row.value, row.version)

    def replace(self, name: str, value: Mapping[str, Any], version: int) -> bool:
        """See the port."""
        wall = self._clock.wall()
        with self._db.write() as session:
            if version == 0:
                row = {
                    "id": new_id(), "workspace_id": self._place[0], "instance": self._place[1],
                    "kind": PLUGIN, "name": name, "value": dict(value), "version": 1,
                    "saved_at": wall, "saved_by": PLUGIN,
                }  # fmt: skip
                return insert_new(session, InstanceSecret, row, _UNIQUE)
            changed = (
                update(InstanceSecret)
                .where(*self._is(name), InstanceSecret.version == version)
                .values(value=dict(value), version=version + 1, saved_at=wall)
                .execution_options(synchronize_session=False)
            )
            return touched(session, changed) == 1

    @contextmanager
    def hold(self, name: str, seconds: float) -> Iterator[None]:
        """See the port. A lease row: no transaction is open while the plugin calls out, and whoever
        dies meanwhile keeps the others waiting for ``seconds`` only."""
        lease, holder = self._lease(name), new_id()
        end = monotonic() + min(seconds, _PATIENCE)
        pause = threading.Event()
        while not self._taken(lease, holder, seconds):
            if monotonic() >= end:
                raise Retryable("another process has held it for long", code="secret_held")
            pause.wait(_LOOK_AGAIN)
        try:
            yield
        finally:
            self._let_go(lease, holder)

    def _let_go(self, lease: str, holder: str) -> None:
        mine = delete(Lease).where(Lease.name == lease, Lease.holder == holder)
        try:
            with self._db.write() as session:
                session.execute(mine.execution_options(synchronize_session=False))
        except SQLAlchemyError as error:  # what was done meanwhile counts; the lease runs out
            _log.warning("secret_not_let_go", error=type(error).__name__)

    def _taken(self, lease: str, holder: str, seconds: float) -> bool:
        wall = self._clock.wall()
        with self._db.write() as session:
            return take_lease(session, lease, holder, wall + timedelta(seconds=seconds), wall)

    def _lease(self, name: str) -> str:
        return "secret:" + sha256_hex("\n".join((*self._place, name)).encode())[:40]

    def _is(self, name: str) -> tuple[Any, ...]:
        return (
            InstanceSecret.workspace_id == self._place[0],
            InstanceSecret.instance == self._place[1],
            InstanceSecret.kind == PLUGIN,
            InstanceSecret.name == name,
        )
