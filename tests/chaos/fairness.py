"""Fairness: what one destination that takes every call and answers none costs the others.

Runs without and with it take turns, each in a fresh database and process, so that a machine that
is busy with other things is busy for both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.load import percentile
from tests.chaos.receiving import Receiving
from tests.chaos.shapes import Workers
from tests.chaos.stores import store_for

DESTINATIONS = 50
DEAD = "d0"
RATE, SECONDS = 50, 12.0  # deliveries a second, in all; seconds of each run
WARM_UP = 2.0
TURNS = 5
MOST = 1.10  # times the p95 of a run without the dead one


def fairness(store: str, folder: Path, turns: int, tell: Callable[[str], None]) -> float:
    """How many times longer the p95 of the others is with a dead one: the median over turns."""
    ratios = []
    for turn in range(turns):
        both = {}
        for dead in (False, True) if turn % 2 else (True, False):
            both[dead] = p95(store, folder / f"{turn}-{dead}", dead=dead)
        ratios.append(both[True] / both[False])
        tell(f"p95 without {both[False]:.0f} ms, with one dead {both[True]:.0f} ms")
    return statistics.median(ratios)


def p95(store_name: str, folder: Path, *, dead: bool) -> float:
    """Milliseconds from owing to arriving at the destinations that are well."""
    folder.mkdir(parents=True)
    store, receiver = store_for(store_name, folder), Receiving(folder, slowness=0.005)
    workers = Workers(
        folder, store, receiver, processes=1, entities=DESTINATIONS * 4, destinations=DESTINATIONS
    )
    try:
        workers.start()
        if dead:
            receiver.behave(**{DEAD: "hang"})
        owed = _owe_evenly(workers)
        _await_others(workers, receiver, len(owed))
        since = min(owed.values()) + WARM_UP
        times = sorted(
            (one["moment"] - owed[one["key"]]) * 1000
            for one in receiver.books()
            if one["destination"] != DEAD and owed[one["key"]] >= since
        )
        return percentile(times, 0.95)
    finally:
        workers.stop()
        receiver.stop()
        store.close()


def _owe_evenly(workers: Workers) -> dict[str, float]:
    """When each key was owed: a delivery every so often, destination by destination."""
    owed: dict[str, float] = {}
    began = time.monotonic()
    for number in range(int(RATE * SECONDS)):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        workers.owe(1)
        workers.wake()
        owed[workers.last_key] = time.monotonic()
    return owed


def _await_others(workers: Workers, receiver: Receiving, owed: int) -> None:
    """Until all but what goes to one destination has been applied."""
    end = time.monotonic() + 60
    while receiver.applied() < owed - owed // DESTINATIONS and time.monotonic() < end:
        time.sleep(0.1)
