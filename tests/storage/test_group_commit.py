"""Small writes share a commit, and nobody suffers from a neighbour."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

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
def db(database_url: str) -> Iterator[Database]:
    db = Database(database_url, Vault("a secret key for tests, long enough"))
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
    group: GroupCommit,
    pool: ThreadPoolExecutor,
    works: list[Callable[[Session], str]],
) -> list[Future[str]]:
    """All of ``works`` handed in while another one is being done, so that they wait together."""
    busy, done = threading.Event(), threading.Event()

    def take_long(session: Session) -> None:
        session.execute(select(Workspace.key))
        busy.set()
        assert done.wait(20)

    pool.submit(group.run, take_long)
    assert busy.wait(20)
    futures = [pool.submit(group.run, work) for work in works]
    end = time.monotonic() + 20
    while len(group._waiting) < len(works):
        assert time.monotonic() < end
        time.sleep(0.001)
    done.set()
    return futures


def test_what_waits_together_is_one_commit(db: Database, pool: ThreadPoolExecutor) -> None:
    group, commits = GroupCommit(db), []
    event.listen(db.engine, "commit", lambda connection: commits.append(1))
    futures = queued(group, pool, [adding(key) for key in "abcd"])
    assert [future.result() for future in futures] == [f"added {key}" for key in "abcd"]
    assert keys(db) == ["a", "b", "c", "d"]
    assert len(commits) == 2  # the busy one, and one for all four


def test_one_that_fails_fails_alone(db: Database, pool: ThreadPoolExecutor) -> None:
    group = GroupCommit(db)
    group.run(adding("b"))
    first, second, third = queued(group, pool, [adding("a"), adding("b"), adding("c")])
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
