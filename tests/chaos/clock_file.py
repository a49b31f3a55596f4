"""A clock that a run can shift while others read it: real time plus what a file says. For the
processes of these runs only; the product has no such switch."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

VARIABLE = "CHAOS_CLOCK"


class ShiftedClock:
    """Implements ``hub.kernel.clock.Clock``; business time is real time, shifted."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return self.wall()

    def wall(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._shift())

    def real_seconds(self, span: timedelta) -> float:
        return span.total_seconds()

    def _shift(self) -> float:
        try:
            return float(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return 0.0


def shift(file: Path, seconds: float) -> None:
    """Move the clock of every process that reads ``file``; never seen half written."""
    new = file.with_suffix(".new")
    new.write_text(str(seconds), encoding="ascii")
    new.replace(file)


def clock_from_environment() -> ShiftedClock:
    """The clock of this process."""
    return ShiftedClock(Path(os.environ[VARIABLE]))
