"""Calls from the simulated 46elks to the hub: delivery reports and incoming messages.

``run_due`` makes every call that is due by the clock; ``start`` does that again and again in one
thread. As the vendor says: only 200 to 204 is success, everything else is tried again for hours.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 180))
SUCCESS = range(200, 205)
TICK = 0.1


@dataclass(order=True)
class Call:
    """One call that is owed to the hub."""

    due: datetime
    number: int
    url: str = field(compare=False)
    form: Mapping[str, str] = field(compare=False)
    tries: int = field(default=0, compare=False)
    before: Callable[[], None] = field(default=lambda: None, compare=False)
    answered: Callable[[str], None] = field(default=lambda body: None, compare=False)


@dataclass(frozen=True)
class Made:
    """One call that was made; ``status`` is 0 when nobody answered."""

    form: Mapping[str, str]
    status: int


class Reporter:
    """Owed calls in order of time, and the thread that makes them."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._owed: list[Call] = []
        self._numbers = itertools.count()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.made: list[Made] = []

    def owe(
        self,
        after: timedelta,
        url: str,
        form: Mapping[str, str],
        *,
        before: Callable[[], None] = lambda: None,
        answered: Callable[[str], None] = lambda body: None,
    ) -> None:
        """Call ``url`` when ``after`` has passed. ``before`` runs just before the first try (also
        without an address), ``answered`` gets the text of a successful answer."""
        with self._lock:
            call = Call(
                self._now() + after, next(self._numbers), url, form, 0, before, answered
            )  # fmt: skip
            heapq.heappush(self._owed, call)

    def run_due(self) -> int:
        """Make every call that is due; how many there were."""
        count = 0
        while call := self._next():
            count += 1
            self._make(call)
        return count

    def forget(self) -> None:
        """Drop what is owed and what was made."""
        with self._lock:
            self._owed.clear()
            self.made.clear()

    def start(self) -> None:
        """Make calls in a thread of its own until ``stop``."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="elks-reports", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; may be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.wait(TICK):
            self.run_due()

    def _next(self) -> Call | None:
        with self._lock:
            if self._owed and self._owed[0].due <= self._now():
                return heapq.heappop(self._owed)
            return None

    def _make(self, call: Call) -> None:
        if call.tries == 0:
            call.before()
        if not call.url:
            return
        status, body = _post(call.url, call.form)
        with self._lock:
            self.made.append(Made(call.form, status))
            if status not in SUCCESS and call.tries < len(RETRIES):
                again = Call(
                    self._now() + RETRIES[call.tries], call.number, call.url, call.form,
                    call.tries + 1, call.before, call.answered,
                )  # fmt: skip
                heapq.heappush(self._owed, again)
        if status in SUCCESS:
            call.answered(body)


def _post(url: str, form: Mapping[str, str]) -> tuple[int, str]:
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(url, data=dict(form), timeout=10, allow_redirects=False)
        except requests.RequestException:
            return 0, ""
        return answer.status_code, answer.text
