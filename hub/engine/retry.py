"""What to do after a failed try: a pure decision. It reads no clock and rolls no dice itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.contracts.agreements import NOT_YET
from hub.contracts.channel import LOOK_AGAIN
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    MalformedAnswer,
    MappingError,
    OutcomeUnknown,
    OwnTrouble,
    ParaphError,
    Retryable,
)

GONE = "gone"  # the code of an answer 410: the address was withdrawn for good
UNEXPECTED = "unexpected"  # the code of an exception that is not ours: a bug


@dataclass(frozen=True)
class RetrySchedule:
    """How a destination is tried again: delays grow from ``first`` to ``longest``, full jitter.

    A delivery is given up only when it has been tried for ``total`` *and* at least ``least_tries``
    times, so that an outage of the hub itself does not use up the patience.
    """

    first: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(hours=1)
    shortest: timedelta = timedelta(milliseconds=200)
    total: timedelta = timedelta(hours=72)
    least_tries: int = 10
    longest_retry_after: timedelta = timedelta(hours=1)
    unexpected_tries: int = 10


@dataclass(frozen=True)
class RetryAt:
    """Try again at ``moment``. ``uncertain``: the failed try may have had its effect."""

    moment: datetime
    uncertain: bool = False


@dataclass(frozen=True)
class GiveUp:
    """A person must look. ``disables`` takes the whole destination out of service."""

    code: str
    disables: bool = False


@dataclass(frozen=True)
class Pause:
    """Pause the destination; the try does not count."""

    code: str


Decision = RetryAt | GiveUp | Pause


def decide(
    error: Exception,
    attempts: int,
    first_attempt_at: datetime,
    now: datetime,
    schedule: RetrySchedule,
    chance: float,
) -> Decision:
    """What follows from ``error`` on try number ``attempts``; ``chance`` is random in [0, 1)."""
    if isinstance(error, AuthenticationFailed):
        return Pause(error.code)
    if code_of(error) == GONE:
        return GiveUp(GONE, disables=True)
    if not _worth_another(error, attempts, schedule):
        return GiveUp(code_of(error))
    last_moment = first_attempt_at + schedule.total
    if now >= last_moment and attempts >= schedule.least_tries:
        return GiveUp(code_of(error))
    moment = now + _delay(attempts, schedule, chance)
    if now < last_moment:
        moment = min(moment, last_moment)
    asked = _asked(error, schedule)
    return RetryAt(max(moment, now + asked) if asked else moment, may_have_happened(error))


def code_of(error: Exception) -> str:
    """The stable word for ``error``."""
    return error.code if isinstance(error, ParaphError) else UNEXPECTED


def counts_against_destination(error: Exception) -> bool:
    """Whether ``error`` speaks of the destination's health (see ``breaker``): a locked record, a
    refused value, an hour at which nothing is sent, a look-up that it answered, a file that it has
    not made yet, a paper that somebody else's server keeps, or a part of the hub itself says
    nothing against it."""
    if isinstance(error, OwnTrouble):
        return False
    if code_of(error) in ("record_locked", "quiet_hours", "paper_away", LOOK_AGAIN, NOT_YET):
        return False
    return isinstance(error, (Retryable, MalformedAnswer))


def _worth_another(error: Exception, attempts: int, schedule: RetrySchedule) -> bool:
    if isinstance(error, (Retryable, MalformedAnswer)):
        return True  # what cannot be read is mostly a proxy's page, which passes
    if isinstance(error, ConfigurationError):
        # A person can mend a setting meanwhile; a mapping version never changes.
        return not isinstance(error, MappingError)
    if isinstance(error, ParaphError):
        return False
    return attempts < schedule.unexpected_tries


def may_have_happened(error: Exception) -> bool:
    """Whether the failed try may have had its effect at the other side."""
    if isinstance(error, (OutcomeUnknown, MalformedAnswer)):
        return True
    return not isinstance(error, ParaphError)


def _delay(attempts: int, schedule: RetrySchedule, chance: float) -> timedelta:
    doublings = min(max(attempts - 1, 0), 40)  # beyond that every schedule is at its longest
    ceiling: timedelta = min(schedule.longest, schedule.first * 2**doublings)
    jittered: timedelta = ceiling * chance
    return max(schedule.shortest, jittered)


def _asked(error: Exception, schedule: RetrySchedule) -> timedelta | None:
    seconds = error.retry_after if isinstance(error, Retryable) else None
    if seconds is None or seconds <= 0:
        return None
    return timedelta(seconds=min(seconds, schedule.longest_retry_after.total_seconds()))
