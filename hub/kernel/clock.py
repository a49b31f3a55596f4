"""Time comes in by argument. ``now`` is the business time of reminders and expiry; ``wall`` is
real time, which leases and backoff use, so that a sped-up clock never cuts a lease short."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


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


def aware(moment: datetime) -> datetime:
    """``moment`` in UTC; a naive datetime is refused."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime refused: every moment carries its zone")
    return moment.astimezone(UTC)


def monotonic() -> float:
    """Seconds for measuring durations."""
    return time.monotonic()
