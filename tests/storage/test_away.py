"""A server that is away is one kind of error, however it is met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.queries_request import STATE


def read(db: Database) -> None:
    with db.read() as session:
        session.execute(text("SELECT 1"))


def write(db: Database) -> None:
    with db.write() as session:
        session.execute(text("SELECT 1"))


def look(db: Database) -> None:
    with db.look() as looking:
        STATE.first(looking, {"id": "some"})


@pytest.mark.parametrize("way", [read, write, look])
def test_every_way_to_use_it_tells_the_same(way: Callable[[Database], Any]) -> None:
    db = Database(
        "postgresql+psycopg://127.0.0.1:1/away", Vault("a secret key for tests, long enough")
    )
    with pytest.raises(OperationalError):
        way(db)
    db.close()
