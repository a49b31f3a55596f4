"""Several processes on one database, one of them killed: nothing lost, nothing done twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.engine.liveness import FileLiveness
from hub.engine.runner import Runner
from hub.kernel.clock import SystemClock
from tests.engine.house import House, Recorder, opened

ROOT = Path(__file__).parents[2]


def process(mode: str, url: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engine.worker_process", mode, url, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.fixture
def real(database_url: str) -> Iterator[House]:
    made = House(opened(database_url), SystemClock(), Recorder())
    yield made
    made.close()


def recovered(runner: Runner, done: Callable[[], bool]) -> None:
    """Sweep until it is; far sooner than a lease runs out."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "not taken over"
        runner.recover()
        time.sleep(0.02)


def test_after_a_kill_between_call_and_settling_the_next_try_looks_first(
    real: House, tmp_path: Path
) -> None:
    real.owe("first")
    with process("hang", real.db.url, tmp_path) as killed:
        assert killed.stdout is not None
        while killed.stdout.readline() not in ("performed\n", ""):
            pass
        assert real.states() == {"first": "leased"}
        killed.kill()
    engine = real.engine()
    engine.runner.open()  # what start does first
    # at once and not when the lease runs out; a server needs a moment to see who is gone
    recovered(engine.runner, lambda: real.states() == {"first": "retry"})
    engine.start()
    end = time.monotonic() + 30
    while real.states() != {"first": "delivered"} and time.monotonic() < end:
        time.sleep(0.01)
    engine.stop()
    [work] = real.handler.performed
    assert (work.uncertain, work.attempt, work.key) == (True, 2, "first")
    assert [attempt.outcome for attempt in real.attempts("first")] == ["lost", "delivered"]


def test_a_living_process_keeps_its_leases(real: House, tmp_path: Path) -> None:
    real.owe("first")
    with process("hang", real.db.url, tmp_path) as living:
        assert living.stdout is not None
        while living.stdout.readline() not in ("performed\n", ""):
            pass
        runner = real.engine().runner
        runner.open()
        assert runner.recover() == 0
        living.kill()
        living.wait()
        recovered(runner, lambda: real.states() == {"first": "retry"})


def test_two_processes_never_do_the_same_work(real: House, tmp_path: Path) -> None:
    keys = [f"key-{n:03}" for n in range(120)]
    for n, key in enumerate(keys):
        real.owe(key, destination=f"d{n % 5}", entity=f"entity-{n % 40}", seq=n)
    workers = [process("drain", real.db.url, tmp_path) for _ in range(2)]
    for worker in workers:
        with worker:
            assert worker.wait(60) == 0
    performed = (tmp_path / "performed.txt").read_text().split()
    assert Counter(performed) == Counter(keys)
    by_entity: dict[int, list[int]] = {}
    for key in performed:
        by_entity.setdefault(int(key[4:]) % 40, []).append(int(key[4:]))
    assert all(order == sorted(order) for order in by_entity.values())


def test_a_holder_is_alive_until_it_leaves(tmp_path: Path) -> None:
    one, other = FileLiveness(tmp_path / "holders"), FileLiveness(tmp_path / "holders")
    one.hold("aaaa")
    other.hold("bbbb")
    assert other.alive("aaaa")
    assert not other.alive("cccc")
    one.leave()
    assert not other.alive("aaaa")
    assert [path.name for path in (tmp_path / "holders").iterdir()] == ["bbbb"]
