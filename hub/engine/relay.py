"""Between a pool of threads and the rows, when a broker carries the work: what this process claims
is sent off for any process to take up, and what it takes up is what the broker brings.

The broker may lose, delay or repeat whatever it carries. Of each ticket the database says who was
first; what nobody took up within a second its sender takes up itself, and while the broker is out
of order this process works on what it claims without it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Protocol

from hub.engine.claimer import Claimed, Item
from hub.engine.handover import Ticket
from hub.engine.runner import Runner
from hub.engine.settings import EngineSettings
from hub.engine.work import Finished, TimerWork
from hub.kernel.clock import monotonic
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
_LOOK_AGAIN = 0.05  # seconds, while something that we sent off is not taken up
_DISTRUST = 2.0  # seconds without the broker after it failed or lost something


class Carrier(Protocol):
    """Brings tickets to any process of the installation."""

    def send(self, tickets: Sequence[Ticket]) -> int:
        """Send them off in this order; how many it took. Never raises."""
        ...


class Inbox:
    """Tickets that the broker has brought, no more than there are threads waiting for them."""

    def __init__(self, bell: Callable[[], None]) -> None:
        self._bell = bell
        self._change = threading.Condition()
        self._waiting: deque[Ticket] = deque()
        self._room = 0
        self._closed = False

    def offer(self, ticket: Ticket, seconds: float) -> bool:
        """Whether this process takes ``ticket``, which needs a free thread within that time."""
        with self._change:
            free = self._change.wait_for(lambda: len(self._waiting) < self._room, seconds)
            if self._closed or not free:
                return False
            self._waiting.append(ticket)
        self._bell()
        return True

    def allow(self, room: int) -> None:
        """From now on there are ``room`` free threads."""
        with self._change:
            self._room = room
            self._change.notify_all()

    def close(self) -> None:
        """Take nothing more."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def take(self, most: int) -> list[Ticket]:
        """What has come in."""
        with self._change:
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]


class Relay:
    """``Hands`` of a pool whose work is carried. ``claim`` is for one thread, as ``Runner``'s."""

    def __init__(self, runner: Runner, carrier: Carrier, inbox: Inbox) -> None:
        self._runner = runner
        self._carrier = carrier
        self._inbox = inbox
        self._sent: dict[Ticket, float] = {}  # when; until it is known to be taken up
        self._distrust_until = 0.0

    @property
    def settings(self) -> EngineSettings:
        """The engine's numbers."""
        return self._runner.settings

    def claim(self, free: int, free_timers: int) -> Claimed:
        """What came in and what was left lying; then claim for the threads that are still free,
        and send that off."""
        come, seconds = self._inbox.take(free), self._runner.settings.patience.total_seconds()
        items = self._runner.handover.take_up(come)
        for ticket in come:
            self._sent.pop(ticket, None)
        pause = self._runner.settings.poll.total_seconds()
        try:
            items += self._left_lying(free - len(items), seconds)
            timers = sum(isinstance(item, TimerWork) for item in items)
            pause = self._more(items, free - len(items), free_timers - timers)
        except Exception as error:  # what is in hand already must be done
            if not items:
                raise
            _log.error("claiming_failed", exc_info=error)
        self._inbox.allow(free - len(items))
        return Claimed(items, min(pause, _LOOK_AGAIN) if self._sent else pause)

    def withdraw(self) -> None:
        """At a stop: give back what was sent off and nobody has taken up; no attempt counts."""
        if left := self._runner.handover.carried():
            self._runner.handover.withdraw(left)
        self._sent.clear()

    def run(self, item: Item) -> Finished:
        """As ``Runner.run``."""
        return self._runner.run(item)

    def settle(self, finished: Iterable[Finished]) -> list[Finished]:
        """As ``Runner.settle``."""
        return self._runner.settle(finished)

    def extend(self, items: Sequence[Item]) -> None:
        """As ``Runner.extend``."""
        self._runner.extend(items)

    def release(self, items: Sequence[Item]) -> None:
        """As ``Runner.release``."""
        self._runner.release(items)

    def recover(self, in_hand: Collection[tuple[str, str]] = ()) -> int:
        """As ``Runner.recover``."""
        return self._runner.recover(in_hand)

    def _left_lying(self, most: int, seconds: float) -> list[Item]:
        """Take up ourselves what we sent off and nobody has taken up in time."""
        if not self._sent:
            return []
        carried = self._runner.handover.carried()
        self._sent = {t: since for t, since in self._sent.items() if t in carried}
        now = monotonic()
        late = [t for t, since in self._sent.items() if now - since >= seconds][: max(0, most)]
        if not late:
            return []
        _log.warning("broker_slow_or_lossy", tickets=len(late))
        self._distrust_until = now + _DISTRUST
        items = self._runner.handover.take_up(late)
        for ticket in late:
            self._sent.pop(ticket, None)
        return items

    def _more(self, items: list[Item], free: int, free_timers: int) -> float:
        """Claim for threads that nothing is under way to. How long to wait for more."""
        room = free - len(self._sent)
        if room <= 0:
            return self._runner.settings.poll.total_seconds()
        free_timers -= sum(ticket.timer for ticket in self._sent)
        trusted = monotonic() >= self._distrust_until
        claimed = self._runner.claim(room, free_timers, carried=trusted)
        if not trusted:
            items += claimed.items
        elif claimed.items:
            items += self._send([Ticket.of(item) for item in claimed.items])
        return claimed.pause

    def _send(self, tickets: Sequence[Ticket]) -> list[Item]:
        """Send off; what the broker does not take is ours to do."""
        now = monotonic()
        self._sent.update(dict.fromkeys(tickets, now))
        took = self._carrier.send(tickets)
        if took == len(tickets):
            return []
        self._distrust_until = now + _DISTRUST
        items = self._runner.handover.take_up(tickets[took:])
        for ticket in tickets[took:]:
            self._sent.pop(ticket, None)
        return items
