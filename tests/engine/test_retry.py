"""The retry decision: one table, and bounds that hold for every schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.engine.retry import (
    Decision,
    GiveUp,
    Pause,
    RetryAt,
    RetrySchedule,
    counts_against_destination,
    decide,
)
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    MalformedAnswer,
    MappingError,
    NotFound,
    OutcomeUnknown,
    Permanent,
    RecordLocked,
    Refused,
    Retryable,
    Unsupported,
)

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PLAIN = RetrySchedule()
OWN = RetrySchedule(
    first=timedelta(minutes=1), longest=timedelta(minutes=10), total=timedelta(days=7),
    least_tries=3, longest_retry_after=timedelta(minutes=5), unexpected_tries=2,
)  # fmt: skip


def after(**span: float) -> datetime:
    return FIRST + timedelta(**span)


# error, attempts, hours since the first try, chance → decision
TABLE = [
    (Retryable(), 1, 0, 0.5, RetryAt(after(seconds=0.5))),
    (Retryable(), 4, 0, 0.5, RetryAt(after(seconds=4))),
    (Retryable(), 4, 0, 0.0, RetryAt(after(seconds=0.2))),
    (Retryable(), 40, 0, 0.5, RetryAt(after(minutes=30))),
    (Retryable(retry_after=90), 1, 0, 0.5, RetryAt(after(seconds=90))),
    (Retryable(retry_after=1), 10, 0, 0.5, RetryAt(after(seconds=256))),
    (Retryable(retry_after=999_999), 1, 0, 0.5, RetryAt(after(hours=1))),
    (RecordLocked(retry_after=30), 2, 0, 0.5, RetryAt(after(seconds=30))),
    (Retryable(), 100, 71.75, 0.5, RetryAt(after(hours=72))),
    (Retryable(), 100, 72, 0.5, GiveUp("unavailable")),
    (Retryable(), 3, 100, 0.5, RetryAt(after(hours=100, seconds=2))),
    (Retryable(code="gone"), 1, 0, 0.5, GiveUp("gone", disables=True)),
    (OutcomeUnknown(), 1, 0, 0.5, RetryAt(after(seconds=0.5), uncertain=True)),
    (MalformedAnswer(), 100, 71, 0.5, RetryAt(after(hours=71, minutes=30), uncertain=True)),
    (MalformedAnswer(), 100, 72, 0.5, GiveUp("malformed_answer")),
    (Permanent(), 1, 0, 0.5, GiveUp("rejected")),
    (NotFound(), 1, 0, 0.5, GiveUp("not_found")),
    (Refused(code="bad_number"), 1, 0, 0.5, GiveUp("bad_number")),
    (Unsupported(), 1, 0, 0.5, GiveUp("unsupported")),
    (MappingError(), 1, 0, 0.5, GiveUp("mapping_error")),
    (ConfigurationError(), 1, 0, 0.5, RetryAt(after(seconds=0.5))),
    (AuthenticationFailed(), 50, 99, 0.5, Pause("authentication_failed")),
    (KeyError("x"), 1, 0, 0.5, RetryAt(after(seconds=0.5), uncertain=True)),
    (KeyError("x"), 10, 0, 0.5, GiveUp("unexpected")),
]


# The same with a schedule of its own, as an instance's settings write it.
OWN_TABLE = [
    (Retryable(), 1, 0, 0.0, RetryAt(after(seconds=0.2))),
    (Retryable(), 1, 0, 0.999, RetryAt(after(seconds=59.94))),
    (Retryable(), 3, 0, 0.5, RetryAt(after(minutes=2))),
    (Retryable(), 5, 0, 0.5, RetryAt(after(minutes=5))),  # 16 minutes are more than the longest
    (Retryable(retry_after=200), 1, 0, 0.5, RetryAt(after(seconds=200))),
    (Retryable(retry_after=301), 1, 0, 0.5, RetryAt(after(minutes=5))),
    (Retryable(retry_after=0), 1, 0, 0.5, RetryAt(after(seconds=30))),
    (Retryable(retry_after=-5), 1, 0, 0.5, RetryAt(after(seconds=30))),
    (Retryable(retry_after=10), 5, 0, 0.5, RetryAt(after(minutes=5))),  # the later of the two
    (Retryable(retry_after=300), 9, 167.99, 0.5, RetryAt(after(hours=167.99, minutes=5))),
    (Retryable(), 100, 167, 0.5, RetryAt(after(hours=167, minutes=5))),
    (Retryable(), 3, 168, 0.5, GiveUp("unavailable")),
    (Retryable(), 2, 168, 0.5, RetryAt(after(hours=168, minutes=1))),
    (MalformedAnswer(), 3, 168, 0.5, GiveUp("malformed_answer")),
    (ConfigurationError(), 3, 168, 0.5, GiveUp("configuration")),
    (OutcomeUnknown(), 3, 168, 0.5, GiveUp("outcome_unknown")),
    (Retryable(code="gone"), 1, 0, 0.5, GiveUp("gone", disables=True)),
    (Refused(code="gone"), 1, 0, 0.5, GiveUp("gone", disables=True)),
    (AuthenticationFailed(code="locked_out"), 1, 0, 0.5, Pause("locked_out")),
    (KeyError("x"), 1, 0, 0.5, RetryAt(after(seconds=30), uncertain=True)),
    (KeyError("x"), 2, 0, 0.5, GiveUp("unexpected")),
]


@pytest.mark.parametrize(("error", "attempts", "hours", "chance", "expected"), OWN_TABLE)
def test_a_destinations_own_schedule_is_kept(
    error: Exception, attempts: int, hours: float, chance: float, expected: Decision
) -> None:
    now = FIRST + timedelta(hours=hours)
    assert decide(error, attempts, FIRST, now, OWN, chance) == expected


@given(attempts=st.integers(1, 100), chance=st.floats(0, 1, exclude_max=True))
def test_a_pause_lies_anywhere_between_the_shortest_and_the_doubled_one(
    attempts: int, chance: float
) -> None:
    decision = decide(Retryable(), attempts, FIRST, FIRST, PLAIN, chance)
    assert isinstance(decision, RetryAt)
    ceiling = min(PLAIN.longest, PLAIN.first * 2 ** min(attempts - 1, 40))
    assert decision.moment - FIRST == max(PLAIN.shortest, ceiling * chance)


# error → whether it speaks against the destination
HEALTH = [
    (Retryable(), True),
    (OutcomeUnknown(), True),
    (MalformedAnswer(), True),
    (Retryable(code="gone"), True),
    (RecordLocked(), False),
    (Retryable(code="quiet_hours"), False),
    (Retryable(code="not_yet"), False),
    (Refused(), False),
    (NotFound(), False),
    (ConfigurationError(), False),
    (AuthenticationFailed(), False),
    (KeyError("x"), False),
]


@pytest.mark.parametrize(("error", "against"), HEALTH)
def test_only_what_speaks_of_the_destination_counts_against_it(
    error: Exception, against: bool
) -> None:
    assert counts_against_destination(error) is against


@pytest.mark.parametrize(("error", "attempts", "hours", "chance", "expected"), TABLE)
def test_each_error_leads_to_its_decision(
    error: Exception, attempts: int, hours: float, chance: float, expected: Decision
) -> None:
    now = FIRST + timedelta(hours=hours)
    assert decide(error, attempts, FIRST, now, PLAIN, chance) == expected


@given(
    attempts=st.integers(1, 10_000),
    waited=st.timedeltas(timedelta(0), timedelta(days=30)),
    chance=st.floats(0, 1, exclude_max=True),
    asked=st.none() | st.floats(0, 10**9),
)
def test_a_retry_is_never_in_the_past_nor_beyond_the_longest_delay(
    attempts: int, waited: timedelta, chance: float, asked: float | None
) -> None:
    now = FIRST + waited
    decision = decide(Retryable(retry_after=asked), attempts, FIRST, now, PLAIN, chance)
    if isinstance(decision, RetryAt):
        assert now <= decision.moment <= now + timedelta(hours=1)
    else:
        assert waited >= PLAIN.total
        assert attempts >= PLAIN.least_tries


@pytest.mark.parametrize("error", [Retryable(), MalformedAnswer()])
@settings(deadline=None)  # it walks through hundreds of tries
@given(chances=st.lists(st.floats(0, 1, exclude_max=True), min_size=10, max_size=10))
def test_a_dead_destination_is_tried_for_at_least_72_hours(
    error: Exception, chances: list[float]
) -> None:
    now, attempts = FIRST, 0
    while True:
        attempts += 1
        chance = chances[attempts % len(chances)] * 0.9 + 0.05
        decision = decide(error, attempts, FIRST, now, PLAIN, chance)
        if isinstance(decision, GiveUp):
            break
        assert isinstance(decision, RetryAt)
        now = decision.moment
    assert now - FIRST >= timedelta(hours=72)
    assert attempts >= PLAIN.least_tries
