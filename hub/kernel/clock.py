"""Time comes in by argument. ``now`` is the business time of reminders and expiry; ``wall`` is
real time, which leases and backoff use, so that a sped-up clock never cuts a lease short."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

_JUMP = 10.0  # seconds; less is what time servers correct
_TOLD_FOR = 600.0


class Clock(Protocol):
    """What tells the time. Both methods return aware UTC."""

    def now(self) -> datetime:
        """Business time."""
        ...

    def wall(self) -> datetime:
        """Real time."""
        ...

    def real_seconds(self, span: timedelta) -> float:
        """How many real seconds pass during ``span`` of business time."""
        ...


class SystemClock:
    """The clock of production: business time is real time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()


@dataclass(frozen=True)
class FastClock:
    """Business time that runs ``speed`` times as fast as real time, from ``started`` on."""

    speed: float
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.started + (self.wall() - self.started) * self.speed

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds() / self.speed


class ManualClock:
    """A clock for tests: stands still until ``advance``."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def wall(self) -> datetime:
        return self._at

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()

    def advance(self, span: timedelta) -> None:
        self._at += span


class Jumps:
    """Notices when somebody sets this machine's clock: real time then leaves the monotonic one."""

    def __init__(self, clock: Clock, passed: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._passed = passed
        self._offset = self._measured()
        self._told = ""
        self._until = 0.0

    def look(self) -> str:
        """What there is to tell about the last jump, for ten minutes; else nothing."""
        offset, passed = self._measured(), self._passed()
        jump = (offset - self._offset).total_seconds()
        self._offset = offset
        if abs(jump) >= _JUMP:
            at = self._clock.wall().isoformat(timespec="seconds")
            self._told = f"the clock of this machine was moved by {jump:+.0f} s, it is now {at}"
            self._until = passed + _TOLD_FOR
        return self._told if passed < self._until else ""

    def _measured(self) -> datetime:
        return self._clock.wall() - timedelta(seconds=self._passed())


def aware(moment: datetime) -> datetime:
    """``moment`` in UTC; a naive datetime is refused."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime refused: every moment carries its zone")
    return moment.astimezone(UTC)


def monotonic() -> float:
    """Seconds for measuring durations."""
    return time.monotonic()
