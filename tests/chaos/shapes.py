"""What is under test: some processes, a way to owe deliveries to the receiver, a way to kill."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.engine import conditions, outbox
from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.models import Delivery
from tests.chaos.books import Verdict, judge
from tests.chaos.clock_file import VARIABLE, ShiftedClock
from tests.chaos.processes import Process
from tests.chaos.receiving import Receiving
from tests.chaos.stores import Store
from tests.chaos.worker import KIND, SECRET
from tests.engine.house import WORKSPACE, opened

START_PATIENCE = 60.0
LOOK_EVERY = 0.1
OWED = ("pending", "retry", "leased", "paused")


class Shape(Protocol):
    """One arrangement of processes on one store."""

    name: str
    doors: Sequence[str]  # names of the receiver's destinations that are delivered to
    pace: int  # deliveries, or requests, in a tenth of a second that it bears for long
    calm: int  # a soak breaks a door with each so many-th kill, and mends all with the others

    def start(self) -> None:
        """Start everything; returns when it can work."""
        ...

    def victims(self) -> list[str]:
        """Which processes may be killed."""
        ...

    def kill(self, victim: str) -> None:
        """SIGKILL."""
        ...

    def restart(self, victim: str) -> float:
        """Start it again; returns at once, with the moment (monotonic)."""
        ...

    def owe(self, count: int) -> None:
        """Have so many more deliveries owed, or asked for; returns before they are."""
        ...

    def drained(self, patience: float) -> bool:
        """Wait until all that is owed has been applied; whether it was in time."""
        ...

    def verdict(self) -> Verdict:
        """What became of everything."""
        ...

    def stop(self) -> None:
        """End everything."""
        ...


class Workers:
    """Processes of the engine alone on one database; the deliveries of an entity have an order."""

    def __init__(
        self, folder: Path, store: Store, receiver: Receiving, *, processes: int = 2,
        entities: int = 40, destinations: int = 5,
    ) -> None:  # fmt: skip
        self.name = f"{processes} workers on {store.name}"
        self.clock_file = folder / "clock"
        self._folder = folder
        self._store = store
        self._receiver = receiver
        self._entities, self._destinations = entities, destinations
        self.doors: Sequence[str] = [f"d{number}" for number in range(destinations)]
        self.pace, self.calm = 10, 1
        self._clock = ShiftedClock(self.clock_file)
        opened(store.url).close()  # migrated, with its workspace
        self._db = Database(store.url, Vault(SECRET))
        self._names = [f"worker-{number}" for number in range(processes)]
        self._processes: dict[str, Process] = {}
        self._owed: dict[str, str] = {}
        self.last_key = ""

    def start(self) -> None:
        for name in self._names:
            self.restart(name)
        for process in self._processes.values():
            assert process.line() == "started", process.told()

    def victims(self) -> list[str]:
        return self._names

    def kill(self, victim: str) -> None:
        self._processes[victim].kill()

    def restart(self, victim: str) -> float:
        command = ["-m", "tests.chaos.worker", self._store.url, self._receiver.url]
        log = self._folder / f"{victim}.log"
        process = Process(command, log, {VARIABLE: str(self.clock_file)})
        self._processes[victim] = process
        return process.started

    def owe(self, count: int) -> None:
        first = len(self._owed)
        for number in range(first, first + count):
            self._owe(number)

    def wake(self) -> None:
        """Tell the engines that something is owed, as their own process would."""
        for process in self._processes.values():
            process.signal(signal.SIGUSR1)

    def drained(self, patience: float) -> bool:
        end = time.monotonic() + patience
        while self._receiver.applied() < len(self._owed) or self._backlog():
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_EVERY)
        return True

    def verdict(self) -> Verdict:
        return judge(self._owed, self._receiver.books(), honoured=True)

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
        self._db.close()

    def _backlog(self) -> int:
        with self._db.read() as session:
            return session.scalar(select(func.count()).where(Delivery.state.in_(OWED))) or 0

    def pile_up(self, destination: str, count: int, entities: int) -> None:
        """Owe so many more to one destination, outside of the verdict."""
        with self._db.write() as session:
            for number in range(count):
                entity, seq = f"piled-{number % entities}", number // entities
                self._put(session, f"piled-{number}", entity, seq, destination)

    def owe_chain(self, entity: str, destinations: Sequence[str]) -> None:
        """Owe deliveries of one entity, to one destination after the other."""
        with self._db.write() as session:
            for seq, destination in enumerate(destinations):
                key = f"{entity}-{seq}"
                self._put(session, key, entity, seq, destination)
                self._owed[key] = f"{entity}/{seq}"

    def resume(self, destination: str) -> bool:
        """End a destination's pause, as after its probe; whether it was paused."""
        with self._db.write() as session:
            return conditions.resume(session, (WORKSPACE, destination), self._clock.wall())

    def _owe(self, number: int) -> None:
        entity, seq = number % self._entities, number // self._entities
        key, destination = f"key-{number:06}", f"d{entity % self._destinations}"
        with self._db.write() as session:
            self._put(session, key, f"entity-{entity}", seq, destination)
        self._owed[key] = f"entity-{entity}/{seq}"
        self.last_key = key

    def _put(self, session: Session, key: str, entity: str, seq: int, destination: str) -> None:
        owed = outbox.owe(
            session,
            workspace_id=WORKSPACE,
            request_id=None,
            entity=entity,
            kind=KIND,
            destination=destination,
            payload={"key": key, "text": "x" * 200},
            key=key,
            seq=seq,
            now=self._clock.now(),
            wall=self._clock.wall(),
        )
        assert owed is not None
