"""The breaker as a pure fold over outcomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hub.engine.breaker import BreakerSettings, Health, after_failure, after_success

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = BreakerSettings()


def failed(times: int, health: Health | None = None) -> Health:
    health = health or Health()
    for _ in range(times):
        health = after_failure(health, NOW, SETTINGS)
    return health


def test_it_opens_after_five_failures_in_a_row() -> None:
    assert not failed(4).is_open(NOW)
    assert failed(5).until == NOW + timedelta(seconds=10)


def test_late_failures_of_earlier_calls_do_not_prolong_it() -> None:
    assert failed(12) == failed(5)


def test_it_opens_for_longer_each_time_up_to_five_minutes() -> None:
    health, now, spans = failed(5), NOW, []
    for _ in range(8):
        assert health.until is not None
        spans.append((health.until - now).total_seconds())
        now = health.until
        assert health.is_half_open(now)
        health = after_failure(health, now, SETTINGS)
    assert spans == [10, 20, 40, 80, 160, 300, 300, 300]


def test_one_success_closes_it() -> None:
    assert after_success(failed(5)) == Health()


def test_a_success_between_failures_begins_the_count_anew() -> None:
    assert not failed(4, after_success(failed(4))).is_open(NOW)
