"""The databases that benchmarks run on, and backlogs that are there from the start."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import bindparam, text

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.migrate import upgrade
from hub.storage.models import Workspace
from hub.storage.types import UtcDateTime
from tests.bench.records import RECORD_OF_40

STORES = ("sqlite", "postgresql")
WORKSPACE = "workspace-1"
VAULT = Vault("a secret key for benchmarks, long enough")
_SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < :count)",
    "postgresql": "WITH s(n) AS (SELECT generate_series(1, :count))",
}
# The n-th timer is due ``n`` times ten milliseconds after ``:at``.
_DUE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', :at, '+' || (n / 100.0) || ' seconds') || '000'",
    "postgresql": ":at + n * interval '10 milliseconds'",
}


@contextmanager
def store_url(store: str) -> Iterator[str]:
    """An empty database whose commits wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="paraph-bench-"))
    try:
        if store == "sqlite":
            yield f"sqlite:///{folder}/paraph.db"
            return
        from tests.cluster.servers import PostgresServer

        server = PostgresServer(folder / "data", durable=True)
        server.start()
        try:
            yield server.url()
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def opened(url: str) -> Database:
    """The database, with the present schema and a workspace."""
    db = Database(url, VAULT)
    upgrade(db)
    with db.write() as session:
        if session.get(Workspace, WORKSPACE) is None:
            now = datetime.now(UTC)
            session.add(Workspace(id=WORKSPACE, key="bench", name="Bench", created_at=now))
    return db


def owe_many(db: Database, count: int, destinations: int = 1) -> None:
    """``count`` deliveries, each of an entity of its own, each with the record of 40 fields."""
    dialect = db.engine.dialect.name
    known = f"""
        {_SERIES[dialect]}
        INSERT INTO instance (id, workspace_id, key, plugin, failures)
        SELECT 'i' || n, '{WORKSPACE}', 'd' || n, 'bench', 0 FROM s
    """
    owed = f"""
        {_SERIES[dialect]}
        INSERT INTO delivery (id, workspace_id, key, entity, seq, kind, step, destination, payload,
                              state, attempts, uncertain, next_at, created_at)
        SELECT 'delivery-' || n, '{WORKSPACE}', 'k' || n, 'e' || n, 0, 'bench', '',
               'd' || (1 + n % :destinations), :payload, 'pending', 0, false, :at, :at FROM s
    """
    payload = VAULT.seal(json.dumps({"record": RECORD_OF_40}))
    at = {"at": datetime.now(UTC), "payload": payload, "destinations": destinations}
    with db.write() as session:
        session.execute(_moment(known), {"count": destinations})
        session.execute(_moment(owed), {"count": count, **at})


def arm_many(db: Database, count: int, begin: datetime, name: str = "timer") -> None:
    """``count`` timers, a hundred of them due in each second after ``begin``."""
    dialect = db.engine.dialect.name
    armed = f"""
        {_SERIES[dialect]}
        INSERT INTO timer (id, workspace_id, kind, entity, n, due_at, state, attempts)
        SELECT '{name}-' || n, '{WORKSPACE}', 'bench', '{name}-' || n, 1, {_DUE[dialect]},
               'pending', 0 FROM s
    """
    with db.write() as session:
        session.execute(_moment(armed), {"count": count, "at": begin})
        if dialect == "postgresql":
            session.execute(text("ANALYZE timer"))


def _moment(sql: str) -> object:
    statement = text(sql)
    return statement.bindparams(bindparam("at", type_=UtcDateTime())) if ":at" in sql else statement
