"""The many ways in which this API writes and reads moments."""

from __future__ import annotations

from datetime import UTC, datetime

ZERO = "0000-00-00 00:00:00"
_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%m/%d/%Y")


def wire(moment: datetime | None) -> str | None:
    """ISO 8601 with offset, whole seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def or_zero(moment: datetime | None) -> str:
    """The same; a moment that never was is the zero date."""
    return wire(moment) or ZERO


def read(value: str | int) -> datetime:
    """What a client wrote: a day (its end counts), ISO 8601, or Unix seconds. Raises
    ``ValueError``."""
    text = str(value).strip()
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    for pattern in _FORMATS:
        try:
            day = datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        return day.replace(hour=23, minute=59, second=59)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
