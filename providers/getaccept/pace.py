"""How many calls a minute this process allows itself, and the pause that GetAccept asks for.

A thing of several calls asks for room first: it is put off as a whole instead of breaking off in
the middle and beginning anew. The vendor publishes no number; headers that tell how many calls are
left are obeyed where they come.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from hub.contracts.agreements import NOT_YET
from hub.kernel.clock import Clock
from hub.kernel.errors import Retryable
from hub.toolkit.http import Answer
from providers.getaccept.codes import wait_of

_PERIOD = timedelta(minutes=1)
_LONGEST_WAIT = 900.0
_TOO_MANY = 429


class Pace:
    """The calls of the last minute. Thread-safe."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._limit = per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._made: deque[datetime] = deque()
        self._promised = 0  # calls that others asked room for and have not made yet
        self._here = threading.local()
        self._pause_until: datetime | None = None
        self._left: int | None = None  # as the vendor's headers told last
        self._left_until: datetime | None = None

    @contextmanager
    def room(self, calls: int) -> Iterator[None]:
        """Room for so many calls. Raises ``Retryable`` with the wait where there is none now."""
        if getattr(self._here, "left", None) is not None:  # part of a larger thing
            yield
            return
        calls = min(calls, self._limit)
        with self._lock:
            wait = self._wait(calls)
            if wait > 0:
                raise Retryable(
                    "too many calls in this minute: put off", retry_after=wait, code=NOT_YET
                )
            self._promised += calls
        self._here.left = calls
        try:
            yield
        finally:
            with self._lock:
                self._promised -= max(self._here.left, 0)
            self._here.left = None

    def count(self) -> None:
        """A call is made. Raises ``Retryable`` while GetAccept has asked to wait."""
        with self._lock:
            now = self._clock.wall()
            if self._pause_until and now < self._pause_until:
                wait = (self._pause_until - now).total_seconds()
                raise Retryable("GetAccept asked to wait", retry_after=wait, code="too_many_calls")
            self._forget(now)
            self._made.append(now)
            if (left := getattr(self._here, "left", None)) is not None:
                self._here.left = left - 1
                if left > 0:
                    self._promised -= 1

    def learn(self, answer: Answer) -> None:
        """Take in what an answer's headers say."""
        now = self._clock.wall()
        left = answer.headers.get("X-Rate-Limit-Remaining", "").strip()
        reset = answer.headers.get("X-Rate-Limit-Reset", "").strip()
        with self._lock:
            if answer.status == _TOO_MANY:
                wait = wait_of(answer)
                if wait:
                    self._pause_until = now + timedelta(seconds=min(wait, _LONGEST_WAIT))
            elif left.isdecimal() and reset.isdecimal():
                self._left = int(left)
                self._left_until = now + timedelta(seconds=min(int(reset), _LONGEST_WAIT))

    def _wait(self, calls: int) -> float:
        """Seconds until there is room for so many calls."""
        now = self._clock.wall()
        self._forget(now)
        waits = [0.0]
        if self._pause_until and now < self._pause_until:
            waits.append((self._pause_until - now).total_seconds())
        short = self._left is not None and self._left < self._promised + calls
        if short and self._left_until and now < self._left_until:
            waits.append((self._left_until - now).total_seconds())
        over = len(self._made) + self._promised + calls - self._limit
        if over > 0:
            first = self._made[min(over, len(self._made)) - 1] if self._made else now
            waits.append((first + _PERIOD - now).total_seconds())
        return max(waits)

    def _forget(self, now: datetime) -> None:
        """Calls that were made more than a minute ago: a probe asks for no room."""
        while self._made and self._made[0] <= now - _PERIOD:
            self._made.popleft()
