"""What may be told of an exception: its type and the places it came through.

Never its message, unless it is one of ours: whatever else is raised may repeat what a person
wrote.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.kernel.errors import ParaphError

_ROOT = Path(__file__).resolve().parents[2]
_MOST = 8  # places of one exception in a log line


@dataclass(frozen=True)
class Place:
    """One frame. ``file`` counts from the checkout if the frame is ours."""

    file: str
    line: int
    function: str
    ours: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} in {self.function}"


def places(error: BaseException) -> list[Place]:
    """Where ``error`` came through, outermost first."""
    return [_place(frame) for frame in traceback.extract_tb(error.__traceback__)]


def chain(error: BaseException) -> Iterator[BaseException]:
    """``error``, then what caused it, and so on."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden


def told(error: BaseException) -> str:
    """``error`` in one line: types, our places innermost first, and the words of our own errors."""
    return "; after ".join(_one(each) for each in chain(error))


def _one(error: BaseException) -> str:
    words = f" ({error.detail})" if isinstance(error, ParaphError) and error.detail else ""
    found = places(error)
    shown = [place for place in found[:-1] if place.ours][-_MOST:] + found[-1:]
    at = " at " + " < ".join(map(str, reversed(shown))) if shown else ""
    return f"{type(error).__name__}{words}{at}"


def _place(frame: traceback.FrameSummary) -> Place:
    path = Path(frame.filename)
    ours = path.is_relative_to(_ROOT) and "site-packages" not in path.parts
    file = path.relative_to(_ROOT).as_posix() if ours else "/".join(path.parts[-2:])
    return Place(file, frame.lineno or 0, frame.name, ours)
