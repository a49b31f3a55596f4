"""The breaker of a destination: after failures in a row it opens for a growing time, then lets one
try through. Pure; ``conditions`` stores what comes out on the instance's row, where all see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LONGEST_GAP = timedelta(days=1)


@dataclass(frozen=True)
class BreakerSettings:
    """``after`` failures in a row open it, first for ``shortest``, doubling up to ``longest``."""

    after: int = 5
    shortest: timedelta = timedelta(seconds=10)
    longest: timedelta = timedelta(minutes=5)


@dataclass(frozen=True)
class Health:
    """How a destination has answered lately. ``until`` is when an open breaker lets one try
    through; it stays set until a try succeeds. ``since`` is the first failure of the row."""

    failures: int = 0
    until: datetime | None = None
    since: datetime | None = None

    def is_open(self, wall: datetime) -> bool:
        """Nothing may be sent now."""
        return self.until is not None and self.until > wall

    def has_failed_for(self, span: timedelta, wall: datetime) -> bool:
        """It has failed for ``span`` without one success."""
        return self.since is not None and wall - self.since >= span

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
    health = replace(health, failures=health.failures + 1, since=health.since or wall)
    if health.failures < settings.after:
        return health
    doublings = min(health.failures - settings.after, 30)
    until = wall + min(settings.longest, settings.shortest * 2**doublings)
    return replace(health, until=until)


def not_tried(health: Health, last: datetime | None, wall: datetime) -> Health:
    """``health`` when nothing was tried since ``last``: nobody knows whether it would have answered
    in a gap of a day, so that the count of days begins anew."""
    if health.since is None or last is None or wall - last < LONGEST_GAP:
        return health
    return replace(health, since=None)
