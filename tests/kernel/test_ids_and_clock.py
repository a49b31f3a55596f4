"""Ids grow, clocks tell aware UTC, and a fast clock leaves real time alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hub.kernel.clock import FastClock, Jumps, ManualClock, SystemClock, aware
from hub.kernel.ids import new_id, random_token, uuid7


def test_ids_of_one_process_are_in_the_order_of_creation():
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_an_id_is_a_uuid_version_7_of_now():
    one = uuid7()
    assert (one.version, one.variant) == (7, UUID(int=0x7 << 76 | 2 << 62).variant)
    made = datetime.fromtimestamp((one.int >> 80) / 1000, UTC)
    assert abs(made - datetime.now(UTC)) < timedelta(minutes=1)


def test_tokens_are_long_and_fit_into_an_address():
    tokens = {random_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(
        len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens
    )


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="naive"):
        aware(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_fast_clock_speeds_up_business_time_only():
    started = datetime.now(UTC)
    clock = FastClock(1000, started)
    real = clock.wall() - started
    assert clock.now() - started >= real * 1000
    assert clock.real_seconds(timedelta(hours=1)) == pytest.approx(3.6)
    assert SystemClock().real_seconds(timedelta(hours=1)) == 3600


def test_a_clock_that_jumps_is_told_for_ten_minutes_and_no_longer():
    clock, passed = ManualClock(datetime(2026, 3, 1, tzinfo=UTC)), [0.0]
    jumps = Jumps(clock, lambda: passed[0])

    def goes_on(seconds: float) -> str:
        clock.advance(timedelta(seconds=seconds))
        passed[0] += seconds
        return jumps.look()

    assert goes_on(3600) == ""
    clock.advance(timedelta(minutes=5))
    assert "moved by +300 s" in goes_on(1)
    assert "moved by +300 s" in goes_on(500)
    assert goes_on(100) == ""
    clock.advance(timedelta(seconds=2))  # what a time server corrects
    assert goes_on(1) == ""
