"""A store in which one commit fails: before it took place, or after it did, with nobody told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from hub.storage.db import Database


class CommitFailed(Exception):
    """What the caller of a failed commit sees."""


class Commits:
    """Counts the commits of a database; number ``fails`` of them fails.

    ``took_place``: the commit is done, but the caller hears that it failed, as when the connection
    breaks before the answer. ``dies``: from then on nothing is written, as by a process that died.
    """

    def __init__(self, fails: int = 0, *, took_place: bool = False, dies: bool = True) -> None:
        self.count = 0
        self.failed = False
        self.approved: set[str] = set()  # orders that the customer has approved in the app
        self.fails = fails
        self._took_place = took_place
        self.dies = dies
        self._db: Any = None
        self._write: Any = None

    def watch(self, db: Database) -> None:
        """From now on the commits of ``db`` are counted."""
        self._db, self._write = db, db.write
        db.write = self._writing  # type: ignore[method-assign]

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        if self.failed and self.dies:
            raise CommitFailed("this process is dead")
        with self._write() as session:
            commit = session.commit

            def counted() -> None:
                self.count += 1
                if self.count == self.fails:
                    self.failed = True
                    if self._took_place:
                        commit()
                    raise CommitFailed(f"commit {self.count}")
                commit()

            session.commit = counted  # type: ignore[method-assign]
            yield session
