"""Processes that are started when they are needed, kept for the next question, and end with the
hub."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import BinaryIO, TypeVar

from hub.kernel.errors import Retryable
from hub.services.apart.child import Child, Ended

_Answer = TypeVar("_Answer")


class Pool:
    """Any thread may ask; ``at_once`` processes are at work, whoever comes later waits. One is
    replaced after ``uses`` questions: what libraries leak ends with it."""

    def __init__(self, begin: Callable[[], Child], *, at_once: int, uses: int) -> None:
        self._begin = begin
        self._uses = uses
        self._free = threading.BoundedSemaphore(at_once)
        self._lock = threading.Lock()
        self._idle: list[Child] = []
        self._all: set[Child] = set()
        self._closed = False

    @property
    def pids(self) -> frozenset[int]:
        """Of the processes that there are."""
        with self._lock:
            return frozenset(child.pid for child in self._all)

    def ask(
        self,
        frames: Sequence[bytes],
        read: Callable[[BinaryIO], _Answer],
        patience: float,
        spent: Callable[[_Answer], bool] = lambda answer: False,
    ) -> _Answer:
        """What ``read`` makes of an answer; the process ends after one that leaves it ``spent``.
        Asks once more where the first process may have been to blame. Raises ``Ended``, and
        ``Retryable`` when the hub is ending or no process can be started."""
        with self._free:
            try:
                return self._asked(self._taken(), frames, read, patience, spent)
            except Ended as ended:
                if not ended.doubtful:
                    raise
            return self._asked(self._begun(), frames, read, patience, spent)

    def close(self) -> None:
        """End the processes, also those that are at work."""
        with self._lock:
            self._closed = True
            left = list(self._all)
            self._idle.clear()
            self._all.clear()
        for child in left:
            child.end()

    def _asked(
        self,
        child: Child,
        frames: Sequence[bytes],
        read: Callable[[BinaryIO], _Answer],
        patience: float,
        spent: Callable[[_Answer], bool],
    ) -> _Answer:
        fresh = False
        try:
            answer = child.ask(frames, read, patience)
            fresh = child.asked < self._uses and not spent(answer)
        finally:
            self._given_back(child, fresh=fresh)
        return answer

    def _taken(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._begun()

    def _begun(self) -> Child:
        with self._lock:
            if self._closed:
                raise Retryable("the hub is ending")
            child = self._begin()
            self._all.add(child)
        return child

    def _given_back(self, child: Child, *, fresh: bool) -> None:
        with self._lock:
            if fresh and not self._closed:
                self._idle.append(child)
                return
            self._all.discard(child)
        child.end()
