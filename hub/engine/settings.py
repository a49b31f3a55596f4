"""The numbers of the engine, and the limits of one destination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hub.engine.breaker import BreakerSettings
from hub.engine.retry import RetrySchedule


@dataclass(frozen=True)
class DestinationLimits:
    """What one destination bears: calls at a time, calls a second, how it is tried again, and after
    how long without a success it is disabled."""

    concurrency: int = 8
    per_second: float | None = None
    schedule: RetrySchedule = field(default_factory=RetrySchedule)
    disable_after: timedelta = timedelta(days=5)  # of failures without one success


Limits = Callable[[str, str], DestinationLimits]
"""(workspace id, destination) → its limits."""


@dataclass(frozen=True)
class EngineSettings:
    """How the engine runs in one process. All durations are real time."""

    threads: int = 16
    timer_threads: int = 8  # of them at most this many for timers, so that polls never starve work
    lease: timedelta = timedelta(seconds=30)
    heartbeat: timedelta = timedelta(seconds=5)
    carried: timedelta = timedelta(seconds=10)  # lease of what was sent off through a broker
    patience: timedelta = timedelta(seconds=1)  # then who sent it off takes it up itself
    sweep: timedelta = timedelta(seconds=1)  # looks for leases that nobody holds any more
    poll: timedelta = timedelta(seconds=1)
    drain: timedelta = timedelta(seconds=20)  # how long a graceful stop waits for running work
    probe: timedelta = timedelta(seconds=30)
    settle_slice: timedelta = timedelta(milliseconds=10)  # longest time to hold the write lock
    breaker: BreakerSettings = field(default_factory=BreakerSettings)

    def __post_init__(self) -> None:
        if self.threads < 1 or not 1 <= self.timer_threads <= self.threads:
            raise ValueError("the engine needs a thread, and no more for timers than it has")
        if self.heartbeat * 2 > self.lease:
            raise ValueError("the heartbeat must come at least twice in the time of a lease")


def default_limits(workspace_id: str, destination: str) -> DestinationLimits:
    """The same limits for every destination."""
    return _DEFAULT


_DEFAULT = DestinationLimits()
