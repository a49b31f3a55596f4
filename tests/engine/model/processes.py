"""The processes of the model's world: engines, who of them lives, and how their calls end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text

from hub.engine.engine import Engine
from hub.engine.work import Finished, Work
from hub.kernel.crypto import Vault
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    OutcomeUnknown,
    Permanent,
    Refused,
    Retryable,
)
from hub.storage.db import Database
from hub.storage.models import Attempt, Delivery, Instance

ERRORS = {
    "down": lambda: Retryable("down"),
    "unknown, done": lambda: OutcomeUnknown("cut"),
    "unknown, not done": lambda: OutcomeUnknown("cut"),
    "unreadable": lambda: MalformedAnswer("a page"),
    "refused": lambda: Refused("no"),
    "gone": lambda: Permanent("gone", code="gone"),
    "credentials": lambda: AuthenticationFailed("who are you"),
    "bug": lambda: KeyError("a bug"),
}


class Alive:
    """Who is alive, as the operating system or the server would say."""

    def __init__(self) -> None:
        self.holders: set[str] = set()

    def of_one(self) -> Any:
        return _Of(self)


class _Of:
    def __init__(self, all_: Alive) -> None:
        self._all = all_
        self.mine = ""

    def hold(self, holder: str) -> None:
        self.mine = holder
        self._all.holders.add(holder)

    def keep(self) -> None:
        return None

    def alive(self, holder: str) -> bool:
        return holder in self._all.holders

    def leave(self) -> None:
        self._all.holders.discard(self.mine)


class Process:
    """An engine with what it has in hand: claimed, and done but not stored."""

    def __init__(self, engine: Engine, liveness: _Of) -> None:
        self.engine, self.liveness = engine, liveness
        self.runner = engine.runner
        self.hand: list[Work] = []
        self.done: list[tuple[Finished, str]] = []

    def holding(self) -> set[tuple[str, str]]:
        works = [*self.hand, *(finished.item for finished, _ in self.done)]
        return {(work.id, work.claim_id) for work in works}


def emptied(url: str) -> Database:
    """The database there, with nothing in it but its workspace.

    Rows that are due at the same moment are claimed as they lie in the table. PostgreSQL gets new
    tables and no vacuum, so that they lie alike each time: Hypothesis has to be able to repeat it.
    """
    db = Database(url, Vault("a secret key for tests, long enough"))
    with db.write() as session:
        if url.startswith("postgresql"):
            tables = ("attempt", "delivery", "instance")
            session.execute(text(f"TRUNCATE {', '.join(tables)}"))
            for table in tables:
                session.execute(text(f"ALTER TABLE {table} SET (autovacuum_enabled = off)"))
        else:
            for model in (Attempt, Delivery, Instance):
                session.query(model).delete()
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    return db


def stored_in(db: Database) -> dict[str, Any]:
    """Each delivery as it is stored, with how its tries ended."""
    tries: dict[str, list[str]] = {}
    with db.read() as session:
        rows = session.execute(
            select(
                Delivery.key, Delivery.state, Delivery.attempts, Delivery.uncertain,
                Delivery.claim_id, Delivery.lease_until,
            )
        ).all()  # fmt: skip
        for key, outcome in session.execute(
            select(Delivery.key, Attempt.outcome).join(Attempt).order_by(Attempt.id)
        ):
            tries.setdefault(key, []).append(outcome)
    return {row.key: (*tuple(row), tries.get(row.key, [])) for row in rows}


def breakers(db: Database) -> dict[str, Any]:
    """Until when the breaker of each destination was opened."""
    with db.read() as session:
        rows = session.execute(select(Instance.key, Instance.breaker_until)).all()
    return {row.key: row.breaker_until for row in rows}
