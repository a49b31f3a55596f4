"""Calls per second to a destination: token buckets of this process, filled by real time.

Several processes each have their own; sharing them is Redis' part.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_UNLIMITED = 1_000_000


class Rates:
    """One bucket per destination. It holds at most one second's worth, and at least one call."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], tuple[float, datetime]] = {}

    def allowed(
        self, place: tuple[str, str], per_second: float | None, wall: datetime
    ) -> tuple[int, datetime]:
        """How many calls may go now, and when the next one may."""
        if per_second is None:
            return _UNLIMITED, wall
        tokens = self._filled(place, per_second, wall)
        self._buckets[place] = (tokens, wall)
        missing = max(0.0, 1.0 - tokens)
        return int(tokens), wall + timedelta(seconds=missing / per_second)

    def spend(self, place: tuple[str, str], calls: int) -> None:
        """``calls`` were claimed."""
        if place in self._buckets:
            tokens, at = self._buckets[place]
            self._buckets[place] = (tokens - calls, at)

    def _filled(self, place: tuple[str, str], per_second: float, wall: datetime) -> float:
        most = max(1.0, per_second)
        tokens, at = self._buckets.get(place, (most, wall))
        return min(most, tokens + max(0.0, (wall - at).total_seconds()) * per_second)
