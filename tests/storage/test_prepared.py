"""Prepared statements convert as the models do, stay in the transaction, and speak SQLAlchemy's
errors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, select, text
from sqlalchemy.exc import IntegrityError

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.migrate import upgrade
from hub.storage.models import Delivery, Workspace
from hub.storage.prepared import Prepared, adopt, insert, store

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
_d = Delivery.__table__.c
READ = Prepared.of(
    select(_d.id, _d.payload, _d.next_at, _d.state).where(_d.key == bindparam("key"))
)


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    db = Database(database_url, Vault("a secret key for tests, long enough"))
    upgrade(db)
    with db.write() as session:
        session.add(Workspace(id="w", key="w", name="Alice", created_at=NOON))
    yield db
    db.close()


def row(key: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id of {key}", "workspace_id": "w", "key": key, "entity": "e", "seq": 0,
        "kind": "note", "destination": "d", "payload": {"to": "Bob"}, "next_at": NOON,
        "created_at": NOON, **more,
    }  # fmt: skip


def test_values_are_converted_both_ways_and_defaults_filled_in(db: Database) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=2)))
    with db.write() as session:
        assert insert(Delivery).run(session, row("a", next_at=elsewhere)) == 1
    with db.read() as session:
        found = READ.first(session, {"key": "a"})
        raw = session.execute(text("SELECT payload FROM delivery")).scalar_one()
        assert session.get_one(Delivery, "id of a").payload == {"to": "Bob"}
    assert found == ("id of a", {"to": "Bob"}, NOON, "pending")
    assert found.next_at.tzinfo is UTC
    assert "Bob" not in raw


def test_a_row_that_is_there_is_not_inserted_again(db: Database) -> None:
    new = insert(Delivery, ("workspace_id", "key"))
    with db.write() as session:
        assert new.run(session, row("a")) == 1
        assert new.run(session, row("a", id="another")) == 0
    with db.read() as session:
        assert [one.id for one in READ.all(session, {"key": "a"})] == ["id of a"]


def test_a_missing_value_is_an_error_and_not_a_null(db: Database) -> None:
    values = row("a")
    del values["destination"]
    with pytest.raises(KeyError, match="destination"), db.write() as session:
        insert(Delivery).run(session, values)


def test_a_naive_moment_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="naive"), db.write() as session:
        insert(Delivery).run(session, row("a", next_at=NOON.replace(tzinfo=None)))


def test_what_the_database_refuses_is_an_error_without_values(db: Database) -> None:
    with pytest.raises(IntegrityError) as caught, db.write() as session:
        insert(Delivery).run_many(session, [row("a"), row("a", id="another")])
    assert "Bob" not in str(caught.value)
    with db.read() as session:
        assert READ.first(session, {"key": "a"}) is None


def test_a_rollback_takes_it_back(db: Database) -> None:
    with pytest.raises(KeyError), db.write() as session:
        insert(Delivery).run_many(session, [row("a"), {}])
    with pytest.raises(IntegrityError), db.write() as session:
        [insert(Delivery).run(session, row("a")) for _ in range(2)]
    with db.read() as session:
        assert READ.all(session, {"key": "a"}) == []


def test_a_stored_row_is_in_the_session_and_its_changes_are_saved(db: Database) -> None:
    with db.write() as session:
        delivery = Delivery(**row("a"))
        store(session, delivery)
        assert session.get_one(Delivery, "id of a") is delivery
        assert delivery.attempts == 0  # the database's word: it was not given
        delivery.external_ref = "42"
    with db.read() as session:
        assert session.get_one(Delivery, "id of a").external_ref == "42"


def test_what_was_not_read_loads_when_it_is_needed(db: Database) -> None:
    with db.write() as session:
        insert(Delivery).run(session, row("a"))
    with db.write() as session:
        light = Delivery(id="id of a", state="pending")
        adopt(session, light)
        assert light.payload == {"to": "Bob"}
