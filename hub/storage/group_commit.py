"""Small writes of many threads share a transaction, and with it the wait for the disk.

Whoever comes while nobody leads, leads: it waits for the write lock, then does its own work and
that of all who came meanwhile, commits once, and hands over. If one of them fails, all are rolled
back and each is done alone, so that nobody suffers from a neighbour. ``run`` returns after the
commit, as ``Database.write`` does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from hub.storage.db import Database

T = TypeVar("T")


class _Turn:
    """One caller's work and what came of it."""

    def __init__(self, work: Callable[[Session], Any]) -> None:
        self.work = work
        self.bell = threading.Event()
        self.leads = False
        self.result: Any = None
        self.error: Exception | None = RuntimeError("the write was interrupted")

    def run(self, session: Session) -> None:
        self.result = self.work(session)
        session.flush()
        session.expunge_all()  # the next one reads what it needs afresh


class GroupCommit:
    """Runs writes. Each ``work`` may run a second time, after a rollback of the first."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._mutex = threading.Lock()
        self._waiting: list[_Turn] = []
        self._led = False

    def run(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction and commit. Raises what it raised."""
        turn = _Turn(work)
        with self._mutex:
            self._waiting.append(turn)
            turn.leads, self._led = not self._led, True
        if not turn.leads:
            turn.bell.wait()
        if turn.leads:
            self._lead()
        if turn.error is not None:
            raise turn.error
        result: T = turn.result
        return result

    def _lead(self) -> None:
        batch: list[_Turn] = []
        try:
            with self._db.write() as session:
                batch = self._take()
                for turn in batch:
                    turn.run(session)
            for turn in batch:
                turn.error = None
        except Exception:
            batch = batch or self._take()
            for turn in batch:
                self._alone(turn)
        finally:
            self._hand_over()
            for turn in batch:
                turn.bell.set()

    def _take(self) -> list[_Turn]:
        with self._mutex:
            batch, self._waiting = self._waiting, []
        return batch

    def _alone(self, turn: _Turn) -> None:
        try:
            with self._db.write() as session:
                turn.run(session)
            turn.error = None
        except Exception as error:
            turn.error = error

    def _hand_over(self) -> None:
        with self._mutex:
            heir = self._waiting[0] if self._waiting else None
            self._led = heir is not None
            if heir is not None:
                heir.leads = True
                heir.bell.set()
