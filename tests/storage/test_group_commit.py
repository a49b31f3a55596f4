"""Small writes share a commit, and nobody suffers from a neighbour."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.group_commit import GroupCommit
from hub.storage.migrate import upgrade
from hub.storage.models import Workspace

NOON = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path}/paraph.db", Vault("a secret key for tests, long enough"))
    upgrade(db)
    yield db
    db.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def adding(key: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(Workspace(id=key, key=key, name="Alice", created_at=NOON))
        return f"added {key}"

    return work


def keys(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Workspace.key).order_by(Workspace.key)))


def queued(
    db: Database,
    group: GroupCommit,
    pool: ThreadPoolExecutor,
    works: list[Callable[[Session], str]],
) -> list[Future[str]]:
    """All of ``works`` handed in while the database is busy, so that they wait together."""
    waiting = threading.Semaphore(0)

    def hand_in(work: Callable[[Session], str]) -> str:
        waiting.release()
        return group.run(work)

    with db.write():
        futures = [pool.submit(hand_in, work) for work in works]
        for _ in works:
            waiting.acquire()
        while len(group._waiting) < len(works):
            pass
    return futures


def test_what_waits_together_is_one_commit(db: Database, pool: ThreadPoolExecutor) -> None:
    group, commits = GroupCommit(db), []
    event.listen(db.engine, "commit", lambda connection: commits.append(1))
    futures = queued(db, group, pool, [adding(key) for key in "abcd"])
    assert [future.result() for future in futures] == [f"added {key}" for key in "abcd"]
    assert keys(db) == ["a", "b", "c", "d"]
    assert len(commits) == 2  # the busy one, and one for all four


def test_one_that_fails_fails_alone(db: Database, pool: ThreadPoolExecutor) -> None:
    group = GroupCommit(db)
    group.run(adding("b"))
    first, second, third = queued(db, group, pool, [adding("a"), adding("b"), adding("c")])
    assert first.result() == "added a"
    with pytest.raises(IntegrityError):
        second.result()
    assert third.result() == "added c"
    assert keys(db) == ["a", "b", "c"]


def test_many_threads_lose_nothing(db: Database, pool: ThreadPoolExecutor) -> None:
    group = GroupCommit(db)
    wanted = [f"{number:03}" for number in range(200)]
    assert list(pool.map(lambda key: group.run(adding(key)), wanted)) == [
        f"added {key}" for key in wanted
    ]
    assert keys(db) == wanted


def test_a_database_that_takes_nothing_is_an_error_for_everybody(
    db: Database, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = GroupCommit(db)

    def full() -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(db, "write", full)
    with pytest.raises(OSError, match="full"):
        group.run(adding("a"))
    monkeypatch.undo()
    assert group.run(adding("a")) == "added a"
