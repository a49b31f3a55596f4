"""The executor inside one process: one thread claims and settles, a pool of threads runs the work.

Only as much is claimed as there are free threads, so memory stays bounded however long the backlog.
One thread does all writing, since SQLite has one writer; works that end together settle together.
"""

from __future__ import annotations

import threading
from queue import Empty, SimpleQueue

from hub.engine.claimer import Item
from hub.engine.executor import Hands
from hub.engine.work import Finished, TimerWork
from hub.kernel.clock import monotonic
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
_AFTER_TROUBLE = 0.3  # seconds until the database is tried again


class Embedded:
    """Thread pool and dispatcher. Implements ``Executor``."""

    def __init__(self, runner: Hands) -> None:
        self._runner = runner
        self._settings = runner.settings
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._deadline = 0.0
        self._todo: SimpleQueue[Item | None] = SimpleQueue()
        self._ended: SimpleQueue[Finished] = SimpleQueue()
        self._in_flight: dict[tuple[str, str], Item] = {}  # by row and claim
        self._unsettled: list[Finished] = []
        self._next_heartbeat = self._next_sweep = 0.0
        # Daemons, so that a call that hangs cannot keep a stopped process from ending.
        self._dispatcher = threading.Thread(target=self._loop, name="dispatcher", daemon=True)
        self._workers = [
            threading.Thread(target=self._work, name=f"worker-{n}", daemon=True)
            for n in range(self._settings.threads)
        ]

    def start(self) -> None:
        self._next_heartbeat = monotonic() + self._settings.heartbeat.total_seconds()
        self._next_sweep = monotonic() + self._settings.sweep.total_seconds()
        for thread in (*self._workers, self._dispatcher):
            thread.start()

    def wake(self) -> None:
        self._bell.set()

    def stop(self, seconds: float) -> bool:
        self._deadline = monotonic() + seconds
        self._stopping.set()
        self._bell.set()
        if self._dispatcher.is_alive():
            self._dispatcher.join(seconds + 5)
        for _ in self._workers:
            self._todo.put(None)
        return not self._in_flight

    def in_flight(self) -> int:
        return len(self._in_flight)

    def _work(self) -> None:
        while (item := self._todo.get()) is not None:
            self._ended.put(self._runner.run(item))
            self._bell.set()

    def _loop(self) -> None:
        while not self._done():
            try:
                pause = self._turn()
            except Exception as error:
                _log.error("engine_turn_failed", exc_info=error)
                pause = _AFTER_TROUBLE
            self._bell.wait(pause)
            self._bell.clear()
        self._give_back()

    def _turn(self) -> float:
        """Settle what ended, keep leases alive, claim more. How long to wait for the bell."""
        self._settle()
        if self._unsettled:
            return _AFTER_TROUBLE
        self._keep_up()
        if self._stopping.is_set():
            return max(0.001, min(0.5, self._deadline - monotonic()))
        free = self._settings.threads - len(self._in_flight)
        if free <= 0:
            return self._until_upkeep()
        timers = sum(isinstance(item, TimerWork) for item in self._in_flight.values())
        claimed = self._runner.claim(free, self._settings.timer_threads - timers)
        for item in claimed.items:
            self._in_flight[_ours(item)] = item
            self._todo.put(item)
        return min(claimed.pause, self._until_upkeep())

    def _settle(self) -> None:
        finished = self._unsettled
        while True:
            try:
                finished.append(self._ended.get_nowait())
            except Empty:
                break
        self._unsettled = self._runner.settle(finished) if finished else []
        kept = {_ours(one.item) for one in self._unsettled}
        for one in finished:
            if _ours(one.item) not in kept:
                self._in_flight.pop(_ours(one.item), None)

    def _keep_up(self) -> None:
        now = monotonic()
        if now >= self._next_heartbeat:
            self._next_heartbeat = now + self._settings.heartbeat.total_seconds()
            if self._in_flight:
                self._runner.extend(list(self._in_flight.values()))
        if now >= self._next_sweep:
            self._next_sweep = now + self._settings.sweep.total_seconds()
            self._runner.recover(self._in_flight.keys())

    def _until_upkeep(self) -> float:
        return max(0.001, min(self._next_heartbeat, self._next_sweep) - monotonic())

    def _done(self) -> bool:
        if not self._stopping.is_set():
            return False
        return not self._in_flight or monotonic() >= self._deadline

    def _give_back(self) -> None:
        try:
            self._settle()
            if self._in_flight:
                _log.warning("stopped_with_work_under_way", count=len(self._in_flight))
                self._runner.release(list(self._in_flight.values()))
        except Exception as error:
            # The leases run out, or the next process sees that this one is gone.
            _log.error("leases_not_released", exc_info=error)


def _ours(item: Item) -> tuple[str, str]:
    return item.id, item.claim_id
