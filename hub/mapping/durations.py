"""Durations as people write them: ``90s``, ``30m``, ``24h``, ``14d``, ``2w``, ``3mo``. A month is
30 days, so that a period is as long whenever it begins."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "mo": timedelta(days=30),
}
PATTERN = "([0-9]{1,6})(s|mo?|h|d|w)"
LONGEST = timedelta(days=3650)


def duration(text: str) -> timedelta | None:
    """The duration that ``text`` says; None when it says none."""
    match = re.fullmatch(PATTERN, text)
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]) * _UNITS[match[2]]


def written(span: timedelta) -> str:
    """In the largest unit that leaves no rest."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
