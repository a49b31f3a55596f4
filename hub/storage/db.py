"""Opening the database, and the two ways to use it: ``read()`` and ``write()``.

SQLite runs in WAL mode with ``synchronous=FULL``: what was committed survives a power cut.
Writers take ``BEGIN IMMEDIATE``, so that two of them never meet half-way; inside one process
they queue on a lock first, since SQLite's own waiting is a sleep that grows. No transaction may
be open during a network call: ``in_transaction`` is what the engine and the tests check it
with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from hub.kernel.crypto import Vault

_open = threading.local()


class Database:
    """One database. ``url`` is an SQLAlchemy URL (``sqlite:///…`` or ``postgresql+psycopg://…``)."""

    def __init__(self, url: str, vault: Vault, *, pool: int = 20) -> None:
        self.url = url
        self.vault = vault
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite(url, pool) if self.is_sqlite else _server(url, pool)
        self.engine.dialect.paraph_vault = vault  # type: ignore[attr-defined]  # see storage.types
        # Shared by all sessions: compiled statements, and destinations known to have a row.
        known: dict[str, Any] = {"prepared": {}, "destinations": set()}
        self._session = sessionmaker(self.engine, expire_on_commit=False, info=known)
        self._writers: Any = threading.Lock() if self.is_sqlite else _NoLock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; nothing it changes is kept."""
        with self._session() as session, _noted():
            try:
                yield session
            finally:
                session.info.pop("driver", None)
                session.expunge_all()  # rows stay readable after the session has ended
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session for writing: commits at the end, rolls back on any exception."""
        with self._writers, self._session() as session, _noted():
            if self.is_sqlite:
                session.connection(execution_options={"paraph_immediate": True})
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
            finally:
                session.info.pop("driver", None)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def in_transaction() -> bool:
    """Whether this thread has a session open: outgoing calls are made only when it has not."""
    return bool(getattr(_open, "depth", 0))


@contextmanager
def _noted() -> Iterator[None]:
    _open.depth = getattr(_open, "depth", 0) + 1
    try:
        yield
    finally:
        _open.depth -= 1


class _NoLock:
    """PostgreSQL needs no queue of ours."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _server(url: str, pool: int) -> Engine:
    return create_engine(url, pool_size=pool, pool_pre_ping=True)


def _sqlite(url: str, pool: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        connect_args={"timeout": 30, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("paraph_immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
