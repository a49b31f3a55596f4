"""Benchmarks of the engine alone, on either store: deliveries, a backlog, a million timers."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.engine.engine import Engine
from hub.engine.settings import EngineSettings
from hub.engine.work import TimerWork
from hub.kernel import logging
from hub.kernel.clock import SystemClock
from tests.bench.figures import Figure, say, short
from tests.bench.load import percentile
from tests.bench.receiver import Receiver
from tests.bench.stores import arm_many, opened, owe_many, store_url

DELIVERIES = 6_000
BACKLOG = 100_000
TIMERS = 1_000_000
MUCH_LATER, SOON = timedelta(days=1), timedelta(seconds=2)
DUE_FOR = 20.0  # seconds, a hundred timers in each


def delivery(store: str) -> list[Figure]:
    """Deliveries a second, each mapped through 29 rows and posted; on a server also twice that."""
    told, value = _worked(store, DELIVERIES, processes=1, posts=True)
    times = [t for one in told for t in one["times"]]
    figures = [_figure("delivery", store, value, "1/s", sorted(times), ">= 350/s per process")]
    if store != "sqlite":
        _, twice = _worked(store, DELIVERIES, processes=2, posts=True)
        ratio = round(twice / value, 2)
        reach = ">= 1.5 times one process"
        figures.append(Figure("delivery_two_processes", store, ratio, "x", None, None, reach))
    return figures


def drain(store: str) -> list[Figure]:
    """How fast a backlog goes out when nothing has to be waited for, and what memory it takes."""
    (told,), value = _worked(store, BACKLOG, processes=1, posts=False)
    if told["left"]:
        say(f"the time was over after {told['done']} of {BACKLOG}")
    growth = round(told["most"] - told["before"], 1)
    return [
        Figure("drain", store, round(value, 1), "1/s", None, None, f"all {BACKLOG}"),
        Figure("drain_memory", store, growth, "MB", None, None, "<= 50 MB"),
    ]


def timer_claim(store: str) -> list[Figure]:
    """Claims among a million pending timers while a hundred a second are due, and how late they
    fire."""
    logging.configure("ERROR")
    late, claims = Late(), Claims()
    with store_url(store) as url:
        db = opened(url)
        loading = time.monotonic()
        arm_many(db, TIMERS, datetime.now(UTC) + MUCH_LATER)
        say(f"{TIMERS} timers were armed in {time.monotonic() - loading:.0f} s")
        engine = Engine(db, SystemClock(), {}, {"bench": late}, settings=EngineSettings())
        claims.watch(engine)
        engine.start()
        arm_many(db, int(DUE_FOR * 100), datetime.now(UTC) + SOON, name="due")
        time.sleep((SOON + timedelta(seconds=DUE_FOR + 1)).total_seconds())
        engine.stop()
        db.close()
    times, delays = sorted(claims.times), sorted(late.times)
    say(f"{len(delays)} timers fired")
    return [
        _figure("timer_claim", store, percentile(times, 0.99), "ms", times, "p99 <= 10 ms"),
        _figure("timer_lateness", store, percentile(delays, 0.99), "ms", delays, "p99 <= 2000 ms"),
    ]


class Late:
    """A timer that only notes how late it fires, in milliseconds."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def perform(self, timer: TimerWork) -> None:
        """Note it."""
        self.times.append((datetime.now(UTC) - timer.due_at).total_seconds() * 1000)

    def fired(self, session: Any, timer: TimerWork, result: Any) -> None:
        """Nothing follows."""

    def failed(self, session: Any, timer: TimerWork, error: Exception) -> None:
        """Nothing follows."""


class Claims:
    """Notes how long the claims of an engine take that find something, in milliseconds."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def watch(self, engine: Engine) -> None:
        """Stand in front of the engine's claiming."""
        claim = engine.runner.claim

        def timed(free: int, free_timers: int) -> Any:
            started = time.perf_counter()
            claimed = claim(free, free_timers)
            if claimed.items:
                self.times.append((time.perf_counter() - started) * 1000)
            return claimed

        engine.runner.claim = timed  # type: ignore[method-assign]


def _worked(
    store: str, count: int, *, processes: int, posts: bool
) -> tuple[list[dict[str, Any]], float]:
    """What the processes tell, and deliveries a second of all of them."""
    with store_url(store) as url:
        db = opened(url)
        owe_many(db, count, destinations=4)
        db.close()
        told, seconds = asyncio.run(_with_receiver(url, processes, posts))
    done = sum(one["done"] for one in told)
    used = sum(one["processor"] for one in told)
    say(f"{done} deliveries, {1000 * used / max(1, done):.2f} ms of a processor each")
    return told, done / seconds


async def _with_receiver(
    url: str, processes: int, posts: bool
) -> tuple[list[dict[str, Any]], float]:
    async with Receiver() as receiver:
        gateway = [f"http://127.0.0.1:{receiver.port}/a1"] if posts else []
        command = [sys.executable, "-m", "tests.bench.engine_process", url, *gateway]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "limit": 2**24}
        engines = [
            await asyncio.create_subprocess_exec(*command, **pipes) for _ in range(processes)
        ]
        for engine in engines:
            assert engine.stdout is not None
            await engine.stdout.readline()  # ready
        for engine in engines:
            assert engine.stdin is not None
            engine.stdin.write(b"go\n")
        lines = await asyncio.gather(*(engine.stdout.readline() for engine in engines))
        told = [json.loads(line) for line in lines]
        for engine in engines:
            await engine.wait()
        return told, max(one["seconds"] for one in told)


def _figure(
    bench: str, store: str, value: float, unit: str, times: list[float], reach: str
) -> Figure:
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return Figure(bench, store, round(value, 1), unit, short(p50), short(p99), reach)
