"""What a benchmark tells: one line of JSON; words for people go to stderr."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line of output. ``p50`` and ``p99`` are milliseconds."""

    bench: str
    store: str
    value: float
    unit: str
    p50: float | None
    p99: float | None
    reach: str

    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


def short(milliseconds: float) -> float:
    """With three decimals."""
    return round(milliseconds, 3)


def say(text: str) -> None:
    """Words for whoever watches."""
    print(text, file=sys.stderr)
