"""The databases that a run can use, and how each of them goes away."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg
import redis

from tests.chaos.processes import Process
from tests.cluster.cluster import DATABASE, Cluster
from tests.cluster.servers import PostgresServer

_HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
db.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


class Store(Protocol):
    """One database for one run."""

    name: str
    url: str

    def leave(self) -> None:
        """Be of no use to anybody, until ``come_back``."""
        ...

    def come_back(self) -> None:
        """Be there again, with everything that was committed."""
        ...

    def close(self) -> None:
        """Remove it."""
        ...


class SqliteStore:
    """A file. It is away while another process holds its write lock."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "paraph.db"
        self.url = f"sqlite:///{self._file}"
        self._holder: Process | None = None

    def leave(self) -> None:
        log = self._file.with_name("holder.log")
        self._holder = Process(["-c", _HOLD, str(self._file)], log)
        assert self._holder.line() == "held", self._holder.told()

    def come_back(self) -> None:
        if self._holder is not None:
            self._holder.kill()
            self._holder = None

    def close(self) -> None:
        self.come_back()


class PostgresStore:
    """A server of its own, durable as in production. It is away while the server is stopped."""

    name = "postgresql"

    def __init__(self, server: PostgresServer, database: str = "chaos") -> None:
        self._server = server
        self._database = database
        self.url = ""  # of the database; known once the server has been started

    def know_url(self) -> None:
        """From now on ``url`` can be used."""
        self.url = self._server.url(self._database)

    def leave(self) -> None:
        self._server.stop()

    def come_back(self) -> None:
        self._server.start()

    def cut(self) -> int:
        """End every connection of the product, and LISTEN with it. How many there were."""
        dsn = self._server.url().replace("+psycopg", "")
        statement = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = %s"
        )
        with psycopg.connect(dsn, autocommit=True) as connection:
            row = connection.execute(statement, (self._database,)).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """It is the server's owner who removes it."""


class OwnPostgresStore(PostgresStore):
    """With a server of its own."""

    def __init__(self) -> None:
        # not below a folder of ours: the server runs under an account of its own
        self._folder = Path(tempfile.mkdtemp(prefix="paraph-chaos-pg-"))
        super().__init__(PostgresServer(self._folder / "data", durable=True))
        self._server.start()
        self._server.create(self._database)
        self.know_url()

    def close(self) -> None:
        with suppress(Exception):
            self._server.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


class ClusterStore(PostgresStore):
    """What the processes of a cluster share: its PostgreSQL and its Valkey."""

    name = "postgresql and valkey"

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(cluster.postgres, DATABASE)
        self.valkey = cluster.valkey

    def cut_redis(self) -> int:
        """End every connection to Redis: those that listen for wake-ups, and all others."""
        with redis.Redis.from_url(self.valkey.url) as client:
            kinds = ("pubsub", "normal")
            killed = [client.client_kill_filter(_type=kind, skipme=True) for kind in kinds]
        return sum(int(one) for one in killed)


class SmallDisk:
    """A file system of few megabytes in memory, on which a database soon finds no room. Needs the
    right to mount."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        done = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PermissionError(done.stderr.strip())
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free."""
        with suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while file.write(b"\0" * 4096):
                pass

    def clear(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount; what still uses it may take a moment to go."""
        for _ in range(50):
            if subprocess.run(["umount", str(self.folder)], capture_output=True).returncode == 0:
                return
            time.sleep(0.1)


def store_for(name: str, folder: Path) -> Store:
    """The store of that name: ``sqlite``, or ``postgresql`` for the cluster."""
    return SqliteStore(folder / "store") if name == "sqlite" else OwnPostgresStore()
