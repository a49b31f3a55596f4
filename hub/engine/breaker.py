"""The breaker of a destination: after failures in a row it opens for a growing time, then lets one
try through. Pure; ``conditions`` stores what comes out on the instance's row, where all see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class BreakerSettings:
    """``after`` failures in a row open it, first for ``shortest``, doubling up to ``longest``."""

    after: int = 5
    shortest: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Health:
    """How a destination has answered lately. ``until`` is when an open breaker lets one try
    through; it stays set until a try succeeds."""

    failures: int = 0
    until: datetime | None = None

    def is_open(self, wall: datetime) -> bool:
        """Nothing may be sent now."""
        return self.until is not None and self.until > wall

    def is_half_open(self, wall: datetime) -> bool:
        """One try may go, to see whether the destination is back."""
        return self.until is not None and self.until <= wall


def after_success(health: Health) -> Health:
    """The destination answered."""
    return Health() if health.failures or health.until else health


def after_failure(health: Health, wall: datetime, settings: BreakerSettings) -> Health:
    """The destination failed. Late failures of calls begun before it opened change nothing."""
    if health.is_open(wall):
        return health
    failures = health.failures + 1
    if failures < settings.after:
        return replace(health, failures=failures)
    doublings = min(failures - settings.after, 30)
    return Health(failures, wall + min(settings.longest, settings.shortest * 2**doublings))
