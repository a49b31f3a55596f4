"""Durations as people write them, there and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.mapping.durations import duration, written


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(hours=24)),
        ("14d", timedelta(days=14)),
        ("2w", timedelta(days=14)),
        ("1mo", timedelta(days=30)),
        ("12mo", timedelta(days=360)),
    ],
)
def test_a_number_and_a_unit_is_a_duration(text: str, span: timedelta) -> None:
    assert duration(text) == span
    assert duration(written(span)) == span


@pytest.mark.parametrize(
    "text", ["", "0w", "0mo", "2", "w", "2 w", "2W", "1.5w", "2moo", "2o", "-1w"]
)
def test_anything_else_is_none(text: str) -> None:
    assert duration(text) is None
