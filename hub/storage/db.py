"""Opening the database, and the two ways to use it: ``read()`` and ``write()``.

SQLite runs in WAL mode with ``synchronous=FULL``: what was committed survives a power cut.
Writers take ``BEGIN IMMEDIATE``, so that two of them never meet half-way; inside one process
they queue on a lock first, since SQLite's own waiting is a sleep that grows. On PostgreSQL, who
reads a request in order to write holds it, see ``locks``. No transaction may
be open during a network call: ``in_transaction`` is what the engine and the tests check it
with.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from hub.kernel.crypto import Vault
from hub.storage.locks import WritingSession

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
        self._known = known
        self._session = sessionmaker(self.engine, expire_on_commit=False, info=known)
        kind = Session if self.is_sqlite else WritingSession
        self._writing = sessionmaker(self.engine, class_=kind, expire_on_commit=False, info=known)
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
    def look(self) -> Iterator[Any]:
        """For prepared statements that only read, each by itself: a session around one statement
        costs several times the statement."""
        connection = self.engine.raw_connection()
        try:
            with _noted():
                yield _Look(self.engine, {**self._known, "driver": connection.dbapi_connection})
        finally:
            connection.close()

    def is_known(self, workspace_id: str, destination: str) -> bool:
        """Whether the destination is known to have its row (see ``hub.engine.outbox``)."""
        return (workspace_id, destination) in self._known["destinations"]

    def know(self, destinations: Iterable[tuple[str, str]]) -> None:
        """These (workspace id, instance key) have their row, committed."""
        self._known["destinations"].update(destinations)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session for writing: commits at the end, rolls back on any exception."""
        with self._writers, self._writing() as session, _noted():
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

    @property
    def shared(self) -> dict[str, Any]:
        """What stands in every session's ``info``."""
        known: dict[str, Any] = self._session.kw["info"]
        return known

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


class _Look:
    """As much of a session as a prepared statement needs."""

    def __init__(self, engine: Engine, info: dict[str, Any]) -> None:
        self._engine = engine
        self.info = info

    def get_bind(self) -> Engine:
        return self._engine


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
        pool_use_lifo=True,  # few connections do most of the work: their pages stay in memory
        connect_args={"timeout": 30, "check_same_thread": False, "cached_statements": 256},
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
