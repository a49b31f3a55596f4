"""Small writes of many threads share a transaction, and with it the wait for the disk.

Whoever comes while nobody leads, leads: it waits for the write lock, then does its own work and
that of all who came meanwhile, commits once, and hands over. If one of them fails, all are rolled
back and each is done alone, so that nobody suffers from a neighbour. ``run`` returns after the
commit, as ``Database.write`` does. Rows that were made ready before (``store``) are stored together
at the end of the transaction, one statement for each table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from hub.storage.db import Database
from hub.storage.rows import Rows, store_all

T = TypeVar("T")


class _Turn:
    """One caller's work, or its rows, and what came of it."""

    def __init__(self, work: Callable[[Session], Any] | None, rows: Rows | None = None) -> None:
        self.work = work
        self.rows = rows
        self.bell = threading.Event()
        self.leads = False
        self.result: Any = None
        self.error: Exception | None = RuntimeError("the write was interrupted")

    def run(self, session: Session) -> None:
        if self.work is None:
            return
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
        self._await(turn)
        result: T = turn.result
        return result

    def store(self, rows: Rows) -> None:
        """Store rows that were made ready, and commit. Raises what the database says of them."""
        self._await(_Turn(None, rows))

    def _await(self, turn: _Turn) -> None:
        with self._mutex:
            self._waiting.append(turn)
            turn.leads, self._led = not self._led, True
        if not turn.leads:
            turn.bell.wait()
        if turn.leads:
            self._lead()
        if turn.error is not None:
            raise turn.error

    def _lead(self) -> None:
        batch: list[_Turn] = []
        try:
            with self._db.write() as session:
                batch = self._take()
                _run(session, batch)
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
                _run(session, [turn])
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


def _run(session: Session, batch: list[_Turn]) -> None:
    for turn in batch:
        turn.run(session)
    store_all(session, [turn.rows for turn in batch if turn.rows is not None])
