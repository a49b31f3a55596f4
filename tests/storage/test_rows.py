"""Rows made ready outside of a transaction are stored together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.group_commit import GroupCommit
from hub.storage.migrate import upgrade
from hub.storage.models import Attempt, Delivery, Workspace
from hub.storage.rows import Rows, Stale, changed, inserted, store_all

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
DONE = changed(
    Delivery,
    where={"id": "id", "claim": "claim_id"},
    to={"result": "result", "at": "finished_at"},
    fixed="state = 'delivered', claim_id = NULL",
    only="state = 'leased'",
)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    db = Database(database_url, Vault("a secret key for tests, long enough"))
    upgrade(db)
    with db.write() as session:
        session.add(Workspace(id="w", key="w", name="Alice", created_at=NOON))
    yield db
    db.close()


def delivery(key: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id of {key}", "workspace_id": "w", "key": key, "entity": "e", "seq": 0,
        "kind": "note", "destination": "d", "payload": {"to": "Bob"}, "next_at": NOON,
        "created_at": NOON, **more,
    }  # fmt: skip


def attempt(key: str) -> dict[str, Any]:
    return {
        "id": f"attempt of {key}", "workspace_id": "w", "delivery_id": f"id of {key}", "number": 1,
        "started_at": NOON, "duration_ms": 1, "outcome": "delivered", "exchange": [],
    }  # fmt: skip


def made(db: Database, *parts: tuple[Any, dict[str, Any]]) -> Rows:
    rows = Rows(db.engine.dialect)
    for statement, values in parts:
        rows.add(statement, values)
    return rows


def stored(db: Database) -> dict[str, Delivery]:
    with db.read() as session:
        return {row.key: row for row in session.scalars(select(Delivery))}


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 50])
def test_any_number_of_rows_is_stored_parents_before_their_rows(db: Database, count: int) -> None:
    keys = [f"k{number}" for number in range(count)]
    many = [
        made(db, (inserted(Attempt), attempt(key)), (inserted(Delivery), delivery(key)))
        for key in keys
    ]
    with db.write() as session:
        store_all(session, many)
    rows = stored(db)
    assert set(rows) == set(keys)
    assert all(row.payload == {"to": "Bob"} and row.next_at == NOON for row in rows.values())
    assert all(row.state == "pending" for row in rows.values())
    with db.read() as session:
        assert len(list(session.scalars(select(Attempt)))) == count


def test_a_row_that_is_there_is_left_out_where_it_may_be(db: Database) -> None:
    new = inserted(Delivery, ("workspace_id", "key"))
    for ident in ("first", "second"):
        with db.write() as session:
            rows = [made(db, (new, delivery(key, id=f"{ident} {key}"))) for key in ("a", "b")]
            store_all(session, rows)
    assert sorted(row.id for row in stored(db).values()) == ["first a", "first b"]


def test_changes_reach_exactly_the_rows_that_are_as_they_were(db: Database) -> None:
    for key in ("a", "b", "c"):
        with db.write() as session:
            leased = delivery(key, state="leased", claim_id=f"claim of {key}")
            store_all(session, [made(db, (inserted(Delivery), leased))])
    change = [
        made(db, (DONE, {"id": f"id of {k}", "claim": f"claim of {k}", "result": k, "at": NOON}))
        for k in ("a", "b")
    ]
    with db.write() as session:
        store_all(session, change)
    rows = stored(db)
    assert {key: row.state for key, row in rows.items()} == {
        "a": "delivered", "b": "delivered", "c": "leased",
    }  # fmt: skip
    assert (rows["a"].result, rows["b"].result, rows["a"].finished_at) == ("a", "b", NOON)
    with pytest.raises(Stale), db.write() as session:
        store_all(session, change[:1])


def test_one_stale_change_keeps_all_rows_out(db: Database) -> None:
    lost = {"id": "id of a", "claim": "another", "result": None, "at": NOON}
    rows = made(db, (inserted(Delivery), delivery("a")), (DONE, lost))
    with pytest.raises(Stale), db.write() as session:
        store_all(session, [rows])
    assert stored(db) == {}


def test_a_group_stores_the_good_neighbours_of_a_bad_row(db: Database) -> None:
    group = GroupCommit(db)
    group.store(made(db, (inserted(Delivery), delivery("a"))))
    with pytest.raises(IntegrityError):
        group.store(made(db, (inserted(Delivery), delivery("a", id="another"))))
    group.store(made(db, (inserted(Delivery), delivery("b"))))
    assert set(stored(db)) == {"a", "b"}


def test_a_row_without_a_value_is_refused_when_it_is_made(db: Database) -> None:
    values = delivery("a")
    del values["destination"]
    with pytest.raises(KeyError, match="destination"):
        made(db, (inserted(Delivery), values))
