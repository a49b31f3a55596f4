"""Opening the database, and the two ways to use it: ``read()`` and ``write()``.

SQLite runs in WAL mode with ``synchronous=FULL``: what was committed survives a power cut.
Writers take ``BEGIN IMMEDIATE``, so that two of them never meet half-way; inside one process
they queue on a lock first, since SQLite's own waiting is a sleep that grows. On PostgreSQL, who
reads a request in order to write holds it, see ``locks``. No transaction may
be open during a network call: ``in_transaction`` is what the engine and the tests check it
with.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from hub.kernel.clock import monotonic
from hub.kernel.crypto import Vault
from hub.storage.locks import WritingSession
from hub.storage.prepared import driver_errors

PATIENCE = 30.0  # seconds to wait for the write lock of SQLite
RESTED = 1.0  # seconds after which a connection to a server is asked whether it lives
_WAL_PAUSE = 0.02  # seconds
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
        self._writers = threading.Lock() if self.is_sqlite else None

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
        with driver_errors(self.engine.dialect, "connect"):
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
    def write(self, patience: float = PATIENCE) -> Iterator[Session]:
        """A session for writing: commits at the end, rolls back on any exception.

        Whoever waits longer than ``patience`` seconds for its turn gets ``OperationalError``.
        """
        with self._turn(patience), self._writing() as session, _noted():
            if self.is_sqlite:
                options = {"paraph_immediate": True, "paraph_patience": patience}
                session.connection(execution_options=options)
            elif patience != PATIENCE:
                session.execute(text(f"SET LOCAL statement_timeout = {int(patience * 1000)}"))
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

    @contextmanager
    def _turn(self, patience: float) -> Iterator[None]:
        """This process' turn to write. PostgreSQL needs no queue of ours."""
        if self._writers is None:
            yield
            return
        if not self._writers.acquire(timeout=patience):
            waited = TimeoutError(f"no turn to write within {patience:.0f} s")
            raise OperationalError("BEGIN IMMEDIATE", None, waited)
        try:
            yield
        finally:
            self._writers.release()


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


def _server(url: str, pool: int) -> Engine:
    connect = {"connect_timeout": 5}  # seconds; a server that is away is told soon
    engine = create_engine(url, pool_size=pool, connect_args=connect)

    @event.listens_for(engine, "checkin")
    def _note(_: Any, record: Any) -> None:
        record.info["seen"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(connection: Any, record: Any, _: Any) -> None:
        """A connection that has rested may be dead. Asking each time, as the pool's own
        ``pool_pre_ping`` does, was a seventh of the time of the thread that claims and settles."""
        if monotonic() - record.info.get("seen", monotonic()) < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError("the server has hung up") from error  # the pool makes another

    return engine


def _sqlite(url: str, pool: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_use_lifo=True,  # few connections do most of the work: their pages stay in memory
        connect_args={"timeout": PATIENCE, "check_same_thread": False, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        cursor = connection.cursor()
        cursor.execute(_busy_timeout(PATIENCE))
        _enter_wal(cursor)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "begin", _begin)
    return engine


def _enter_wal(cursor: Any) -> None:
    """Switch a new file to WAL. SQLite does not wait for others that are at it: we do."""
    end = monotonic() + PATIENCE
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if monotonic() > end:
                raise
            time.sleep(_WAL_PAUSE)


def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if not options.get("paraph_immediate"):
        connection.exec_driver_sql("BEGIN")
        return
    patience = options["paraph_patience"]
    if patience != PATIENCE:
        connection.exec_driver_sql(_busy_timeout(patience))
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        if patience != PATIENCE:
            connection.exec_driver_sql(_busy_timeout(PATIENCE))


def _busy_timeout(seconds: float) -> str:
    return f"PRAGMA busy_timeout={int(seconds * 1000)}"
