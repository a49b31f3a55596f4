"""Fairness: what one destination that takes every call and answers none costs the others, while a
long backlog waits for it.

Runs without and with it take turns, each in a fresh database and process, so that a machine that
is busy with other things is busy for both.
"""

from __future__ import annotations

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
BACKLOG = 3000  # deliveries that wait behind those that hang
TURNS = 15
MOST = 1.10  # times the p95 without the dead one


def fairness(store: str, folder: Path, turns: int, tell: Callable[[str], None]) -> float:
    """How many times longer the p95 of the others is with a dead one, over all turns together: one
    turn's p95 rests on some twenty deliveries, and leaps by a third between two of the same kind.
    """
    took: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(turns):
        for dead in (False, True) if turn % 2 else (True, False):
            times = milliseconds(store, folder / f"{turn}-{dead}", dead=dead)
            took[dead] += times
            with_it = "with one dead" if dead else "without"
            tell(f"turn {turn + 1} {with_it}: p95 {percentile(sorted(times), 0.95):.1f} ms")
    p95 = {dead: percentile(sorted(times), 0.95) for dead, times in took.items()}
    tell(f"all turns: p95 without {p95[False]:.2f} ms, with one dead {p95[True]:.2f} ms")
    return p95[True] / p95[False]


def milliseconds(store_name: str, folder: Path, *, dead: bool) -> list[float]:
    """From owing to arriving, of each delivery to a destination that is well."""
    folder.mkdir(parents=True)
    store, receiver = store_for(store_name, folder), Receiving(folder, slowness=0.005)
    workers = Workers(
        folder, store, receiver, processes=1, entities=DESTINATIONS * 4, destinations=DESTINATIONS
    )
    try:
        workers.start()
        if dead:
            receiver.behave(**{DEAD: "hang"})
            workers.pile_up(DEAD, BACKLOG, entities=4)
        owed = _owe_evenly(workers)
        _await_others(workers, receiver, len(owed))
        since = min(owed.values()) + WARM_UP
        return [
            (one["moment"] - owed[one["key"]]) * 1000
            for one in receiver.books()
            if one["destination"] != DEAD and owed[one["key"]] >= since
        ]
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
