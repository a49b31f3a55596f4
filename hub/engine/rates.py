"""Calls per second to a destination: a bucket that holds one second's worth, and at least one call.

It is kept as one moment on the destination's row, from which on it is full; so all processes share
it, and claiming, which they do one after the other, counts exactly. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta

UNLIMITED = 1_000_000
_MICROSECOND = 1e-6  # what is stored is rounded to it


def allowed(
    full_at: datetime | None, per_second: float | None, wall: datetime
) -> tuple[int, datetime]:
    """How many calls may go now, and when the next one may."""
    if per_second is None:
        return UNLIMITED, wall
    left = _size(per_second) - _missing(full_at, per_second, wall)
    return int(left + _rounding(per_second)), wall + timedelta(
        seconds=max(0.0, 1.0 - left) / per_second
    )


def after(full_at: datetime | None, per_second: float, wall: datetime, calls: int) -> datetime:
    """From when on the bucket is full again, ``calls`` having been taken out now."""
    missing = _missing(full_at, per_second, wall) + calls
    return wall + timedelta(seconds=missing / per_second)


def _size(per_second: float) -> float:
    return max(1.0, per_second)


def _missing(full_at: datetime | None, per_second: float, wall: datetime) -> float:
    if full_at is None or full_at <= wall:
        return 0.0
    missing = (full_at - wall).total_seconds() * per_second
    # More than fits: a clock was set back, or the limit was another one then. Begin anew.
    return missing if missing <= _size(per_second) + _rounding(per_second) else 0.0


def _rounding(per_second: float) -> float:
    return _MICROSECOND * _size(per_second)
