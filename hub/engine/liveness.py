"""Tells whether the process that holds a lease is still alive, so that after a crash its work is
taken over at once and not when the lease runs out.

On SQLite all processes share one machine: each holds a file lock beside the database, and the
kernel drops it in the moment the process dies, however it dies. A merely slow process keeps it.
On PostgreSQL the server tells it, see ``liveness_server``.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import make_url

from hub.engine.liveness_server import LockLiveness
from hub.storage.db import Database


class Liveness(Protocol):
    """Knows which holders of leases are alive."""

    def hold(self, holder: str) -> None:
        """From now on this process is alive as ``holder``. Called before anything is claimed."""
        ...

    def keep(self) -> None:
        """Make sure that this process still counts as alive; called every second or so."""
        ...

    def alive(self, holder: str) -> bool:
        """Whether the process of ``holder`` may still be working."""
        ...

    def leave(self) -> None:
        """This process holds nothing any more."""
        ...


class FileLiveness:
    """One locked file per process in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._path: Path | None = None

    def hold(self, holder: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / holder
        while self._file is None:
            file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(file, path):  # nobody tidied it away between the two calls
                self._file, self._path = file, path
            else:
                os.close(file)
        self._tidy()

    def keep(self) -> None:
        return None  # the kernel keeps the lock

    def alive(self, holder: str) -> bool:
        path = self._folder / holder
        if path == self._path:
            return True
        return not _tidied(path)

    def leave(self) -> None:
        if self._file is not None and self._path is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = self._path = None

    def _tidy(self) -> None:
        for path in self._folder.iterdir():
            if path != self._path:
                _tidied(path)


class ExpiryOnly:
    """Knows nothing, so everybody counts as alive until the lease runs out."""

    def hold(self, holder: str) -> None:
        return None

    def keep(self) -> None:
        return None

    def alive(self, holder: str) -> bool:
        return True

    def leave(self) -> None:
        return None


def liveness_for(db: Database) -> Liveness:
    """What fits the database."""
    if not db.is_sqlite:
        return LockLiveness(db)
    path = make_url(db.url).database
    if path and path != ":memory:":
        return FileLiveness(Path(path + "-holders"))
    return ExpiryOnly()


def _tidied(path: Path) -> bool:
    """Whether ``path`` belongs to no living process; its file is then removed."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        path.unlink(missing_ok=True)
        return True
    finally:
        os.close(file)


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False
