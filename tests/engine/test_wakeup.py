"""Who owes work wakes the processes that do it; without that they find it when they look."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from hub.engine.engine import Engine
from hub.engine.settings import EngineSettings
from hub.engine.wakeup import Line, LineBell, Silent, bell_for
from hub.kernel.clock import SystemClock
from tests.cluster.servers import PostgresServer, ValkeyServer
from tests.conftest import MIGRATED
from tests.engine.house import House, Recorder, opened
from tests.engine.test_executors import until

SELDOM = EngineSettings(poll=timedelta(hours=1), sweep=timedelta(hours=1))


class Wire:
    """A line in memory. ``cut``: what is said on it raises."""

    def __init__(self, ends: list[queue.SimpleQueue[str]], listening: bool) -> None:
        self.mine: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.ends = ends
        if listening:
            ends.append(self.mine)

    def say(self, name: str) -> None:
        for end in self.ends:
            end.put(name)

    def hear(self, seconds: float) -> list[str]:
        try:
            said = self.mine.get(timeout=seconds)
        except queue.Empty:
            return []
        if said == "cut":
            raise ConnectionError
        return [said]

    def close(self) -> None:
        self.ends[:] = [end for end in self.ends if end is not self.mine]


def test_a_ring_reaches_the_others_and_a_cut_line_is_dialled_again() -> None:
    ends: list[queue.SimpleQueue[str]] = []
    dialled: list[bool] = []

    def dial(listening: bool) -> Line:
        dialled.append(listening)
        return Wire(ends, listening)

    heard = threading.Semaphore(0)
    one, other = LineBell(dial, "one"), LineBell(dial, "other")
    other.listen(heard.release)
    assert heard.acquire(timeout=20), "at the beginning: something may have been missed"
    one.ring()
    assert heard.acquire(timeout=20)
    ends[0].put("cut")
    assert heard.acquire(timeout=20), "something may have been missed again"
    one.ring()
    assert heard.acquire(timeout=20)
    other.ring()  # its own
    one.close()
    other.close()
    assert sorted(dialled) == [False, False, True, True]
    assert not heard.acquire(blocking=False)


def test_a_cut_line_is_told_and_the_hint_that_met_it_is_sent_again() -> None:
    ends: list[queue.SimpleQueue[str]] = []
    away: set[bool] = set()

    def dial(listening: bool) -> Line:
        if listening in away:
            raise ConnectionError
        return Wire(ends, listening)

    heard = threading.Semaphore(0)
    one, other = LineBell(dial, "one"), LineBell(dial, "other")
    other.listen(heard.release)
    assert heard.acquire(timeout=20), "at the beginning"
    away.add(False)
    one.ring()
    until(one.cut)
    assert not other.cut(), "nothing is wrong with its line"
    away.clear()
    assert heard.acquire(timeout=20), "the hint of before"
    until(lambda: not one.cut())
    away.add(True)
    ends[0].put("cut")
    until(other.cut)
    away.clear()
    until(lambda: not other.cut())
    one.close()
    other.close()


@pytest.fixture(params=["postgresql", "redis"])
def pair(
    request: Any, postgres: PostgresServer, valkey: ValkeyServer
) -> Iterator[Callable[[], Any]]:
    """Two processes' worth: a house that owes, and one that works and looks once in an hour."""
    name = postgres.fresh_name()
    url = postgres.create(name, MIGRATED)
    redis_url = valkey.url if request.param == "redis" else None
    databases = [opened(url), opened(url)]
    owing, working = (House(db, SystemClock(), Recorder(), settings=SELDOM) for db in databases)
    engines = [owing.engine(redis_url=redis_url), working.engine(redis_url=redis_url)]
    engines[0].start(work=False)
    engines[1].start()
    yield lambda: (owing, engines[0], working)
    for engine in engines:
        engine.stop()
    for db in databases:
        db.close()
    postgres.drop(name)


def test_what_one_process_owes_another_does_at_once(
    pair: Callable[[], tuple[House, Engine, House]],
) -> None:
    owing, engine, working = pair()
    for n in range(5):  # each needs a hint of its own
        owing.owe(f"key-{n}")
        engine.wake()
        until(lambda n=n: len(working.handler.keys) == n + 1)  # type: ignore[misc]
    until(lambda: set(owing.states().values()) == {"delivered"})


def test_a_cut_listen_connection_comes_back(database_url: str) -> None:
    db = opened(database_url)
    if db.is_sqlite:
        assert isinstance(bell_for(db, "one"), Silent)
        db.close()
        return
    heard = threading.Semaphore(0)
    listener, ringer = bell_for(db, "listener"), bell_for(db, "ringer")
    listener.listen(heard.release)
    assert heard.acquire(timeout=20)
    with db.write() as session:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
        assert session.execute(text(cut)).scalars().all() == [True]
    assert heard.acquire(timeout=20), "back, and looks whether it missed something"
    ringer.ring()
    assert heard.acquire(timeout=20)
    listener.close()
    ringer.close()
    db.close()
