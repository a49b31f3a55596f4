"""Waiting for the turn to write has an end, and leaves the turn to the next one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hub.kernel.crypto import Vault
from hub.storage.db import Database


@pytest.fixture
def db(tmp_path: Path):
    made = Database(f"sqlite:///{tmp_path}/some.db", Vault("a secret key for tests, long enough"))
    with made.write() as session:
        session.execute(text("CREATE TABLE t (x)"))
    yield made
    made.close()


def write(db: Database, patience: float) -> None:
    with db.write(patience=patience) as session:
        session.execute(text("INSERT INTO t VALUES (1)"))


def test_who_waits_too_long_for_a_neighbour_is_told(db: Database) -> None:
    begun, over = threading.Event(), threading.Event()

    def hold() -> None:
        with db.write():
            begun.set()
            over.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(30)
    with pytest.raises(OperationalError):
        write(db, 0.01)
    over.set()
    holder.join()
    write(db, 0.01)


def test_patience_of_one_write_is_not_that_of_the_next(db: Database) -> None:
    write(db, 0.05)
    with db.write() as session:
        assert session.scalar(text("PRAGMA busy_timeout")) == 30_000
